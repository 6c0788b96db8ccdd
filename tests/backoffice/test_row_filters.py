"""Filters that other pages link to: by reason, step, application, client, day, colleague, invoice."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from shop.access.applications import create_application
from shop.billing.balances import settle, tell_overdue
from shop.orders.placing import Caller
from shop.packing.models import Packing
from tests.backoffice.test_filters import change, shown, wanted
from tests.factories import (
    make_bare_order,
    make_invoice,
    make_order,
    make_packed_order,
    make_project,
    make_staff,
)
from tests.registration.states import order_in

pytestmark = pytest.mark.django_db


def test_taken_by_a_colleague() -> None:
    person, bystander = make_staff("agent"), make_staff("agent")
    theirs, other = (order_in("need_human") for _ in range(2))
    change(theirs, taken_by=person)
    change(other, taken_by=bystander)
    assert shown(f"taken={person.pk}") == {theirs.pk}


def test_reason_and_step_of_orders_under_way() -> None:
    service, full, cancelled = (order_in("has_packing_errors") for _ in range(3))
    done = make_packed_order()
    change(service, fault="tries_used_up")
    change(full, fault="no_place")
    change(cancelled, fault="tries_used_up", state="cancelled")
    for order, step in ((service, "client"), (full, "member"), (cancelled, "client")):
        Packing.objects.update_or_create(order=order, defaults={"last_step": step})
    Packing.objects.filter(order=done).update(last_step="client")
    assert shown("fault=tries_used_up") == {service.pk}
    assert shown("fault=tries_used_up&show=has_packing_errors") == {service.pk}
    assert shown("step=client") == {service.pk}
    assert shown("step=member&fault=no_place") == {full.pk}
    assert shown("step=client&fault=no_place") == shown("step=client&show=packed") == set()
    assert shown("step=client&q=constantin") == {service.pk}


def test_orders_of_an_application() -> None:
    application, bystander = (create_application(name)[0] for name in ("Dispo", "Other"))
    order = make_order(caller=Caller(application=application))
    make_order(caller=Caller(application=bystander))
    make_order()
    assert shown(f"application={application.pk}") == {order.pk}
    assert shown(f"application={application.pk}&show=packed") == set()


def test_orders_that_name_a_client_or_were_delivered_to_it() -> None:
    project, bystander = make_project(), make_project()
    named, delivered, other = (make_bare_order() for _ in range(3))
    change(named, client_id=project.client.pk)
    change(delivered, delivered_client=project.client)
    change(other, client_id=bystander.client.pk)
    assert shown(f"client={project.client.pk}") == {named.pk, delivered.pk}


def test_days_are_those_of_placing_both_included() -> None:
    days = ("2026-03-28 23:30", "2026-03-29 00:30", "2026-03-30 23:59", "2026-03-31 00:00")
    before, first, last, after = (make_order() for _day in days)
    for order, day in zip((before, first, last, after), days, strict=True):
        at = timezone.make_aware(datetime.fromisoformat(day))
        change(order, created_at=at)
    assert shown("from=2026-03-29&to=2026-03-30") == {first.pk, last.pk}
    assert shown("from=2026-03-30") == {last.pk, after.pk}
    assert shown("to=2026-03-28&show=pending") == {before.pk}
    assert wanted("from=2026-03-29&sort=waiting").order_by == ("created_at", True)


def test_orders_with_an_overdue_invoice() -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    overdue, paid = (make_invoice(due_on=yesterday) for _ in range(2))
    make_invoice()
    tell_overdue(lambda: None)
    assert shown("invoice=overdue") == {each.subscription.order_id for each in (overdue, paid)}
    paid.payments.create(amount_cents=paid.gross_cents, paid_on=yesterday)
    settle(paid)
    assert shown("invoice=overdue") == {overdue.subscription.order_id}
    assert shown("invoice=overdue&show=need_human") == set()
