"""Orders that staff finish by hand."""

from typing import Any

import pytest
from pytest_django import Settings

from shop.orders.models import Order
from shop.tenancy.models import Invitation, Membership, Project
from tests.backoffice.test_recovery import fresh, stuck
from tests.factories import (
    make_client,
    make_order,
    make_packed_order,
    make_project,
    make_staff,
    pack_all,
)
from tests.pages import Response, error_beside, fields, html, summary, visitor, words
from tests.registration.states import order_in

pytestmark = pytest.mark.django_db


def by_hand(order: Order, project: Project, /, **changes: Any) -> Response:
    filled_in = {"client": project.client.pk, "project": project.pk, "note": "On the phone"}
    browser = visitor(make_staff("agent"))
    return browser.post(f"/staff/orders/{order.pk}/by-hand/", {**filled_in, **changes}, follow=True)


def test_order_done_by_hand_is_packed_with_what_was_delivered() -> None:
    order, project = stuck(), make_project("xl", name="Von Hand")
    page = by_hand(order, project)
    assert page.status_code == 200
    assert "the invitation is on its way" in words(page)
    order = fresh(order)
    assert order.state == "packed"
    assert (order.delivered_client, order.delivered_project) == (project.client, project)
    assert order.messages.filter(kind="invitation", recipient="nicecustomer@gmx.com").exists()
    membership = Membership.objects.get(project=project)
    assert (membership.user.email, membership.joined_at) == ("nicecustomer@gmx.com", None)
    assert "On the phone" in words(page)


def test_registration_page_shows_what_was_done_by_hand() -> None:
    order = stuck()
    by_hand(order, make_project("xl"))
    text = words(visitor().get(f"/register/{order.order_hash}/"))
    assert "All set. We've sent your sign-in link to n…@g….com." in text


def test_client_and_project_that_do_not_fit_are_told_and_nothing_typed_is_lost() -> None:
    order, project, other = stuck(), make_project(), make_client()
    page = by_hand(order, project, client=other.pk)
    assert page.status_code == 422
    assert error_beside(page, "by_hand_project") == "This project does not belong to that client."
    assert "This project does not belong to that client." in summary(page)
    typed = fields(page)
    assert (typed["client"], typed["project"]) == (str(other.pk), str(project.pk))
    assert "On the phone" in html(page)
    assert fresh(order).state == "need_human"
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("number", ["", "0", "-1", "x", "1.5", "99999", str(2**70), "\x00"])
def test_number_that_names_nothing_is_told_beside_its_field(number: str) -> None:
    order, project = stuck(), make_project()
    for name in ("client", "project"):
        page = by_hand(order, project, **{name: number})
        assert page.status_code == 422
        assert error_beside(page, f"by_hand_{name}")
    assert fresh(order).state == "need_human"


@pytest.mark.parametrize("note", ["", "   "])
def test_note_is_asked_for(note: str) -> None:
    page = by_hand(stuck(), make_project(), note=note)
    assert page.status_code == 422
    assert error_beside(page, "by_hand_note")


def test_form_knows_what_was_delivered_so_far(settings: Settings) -> None:
    settings.PACKING_STEPS = [
        "shop.packing.steps.client",
        "shop.packing.steps.project",
        "tests.packing.steps.fail",
    ]
    settings.PACKING_MAX_ATTEMPTS = 1
    order = make_order()
    pack_all()
    order = fresh(order)
    page = visitor(make_staff("agent")).get(f"/staff/orders/{order.pk}/")
    known = fields(page)
    assert known["client"] == str(order.delivered_client_id)
    assert known["project"] == str(order.delivered_project_id)


def test_second_hand_is_too_late_and_changes_nothing() -> None:
    order, mine, theirs = stuck(), make_project(), make_project()
    by_hand(order, mine)
    page = by_hand(order, theirs)
    assert page.status_code == 200
    assert "Mia Muster was faster" in words(page)
    assert fresh(order).delivered_project == mine
    assert Invitation.objects.count() == 1
    assert not Membership.objects.filter(project=theirs).exists()


def test_by_hand_is_for_orders_that_wait_for_a_person() -> None:
    for order in (make_packed_order(), order_in("has_packing_errors")):
        state = fresh(order).state
        assert "The order has changed in the meantime" in words(by_hand(order, make_project()))
        assert fresh(order).state == state


def test_order_with_nobody_to_invite_cannot_be_done_by_hand_and_says_why() -> None:
    order = stuck()
    Order.objects.filter(pk=order.pk).update(user_email=None)
    page = by_hand(order, make_project("xl"))
    assert page.status_code == 422
    assert "The admin_user_access_token was revoked." in summary(page)
    assert fields(page)["project"]
    assert fresh(order).state == "need_human"


def test_form_for_done_by_hand_leaves_the_errors_to_us() -> None:
    """A browser's own bubbles speak the browser's language and hold up only one field."""
    page = html(visitor(make_staff("agent")).get(f"/staff/orders/{stuck().pk}/"))
    form = page[page.index("/by-hand/") :]
    assert form[: form.index(">")].endswith("novalidate")
