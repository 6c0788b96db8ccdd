"""The record of a bulk action: its list, its orders, and the histories that name it."""

import pytest

from portal.backoffice import row_pages
from portal.backoffice.models import BulkJob
from portal.backoffice.queue.bulk_jobs import begin, run_bulk_jobs, stop
from shop.orders.assignment import add_note
from shop.orders.models import Order, OrderEvent
from shop.orders.order_erasure import empty_orders
from shop.tenancy.colleagues import end_access
from tests.factories import make_order, make_packed_order, make_staff, pack_all
from tests.pages import html, visitor, words

pytestmark = pytest.mark.django_db

Action = BulkJob.Action


def stuck(number: int) -> list[Order]:
    orders = [make_order("xl", client_name=f"Film {each}") for each in range(number)]
    pack_all()
    return orders


def approved(orders: list[Order]) -> BulkJob:
    """A job that has approved `orders`, as far as they can be."""
    actor = make_staff("agent")
    chosen = Order.objects.filter(pk__in=[each.pk for each in orders])
    return begin(Action.APPROVE, chosen, actor)


def work() -> None:
    run_bulk_jobs(lambda: None)


def test_ended_job_lists_what_was_done_and_what_was_not() -> None:
    first, second = stuck(2)
    bystander = make_order("xl")
    job = approved([first, second])
    Order.objects.filter(pk=second.pk).update(state="cancelled")
    work()
    page = visitor(make_staff("agent")).get(f"/staff/bulk/{job.pk}/")
    assert f"{first.order_number} Film 0 done received" in words(page)
    assert f"{second.order_number} Film 1 left out: it had changed" in words(page)
    assert f"/staff/orders/{first.pk}/" in html(page)
    assert str(bystander.order_number) not in words(page)
    page = visitor(make_staff("agent")).get(f"/staff/bulk/{job.pk}/?outcome=left")
    assert str(second.order_number) in words(page)
    assert str(first.order_number) not in words(page)


def test_list_of_orders_has_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_pages, "A_PAGE", 2)
    orders = stuck(3)
    job = approved(orders)
    work()
    browser = visitor(make_staff("agent"))
    path = f"/staff/bulk/{job.pk}/"
    first = html(browser.get(path))
    assert str(orders[1].order_number) in first
    assert str(orders[2].order_number) not in first
    after = first.partition('rel="next" href="')[2].partition('"')[0]
    second = html(browser.get(path + after))
    assert str(orders[2].order_number) in second
    assert str(orders[1].order_number) not in second


def test_history_of_an_order_names_the_job_that_changed_it() -> None:
    order, bystander = stuck(2)
    staff = make_staff("agent")
    add_note(order, staff, "Called before.")
    job = approved([order])
    work()
    named = OrderEvent.objects.filter(details__bulk=job.pk)
    assert {event.order_id for event in named} == {order.pk}
    assert not OrderEvent.objects.filter(note="Called before.", details__bulk=job.pk).exists()
    browser = visitor(staff)
    page = html(browser.get(f"/staff/orders/{order.pk}/"))
    assert f'<a href="/staff/bulk/{job.pk}/">Bulk action {job.pk}</a>' in page
    assert (
        "Bulk action"
        not in html(browser.get(f"/staff/orders/{bystander.pk}/")).partition('id="happened"')[2]
    )
    viewer = visitor(make_staff("viewer"))
    assert f"/staff/bulk/{job.pk}/" not in html(viewer.get(f"/staff/orders/{order.pk}/"))


def test_jobs_are_listed_with_what_they_did_to_how_many() -> None:
    orders = stuck(3)
    job = approved(orders)
    Order.objects.filter(pk=orders[2].pk).update(state="cancelled")
    work()
    job.refresh_from_db()
    assert (job.number, job.number_done) == (3, 2)
    stopped = approved(orders[:2])
    assert stop(stopped)
    stopped.refresh_from_db()
    assert (stopped.number, stopped.number_done) == (0, 0)
    page = words(visitor(make_staff("agent")).get("/staff/bulk/"))
    assert f"{job.actor.get_full_name()} 2 of 3 ended" in page


@pytest.mark.parametrize("number", [1, 5])
def test_page_of_a_job_asks_as_much_for_many_orders(
    number: int, django_assert_num_queries: object
) -> None:
    job = approved(stuck(number))
    work()
    browser = visitor(make_staff())
    browser.get("/staff/bulk/")
    with django_assert_num_queries(7):  # type: ignore[operator]
        browser.get(f"/staff/bulk/{job.pk}/")


def test_erased_person_is_taken_out_of_the_note_of_a_bulk_action() -> None:
    order, bystander = make_packed_order(user_last_name="Neumann"), make_packed_order()
    actor, note = make_staff("agent"), "Frau Neumann ruft an."
    job, other = (
        begin(Action.NOTE, Order.objects.filter(pk=each.pk), actor, reason=note)
        for each in (order, bystander)
    )
    work()
    empty_orders(Order.objects.filter(pk=order.pk))
    job.refresh_from_db()
    other.refresh_from_db()
    assert (job.reason, other.reason) == ("Frau … ruft an.", note)


def test_job_of_a_colleague_who_has_left_is_stopped() -> None:
    first, second, third, bystander = stuck(4)
    job, other = approved([first, second, third]), approved([bystander])
    assert end_access(job.actor)
    work()
    job.refresh_from_db()
    other.refresh_from_db()
    assert (job.stopped, job.number_done) == (True, 0)
    assert (other.stopped, other.number_done) == (False, 1)
    states = [Order.objects.get(pk=each.pk).state for each in (first, bystander)]
    assert states == ["need_human", "pending"]
