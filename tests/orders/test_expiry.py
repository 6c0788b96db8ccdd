"""Orders that nobody completes: reminded of once, then cancelled and emptied; open ones deleted."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import IntegrityError, connection
from django.db.models.signals import pre_delete
from django.utils import timezone
from pytest_django import Settings

from shop.notifications.emails.models import Message
from shop.notifications.emails.queue import queue_reminders
from shop.orders.cancellation import expire_incomplete
from shop.orders.missing_details import fill_in
from shop.orders.models import Basket, Order, OrderEvent
from shop.orders.open_orders import Owner, delete_open, delete_stale_baskets, open_order
from shop.orders.order_fields import ERASED_AT_EXPIRY
from shop.orders.placing import NotOpenError
from shop.orders.signals import orders_emptied
from shop.worker.row_failures import RowsFailedError
from tests.factories import DETAILS, make_bare_order, make_order
from tests.notifications.sent import send_all
from tests.open_order.calls import Program, by_cookie, fill, submit
from tests.pages import visitor, words
from tests.signals import failing

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
        queue_reminders(nothing)
        send_all()
    (_, mail) = mailoutbox
    assert (mail.to, mail.subject) == (["nina@example.com"], subject)
    assert f"/register/{order.order_hash}/" in str(mail.body)


def test_reminder_is_for_waiting_orders_with_an_address() -> None:
    aged(make_bare_order(user_email="nina@example.com"), 6.9)
    aged(make_bare_order(), 8)
    aged(make_order(), 8)
    queue_reminders(nothing)
    assert reminders() == 0


def test_reminder_is_not_sent_where_the_order_was_completed_meanwhile(
    mailoutbox: list[EmailMessage],
) -> None:
    order = aged(make_bare_order(user_email="nina@example.com"), 8)
    queue_reminders(nothing)
    details = {name: DETAILS[name] for name in ("client_name", "project_name")}
    assert fill_in(order, details)
    send_all()
    assert [mail.to for mail in mailoutbox] == [["nina@example.com"]]  # the confirmation alone
    assert Message.objects.get(kind="reminder").state == "obsolete"


def test_reminder_that_cannot_be_queued_keeps_no_other_from_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bad, good = (aged(make_bare_order(user_email="nina@example.com"), 8) for _ in range(2))

    def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("INSERT") and bad.pk in params:
            raise IntegrityError("This one is broken.")
        return execute(sql, params, many, context)

    refused = connection.execute_wrapper(refuse)
    with refused, pytest.raises(RowsFailedError, match="1 failed"):
        queue_reminders(nothing)
    assert f"The reminder of {bad} could not be queued." in caplog.messages
    assert [each.order for each in Message.objects.filter(kind="reminder")] == [good]


def test_lapsed_order_is_cancelled_and_emptied() -> None:
    order = aged(make_order(client_name=None, user_first_name="Nina", user_login="nina"), 60.1)
    expire_incomplete(nothing)
    order.refresh_from_db()
    assert order.state == "cancelled"
    assert {getattr(order, name) for name in ERASED_AT_EXPIRY} == {None}
    # What is left is the mail that tells of it, until it is sent.
    assert list(Message.objects.values_list("kind", flat=True)) == ["cancelled"]
    page = words(visitor().get(f"/register/{order.order_hash}/"))
    assert "Cancelled." in page


def test_order_that_cannot_be_cancelled_keeps_no_other_from_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bad, good = aged(make_bare_order(), 61), aged(make_bare_order(), 61)
    fails = failing(orders_emptied, lambda told: told["orders"] == [bad.pk])
    with fails, pytest.raises(RowsFailedError, match="1 failed"):
        expire_incomplete(nothing)
    assert f"{bad} is incomplete and could not be cancelled." in caplog.messages
    states = {each.pk: each.state for each in Order.objects.all()}
    assert states == {bad.pk: "pending", good.pk: "cancelled"}


def test_order_that_is_complete_or_young_stays() -> None:
    orders = [aged(make_order(), 61), aged(make_bare_order(), 59)]
    expire_incomplete(nothing)
    for order in orders:
        order.refresh_from_db()
        assert order.state == "pending"


def test_cancelled_order_can_no_longer_be_filled_in() -> None:
    order = aged(make_bare_order(), 61)
    late = Order.objects.get(pk=order.pk)
    expire_incomplete(nothing)
    assert not fill_in(late, DETAILS)
    assert Order.objects.get(pk=order.pk).client_name is None


def aged_open(program: Program, days: float) -> Order:
    """An open order with a basket that nobody has touched for so long."""
    fill(program)
    order = Order.objects.latest("pk")
    Order.objects.filter(pk=order.pk).update(updated_at=timezone.now() - timedelta(days=days))
    return order


def test_open_order_that_is_left_alone_is_deleted_with_all_it_holds() -> None:
    aged_open(by_cookie(), 30.1)
    delete_stale_baskets(nothing)
    assert not Order.objects.exists()
    assert not Basket.objects.exists()
    assert not OrderEvent.objects.exists()
    assert by_cookie().get("/order").status_code == 404
    assert by_cookie().post("/order").status_code == 201


def test_days_of_an_open_order_are_a_setting(settings: Settings) -> None:
    assert settings.OPEN_ORDER_DAYS == 30
    aged_open(by_cookie(), 2.1)
    delete_stale_baskets(nothing)
    assert Order.objects.exists()
    settings.OPEN_ORDER_DAYS = 2
    delete_stale_baskets(nothing)
    assert not Order.objects.exists()


def test_open_order_is_young_again_once_it_is_touched() -> None:
    aged_open(by_cookie(), 30.1)
    assert by_cookie().put("/order/account/user", {"userName": "nina"}).status_code == 200
    delete_stale_baskets(nothing)
    assert Order.objects.exists()


def test_looking_does_not_touch_an_open_order() -> None:
    aged_open(by_cookie(), 30.1)
    assert by_cookie().get("/order/quote").status_code == 200
    assert by_cookie().put("/order/account", {}).status_code == 400
    delete_stale_baskets(nothing)
    assert not Order.objects.exists()


def test_old_open_order_that_is_touched_stays_however_old() -> None:
    order = aged_open(by_cookie(), 29.9)
    aged(order, 400)
    delete_stale_baskets(nothing)
    assert Order.objects.exists()


@pytest.mark.parametrize("state", ["pending", "packed", "cancelled", "need_human"])
def test_placed_order_is_never_deleted(state: str) -> None:
    order = aged_open(by_cookie(), 400)
    assert submit(by_cookie()).status_code == 202
    old = timezone.now() - timedelta(days=400)
    Order.objects.filter(pk=order.pk).update(state=state, updated_at=old, created_at=old)
    delete_stale_baskets(nothing)
    order.refresh_from_db()
    assert order.state == state
    assert Basket.objects.exists()


def test_open_order_is_not_deleted_where_it_was_touched_meanwhile() -> None:
    order = aged_open(by_cookie(), 30.1)
    before = timezone.now() - timedelta(days=30)
    by_cookie().put("/order/account/user", {"userName": "nina"})
    with pytest.raises(NotOpenError):
        delete_open(order, untouched_since=before)
    assert Order.objects.exists()


def test_many_abandoned_orders_are_deleted_in_one_go_with_heartbeats() -> None:
    for _ in range(120):
        open_order(Owner())
    Order.objects.update(updated_at=timezone.now() - timedelta(days=31))
    beats: list[None] = []
    delete_stale_baskets(lambda: beats.append(None))
    assert (len(beats), Order.objects.count()) == (120, 0)


def test_open_order_that_cannot_be_deleted_keeps_no_other_from_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bad, _good = (open_order(Owner())[0] for _ in range(2))
    Order.objects.update(updated_at=timezone.now() - timedelta(days=31))
    fails = failing(pre_delete, lambda told: told["instance"] == bad)
    with fails, pytest.raises(RowsFailedError, match="1 failed"):
        delete_stale_baskets(nothing)
    assert f"Open order {bad.pk} could not be deleted." in caplog.messages
    assert list(Order.objects.all()) == [bad]
    assert set(Basket.objects.values_list("order", flat=True)) == {bad.pk}


def test_open_order_is_neither_cancelled_nor_reminded_of() -> None:
    aged(aged_open(by_cookie(), 61), 61)
    expire_incomplete(nothing)
    queue_reminders(nothing)
    assert Order.objects.get().state == "new"
    assert reminders() == 0
