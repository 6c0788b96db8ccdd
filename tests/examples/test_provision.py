"""The example of a deployment's own step, against a service that is well, ill, slow or away."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from acme.server import Handler, Workspaces, make_server
from django.conf import settings as project
from pytest_django import Settings

from shop.orders.models import Order, State
from shop.packing.models import StepRecord
from shop.packing.recovery import retry
from tests.factories import make_order, make_user, pack_all

pytestmark = pytest.mark.django_db


class Moody(Handler):
    """Answers as it is told to."""

    mood = "well"

    def answer(self, status: int, content: dict[str, Any]) -> None:
        if self.mood == "slow":
            time.sleep(1)
        if self.mood.isdigit():
            status = int(self.mood)
        super().answer(status, content)


@pytest.fixture
def service(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspaces]:
    """The service, with the workspaces that it has created."""
    server = make_server(0, Moody)
    monkeypatch.setenv("ACME_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("ACME_TIMEOUT", "0.5")
    settings.PACKING_STEPS = [*settings.PACKING_STEPS, "acme.provision.create_workspace"]
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server.RequestHandlerClass.workspaces  # type: ignore[attr-defined]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def mood(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Changes how the service feels."""
    return lambda mood: monkeypatch.setattr(Moody, "mood", mood)


def packed(order: Order) -> Order:
    pack_all()
    order.refresh_from_db()
    return order


def test_an_order_gets_its_workspace(service: Workspaces) -> None:
    order = packed(make_order())
    assert order.state == State.PACKED
    assert list(service.numbers.values()) == [1]
    assert order.order_hash not in service.numbers
    wish = {"order": order.pk, "project": order.delivered_project_id, "tier": "s"}
    assert service.made == [wish]


@pytest.mark.parametrize(("said", "error"), [("500", "answered 500"), ("slow", "does not answer")])
def test_after_a_failure_it_is_asked_again_and_makes_no_second_workspace(
    service: Workspaces, mood: Any, said: str, error: str
) -> None:
    mood(said)
    order = packed(make_order())
    assert order.state == State.PENDING
    assert error in order.packing.last_error
    assert order.packing.last_error_kind == "passing"
    assert not StepRecord.objects.filter(order=order, name="create_workspace").exists()
    mood("well")
    order.packing.next_attempt_at = None
    order.packing.save()
    assert packed(order).state == State.PACKED
    assert len(service.made) == 1


def test_without_an_answer_it_is_tried_again_later(
    service: Workspaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACME_URL", "http://127.0.0.1:9")
    order = packed(make_order())
    assert order.state == State.PENDING
    assert order.packing.next_attempt_at is not None
    assert service.made == []


@pytest.mark.parametrize(
    ("said", "state", "fault"),
    [
        ("402", State.NEED_HUMAN, "acme_no_room"),
        ("422", State.HAS_PACKING_ERRORS, "acme_refused"),
    ],
)
def test_what_a_person_must_mend_waits_for_one(
    service: Workspaces, mood: Any, said: str, state: State, fault: str
) -> None:
    mood(said)
    order = packed(make_order())
    assert (order.state, order.fault) == (state, fault)
    mood("well")
    assert retry(order, make_user(is_staff=True))
    assert packed(order).state == State.PACKED


@pytest.mark.once
def test_its_words_are_the_shops_with_the_examples_settings(tmp_path: Path) -> None:
    question = (
        "import json, django; django.setup();"
        "from shop.orders.error_codes import customer_error_text; from shop.packing.step_names import step_title;"
        "from django.utils.translation import override; override('en').__enter__();"
        "print(json.dumps([step_title('create_workspace'), customer_error_text('acme_no_room')]))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", question],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "acme.settings",
            "PYTHONPATH": "docs/examples",
            "VAR_DIR": str(tmp_path),
        },
        cwd=project.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(answer.stdout) == [
        "Workspace",
        "Your workspace needs more room. We look into it.",
    ]
