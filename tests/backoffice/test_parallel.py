"""Several members of staff at the same moment: one of each action wins, and it is done once."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.utils import timezone

from portal.backoffice.queue.bulk_jobs import begin, count, run_bulk_jobs
from shop.notifications.emails.models import Message
from shop.notifications.emails.resend import Resent, send_again
from shop.notifications.webhooks.models import Delivery
from shop.notifications.webhooks.replay import replay_for
from shop.orders.assignment import appoint_client_admin, assign, set_follow_up, unassign
from shop.orders.cancellation import cancel
from shop.orders.models import Order, OrderEvent
from shop.orders.placing import Caller
from shop.packing.models import Packing
from shop.packing.recovery import approve, retry, retry_now
from shop.tenancy.models import User
from tests.factories import (
    make_application,
    make_order,
    make_packed_order,
    make_staff,
    make_user,
    pack_all,
)
from tests.orders.test_parallel import CALLERS, at_once
from tests.registration.states import order_in

pytestmark = pytest.mark.django_db(transaction=True)

Verb = Callable[[Order, User], object]


def waiting() -> Order:
    order = make_order()
    late = timezone.now() + timedelta(hours=1)
    Packing.objects.create(order=order, attempts=2, next_attempt_at=late)
    return order


def with_sent_mails() -> Order:
    order = make_packed_order()
    order.messages.update(state="sent")
    return order


def with_webhook() -> Order:
    caller = Caller(application=make_application())
    order = make_order("xl", caller, redirection_uri="http://127.0.0.1:9/hook")
    Delivery.objects.update(state=Delivery.State.FAILED, attempts=10)
    return order


def taken() -> Order:
    order = make_order()
    Order.objects.update(taken_by=make_staff(email="ada@example.com"))
    return order


def appoint(order: Order, staff: User) -> bool:
    return appoint_client_admin(order, staff, staff)


@pytest.mark.parametrize(
    ("make", "verb"),
    [
        (make_order, lambda order, staff: assign(order, staff, actor=staff)),
        (
            taken,
            lambda order, _staff: unassign(order, User.objects.get(email="ada@example.com")),
        ),
        (make_order, lambda order, staff: set_follow_up(order, staff, date(2030, 1, 2))),
        (lambda: order_in("need_human"), approve),
        (lambda: order_in("has_packing_errors"), retry),
        (waiting, retry_now),
        (
            lambda: order_in("need_human"),
            lambda order, staff: cancel(order, staff, reason="Zu."),
        ),
        (with_webhook, replay_for),
        (make_packed_order, appoint),
    ],
    ids=["take", "back", "follow_up", "approve", "retry", "hurry", "cancel", "webhook", "appoint"],
)
def test_one_of_several_wins(make: Callable[[], Order], verb: Verb) -> None:
    order = make()
    people = [make_user(is_staff=True) for _ in range(CALLERS)]
    related = ("delivered_client", "taken_by")
    seen = [Order.objects.select_related(*related).get(pk=order.pk) for _ in people]
    won = at_once(lambda number: bool(verb(seen[number], people[number])))
    assert sorted(won) == [False] * (CALLERS - 1) + [True]


@pytest.mark.parametrize("kind", ["received", "invitation"])
def test_mail_is_sent_again_once(kind: str) -> None:
    order = with_sent_mails()
    people = [make_user(is_staff=True) for _ in range(CALLERS)]
    found = [
        Message.objects.select_related("order__invitation").get(order=order, kind=kind)
        for _ in people
    ]
    won = at_once(lambda number: send_again(found[number], people[number]))
    assert [won.count(each) for each in (Resent.QUEUED, Resent.TOO_LATE)] == [1, CALLERS - 1]
    assert order.messages.filter(kind=kind).count() == 2
    assert order.events.filter(kind="sent_again").count() == 1


def test_several_workers_do_nothing_of_a_bulk_action_twice() -> None:
    for _ in range(12):
        make_order("xl")
    pack_all()
    job = begin("approve", Order.objects.all(), make_staff())
    at_once(lambda _number: run_bulk_jobs(lambda: None))
    assert count(job)["done"] == 12
    assert OrderEvent.objects.filter(kind="approved").count() == 12
    job.refresh_from_db()
    assert job.finished_at
