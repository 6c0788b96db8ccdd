"""The digest for staff: what has waited for them for too long, once."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.mail import EmailMessage
from django.utils import timezone
from pytest_django import Settings

from shop.notifications.emails.models import Message
from shop.notifications.emails.staff_digest import queue_staff_digest
from shop.notifications.webhooks.models import Delivery
from shop.orders.models import Order, OrderEvent
from shop.tenancy.models import User
from tests.factories import make_order, make_user
from tests.notifications.sent import send_all
from tests.registration.states import order_in

pytestmark = pytest.mark.django_db


def agent(**fields: Any) -> User:
    person = make_user(is_staff=True, **fields)
    person.groups.add(Group.objects.get(name="agent"))
    return person


def stuck(minutes: int, situation: str = "need_human") -> Order:
    order = order_in(situation)
    since = timezone.now() - timedelta(minutes=minutes)
    Order.objects.filter(pk=order.pk).update(updated_at=since)
    order.refresh_from_db()
    return order


def digests() -> list[Message]:
    return list(Message.objects.filter(kind="alarm").order_by("pk"))


def look() -> None:
    queue_staff_digest(lambda: None)


def let_pass(**span: float) -> None:
    """As if that much time had passed: everything is so much older."""
    for model, name in (
        (Message, "created_at"),
        (Order, "updated_at"),
        (Delivery, "next_attempt_at"),
    ):
        for row in model.objects.all():
            older = {name: getattr(row, name) - timedelta(**span)}
            if isinstance(row, Message) and row.kind == "alarm":
                row.dedupe_key = f"alarm:{older['created_at']:%Y-%m-%dT%H}"
                row.save()
            model.objects.filter(pk=row.pk).update(**older)


def test_digest_tells_what_waits_for_longer_than_an_hour() -> None:
    person = agent(language="de")
    order, _young = stuck(75), stuck(50)
    look()
    [digest] = digests()
    assert (digest.user, digest.recipient, digest.language) == (person, person.email, "de")
    assert digest.details == {
        "count": 1,
        "oldest_minutes": 75,
        "orders": [
            {
                "pk": order.pk,
                "number": order.order_number,
                "state": "need_human",
                "reason": "manual_tier",
                "since": order.updated_at.isoformat(),
            }
        ],
    }


def test_nothing_that_waits_means_no_mail() -> None:
    agent()
    stuck(50)
    stuck(90, "details")
    stuck(90, "packed")
    look()
    assert digests() == []


def test_order_that_stands_still_and_webhook_that_was_given_up_count() -> None:
    agent()
    packing, pending = stuck(70, "packing"), stuck(80, "pending")
    told = make_order()
    Order.objects.filter(pk=told.pk).update(state="cancelled")
    last_try = timezone.now() - timedelta(minutes=90)
    for state in ("failed", "delivered"):
        event = OrderEvent.objects.create(order=told)
        Delivery.objects.create(
            order=told,
            event=event,
            payload="",
            receiver="x:443",
            state=state,
            next_attempt_at=last_try,
        )
    look()
    [digest] = digests()
    assert [(line["pk"], line["reason"]) for line in digest.details["orders"]] == [
        (told.pk, "webhook"),
        (pending.pk, ""),
        (packing.pk, ""),
    ]


def test_ten_orders_are_named_and_all_counted() -> None:
    agent()
    orders = [stuck(200 - minutes) for minutes in range(12)]
    look()
    [digest] = digests()
    assert digest.details["count"] == 12
    named = [line["pk"] for line in digest.details["orders"]]
    assert named == [order.pk for order in orders[:10]]


def test_what_was_told_is_not_told_again_for_four_hours() -> None:
    agent()
    stuck(75)
    for hours in (0, 1, 2):
        let_pass(hours=hours)
        look()
    assert len(digests()) == 1
    let_pass(hours=1)
    look()
    assert len(digests()) == 2


def test_something_new_is_told_within_the_hours() -> None:
    agent()
    stuck(75)
    look()
    stuck(30)
    let_pass(hours=1)
    look()
    assert [digest.details["count"] for digest in digests()] == [1, 2]


def test_two_workers_that_look_at_once_tell_it_once(stopped_clock: datetime) -> None:
    person = agent()
    stuck(75)
    look()
    [digest] = digests()
    assert digest.dedupe_key == f"alarm:{stopped_clock:%Y-%m-%dT%H}"
    again = Message(
        kind="alarm", user=person, recipient="x@example.com", dedupe_key=digest.dedupe_key
    )
    Message.objects.bulk_create([again], ignore_conflicts=True)
    assert len(digests()) == 1


def test_only_those_who_may_mend_orders_are_told(settings: Settings) -> None:
    by_group, boss = agent(), make_user(is_staff=True, is_superuser=True)
    in_person = make_user(is_staff=True)
    in_person.user_permissions.add(Permission.objects.get(codename="mend_order"))
    viewer = make_user(is_staff=True)
    viewer.groups.add(Group.objects.get(name="viewer"))
    agent(is_active=False)
    agent(joined_at=None)
    agent(demo=True)
    customer = make_user()
    customer.groups.add(Group.objects.get(name="agent"))
    settings.DEMO = False
    stuck(75)
    look()
    assert {digest.user for digest in digests()} == {by_group, boss, in_person}


def test_times_are_settings(settings: Settings) -> None:
    settings.ALARM_AFTER_MINUTES = 20
    agent()
    stuck(25)
    look()
    assert len(digests()) == 1


def test_digest_is_sent_and_leads_to_the_back_office(
    settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    agent(language="en")
    stuck(75)
    look()
    Message.objects.exclude(kind="alarm").delete()
    send_all()
    [mail] = mailoutbox
    assert mail.subject.startswith("1 order need")
    assert f"{settings.BASE_URL}/staff/" in str(mail.body)
