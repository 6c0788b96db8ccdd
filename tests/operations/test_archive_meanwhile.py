"""An order that is archived after a request has read it, and before it writes about it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.http import Http404, HttpResponse
from django.test import RequestFactory
from django.urls import resolve

from shop.access.call_counts import counts
from shop.access.models import CallCount
from shop.archived_meanwhile import ArchivedMeanwhileMiddleware
from shop.log_context import note_order
from shop.notifications.webhooks.models import Delivery
from shop.orders.archived_order import ArchivedOrder
from shop.orders.archiving import unarchived
from shop.orders.assignment import add_note
from shop.orders.member_orders import remove_member_for
from shop.orders.models import Order, OrderEvent
from shop.orders.placing import Caller
from shop.tenancy.models import Membership
from tests.api.calls import patch
from tests.factories import make_application, make_staff, make_token
from tests.operations.archived import archive_all, make_finished_order
from tests.pages import html, visitor, words
from tests.registration.test_billing import TYPED

pytestmark = pytest.mark.django_db


@contextmanager
def archived_once_read(column: str = "order_number") -> Iterator[None]:
    """Have the archiver run as soon as somebody has read this column of an order."""
    archived: list[int] = []

    def archive_behind(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if sql.startswith("SELECT") and f'"orders_order"."{column}"' in sql and not archived:
            archived.append(0)  # the archiver reads orders, too
            archived[0] = archive_all()
        return result

    with connection.execute_wrapper(archive_behind):
        yield
    assert archived == [1]


@pytest.mark.django_db(transaction=True)  # the database checks references as it commits
def test_note_of_staff_brings_it_back() -> None:
    order, staff = make_finished_order(), make_staff()
    browser = visitor(staff)
    with archived_once_read():
        answer = browser.post(f"/staff/orders/{order.pk}/note/", {"text": "Called back."})
    assert (answer.status_code, answer["Location"]) == (302, f"/staff/orders/{order.pk}/")
    note = OrderEvent.objects.get(kind=OrderEvent.Kind.NOTE)
    assert (note.order, note.actor, note.note) == (order, staff, "Called back.")
    assert not ArchivedOrder.objects.exists()


def test_note_on_a_page_that_was_open_brings_it_back() -> None:
    order = make_finished_order()
    archive_all()
    answer = visitor(make_staff()).post(
        f"/staff/orders/{order.pk}/note/", {"text": "Called back."}, follow=True
    )
    assert "Called back." in words(answer)
    assert not ArchivedOrder.objects.exists()
    assert visitor(make_staff()).post(f"/staff/orders/{order.pk + 1}/note/").status_code == 404


def test_webhook_is_sent_again() -> None:
    uri = "https://partner.example/hook"
    caller = Caller(application=make_application())
    order = make_finished_order(caller=caller, redirection_uri=uri)
    browser = visitor(make_staff())
    with archived_once_read():
        answer = browser.post(f"/staff/orders/{order.pk}/webhooks/", follow=True)
    assert answer.status_code == 200
    assert set(Delivery.objects.values_list("order", "state")) == {(order.pk, "waiting")}


def placed_by_partner() -> tuple[Order, str]:
    application = make_application()
    order = make_finished_order(caller=Caller(application=application))
    return order, make_token(application)


def test_change_by_a_program_is_refused() -> None:
    order, token = placed_by_partner()
    with archived_once_read():
        answer = patch(token, order.order_hash, reference="PO-2")
    assert answer.status_code == 409
    assert "order_archived" in html(answer)
    assert ArchivedOrder.objects.get().order.reference is None


def test_call_that_is_answered_the_second_time_is_counted_once() -> None:
    order, token = placed_by_partner()
    with archived_once_read():
        assert patch(token, order.order_hash, reference="PO-2").status_code == 409
    counts.write()
    (counted,) = CallCount.objects.all()
    assert (counted.operation, counted.status) == ("PATCH /api/orders/{order_hash}", 409)
    assert counted.number == 1


def test_customer_is_shown_the_archived_page() -> None:
    order = make_finished_order()
    with archived_once_read():
        answer = visitor().post(f"/register/{order.order_hash}/billing/", TYPED)
    assert (answer.status_code, answer["Location"]) == (302, f"/register/{order.order_hash}/")


def test_removal_of_a_member_leaves_it_archived() -> None:
    order = make_finished_order()
    membership = Membership.objects.get(user=order.member)
    staff = make_staff()
    with archived_once_read("id"):
        assert remove_member_for(membership, staff)
    assert not Membership.objects.filter(pk=membership.pk).exists()
    assert ArchivedOrder.objects.get().pk == order.pk
    connection.check_constraints()


def test_row_of_whoever_has_read_it_before_brings_it_back() -> None:
    order = make_finished_order()
    assert archive_all() == 1
    assert not order.is_archived  # as it was read before
    with transaction.atomic():
        back = unarchived(order)
        add_note(back, make_staff(), "Called back.")
    assert back.events.filter(kind=OrderEvent.Kind.NOTE).count() == 1


def test_view_is_called_again_only_where_its_order_is_archived() -> None:
    order = make_finished_order()
    request = RequestFactory().get(f"/register/{order.order_hash}/")
    request.resolver_match = resolve(request.path)
    answer = ArchivedMeanwhileMiddleware(HttpResponse).process_exception
    note_order(order)
    assert answer(request, Http404()) is None
    archive_all()
    assert answer(request, OperationalError()) is None
    assert answer(request, ValueError()) is None
    found = answer(request, Http404())
    assert found is not None
    assert "This order is archived" in found.content.decode()
