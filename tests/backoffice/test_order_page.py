"""The page of one order: everything that happened, in one list."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from portal.backoffice.order.timeline import timeline_of
from shop.notifications.webhooks.models import Attempt
from shop.orders.models import Order
from shop.orders.placing import Caller
from shop.packing.models import StepRecord
from shop.packing.outcomes import NeedsHuman
from shop.packing.recovery import approve, retry, retry_now
from tests.factories import (
    make_application,
    make_order,
    make_packed_order,
    make_staff,
    make_user,
    pack_all,
)
from tests.packing import steps
from tests.pages import at_checkout, html, shown, visitor, words
from tests.registration.states import order_in

pytestmark = pytest.mark.django_db


def page_of(order: Order) -> str:
    return words(visitor(make_staff("viewer")).get(f"/staff/orders/{order.pk}/"))


def test_timeline_is_one_list_in_order_of_time() -> None:
    order = make_packed_order()
    entries = timeline_of(order)
    assert entries == sorted(entries, key=lambda entry: entry.at)
    titles = {entry.title or entry.label for entry in entries}
    assert titles == {"received", "being set up", "done", "Step done", "E-mail"}
    steps = [entry.text for entry in entries if entry.title == "Step done"]
    assert steps == ["Client", "Project", "First member", "Invitation"]


def test_times_are_exact_and_relative() -> None:
    order = make_order()
    at = timezone.localtime(timezone.now() - timedelta(hours=3))
    order.events.update(at=at)
    text = page_of(order).replace("\N{NO-BREAK SPACE}", " ")
    assert f"{shown(at)}, {at:%H:%M:%S} 3 hours ago" in text


@pytest.mark.parametrize(
    ("kind", "details", "shown"),
    [
        (
            "details",
            {"fields": ["client_name", "user_email"]},
            "details filled in Client, E-mail",
        ),
        ("corrected", {"fields": ["project_name"]}, "details corrected Project"),
        ("follow_up", {"on": "2030-01-02"}, "follow-up 2 January 2030"),
        ("follow_up", {"on": None}, "follow-up no longer"),
        ("steps_again", {"steps": ["client", "own"]}, "steps run again Client, own"),
        ("sent_again", {"webhooks": 3}, "sent again Webhooks: 3"),
        (
            "sent_again",
            {"mail": "received", "recipient": "a@b.de"},
            "sent again order received → a@b.de",
        ),
        ("taken", {"assignee": "ada@b.de"}, "assigned ada@b.de"),
        ("client_admin", {"client_admin": "ada@b.de"}, "client handed over ada@b.de"),
    ],
)
def test_each_kind_of_event_is_told_in_words(
    kind: str, details: dict[str, Any], shown: str
) -> None:
    order = make_order()
    order.events.create(kind=kind, details=details)
    assert shown in page_of(order)


def test_note_is_shown_as_typed() -> None:
    order = make_order()
    order.events.create(kind="note", note="Line one\nline two")
    assert "note Line one line two" in page_of(order)


def test_page_takes_as_many_queries_however_much_happened() -> None:
    caller = Caller(application=make_application())
    order = make_order("xl", caller, redirection_uri="http://127.0.0.1:9/hook")
    pack_all()
    browser = visitor(make_staff("agent"))
    path = f"/staff/orders/{order.pk}/"
    counts = []
    for more in (1, 3):
        for number in range(more):
            order.events.create(kind="note", note="x", actor=make_user())
            StepRecord.objects.create(order=order, name=f"step{more}{number}")
            order.messages.create(
                kind="reminder", dedupe_key=f"{more}-{number}", recipient="a@b.de", language="en"
            )
            for delivery in order.deliveries.all():
                Attempt.objects.create(delivery=delivery, at=timezone.now(), status=500)
        browser.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(path).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] == 16


def test_page_leads_to_what_the_customer_sees() -> None:
    order = make_order()
    for group in ("agent", "viewer"):
        page = html(visitor(make_staff(group)).get(f"/staff/orders/{order.pk}/"))
        assert f'href="/staff/orders/{order.pk}/as-customer/"' in page
        # The hash is the key to act as the customer.
        assert order.order_hash not in page


def test_each_attempt_is_told_with_step_reason_and_kind(settings: Settings) -> None:
    settings.PACKING_STEPS = [*settings.PACKING_STEPS, "tests.packing.steps.fail"]
    order = make_order()
    pack_all()
    assert retry_now(order, make_staff("agent"))
    order.refresh_from_db()
    settings.PACKING_STEPS = settings.PACKING_STEPS[:-1]
    pack_all()
    order.refresh_from_db()
    assert (order.state, order.packing.last_error) == ("packed", "")
    text = page_of(order)
    assert (
        "Attempt 1 failed Step: fail · an error of ours "
        "RuntimeError: the provisioning service is away"
    ) in text
    assert "Attempt 1 done" in text


def test_attempts_at_a_webhook_are_folded_into_one_line() -> None:
    caller = Caller(application=make_application())
    order = make_order("s", caller, redirection_uri="https://partner.example/hook")
    delivery = order.deliveries.get()
    for status in (500, 502, 503):
        Attempt.objects.create(
            delivery=delivery, at=timezone.now(), status=status, answer="Later", failure="status"
        )
    hooks = [entry for entry in timeline_of(order) if entry.title == "Webhook"]
    assert [(entry.text, entry.code) for entry in hooks] == [
        ("received → partner.example:443 · 3 attempts", "503 · Later")
    ]
    answer = visitor(make_staff("viewer")).get(f"/staff/orders/{order.pk}/")
    assert "3 attempts · not accepted 503 · Later" in words(answer)
    page = html(answer)
    assert page.count('<details class="delivery">') == 1
    # The payload is there, without the key to the order's page.
    assert order.order_hash in delivery.payload
    assert "&quot;order_hash&quot;: &quot;…&quot;" in page
    assert order.order_hash not in page


@pytest.mark.parametrize(
    ("situation", "advice"),
    [
        ("need_human", "Approve the order to have it set up, or cancel it and give a reason."),
        ("has_packing_errors", "A revoked token cannot be restored."),
    ],
)
def test_page_says_what_helps(situation: str, advice: str) -> None:
    assert advice in page_of(order_in(situation))


def test_page_says_that_an_approval_did_not_help(settings: Settings) -> None:
    settings.PACKING_STEPS = [*settings.PACKING_STEPS, "tests.packing.steps.say"]
    steps.says[:] = [NeedsHuman("acme_no_room")]
    order = make_order()
    pack_all()
    again = "The order was approved for this, but the step asks again."
    assert again not in page_of(order)
    order.refresh_from_db()
    assert approve(order, make_staff("agent"))
    pack_all()
    steps.says.clear()
    order.refresh_from_db()
    assert order.state == "need_human"
    assert again in page_of(order)


def test_page_names_the_step_the_tries_and_the_error(settings: Settings) -> None:
    settings.PACKING_STEPS = ["shop.packing.steps.client", "tests.packing.steps.fail"]
    settings.PACKING_MAX_ATTEMPTS = 1
    order = make_order()
    pack_all()
    text = page_of(order)
    assert "It stopped at the step “fail”. There was one attempt." in text
    assert "This is an error on our side." in text
    assert "RuntimeError: the provisioning service is away" in text


def placed_on_the_page() -> Order:
    browser, form = at_checkout()
    browser.post("/checkout/", {**form, "client_name": "Film", "project_name": "Mai",
                                "user_email": "nina@example.com"})  # fmt: skip
    return Order.objects.latest("pk")


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        (placed_on_the_page, "the shop's checkout"),
        (
            lambda: make_order("s", Caller(application=make_application("Kran"))),
            "the orders API, by Kran",
        ),
        (lambda: make_order("s", Caller(user=make_user())), "the portal, or a personal token"),
    ],
)
def test_page_says_through_what_the_order_came(place: Any, shown: str) -> None:
    assert f"Came in through {shown}" in page_of(place())


def test_restart_is_told_with_the_colleague_who_did_it(settings: Settings) -> None:
    settings.PACKING_STEPS = [*settings.PACKING_STEPS, "tests.packing.steps.payment"]
    order = make_order()
    pack_all()
    order.refresh_from_db()
    assert retry(order, make_staff("agent", first_name="Ada", last_name="Eins"))
    assert "setup tried again received by Ada Eins" in page_of(order)


@pytest.mark.parametrize(("fault", "is_primary"), [("client_gone", False), ("no_place", True)])
def test_only_what_can_help_is_the_main_button(fault: str, is_primary: bool) -> None:
    order = order_in("has_packing_errors")
    Order.objects.filter(pk=order.pk).update(fault=fault)
    page = html(visitor(make_staff("agent")).get(f"/staff/orders/{order.pk}/"))
    button = re.search(r'<button class="([^"]*)"\s+aria-describedby="about_retry"', page)
    assert button
    assert ("button--primary" in button[1]) is is_primary
