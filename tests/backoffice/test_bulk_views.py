"""Bulk actions: orders are chosen, confirmed, and worked on in the background."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError

from portal.backoffice.models import BulkItem, BulkJob
from portal.backoffice.queue import bulk_jobs
from portal.backoffice.queue.bulk_jobs import begin, count, run_bulk_jobs, stop
from shop.orders.models import Order, OrderEvent
from tests.factories import make_order, make_staff, pack_all
from tests.pages import Response, error_beside, fields, html, visitor, words
from tests.registration.states import order_in

pytestmark = pytest.mark.django_db

Action = BulkJob.Action


def stuck(number: int = 3) -> list[Order]:
    orders = [make_order("xl", client_name=f"Film {each}") for each in range(number)]
    pack_all()
    return orders


def work() -> None:
    run_bulk_jobs(lambda: None)


def choose(action: str, orders: list[Order], **form: Any) -> Response:
    chosen = {"action": action, "order": [order.pk for order in orders], **form}
    return visitor(make_staff("agent")).post("/staff/bulk/new/", chosen)


def confirm(page: Response, **form: Any) -> Response:
    hidden: dict[str, Any] = {**fields(page), "confirmed": "1"}
    hidden["order"] = [each.split('"')[0] for each in html(page).split('name="order" value="')[1:]]
    browser = visitor(make_staff("agent"))
    return browser.post("/staff/bulk/new/", {**hidden, **form}, follow=True)


def states() -> list[str]:
    return list(Order.objects.order_by("pk").values_list("state", flat=True))


def test_number_is_shown_before_and_nothing_is_done_yet() -> None:
    orders = [*stuck(3), order_in("packed")]
    page = choose("approve", orders)
    assert page.status_code == 200
    assert "Approve: 3 orders" in words(page)
    assert "1 of the selected orders is left out" in words(page)
    assert not BulkJob.objects.exists()
    assert states() == ["need_human"] * 3 + ["packed"]


def test_confirmed_action_is_worked_in_the_background() -> None:
    orders = stuck(3)
    page = confirm(choose("approve", orders[:2]))
    job = BulkJob.objects.get()
    assert page.request["PATH_INFO"] == f"/staff/bulk/{job.pk}/"
    assert "Approve: 0 of 2" in words(page)
    assert states() == ["need_human"] * 3
    work()
    assert states() == ["pending", "pending", "need_human"]
    page = visitor(make_staff("agent")).get(f"/staff/bulk/{job.pk}/")
    assert "Approve: 2 of 2 2/2 It has ended." in words(page)
    events = OrderEvent.objects.filter(kind="approved")
    assert {event.actor for event in events} == {job.actor}


def test_all_that_match_are_chosen_by_the_filter() -> None:
    stuck(2)
    order_in("has_packing_errors")
    page = choose("cancel", [], all="1", filter="show=need_human")
    assert "Cancel permanently: 2 orders" in words(page)
    confirm(page, reason="Zu.", confirm="on")
    work()
    assert states() == ["cancelled", "cancelled", "has_packing_errors"]


def test_what_is_done_is_what_was_seen() -> None:
    stuck(2)
    page = choose("approve", [], all="1", filter="show=need_human")
    stuck(1)
    again = confirm(page)
    assert again.status_code == 422
    assert "These orders have changed in the meantime" in words(again)
    assert "Approve: 3 orders" in words(again)
    assert not BulkJob.objects.exists()
    assert confirm(again).status_code == 200
    assert BulkItem.objects.count() == 3


def test_orders_that_come_to_match_later_are_left_alone() -> None:
    confirm(choose("approve", stuck(2)))
    stuck(1)
    work()
    assert states() == ["pending", "pending", "need_human"]


@pytest.mark.parametrize(
    ("action", "form", "field"),
    [
        ("cancel", {"reason": "", "confirm": "on"}, "reason"),
        ("cancel", {"reason": "Zu."}, "confirm"),
        ("assign", {}, "assignee"),
        ("assign", {"assignee": "0"}, "assignee"),
        ("note", {"reason": " "}, "reason"),
        ("follow_up", {"follow_up_on": "soon"}, "follow_up_on"),
    ],
)
def test_what_is_missing_is_asked_for(action: str, form: dict[str, str], field: str) -> None:
    page = confirm(choose(action, stuck(1)), **form)
    assert page.status_code == 422
    assert error_beside(page, field)
    assert not BulkJob.objects.exists()


def test_orders_are_assigned_to_somebody_who_may_mend_them() -> None:
    orders, able, viewer = stuck(2), make_staff("agent"), make_staff("viewer")
    page = choose("assign", orders)
    assert able.email in html(page)
    assert viewer.email not in html(page)
    confirm(page, assignee=str(able.pk))
    work()
    assert set(Order.objects.values_list("taken_by", flat=True)) == {able.pk}


def test_order_that_went_on_meanwhile_is_named_and_left_alone() -> None:
    orders = stuck(2)
    confirm(choose("approve", orders))
    Order.objects.filter(pk=orders[0].pk).update(state="cancelled")
    work()
    page = visitor(make_staff("agent")).get(f"/staff/bulk/{BulkJob.objects.get().pk}/")
    said = f"{orders[0].order_number} Film 0 left out: it had changed in the meantime"
    assert said in words(page)
    assert states() == ["cancelled", "pending"]


@pytest.mark.parametrize(
    "form",
    [
        {"action": "approve"},
        {"action": "burn", "order": ["1"]},
        {"action": "approve", "order": ["x", "-1", "9" * 30]},
        {"order": ["1"]},
    ],
)
def test_nothing_chosen_is_told_kindly(form: dict[str, Any]) -> None:
    stuck(1)
    page = visitor(make_staff("agent")).post("/staff/bulk/new/", form, follow=True)
    assert page.request["PATH_INFO"] == "/staff/"
    assert "Choose an action and select at least one order." in words(page)


def test_nothing_that_fits_is_told() -> None:
    page = choose("approve", [order_in("packed")])
    assert "This is not possible for any of the selected orders." in words(page)


class Killed(BaseException):
    """The worker is killed."""


def dies_at(number: int) -> Iterator[None]:
    for each in itertools.count(1):
        if each == number:
            raise Killed
        yield


@pytest.mark.parametrize("at", [1, 2, 3])
def test_killed_worker_goes_on_and_does_nothing_twice(
    at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = begin(Action.APPROVE, Order.objects.filter(pk__in=[o.pk for o in stuck(3)]), make_staff())
    life = dies_at(at)
    act = bulk_jobs._act

    def act_then_die(job: BulkJob, order: Order) -> bool:
        done = act(job, order)
        next(life)
        return done

    with monkeypatch.context() as patch:
        patch.setattr(bulk_jobs, "_act", act_then_die)
        with pytest.raises(Killed):
            work()
    assert count(job)["done"] == at - 1
    assert states().count("pending") == at - 1
    work()
    assert count(job)["done"] == 3
    assert OrderEvent.objects.filter(kind="approved").count() == 3
    job.refresh_from_db()
    assert job.finished_at


def test_database_that_is_away_fails_no_order(monkeypatch: pytest.MonkeyPatch) -> None:
    job = begin(Action.APPROVE, Order.objects.filter(pk=stuck(1)[0].pk), make_staff())

    def away(job: BulkJob, order: Order) -> bool:
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(bulk_jobs, "_act", away)
        with pytest.raises(OperationalError):
            work()
    assert count(job)["waiting"] == 1


def test_fault_of_our_own_stops_one_order_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    orders = stuck(2)
    job = begin(Action.APPROVE, Order.objects.filter(state="need_human"), make_staff())
    act = bulk_jobs._act

    def fail_first(job: BulkJob, order: Order) -> bool:
        if order.pk == orders[0].pk:
            raise ZeroDivisionError
        return act(job, order)

    monkeypatch.setattr(bulk_jobs, "_act", fail_first)
    work()
    assert (count(job)["failed"], count(job)["done"]) == (1, 1)


def test_work_ends_after_its_time_and_goes_on_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    job = begin(Action.APPROVE, Order.objects.filter(pk__in=[o.pk for o in stuck(3)]), make_staff())
    monkeypatch.setattr(bulk_jobs, "MAX_SECONDS", -1)
    work()
    assert count(job)["done"] == 1
    work()
    assert count(job)["done"] == 2


def test_stopped_action_leaves_the_rest_alone() -> None:
    stuck(2)
    job = begin(Action.APPROVE, Order.objects.filter(state="need_human"), make_staff())
    page = visitor(make_staff("agent")).post(f"/staff/bulk/{job.pk}/stop/", follow=True)
    assert "Stopped. What is done stays done." in words(page)
    work()
    assert states() == ["need_human"] * 2
    assert count(job)["stopped"] == 2
    assert not stop(job)


def test_progress_is_sent_only_when_it_has_changed() -> None:
    stuck(2)
    job = begin(Action.APPROVE, Order.objects.filter(state="need_human"), make_staff())
    browser = visitor(make_staff("agent"))
    path = f"/staff/bulk/{job.pk}/progress/"
    assert browser.get(f"{path}?seen=2-False").status_code == 204
    work()
    page = browser.get(f"{path}?seen=2-False")
    assert "Approve: 2 of 2" in words(page)
    assert "data-live" not in html(page)


def test_list_names_what_was_done_lately() -> None:
    browser = visitor(make_staff("agent"))
    assert "No bulk actions yet." in words(browser.get("/staff/bulk/"))
    stuck(1)
    job = begin(Action.CANCEL, Order.objects.all(), make_staff(), reason="Zu.")
    page = browser.get("/staff/bulk/")
    assert f'href="/staff/bulk/{job.pk}/"' in html(page)
    assert "under way" in words(page)


def test_queue_offers_the_boxes_to_those_who_may_use_them() -> None:
    order = stuck(1)[0]
    box = f'name="order" value="{order.pk}"'
    agent, viewer = (html(visitor(make_staff(who)).get("/staff/")) for who in ("agent", "viewer"))
    assert box in " ".join(agent.split())
    assert box not in " ".join(viewer.split())


def test_number_of_any_length_is_no_order() -> None:
    browser = visitor(make_staff("agent"))
    page = browser.post("/staff/bulk/new/", {"action": "retry", "order": "9" * 5000}, follow=True)
    assert "at least one order" in words(page)
