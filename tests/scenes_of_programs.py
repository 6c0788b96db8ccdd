"""The pages of an application's owner, for `tests/scenes.py`."""

from collections.abc import Iterator

from shop.access.tokens import issue
from shop.notifications.webhooks.endpoints import change, register
from shop.notifications.webhooks.models import Delivery
from shop.notifications.webhooks.ping import send_test
from tests.factories import PASSWORD, make_application, make_user
from tests.scene import SEND, Scene, fill, in_turn, press
from tests.scenes_of_partners import busy_application

HOOK = "https://crew-planner.example/webhooks/orders"


def programs() -> Iterator[Scene]:
    """An application with calls, tokens, and endpoints whose events came, failed and wait."""
    owner = make_user()
    base = "/portal/applications/"
    yield Scene("applications-none", base, make_user())
    application = busy_application()
    application.oauth_client.owner = owner
    application.oauth_client.save()
    issue("Build server", holder=application)
    endpoint = register(application, {"url": HOOK, "events": ["order.*", "invoice.issued"]})
    off = register(application, {"url": f"{HOOK}/old", "events": ["subscription.*"]})
    change(off, {"enabled": False})
    Delivery.objects.filter(application=application).update(endpoint=endpoint)
    one = f"{base}{application.pk}/"
    yield Scene("application", one, owner)
    yield Scene("application-credentials", f"{one}credentials/", owner)
    password = fill(password=PASSWORD)
    yield Scene("application-token", f"{one}credentials/tokens/new/", owner, act=password)
    yield Scene("application-client-secret", f"{one}credentials/client-secret/", owner)
    yield Scene("application-signing-secret", f"{one}credentials/signing-secret/", owner)
    yield Scene("endpoints", f"{one}webhooks/", owner)
    yield Scene("endpoint-new", f"{one}webhooks/new/", owner)
    faulty = fill(url="http://müller.example/")
    yield Scene("endpoint-new-errors", f"{one}webhooks/new/", owner, act=faulty)
    hook = f"{one}webhooks/{endpoint.pk}/"
    yield Scene("endpoint", hook, owner)
    yield Scene("endpoint-nothing", f"{hook}?event=invoice.paid", owner)
    yield Scene("endpoint-off", f"{one}webhooks/{off.pk}/", owner)
    yield Scene("endpoint-edit", f"{hook}edit/", owner)
    yield Scene("endpoint-secret", f"{hook}secret/", owner)
    yield Scene("endpoint-delete", f"{hook}delete/", owner)
    yield Scene("endpoint-replay", f"{hook}replay/", owner)
    again = fill(since="2026-01-01T00:00")
    yield Scene("endpoint-replay-asked", f"{hook}replay/", owner, act=again)
    failed = Delivery.objects.filter(application=application, state="failed")[0]
    yield Scene("delivery-failed", f"{hook}events/{failed.webhook_id}/", owner)
    test = send_test(endpoint)
    yield Scene("delivery-under-way", f"{hook}events/{test.webhook_id}/", owner)
    secret = in_turn(press(SEND), password)
    yield Scene("endpoint-secret-shown", f"{hook}secret/", owner, act=secret)
    make_application("Second planner", owner=owner)
    yield Scene("applications", base, owner)
