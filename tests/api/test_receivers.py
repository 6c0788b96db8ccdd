"""The receivers of webhooks that the guide prints: each runs, and takes what our worker sends."""

import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shop.notifications.webhooks.endpoints import register, rotate_secret
from shop.notifications.webhooks.models import Delivery, WebhookEndpoint
from shop.notifications.webhooks.ping import send_test
from shop.notifications.webhooks.replay import replay
from shop.orders.placing import Caller
from tests.api.guides import code, page
from tests.api.test_docs import node
from tests.factories import make_application, make_order
from tests.notifications.receiver import deliver_all
from tests.ports import free_port
from tests.waiting import wait_for

# What a project has besides the view that the guide prints.
PROJECT = """
import os
from django.urls import path

SECRET_KEY = "of a test"
ROOT_URLCONF = __name__
ALLOWED_HOSTS = ["127.0.0.1"]
WEBHOOK_SECRET = os.environ["WEBHOOK_SECRET"]

from receiver import receive

urlpatterns = [path("hooks/orders", receive)]
"""


def by_flask(directory: Path, port: int) -> list[str]:
    (directory / "receiver.py").write_text(printed("flask"), encoding="utf-8")
    return [sys.executable, "-m", "flask", "--app", "receiver", "run", "--port", str(port)]


def by_django(directory: Path, port: int) -> list[str]:
    (directory / "receiver.py").write_text(printed("django"), encoding="utf-8")
    (directory / "project.py").write_text(PROJECT, encoding="utf-8")
    serve = ("runserver", "--settings=project", "--noreload", f"127.0.0.1:{port}")
    return [sys.executable, "-m", "django", *serve]


def printed(framework: str) -> str:
    return code(page("/api/docs/webhooks"), f"receiver-{framework}")


@contextmanager
def running(command: list[str], directory: Path, port: int, secret: str) -> Iterator[Path]:
    """Run a receiver; yields the file of what it prints."""
    # The settings of the tests are none of its business.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
    said = directory / "said.txt"
    with said.open("w") as out:
        process = subprocess.Popen(
            command,
            cwd=directory,
            env={**kept, "WEBHOOK_SECRET": secret, "PYTHONPATH": str(directory)},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            assert wait_for(lambda: listens(port), 30), said.read_text()
            yield said
        finally:
            process.terminate()
            process.wait()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def told(said: Path) -> list[str]:
    return [line for line in said.read_text().splitlines() if line == "pending"]


def forged(url: str) -> int:
    """The status of the answer to a call that we did not sign."""
    headers = {"webhook-id": "msg_1", "webhook-timestamp": "1", "webhook-signature": "junk"}
    body = b'{"type": "order.state_changed", "data": {"order": {"state": "pending"}}}'
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("prepare", [by_flask, by_django])
def test_printed_receiver_takes_each_event_once(
    prepare: Callable[[Path, int], list[str]], tmp_path: Path
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/hooks/orders"
    application = make_application()
    endpoint = register(application, {"url": url, "events": ["order.*"]})
    with running(prepare(tmp_path, port), tmp_path, port, endpoint.secret) as said:
        make_order(caller=Caller(application=application))
        assert sent(endpoint) == ["delivered"]
        assert told(said) == ["pending"]
        assert replay(Delivery.objects.get())  # it knows the id
        rotate_secret(endpoint)  # and the old secret, which signs too
        assert sent(endpoint) == ["delivered"]
        send_test(endpoint)  # of a type that it does not need
        assert sent(endpoint) == ["delivered", "delivered"]
        assert forged(url) == 400
        assert told(said) == ["pending"]


def sent(endpoint: WebhookEndpoint) -> list[str]:
    deliver_all()
    return list(endpoint.deliveries.order_by("pk").values_list("state", flat=True))


@pytest.mark.once
@pytest.mark.django_db
def test_printed_receiver_in_express_can_be_parsed(tmp_path: Path) -> None:
    """It runs in `make clients`, where its packages are."""
    script = tmp_path / "receiver.mjs"
    script.write_text(printed("express"), encoding="utf-8")
    run = subprocess.run(
        [node(), "--check", str(script)], capture_output=True, check=False, timeout=600, text=True
    )
    assert run.returncode == 0, run.stderr
