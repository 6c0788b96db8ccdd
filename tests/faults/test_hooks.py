"""The verdict on webhooks is worth something only if it sees what went wrong."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from shop.access.models import Application
from shop.access.signing_secrets import rotate, signing_secrets
from shop.orders.models import OrderEvent
from tests.factories import make_application, pack_all
from tests.faults.hooks import judge_webhooks
from tests.notifications.receiver import (
    LocalReceiver,
    Received,
    deliver_all,
    make_order_for,
    receiving,
)

pytestmark = pytest.mark.django_db(transaction=True)

Spoil = Callable[[list[Received]], list[Received]]


@pytest.fixture
def receiver() -> Iterator[LocalReceiver]:
    """Was told of an order that came, was begun and packed."""
    with receiving() as receiver:
        application = make_application()
        rotate(application)
        make_order_for(receiver.uri, application)
        pack_all()
        deliver_all()
        yield receiver


def complaints(calls: list[Received]) -> list[str]:
    (secret,) = signing_secrets(Application.objects.get())
    found: list[str] = judge_webhooks(calls, secret)["complaints"]
    return found


def test_a_partner_who_was_told_everything_has_nothing_to_complain_of(
    receiver: LocalReceiver,
) -> None:
    assert complaints(receiver.calls) == []
    assert complaints([*receiver.calls, receiver.calls[0]]) == []
    assert OrderEvent.objects.count() == len(receiver.calls) == 3


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda calls: calls[1:], "was never told"),
        (
            lambda calls: [*calls, replace(calls[0], body=calls[0].body + b" ")],
            "has changed",
        ),
        (
            lambda calls: [replace(calls[0], body=calls[1].body), *calls[1:]],
            "has a wrong signature",
        ),
        (
            lambda calls: [
                *calls,
                replace(calls[0], headers={**calls[0].headers, "webhook-id": "msg_other"}),
            ],
            "was told and has not happened",
        ),
    ],
)
def test_what_a_partner_was_not_told_is_complained_of(
    receiver: LocalReceiver, spoil: Spoil, complaint: str
) -> None:
    assert any(complaint in said for said in complaints(spoil(receiver.calls)))
