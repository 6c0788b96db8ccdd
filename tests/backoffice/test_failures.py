"""Groups of failures: those of one code at one step, over time, and what is done about them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from portal.backoffice.audit_log import Act, record
from portal.backoffice.failures.failure_groups import (
    GroupKey,
    attempts_of,
    failure_groups,
    stuck_orders,
)
from portal.backoffice.failures.failure_windows import window_of
from portal.backoffice.models import BulkJob, IncidentNote
from portal.backoffice.queue.bulk_jobs import run_bulk_jobs
from shop.catalogue.models import Product
from shop.orders.models import Order
from shop.orders.placing import Caller
from shop.packing.models import AttemptRecord
from shop.packing.outcomes import NeedsHuman
from shop.typed_text import isolated
from tests.factories import make_application, make_order, make_staff, pack_all
from tests.packing import steps
from tests.pages import html, visitor, words

pytestmark = pytest.mark.django_db

LIST = "/staff/failures/"
GROUP = f"{LIST}group/?fault=tries_used_up&step=say"
KEY = GroupKey("tries_used_up", "say")


@pytest.fixture
def says(settings: Settings) -> Iterator[list[Exception]]:
    """The outcome of a deployment's own step, which fails at once for good."""
    settings.PACKING_STEPS = [*settings.PACKING_STEPS, "tests.packing.steps.say"]
    settings.PACKING_MAX_ATTEMPTS = 1
    steps.says.clear()
    yield steps.says
    steps.says.clear()


def fail(says: list[Exception], number: int, error: Exception, **members: Any) -> list[Order]:
    """Orders that are stuck with `error`."""
    says[:] = [error]
    orders = [make_order(**members) for _ in range(number)]
    pack_all()
    says.clear()
    return orders


@pytest.fixture
def browser() -> Client:
    return visitor(make_staff("agent", first_name="Berta", last_name="Bunt"))


def test_failures_are_grouped_by_code_and_step(says: list[Exception]) -> None:
    failed = fail(says, 3, OSError("no answer in 3 s"))
    asked = fail(says, 1, NeedsHuman("needs_contract"))
    make_order("xl")
    pack_all()
    groups, has_more = failure_groups(window_of("hour"))
    assert [(each.key, each.stuck, each.attempts, len(each.orders)) for each in groups] == [
        (KEY, 3, 3, 3),
        (GroupKey("manual_tier", ""), 1, 1, 1),
        (GroupKey("needs_contract", "say"), 1, 1, 1),
    ]
    assert not has_more
    assert list(stuck_orders(KEY).order_by("pk")) == failed
    assert list(stuck_orders(GroupKey("needs_contract", "say"))) == asked


def test_attempts_that_are_made_again_belong_to_those_given_up(
    settings: Settings, says: list[Exception]
) -> None:
    settings.PACKING_MAX_ATTEMPTS = 2
    fail(says, 1, OSError("nobody answers"))
    [group] = failure_groups(window_of("hour"))[0]
    assert (group.key, group.stuck, group.attempts) == (KEY, 0, 1)


def test_failures_before_the_window_do_not_count(says: list[Exception]) -> None:
    old, new = fail(says, 2, OSError("nobody answers"))
    AttemptRecord.objects.filter(order=old).update(ended_at=timezone.now() - timedelta(hours=2))
    for name, number in (("hour", 1), ("day", 2), ("week", 2)):
        [group] = failure_groups(window_of(name))[0]
        assert (group.attempts, group.stuck) == (number, 2), name
    assert [each.order for each in attempts_of(KEY, window_of("hour"))] == [new]


def test_list_leads_to_the_group_and_to_its_orders(says: list[Exception], browser: Client) -> None:
    fail(says, 2, OSError("nobody answers"))
    page = browser.get(f"{LIST}?since=hour")
    reason = "Setting up failed several times. We look into it. OSError: nobody answers"
    assert f"{reason} say 2 2 2" in words(page)
    assert 'href="/staff/failures/group/?fault=tries_used_up&amp;step=say&amp;since=hour"' in html(
        page
    )
    assert 'href="/staff/?show=person&amp;fault=tries_used_up&amp;step=say"' in html(page)


def test_nothing_failed(browser: Client) -> None:
    make_order()
    pack_all()
    assert "Nothing failed, and no order is stuck." in words(browser.get(LIST))


def test_group_tells_its_errors_by_family_and_whom_it_hit(
    says: list[Exception], browser: Client
) -> None:
    caller = Caller(application=make_application("Dispo"))
    for number in (17, 18):
        fail(says, 1, OSError(f"no answer for 'ws-{number}'"), caller=caller)
    fail(says, 1, ValueError("x"), product="m")
    text = words(browser.get(GROUP))
    assert "2 × OSError: no answer for … probably temporary" in text
    assert "1 × ValueError: x an error of ours" in text
    tiers = dict(Product.objects.values_list("code", "name"))
    assert f"{tiers['s']} Dispo 2 {tiers['m']} – 1" in text


def test_group_tells_what_staff_changed_since(says: list[Exception], browser: Client) -> None:
    chief = make_staff()
    fail(says, 1, OSError("nobody answers"))
    application = make_application("Dispo")
    record(chief, application, Act.SECRET_RENEWED)
    record(chief, make_staff("viewer"), Act.ROLES_CHANGED)  # causes no failure
    text = words(browser.get(GROUP))
    assert f"application Dispo: signing secret renewed by {isolated('Mia Muster')}" in text
    assert "roles changed" not in text


def test_old_and_new_values_are_for_those_who_may_look_at_the_thing(
    says: list[Exception], browser: Client
) -> None:
    fail(says, 1, OSError("nobody answers"))
    changes = [("Redirect URIs", "https://old.example/cb", "https://new.example/cb")]
    record(make_staff(), make_application("Dispo"), Act.CHANGED, changes=changes)
    assert "https://new.example/cb" in words(visitor(make_staff("admin")).get(GROUP))
    text = words(browser.get(GROUP))
    assert "application Dispo: changed" in text
    assert "new.example" not in text


def test_exactly_the_stuck_orders_of_a_group_are_tried_again(
    says: list[Exception], browser: Client
) -> None:
    failed = fail(says, 2, OSError("nobody answers"))
    other = fail(says, 1, NeedsHuman("needs_contract"))[0]
    page = html(browser.get(GROUP))
    assert "Try again: 2 orders" in page
    for order in failed:
        assert f'<input type="hidden" name="order" value="{order.pk}">' in page
    assert f'name="order" value="{other.pk}"' not in page
    numbers = [order.pk for order in failed]
    asked = browser.post("/staff/bulk/new/", {"action": "retry", "order": numbers})
    assert "Try again: 2 orders" in words(asked)
    confirmed = {"action": "retry", "order": numbers, "fits": "2", "confirmed": "1"}
    assert browser.post("/staff/bulk/new/", confirmed).status_code == 302
    run_bulk_jobs(lambda: None)
    pack_all()
    assert BulkJob.objects.get().items.filter(outcome="done").count() == 2
    states = Order.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["packed", "packed", "need_human"]


def test_question_of_a_step_can_be_approved_for_all(says: list[Exception], browser: Client) -> None:
    fail(says, 2, NeedsHuman("needs_contract"))
    page = words(browser.get(f"{LIST}group/?fault=needs_contract&step=say"))
    assert "Approve: 2 orders Try again: 2 orders" in page
    viewer = visitor(make_staff("viewer"))
    assert "Approve" not in words(viewer.get(f"{LIST}group/?fault=needs_contract&step=say"))


def test_pages_take_as_many_queries_however_many_failed(
    says: list[Exception], browser: Client
) -> None:
    counts = []
    for number in (1, 12):
        fail(says, number, OSError("nobody answers"))
        for path in (LIST, GROUP):
            browser.get(path)
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(path).status_code == 200
            counts.append(len(queries))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 16


@pytest.mark.parametrize("path", [f"{LIST}group/", f"{LIST}group/?fault=%00&step=x"])
def test_group_that_no_address_names_is_missing(browser: Client, path: str) -> None:
    assert browser.get(path).status_code == 404


def test_note_is_shown_with_each_order_of_the_group_until_it_is_closed(
    says: list[Exception], browser: Client
) -> None:
    order, packed = fail(says, 2, OSError("nobody answers"))
    other = fail(says, 1, NeedsHuman("needs_contract"))[0]
    address = f"{LIST}group/note/?fault=tries_used_up&step=say"
    text = "Acme is down until six."
    assert browser.post(address, {"text": text}).status_code == 302
    note = IncidentNote.objects.get()
    assert (note.fault, note.step, note.text) == (*KEY, text)
    assert note.began_at == min(order.attempt_records.get().ended_at, timezone.now())
    # One of them is set up in the meantime: its attempt was one of the incident.
    browser.post(f"/staff/orders/{packed.pk}/retry/")
    pack_all()
    for each, is_shown in ((order, True), (packed, True), (other, False)):
        assert (text in words(browser.get(f"/staff/orders/{each.pk}/"))) is is_shown
    assert "incident" in words(browser.get(LIST))
    assert f"by {isolated(note.written_by)}, " in words(browser.get(GROUP))
    assert browser.post(f"{LIST}notes/{note.pk}/close/").status_code == 302
    note.refresh_from_db()
    assert note.closed_by is not None
    # What failed while it was open keeps it; what fails later does not get it.
    assert text in words(browser.get(f"/staff/orders/{packed.pk}/"))
    later = fail(says, 1, OSError("nobody answers"))[0]
    assert text not in words(browser.get(f"/staff/orders/{later.pk}/"))


def test_closing_a_note_can_be_undone(says: list[Exception], browser: Client) -> None:
    fail(says, 1, OSError("nobody answers"))
    browser.post(f"{LIST}group/note/?fault=tries_used_up&step=say", {"text": "Down."})
    note = IncidentNote.objects.get()
    page = browser.post(f"{LIST}notes/{note.pk}/close/", follow=True)
    assert "The note is closed." in words(page)
    token = html(page).partition('name="undo" value="')[2].partition('"')[0]
    browser.post("/staff/undo/", {"undo": token, "next": LIST})
    note.refresh_from_db()
    assert (note.closed_at, note.closed_by) == (None, None)
    browser.post(f"{LIST}notes/{note.pk}/close/")
    again = browser.post(f"{LIST}notes/{note.pk}/close/", follow=True)
    assert "The note was closed in the meantime." in words(again)


def test_empty_note_is_refused_and_nothing_written(says: list[Exception], browser: Client) -> None:
    answer = browser.post(f"{LIST}group/note/?fault=tries_used_up&step=say", {"text": " "})
    assert answer.status_code == 422
    assert not IncidentNote.objects.exists()
    assert browser.get(f"{LIST}group/note/?fault=tries_used_up&step=say").status_code == 302


def test_viewer_reads_notes_but_writes_none(says: list[Exception], browser: Client) -> None:
    fail(says, 1, OSError("nobody answers"))
    viewer = visitor(make_staff("viewer"))
    address = f"{LIST}group/note/?fault=tries_used_up&step=say"
    assert viewer.post(address, {"text": "x"}).status_code == 403
    browser.post(address, {"text": "Down."})
    text = words(viewer.get(GROUP))
    assert "Down." in text
    assert "Close the note" not in text
