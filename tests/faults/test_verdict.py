"""The verdict on a storm is worth something only if it sees what went wrong."""

from collections.abc import Callable

import pytest
from django.db.models import F
from pytest_django import Settings

from shop.notifications.emails.models import MailboxEntry, Message
from shop.notifications.emails.send import send_due
from shop.orders.models import Order, OrderEvent, State
from shop.packing.models import Packing, StepRecord
from shop.tenancy.models import Client
from tests.factories import (
    make_application,
    make_invoice,
    make_order,
    make_packed_order,
    make_seller,
)
from tests.faults.verdict import complain_of_numbers, is_settled, judge

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(settings: Settings) -> Order:
    """Packed, with its mails in the demo's mailbox."""
    settings.EMAIL_BACKEND = "shop.notifications.emails.dev_mailbox.EmailBackend"
    order = make_packed_order()
    send_due(lambda: None)
    return order


def arrived() -> list[str]:
    """The texts of the mails in the demo's mailbox."""
    return list(MailboxEntry.objects.values_list("text", flat=True))


def complain_of(*numbers: str) -> list[str]:
    return list(complain_of_numbers(numbers))


def complaints(order: Order) -> list[str]:
    found: list[str] = judge({1: order.order_hash}, arrived())["complaints"]
    return [complaint.partition(": ")[2] or complaint for complaint in found]


def test_what_went_well_is_not_complained_of(order: Order) -> None:
    assert is_settled()
    assert judge({1: order.order_hash}, arrived()) == {
        "orders": 1,
        "lost": 0,
        "never acknowledged": 0,
        "duplicates": 0,
        "not packed": 0,
        "tries again": 0,
        "most tries of one order": 1,
        "invoices": 0,
        "mails": 2,
        "mails refused": 0,
        "tries again of mails": 0,
        "mails sent twice": 0,
        "complaints": [],
    }


def test_an_order_that_is_gone_counts_as_lost(order: Order) -> None:
    report = judge({1: order.order_hash, 2: "0" * 32}, arrived())
    assert report["lost"] == 1
    assert report["complaints"] == ["1 orders were lost"]


def test_an_order_that_was_written_twice_counts(order: Order) -> None:
    again = make_order()
    report = judge({1: order.order_hash}, arrived())
    assert report["duplicates"] == 1
    assert report["never acknowledged"] == 1
    assert report["complaints"] == [f"order {again.pk}: is pending ", "1 orders were written again"]
    assert not is_settled()


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (
            lambda order: Client.objects.create(
                name="Again", client_admin=order.delivered_client.client_admin
            ),
            "1 Client too many",
        ),
        (
            lambda order: Order.objects.update(invitation=None),
            "does not lead to its own invitation",
        ),
        (lambda order: Packing.objects.update(attempts=F("attempts") + 1), "was tried 2 times"),
        (lambda order: StepRecord.objects.filter(name="member").delete(), "has the steps"),
        (
            lambda order: OrderEvent.objects.filter(state=State.PACKING).delete(),
            "has gaps in its history",
        ),
        (lambda order: Message.objects.filter(kind="received").delete(), "has the mails"),
        (lambda order: Message.objects.update(state="failed"), "has a mail that is failed"),
        (
            lambda order: MailboxEntry.objects.filter(text__contains="/join/").delete(),
            "lacks the mail invitation",
        ),
    ],
)
def test_what_went_wrong_is_complained_of(
    order: Order, spoil: Callable[[Order], object], complaint: str
) -> None:
    spoil(order)
    assert any(said.startswith(complaint) for said in complaints(order))


def test_number_of_an_invoice_that_is_left_out_is_seen(order: Order) -> None:
    make_seller()
    first = make_invoice()
    assert complain_of(first.number) == []
    year = first.number.partition("-")[0]
    assert complain_of(first.number, f"{year}-000003") == [
        f"the invoices of {year} have gaps in their numbers"
    ]


def test_order_that_lacks_its_invoice_is_seen(order: Order) -> None:
    Order.objects.update(billing={"country": "DE"}, application=make_application())
    assert "has invoices with the files []" in complaints(order)
