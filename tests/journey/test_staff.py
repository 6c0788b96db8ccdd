"""Staff at work in a real browser: each action, with two who press at the same moment."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from portal.backoffice.models import BulkJob
from portal.backoffice.queue.bulk_jobs import run_bulk_jobs
from shop.notifications.webhooks.models import Attempt, Delivery
from shop.orders.models import Order, State
from shop.orders.placing import Caller
from shop.packing.models import Packing
from tests.factories import (
    make_application,
    make_order,
    make_packed_order,
    make_project,
    make_staff,
    make_user,
    pack_all,
)
from tests.journey.conftest import Enter, check_accessibility
from tests.registration.states import order_in

pytestmark = [
    pytest.mark.long,
    pytest.mark.browser,
    pytest.mark.once,  # on PostgreSQL tests/backoffice/test_parallel.py shows who wins
    pytest.mark.django_db(transaction=True),
]

FASTER = re.compile("(Ada Eins|Bea Zwei) was faster. This is the current state.")
# Both at the same moment, as far as two browsers can.
PRESS = "(button, at) => setTimeout(() => button.click(), at - Date.now())"


@dataclass
class Case:
    """An action: the order it is for, what is pressed after what was filled in, what is said."""

    order: Order
    button: str
    said: str
    summary: str = ""
    typed: dict[str, str] | None = None
    ticked: str = ""

    def prepare(self, page: Page) -> Locator:
        page.goto(f"/staff/orders/{self.order.pk}/")
        part = page.locator("main")
        if self.summary:
            part = page.locator("details").filter(has=page.get_by_text(self.summary, exact=True))
            part.locator("summary").click()
        for name, value in (self.typed or {}).items():
            part.locator(f"[name={name}]").fill(value)
        if self.ticked:
            part.get_by_label(self.ticked).check()
        return part.get_by_role("button", name=self.button, exact=True).first


def with_webhook() -> Order:
    caller = Caller(application=make_application())
    order = make_order("xl", caller, redirection_uri="http://127.0.0.1:9/hook")
    delivery = order.deliveries.get()
    Attempt.objects.create(delivery=delivery, at=timezone.now(), milliseconds=12, status=503)
    Delivery.objects.update(state=Delivery.State.FAILED, attempts=10)
    return order


def with_mail_given_up() -> Order:
    order = make_order()
    order.messages.update(state="failed", attempts=10, last_error="No route")
    return order


def waiting() -> Order:
    order = make_order()
    late = timezone.now() + timedelta(hours=1)
    Packing.objects.create(order=order, attempts=2, next_attempt_at=late, last_error="away")
    return order


def cases() -> Iterator[Case]:
    yield Case(make_order(), "Assign to me", "The order is assigned to you.")
    yield Case(order_in("has_packing_errors"), "Try again", "The order is being set up again.")
    yield Case(waiting(), "Try now", "The order is being set up again.")
    yield Case(order_in("need_human"), "Approve", "The order is approved.")
    yield Case(
        order_in("need_human"),
        "Cancel the order",
        "The order is cancelled. The customer is told why by e-mail.",
        summary="Cancel the order",
        typed={"reason": "Ordered twice."},
        ticked="Yes, cancel this order.",
    )
    project = make_project("xl")
    numbers = {"client": str(project.client.pk), "project": str(project.pk), "note": "By phone"}
    yield Case(
        order_in("need_human"),
        "Close the order",
        "The order is done; the invitation is on its way.",
        summary="Done by hand",
        typed=numbers,
    )
    yield Case(
        order_in("need_human"),
        "Correct",
        "The details are corrected.",
        summary="Correct the details",
        typed={"client_name": "Kranfilm"},
    )
    yield Case(with_mail_given_up(), "Send again order received", "The e-mail is being sent again.")
    packed = make_packed_order()
    packed.messages.update(state="sent")
    yield Case(packed, "Send again invitation", "The e-mail is being sent again.")
    yield Case(with_webhook(), "Send again received", "The webhook is on its way again.")
    heir = make_user()
    yield Case(
        make_packed_order(),
        "Hand over",
        f"{heir.email} now administers the client.",
        summary="Hand the client over",
        typed={"user": heir.email},
        ticked="Yes, hand over this client.",
    )


def test_of_two_who_press_at_once_one_wins_and_the_other_reads_who_was_faster(
    enter: Enter,
) -> None:
    ada = make_staff("admin", first_name="Ada", last_name="Eins")
    bea = make_staff("admin", first_name="Bea", last_name="Zwei")
    pages = [enter(ada), enter(bea)]
    for page in pages:
        # News of what the other has done would take the button away before it is pressed.
        page.route("**/live/*", lambda route: route.fulfill(status=204))
    for case in cases():
        before = case.order.events.count()
        buttons = [case.prepare(page) for page in pages]
        at = pages[0].evaluate("Date.now() + 400")
        for button in buttons:
            button.evaluate(PRESS, at)
        notices = []
        for page in pages:
            notice = page.locator("main .notice[role=status]:not(#order-stale)")
            expect(notice).to_be_visible()
            notices.append(notice.inner_text().partition("\n")[0])  # it may offer Undo
        assert case.said in notices, notices
        assert sum(FASTER.fullmatch(text) is not None for text in notices) == 1, notices
        winner = ada if notices[0] == case.said else bea
        actors = {event.actor for event in case.order.events.all()[before:]}
        assert actors == {winner}, case.button


def test_note_and_day_are_kept_by_one_alone(enter: Enter) -> None:
    order = make_order()
    page = enter(make_staff("agent"))
    Case(order, "Save note", "", typed={"text": "Rang."}).prepare(page).click()
    expect(page.get_by_text("Note saved.")).to_be_visible()
    day = {"on": "2030-01-02"}
    Case(order, "Set", "", typed=day).prepare(page).click()
    expect(page.get_by_text("Follow-up on 2 January 2030.")).to_be_visible()
    expect(page.get_by_role("list").filter(has_text="Rang.").first).to_be_visible()


def test_what_is_wrong_with_a_form_takes_the_focus_and_nothing_is_lost(enter: Enter) -> None:
    page = enter(make_staff("agent"))
    case = Case(
        order_in("need_human"),
        "Cancel the order",
        "",
        summary="Cancel the order",
        typed={"reason": "Ordered twice."},
    )
    case.prepare(page).click()
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator("[name=reason]")).to_have_value("Ordered twice.")
    check_accessibility(page)
    page.get_by_label("Yes, cancel this order.").check()
    page.get_by_role("button", name="Cancel the order").click()
    expect(
        page.get_by_text("The order is cancelled. The customer is told why by e-mail.")
    ).to_be_visible()


def test_all_that_match_are_approved_over_pages_while_one_watches(enter: Enter) -> None:
    for _ in range(53):
        make_order("xl")
    pack_all()
    assert Order.objects.filter(state=State.NEED_HUMAN).count() == 53
    page = enter(make_staff("agent"))
    page.goto("/staff/?show=need_human")
    page.get_by_label("Select all orders on this page").check()
    expect(page.locator("#bulk-chosen")).to_contain_text("50 orders selected · €")
    page.get_by_label("With the selected orders").select_option("approve")
    page.get_by_label("all that match, also on other pages").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Approve: 53 orders")
    check_accessibility(page)
    page.get_by_role("button", name="Approve: 53 orders").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Approve: 0 of 53")
    check_accessibility(page)
    loads: list[int] = []
    page.on("load", lambda _: loads.append(1))
    # A worker works on it for a few seconds at a time.
    while BulkJob.objects.filter(finished_at=None).exists():
        run_bulk_jobs(lambda: None)
    expect(page.get_by_role("heading", level=1)).to_have_text("Approve: 53 of 53")
    expect(page.get_by_text("It has ended.").last).to_be_visible()
    assert loads == []
    assert not Order.objects.filter(state=State.NEED_HUMAN).exists()
    page.goto("about:blank")
