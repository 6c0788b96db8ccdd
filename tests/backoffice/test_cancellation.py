"""Staff cancel an order, with a reason and a mail to the customer."""

from typing import Any

import pytest
from pytest_django import Settings

from shop.orders.cancellation import cancel
from shop.orders.models import Order
from shop.tenancy.models import Invitation, Membership
from tests.factories import make_order, make_staff, pack_all
from tests.pages import Response, error_beside, html, visitor, words
from tests.registration.states import order_in

pytestmark = pytest.mark.django_db

FORM = {"reason": "Doppelt bestellt.", "confirm": "on"}


def press(order: Order, /, **changes: Any) -> Response:
    path = f"/staff/orders/{order.pk}/cancel/"
    return visitor(make_staff("agent")).post(path, {**FORM, **changes}, follow=True)


@pytest.mark.parametrize("situation", ["pending", "details", "has_packing_errors", "need_human"])
def test_order_is_cancelled_with_its_reason(situation: str) -> None:
    order = order_in(situation)
    page = press(order)
    order.refresh_from_db()
    assert order.state == "cancelled"
    event = order.events.get(state="cancelled")
    assert event.note == "Doppelt bestellt."
    assert event.actor
    assert "Doppelt bestellt." in words(page)
    mails = order.messages.filter(kind="cancelled")
    if order.user_email:
        assert [mail.recipient for mail in mails] == ["nicecustomer@gmx.com"]
        assert "The customer is told why" in words(page)
    else:
        assert not mails
        assert "There was no e-mail address to write to." in words(page)


@pytest.mark.parametrize("situation", ["packing", "packed", "cancelled"])
def test_order_that_is_past_it_stays(situation: str) -> None:
    order = order_in(situation)
    before = order.state
    # In this situation it was a colleague who cancelled.
    told = "was faster" if situation == "cancelled" else "The order has changed in the meantime"
    assert told in words(press(order))
    order.refresh_from_db()
    assert order.state == before


@pytest.mark.parametrize(
    ("changes", "field"), [({"reason": " "}, "reason"), ({"confirm": ""}, "confirm")]
)
def test_reason_and_confirmation_are_asked_for(changes: dict[str, str], field: str) -> None:
    order = order_in("need_human")
    page = press(order, **changes)
    assert page.status_code == 422
    assert error_beside(page, f"cancel_{field}")
    assert '<details class="act act--destructive" open>' in html(page)
    order.refresh_from_db()
    assert order.state == "need_human"


def test_links_die_and_the_place_is_free_again(settings: Settings) -> None:
    settings.PACKING_STEPS = [*settings.PACKING_STEPS, "tests.packing.steps.fail"]
    settings.PACKING_MAX_ATTEMPTS = 1
    order = make_order()
    pack_all()
    order.refresh_from_db()
    assert order.state == "need_human"
    assert (Invitation.objects.count(), Membership.objects.count()) == (1, 1)
    press(order)
    assert (Invitation.objects.count(), Membership.objects.count()) == (0, 0)
    order.refresh_from_db()
    assert order.delivered_client
    assert order.delivered_project


def test_cancelled_order_is_not_packed_when_its_next_attempt_comes(settings: Settings) -> None:
    settings.PACKING_STEPS = ["tests.packing.steps.fail"]
    order = make_order()
    pack_all()
    press(order)
    settings.PACKING_RETRY_SECONDS = 0
    pack_all()
    order.refresh_from_db()
    assert order.state == "cancelled"


def test_two_that_cancel_at_once_write_once() -> None:
    order, staff = order_in("need_human"), make_staff("agent")
    mine, theirs = (Order.objects.get(pk=order.pk) for _ in range(2))
    assert cancel(mine, staff, reason="Mine")
    assert not cancel(theirs, staff, reason="Theirs")
    assert order.events.get(state="cancelled").note == "Mine"
    assert order.messages.filter(kind="cancelled").count() == 1
