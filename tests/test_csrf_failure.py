"""A form that fails its CSRF check: nothing is done, and it comes again with what was typed."""

import pytest
from django.test import Client
from django.urls import reverse

from portal.backoffice.models import BulkJob
from shop.content.models import Page
from shop.content.publishing import publish
from shop.orders.models import Order, State
from shop.packing.recovery import approve
from shop.tenancy.models import User
from tests.factories import (
    DETAILS,
    PASSWORD,
    make_bare_order,
    make_client,
    make_membership,
    make_order,
    make_packed_order,
    make_project,
    make_staff,
    make_user,
)
from tests.pages import A_WHILE, checkout_form, fields, html, join_address, visitor, words
from tests.registration.states import order_in
from tests.stale_forms import AGAIN, OURS, assert_again, checking, send_stale

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

PLAIN = "Nothing was sent."


def choose_tier() -> tuple[Client, dict[str, str]]:
    """A browser at the checkout, and the form as it is sent: with all of its fields."""
    browser = visitor()
    page = browser.post("/checkout/tier/", {"product": "s"}, follow=True)
    return browser, {**checkout_form(page), **DETAILS, "user_first_name": 'Z"<b>'}


def test_order_button_pressed_after_signing_in_elsewhere_places_exactly_one_order() -> None:
    browser, sent = choose_tier()
    browser.force_login(make_user())  # in the second tab
    answer = send_stale(browser, "/checkout/", sent)
    assert_again(answer, **DETAILS, terms="on", user_first_name='Z"<b>')
    assert "<b>" not in words(answer)
    assert Order.objects.get().state == State.NEW
    again = checkout_form(answer) | {"csrfmiddlewaretoken": fields(answer)["csrfmiddlewaretoken"]}
    assert checking(browser).post("/checkout/", again, headers=OURS).status_code == 302
    order = Order.objects.get()
    assert (order.state, order.user_first_name) == (State.PENDING, 'Z"<b>')
    assert order.client_name == DETAILS["client_name"]


def test_cookie_that_went_away_loses_nothing() -> None:
    browser, sent = choose_tier()
    del browser.cookies["csrftoken"]
    answer = send_stale(browser, "/checkout/", sent)
    assert_again(answer, **DETAILS)
    assert "If you see this message again, please allow cookies for this site." in words(answer)
    again = checkout_form(answer) | {"csrfmiddlewaretoken": fields(answer)["csrfmiddlewaretoken"]}
    assert checking(browser).post("/checkout/", again, headers=OURS).status_code == 302


def test_browser_that_lost_all_cookies_sees_its_checkout_again_and_writes_nothing() -> None:
    _browser, sent = choose_tier()
    fresh = visitor()
    answer = send_stale(fresh, "/checkout/", sent)
    assert_again(answer, **DETAILS)
    assert "Total per month €58.31" in words(answer)
    assert Order.objects.count() == 1


def test_order_that_was_placed_meanwhile_is_not_offered_again() -> None:
    browser, sent = choose_tier()
    assert browser.post("/checkout/", sent).status_code == 302
    answer = send_stale(browser, "/checkout/", sent)
    assert answer.status_code == 403
    assert PLAIN in words(answer)
    assert "E-mail nicecustomer@gmx.com" in words(answer)
    assert Order.objects.count() == 1


def test_tick_for_terms_that_have_changed_is_not_set_again() -> None:
    browser, sent = choose_tier()
    texts = {"title_de": "AGB", "title_en": "Terms", "text_de": "Neu.", "text_en": "New."}
    publish(Page.objects.get(pk="terms"), texts)
    answer = send_stale(browser, "/checkout/", sent)
    assert_again(answer, **DETAILS)
    assert "terms" not in fields(answer)


def test_missing_details_come_again() -> None:
    order = make_bare_order("l")
    path = f"/register/{order.order_hash}/"
    answer = send_stale(visitor(), path, {**DETAILS, "terms": "on", "terms_version": "1"})
    assert_again(answer, **DETAILS, terms="on")
    order.refresh_from_db()
    assert not order.complete
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_correction_comes_again() -> None:
    order = order_in("mendable")
    path = f"/register/{order.order_hash}/"
    answer = send_stale(visitor(), path, {"project_name": "Nachtdreh"})
    assert_again(answer, project_name="Nachtdreh")
    order.refresh_from_db()
    assert (order.state, order.project_name) == ("has_packing_errors", "admin")


def test_form_to_join_comes_again_without_its_password() -> None:
    order = make_packed_order()
    sent = {"password": PASSWORD, "terms": "on", "terms_version": "1"}
    answer = send_stale(visitor(), join_address(order), sent)
    assert_again(answer, terms="on", password="")
    assert PASSWORD not in html(answer)
    assert "Passwords are not kept: please type them again." in words(answer)
    assert not User.objects.get(email=DETAILS["user_email"]).is_known


@pytest.mark.parametrize(("way", "name"), [("code/", "code"), ("resend/", "")])
def test_forms_of_a_packed_order_come_again(way: str, name: str) -> None:
    order = make_packed_order()
    mails = order.messages.count()
    sent = {name: "ABCD-EFGH"} if name else {}
    page = f"http://testserver/register/{order.order_hash}/"
    answer = send_stale(visitor(), f"/register/{order.order_hash}/{way}", sent, referer=page)
    assert_again(answer, **sent)
    assert "Passwords are not kept" not in words(answer)
    assert order.messages.count() == mails


def test_signing_in_comes_again_and_still_leads_to_where_it_should() -> None:
    user, browser = make_user(), visitor()
    sent = {"login": user.email, "password": PASSWORD, "next": "/checkout/"}
    answer = send_stale(browser, "/account/login/", sent)
    assert_again(answer, login=user.email, password="")
    assert "/account/login/?next=%2Fcheckout%2F" in html(answer)
    assert "_auth_user_id" not in browser.session


def test_signing_in_twice_leads_to_where_it_should() -> None:
    user, browser = make_user(), visitor()
    sent = {"login": user.email, "password": PASSWORD, "next": "/portal/my-data/"}
    assert_again(send_stale(browser, "/account/login/", sent), login=user.email)
    browser.force_login(user)  # in the second tab
    answer = send_stale(browser, "/account/login/", sent)
    assert answer.status_code == 302
    answer = browser.get(answer["Location"])
    assert (answer.status_code, answer["Location"]) == (302, "/portal/my-data/")


def test_form_of_the_portal_comes_again() -> None:
    admin = make_user()
    client = make_client(client_admin=admin)
    path = reverse("portal_add_project", args=[client.pk])
    answer = send_stale(visitor(admin), path, {"product": "m", "project_name": "Drei Tage im Mai"})
    assert_again(answer, project_name="Drei Tage im Mai")
    assert Order.objects.count() == 0


def test_form_of_staff_comes_again_unfolded() -> None:
    order, staff = order_in("need_human"), make_staff()
    path = f"/staff/orders/{order.pk}/cancel/"
    answer = send_stale(visitor(staff), path, {"reason": "No longer\nneeded <i>"})
    assert_again(answer)
    source = html(answer)
    assert "No longer\nneeded &lt;i&gt;</textarea>" in source
    form = source.index(f'action="{path}"')
    assert (
        source[: form + 1]
        .rpartition("<details")[2]
        .startswith(' class="act act--destructive" open>')
    )
    order.refresh_from_db()
    assert order.state == "need_human"


def test_confirmation_of_a_bulk_action_comes_again_with_its_reason() -> None:
    order, staff = order_in("need_human"), make_staff()
    sent = {"action": "cancel", "order": str(order.pk), "confirmed": "1", "fits": "1"}
    answer = send_stale(visitor(staff), "/staff/bulk/new/", {**sent, "reason": "Not needed"})
    assert_again(answer, order=str(order.pk), action="cancel")
    assert "Not needed" in html(answer)
    assert BulkJob.objects.count() == 0


def test_form_of_the_catalogue_comes_again() -> None:
    project = make_project()
    path = reverse("admin:catalogue_product_change", args=[project.product.pk])
    browser = visitor(make_staff())
    sent = {**fields(browser.get(path)), "promise_de": "Neu", "_save": "Save"}
    answer = send_stale(browser, path, sent)
    assert_again(answer)
    assert "Neu" in html(answer)
    project.product.refresh_from_db()
    assert project.product.promise_de != "Neu"


def test_form_that_is_gone_is_told_with_what_was_typed() -> None:
    order = order_in("mendable")
    Order.objects.filter(pk=order.pk).update(state="need_human")
    order.refresh_from_db()
    approve(order, make_staff())
    sent = {"client_name": "Isarfilm", "project_name": "Nachtdreh"}
    answer = send_stale(visitor(), f"/register/{order.order_hash}/", sent)
    assert answer.status_code == 403
    assert PLAIN in words(answer)
    assert "Company Isarfilm Project Nachtdreh" in words(answer)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {},
    ],
)
def test_form_of_another_site_is_refused_plainly(headers: dict[str, str]) -> None:
    order = make_bare_order("l")
    path, sent = f"/register/{order.order_hash}/", {**DETAILS, "csrfmiddlewaretoken": "x" * 64}
    answer = checking(visitor()).post(path, sent, headers=headers)
    assert answer.status_code == 403
    assert PLAIN in words(answer)
    assert "Constantin Film" not in html(answer)
    assert 'name="client_name"' not in html(answer)


def test_browser_without_fetch_metadata_is_known_by_its_origin() -> None:
    order = make_bare_order("l")
    path, sent = f"/register/{order.order_hash}/", {**DETAILS, "csrfmiddlewaretoken": "x" * 64}
    answer = checking(visitor()).post(path, sent, headers={"origin": "http://testserver"})
    assert_again(answer, **DETAILS)


def test_script_gets_no_page_with_what_was_typed() -> None:
    order = make_bare_order("l")
    path = f"/register/{order.order_hash}/"
    sent = {"sec-fetch-mode": "cors"}
    assert PLAIN in words(send_stale(visitor(), path, DETAILS, **sent))


def test_page_that_may_not_be_seen_is_not_shown() -> None:
    order = make_order()
    answer = send_stale(visitor(make_staff("viewer")), f"/staff/orders/{order.pk}/cancel/", {})
    assert answer.status_code == 403
    assert PLAIN in words(answer)


def test_members_role_is_asked_for_again_on_the_page_of_the_project() -> None:
    membership = make_membership()
    admin = membership.project.client.client_admin
    project = reverse("portal_project", args=[membership.project_id])
    path = reverse("portal_role", args=[membership.project_id, membership.pk])
    page = f"http://testserver{project}"
    assert_again(send_stale(visitor(admin), path, {"role": "admin"}, referer=page))
    before = membership.role
    membership.refresh_from_db()
    assert membership.role == before


def test_sentence_in_german() -> None:
    order = make_bare_order("l")
    browser = visitor(language="de")
    answer = send_stale(browser, f"/register/{order.order_hash}/", DETAILS)
    assert "Ihre Sitzung hat sich inzwischen geändert; deshalb wurde nichts gesendet." in words(
        answer
    )


@pytest.mark.parametrize("path", ["/portal/tokens/new/", "/account/2fa/totp/activate/"])
def test_page_that_asks_again_who_one_is_keeps_its_order(path: str) -> None:
    browser = visitor(make_user(), seconds_ago=A_WHILE)
    answer = send_stale(browser, path, {"name": "CI"})
    assert (answer.status_code, PLAIN in words(answer)) == (403, True)
    checking(browser).handler.enforce_csrf_checks = False
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    assert AGAIN in words(send_stale(browser, path, {"name": "CI"}))
