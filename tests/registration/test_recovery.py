"""Errors of packing that the customer can correct on the order's page."""

import pytest

from shop.orders.models import Order, OrderEvent, State
from shop.packing.models import Packing
from tests.factories import make_user, pack_all
from tests.pages import error_beside, html, part, summary, visitor, words
from tests.registration.states import faulty_name, order_in

pytestmark = pytest.mark.django_db

CAUSE = "This name is reserved. Please choose another one."


def page_of(order: Order) -> str:
    return f"/register/{order.order_hash}/"


def test_page_shows_the_form_with_the_cause_beside_the_field() -> None:
    page = visitor().get(page_of(order_in("mendable")))
    assert page.status_code == 200
    assert "One detail needs fixing. Please check the highlighted field." in words(page)
    assert error_beside(page, "project_name") == CAUSE
    assert 'name="project_name" value="admin"' in html(page)
    assert 'name="client_name"' not in html(page)
    # Nobody has sent anything yet.
    assert "error-summary" not in html(page)


def test_mended_order_packs_on_from_where_it_stopped() -> None:
    order = order_in("mendable")
    with faulty_name():
        answer = visitor().post(page_of(order), {"project_name": "Nachtdreh"})
        assert (answer.status_code, answer.headers["Location"]) == (302, page_of(order))
        order.refresh_from_db()
        assert order.state == State.PENDING
        pack_all()
    order.refresh_from_db()
    assert order.state == State.PACKED
    assert order.delivered_project
    assert order.delivered_project.name == "Nachtdreh"
    assert order.events.get(kind=OrderEvent.Kind.CORRECTED).details == {"fields": ["project_name"]}


def test_refused_correction_is_told_and_kept() -> None:
    order = order_in("mendable")
    page = visitor().post(page_of(order), {"project_name": "x" * 201})
    assert page.status_code == 422
    assert error_beside(page, "project_name") == "Please use at most 200 characters."
    assert "Project" in summary(page)
    assert CAUSE in words(page)
    order.refresh_from_db()
    assert order.state == State.HAS_PACKING_ERRORS


def test_other_members_are_not_taken_with_it() -> None:
    order = order_in("mendable")
    sent = {
        "project_name": "Nachtdreh",
        "client_name": "Evil",
        "client_id": "1",
        "user_email": "e@e.de",
    }
    assert visitor().post(page_of(order), sent).status_code == 302
    order.refresh_from_db()
    assert (order.client_name, order.client_id) == ("Constantin Film", None)
    assert order.user_email == "nicecustomer@gmx.com"


def test_second_of_two_tabs_finds_it_mended() -> None:
    order = order_in("mendable")
    visitor().post(page_of(order), {"project_name": "First"})
    page = visitor().post(page_of(order), {"project_name": "Second"}, follow=True)
    assert "Order received. We'll start in a moment." in words(page)
    order.refresh_from_db()
    assert order.project_name == "First"


def test_open_page_is_loaded_anew_for_the_form() -> None:
    order = order_in("mendable")
    answer = visitor().get(f"{page_of(order)}progress/", {"seen": "packing-0-3-"})
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (204, "true")
    page = html(visitor().get(page_of(order)))
    assert "live.js" not in page
    assert "data-live" not in page


def test_address_is_not_for_whoever_has_the_hash() -> None:
    order = order_in("mendable")
    Packing.objects.update(mendable=["user_email"])
    page = visitor().get(page_of(order))
    assert "Only the person who ordered can correct this" in words(page)
    assert 'name="user_email"' not in html(page)
    visitor().post(page_of(order), {"user_email": "thief@example.com"})
    order.refresh_from_db()
    assert order.user_email == "nicecustomer@gmx.com"


def test_address_is_for_whoever_ordered() -> None:
    order, person = order_in("mendable"), make_user()
    Order.objects.update(placed_by=person)
    Packing.objects.update(mendable=["user_email"])
    browser = visitor(person)
    page = browser.get(page_of(order))
    assert part(page, 'id="id_user_email_error">', "</div>") == CAUSE
    assert "nicecustomer" not in html(page)
    browser.post(page_of(order), {"user_email": "right@example.com"})
    order.refresh_from_db()
    assert (order.user_email, order.state) == ("right@example.com", State.PENDING)


def test_error_of_staff_shows_no_form() -> None:
    page = visitor().get(page_of(order_in("has_packing_errors")))
    assert "Something went wrong on our side." in words(page)
    assert "<form" not in html(page).partition("<main")[2].partition("</main>")[0]
