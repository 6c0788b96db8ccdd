"""Filling in what an order was placed without, and having the mail sent again."""

import pytest
from django_q.models import OrmQ
from pytest_django import Settings

from shop.orders.models import Order
from shop.tenancy.models import Invitation
from tests.factories import (
    DETAILS,
    make_bare_order,
    make_order,
    make_packed_order,
    make_user,
    pack_all,
)
from tests.pages import assert_left_out, error_beside, fields, html, summary, visitor, words

pytestmark = pytest.mark.django_db

CHROME = {"next", "language", "csrfmiddlewaretoken", "sign_out", "place", "terms_version"}
AGREED = {"terms": "on", "terms_version": "1"}


def address(order: Order) -> str:
    return f"/register/{order.order_hash}/"


def fresh(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def asked(order: Order) -> set[str]:
    return set(fields(visitor().get(address(order)))) - CHROME


def test_form_asks_for_all_that_is_unset() -> None:
    assert asked(make_bare_order("Yamdu FREE")) == {
        "client_name",
        "project_name",
        "user_first_name",
        "user_last_name",
        "user_email",
    }


def test_form_asks_only_for_what_is_unset() -> None:
    order = make_order(user_email=None, user_first_name="Nina")
    assert asked(order) == {"user_last_name", "user_email"}


def test_form_is_not_there_when_nothing_is_missing() -> None:
    assert asked(make_order()) == set()


def test_filling_in_completes_the_order_and_wakes_the_worker() -> None:
    order = make_bare_order("Yamdu FREE")
    answer = visitor().post(address(order), {**DETAILS, **AGREED})
    assert (answer.status_code, answer.headers["Location"]) == (302, address(order))
    order = fresh(order)
    assert order.complete
    assert (order.client_name, order.user_email) == ("Constantin Film", "nicecustomer@gmx.com")
    assert sorted(OrmQ.objects.values_list("key", flat=True)) == ["packing"]
    assert list(order.messages.values_list("kind", flat=True)) == ["received"]
    pack_all()
    assert fresh(order).state == "packed"


def test_details_can_be_filled_in_one_after_the_other() -> None:
    order = make_bare_order("s")
    page = visitor().post(address(order), {"client_name": "Film"})
    assert page.status_code == 422
    assert fresh(order).client_name is None
    assert fields(page)["client_name"] == "Film"
    assert error_beside(page, "user_email") == "Please enter your e-mail address."


def test_optional_details_may_be_left_out() -> None:
    order = make_bare_order("s")
    visitor().post(address(order), {**DETAILS, **AGREED, "user_first_name": ""})
    assert fresh(order).complete
    assert fresh(order).user_first_name is None


def test_refused_detail_is_told_and_nothing_typed_is_lost() -> None:
    order = make_bare_order("s")
    page = visitor().post(address(order), {**DETAILS, "user_email": "x"})
    assert page.status_code == 422
    told = "Please give an e-mail address like name@example.com."
    assert error_beside(page, "user_email") == told
    assert told in summary(page)
    assert (fields(page)["client_name"], fields(page)["user_email"]) == ("Constantin Film", "x")
    assert fresh(order).client_name is None


def test_page_with_a_form_is_not_polled_away() -> None:
    order, live = make_bare_order("s"), html(visitor().get(address(make_order())))
    for page in (visitor().get(address(order)), visitor().post(address(order), {})):
        assert_left_out("hx-get", there=live, here=html(page))
        assert_left_out('http-equiv="refresh"', there=live, here=html(page))


def test_second_filling_in_is_told_kindly_and_changes_nothing() -> None:
    order = make_bare_order("s")
    visitor().post(address(order), {**DETAILS, **AGREED})
    late = {**DETAILS, **AGREED, "client_name": "Other", "user_email": "other@example.com"}
    page = visitor().post(address(order), late, follow=True)
    assert page.status_code == 200
    assert "These details were filled in already." in words(page)
    assert fresh(order).client_name == "Constantin Film"
    assert fresh(order).user_email == "nicecustomer@gmx.com"


def test_member_that_was_set_on_arrival_cannot_be_overwritten() -> None:
    order = make_order(user_email=None)
    other = {"client_name": "Other", "project_name": "Other"}
    visitor().post(address(order), {**DETAILS, **AGREED, **other})
    assert fresh(order).complete
    assert (fresh(order).client_name, fresh(order).project_name) == (
        "Constantin Film",
        "OSD Yamdu Free",
    )


@pytest.mark.parametrize(
    "member", ["client_id", "project_id", "admin_user_access_token", "product", "state"]
)
def test_ids_tokens_and_facts_are_never_taken_from_the_page(member: str) -> None:
    order = make_bare_order("s")
    visitor().post(address(order), {**DETAILS, **AGREED, member: "1"})
    order = fresh(order)
    assert (order.client_id, order.project_id, order.token, order.token_last4) == (
        None,
        None,
        None,
        "",
    )
    assert (order.product.code, order.state) == ("s", "pending")


def test_signed_in_person_who_fills_in_is_in_the_history() -> None:
    order, user = make_bare_order("s"), make_user()
    visitor(user).post(address(order), {**DETAILS, **AGREED})
    event = order.events.get(kind="details")
    assert (event.actor, event.details) == (
        user,
        {"fields": ["client_name", "project_name", "user_email"]},
    )


def test_post_to_an_order_on_its_way_changes_nothing() -> None:
    order = make_packed_order()
    page = visitor().post(address(order), {"client_name": "Other"}, follow=True)
    assert "These details were filled in already." in words(page)
    assert fresh(order).client_name == "Constantin Film"


def test_mail_can_be_asked_for_again() -> None:
    order = make_packed_order()
    page = visitor().post(f"{address(order)}resend/", follow=True)
    assert "A new e-mail is on its way. Older links no longer work." in words(page)
    assert Invitation.objects.get().counter == 2
    assert order.messages.filter(kind="invitation").count() == 2
    assert "nicecustomer" not in html(page)


def test_mail_can_be_asked_for_three_times_an_hour() -> None:
    order, browser = make_packed_order(), visitor()
    for _ in range(3):
        browser.post(f"{address(order)}resend/")
    page = browser.post(f"{address(order)}resend/", follow=True)
    assert "No new e-mail was sent: several went to n…@g….com within the last hour." in words(page)
    assert order.messages.filter(kind="invitation").count() == 4


def test_mail_is_not_sent_again_to_an_address_that_had_its_share(settings: Settings) -> None:
    settings.MAILS_A_DAY = 0
    order = make_packed_order()
    order.messages.update(sent_at=order.created_at, state="sent")
    page = visitor().post(f"{address(order)}resend/", follow=True)
    assert "n…@g….com has reached its limit for today." in words(page)
    assert Invitation.objects.get().counter == 1


@pytest.mark.parametrize("product", ["s", "xl"])
def test_mail_is_not_sent_again_before_the_order_is_packed(product: str) -> None:
    order = make_order(product)
    visitor().post(f"{address(order)}resend/")
    assert order.messages.filter(kind="invitation").count() == 0


def test_mail_is_asked_for_by_post_only() -> None:
    order = make_packed_order()
    assert visitor().get(f"{address(order)}resend/").status_code == 405
    assert Invitation.objects.get().counter == 1


def test_forms_from_elsewhere_do_nothing() -> None:
    bare, packed = make_bare_order("s"), make_packed_order()
    browser = visitor()
    browser.handler.enforce_csrf_checks = True
    assert browser.post(address(bare), {**DETAILS, **AGREED}).status_code == 403
    assert browser.post(f"{address(packed)}resend/").status_code == 403
    assert not fresh(bare).complete
    assert Invitation.objects.get().counter == 1
