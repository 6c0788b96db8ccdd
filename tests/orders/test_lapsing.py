"""Orders that nobody completes: reminded of once, then cancelled and emptied."""

from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone

from shop.notifications.models import Message
from shop.notifications.reminding import remind
from shop.orders.filling import fill_in
from shop.orders.lapsing import EMPTIED, cancel_lapsed
from shop.orders.models import Order
from tests.factories import DETAILS, make_bare_order, make_order
from tests.notifications.sent import send_all
from tests.pages import visitor, words

pytestmark = pytest.mark.django_db


def nothing() -> None:
    """A heartbeat nobody listens to."""


def aged(order: Order, days: float) -> Order:
    """`order`, as if it had been placed `days` ago."""
    Order.objects.filter(pk=order.pk).update(created_at=timezone.now() - timedelta(days=days))
    return Order.objects.get(pk=order.pk)


def reminders() -> int:
    return Message.objects.filter(kind="reminder").count()


@pytest.mark.parametrize(("language", "subject"), [
    ("en", "Your order still needs a few details"),
    ("de", "Zu Ihrer Bestellung fehlen noch Angaben"),
])  # fmt: skip
def test_waiting_order_is_reminded_of_once(
    language: str, subject: str, mailoutbox: list[EmailMessage]
) -> None:
    order = aged(make_bare_order(user_email="nina@example.com", language=language), 7.1)
    for _ in range(2):
        remind(nothing)
        send_all()
    (_, mail) = mailoutbox
    assert (mail.to, mail.subject) == (["nina@example.com"], subject)
    assert f"/register/{order.order_hash}/" in str(mail.body)


def test_reminder_is_for_waiting_orders_with_an_address() -> None:
    aged(make_bare_order(user_email="nina@example.com"), 6.9)
    aged(make_bare_order(), 8)
    aged(make_order(), 8)
    remind(nothing)
    assert reminders() == 0


def test_reminder_is_not_sent_where_the_order_was_completed_meanwhile(
    mailoutbox: list[EmailMessage],
) -> None:
    order = aged(make_bare_order(user_email="nina@example.com"), 8)
    remind(nothing)
    details = {name: DETAILS[name] for name in ("client_name", "project_name")}
    assert fill_in(order, details)
    send_all()
    assert [mail.to for mail in mailoutbox] == [["nina@example.com"]]  # the confirmation alone
    assert Message.objects.get(kind="reminder").state == "obsolete"


def test_lapsed_order_is_cancelled_and_emptied() -> None:
    order = aged(make_order(client_name=None, user_first_name="Nina", user_login="nina"), 60.1)
    cancel_lapsed(nothing)
    order.refresh_from_db()
    assert order.state == "cancelled"
    assert {getattr(order, name) for name in EMPTIED} == {None}
    assert Message.objects.count() == 0
    page = words(visitor().get(f"/register/{order.order_hash}/"))
    assert "Cancelled." in page


def test_order_that_is_complete_or_young_stays() -> None:
    orders = [aged(make_order(), 61), aged(make_bare_order(), 59)]
    cancel_lapsed(nothing)
    for order in orders:
        order.refresh_from_db()
        assert order.state == "pending"


def test_cancelled_order_can_no_longer_be_filled_in() -> None:
    order = aged(make_bare_order(), 61)
    late = Order.objects.get(pk=order.pk)
    cancel_lapsed(nothing)
    assert not fill_in(late, DETAILS)
    assert Order.objects.get(pk=order.pk).client_name is None
