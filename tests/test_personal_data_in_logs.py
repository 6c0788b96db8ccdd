"""The log of a whole journey, with its failures, holds no person, no hash and no token."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from django.core.mail import get_connection
from django.test import Client
from pytest_django import Settings

from shop.logs import JsonFormatter
from shop.notifications.emails.models import Message
from shop.notifications.emails.send import send
from shop.orders.models import Order
from shop.tenancy.models import Invitation
from tests.factories import PASSWORD, make_staff, make_token, pack_all
from tests.notifications.receiver import deliver_all, make_partner, receiving, status

pytestmark = pytest.mark.django_db

PERSON = {
    "client_name": "Nebenan Filmproduktion",
    "project_name": "Ein Sommer nebenan",
    "user_email": "nina.nebenan@example.com",
    "user_first_name": "Ninette",
    "user_last_name": "Nebenan",
}


@pytest.fixture
def lines(settings: Settings) -> Iterator[io.StringIO]:
    """All that is logged meanwhile, at every level that production writes."""
    settings.LOG_REQUESTS = True
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    loggers = [logging.getLogger(name) for name in ("shop.milestones", "shop.requests")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.INFO)
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


def place(token: str, uri: str) -> Order:
    caller = Client(headers={"Authorization": f"Bearer {token}"})
    document = {"product": "s", **PERSON, "redirection_uri": uri}
    answer = caller.post("/api/orders", {"order": document}, "application/json")
    assert answer.status_code == 201
    order = Order.objects.get()
    assert caller.get(f"/api/orders/{order.order_hash}").status_code == 200
    return order


def test_log_of_a_journey_names_orders_by_number_and_no_people(
    lines: io.StringIO, settings: Settings
) -> None:
    token = make_token(make_partner())
    with receiving(status(500, PERSON["user_email"].encode())) as receiver:
        order = place(token, receiver.uri)
        # No mail server listens there.
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
        assert get_connection().host == "127.0.0.1"  # type: ignore[attr-defined] # of SMTP
        pack_all()
        for message in Message.objects.filter(order=order):
            send(message.pk)
        deliver_all()
    visitor, staff = Client(raise_request_exception=False), Client()
    staff.force_login(make_staff(email="petra.personal@example.com", last_name="Personalwesen"))
    join = f"/register/{order.order_hash}/join/some-token-of-hers/"
    for path in (f"/register/{order.order_hash}/", join, f"/nowhere/{PERSON['user_email']}/"):
        visitor.get(path)
    visitor.post("/account/login/", {"login": PERSON["user_email"], "password": PASSWORD})
    visitor.get(
        f"/portal/?email={PERSON['user_email']}", headers={"X-Forwarded-For": "203.0.113.9"}
    )
    staff.get(f"/staff/orders/{order.pk}/")
    staff.get("/staff/", {"q": PERSON["user_email"]})
    logging.getLogger("shop").error("Lost: %s of %s", order.order_hash, PERSON["user_email"])

    text = lines.getvalue()
    found = [json.loads(line) for line in text.splitlines()]
    by_logger = {entry["logger"] for entry in found if entry.get("order") == order.order_number}
    assert by_logger >= {
        *("shop.requests", "shop.milestones", "shop.notifications.emails.send"),
    }
    milestones = [entry["message"] for entry in found if entry["logger"] == "shop.milestones"]
    assert f"order {order.order_number} is packed." in milestones
    invitation = Invitation.objects.get(order=order)
    assert invitation.pk
    secrets = (*PERSON.values(), order.order_hash, token, "some-token-of-hers", PASSWORD)
    others = ("petra.personal", "Personalwesen", "203.0.113.9", receiver.uri)
    assert [secret for secret in (*secrets, *others) if secret in text] == []
