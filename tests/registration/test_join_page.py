"""The e-mailed link, for somebody new: GET shows a form, POST lets in."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage

from shop.content.publishing import publish
from shop.orders.basket import current_terms
from shop.tenancy.models import Invitation, Membership
from tests.factories import make_client, make_packed_order, make_user
from tests.notifications.sent import send_all
from tests.pages import (
    assert_escaped,
    error_beside,
    fields,
    html,
    join_address,
    part,
    visitor,
    words,
)
from tests.registration.joining import CHOICE, is_in, join, newcomer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]


def test_link_of_the_mail_leads_into_the_portal(mailoutbox: list[EmailMessage]) -> None:
    make_packed_order(project_name="Nachtdreh")
    send_all()
    found = re.search(r"/register/\w+/join/[^\s]+", str(mailoutbox[1].body))
    assert found
    browser = visitor()
    assert browser.get(found[0]).status_code == 200
    page = browser.post(found[0], CHOICE, follow=True)
    assert page.request["PATH_INFO"] == "/portal/"
    assert "Nachtdreh" in words(page)


def test_looking_at_the_link_uses_nothing_up() -> None:
    order, browser = make_packed_order(), visitor()
    for _ in range(2):
        page = browser.get(join_address(order))
        assert page.status_code == 200
        assert "Welcome to OSD Yamdu Free" in words(page)
        assert "Constantin Film" in words(page)
    browser.head(join_address(order))
    assert Invitation.objects.get().used_at is None
    assert not newcomer().is_known
    assert not is_in(browser)


def test_joining_signs_in_and_verifies_the_address() -> None:
    order, browser = make_packed_order(), visitor()
    answer = join(order, browser)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/portal/")
    assert is_in(browser)
    user = newcomer()
    assert user.is_known
    assert user.check_password(CHOICE["password"])
    assert (user.first_name, user.last_name, user.login) == ("", "", None)
    address = EmailAddress.objects.get()
    assert (address.user, address.email) == (user, "nicecustomer@gmx.com")
    assert address.verified
    assert address.primary


def test_new_member_can_sign_in_afterwards() -> None:
    join(make_packed_order())
    browser = visitor()
    browser.post(
        "/account/login/", {"login": "nicecustomer@gmx.com", "password": CHOICE["password"]}
    )
    assert is_in(browser)


def test_terms_agreed_to_are_kept_with_the_invitation() -> None:
    order = make_packed_order()
    join(order)
    invitation = Invitation.objects.get()
    assert invitation.terms == current_terms()
    assert invitation.used_at


def test_nobody_joins_without_the_terms() -> None:
    order, browser = make_packed_order(), visitor()
    choice = {name: value for name, value in CHOICE.items() if name != "terms"}
    page = browser.post(join_address(order), choice)
    assert page.status_code == 422
    assert error_beside(page, "terms") == "Please agree to the terms to join."
    assert not newcomer().is_known


def test_errors_are_named_in_the_order_of_their_fields() -> None:
    page = visitor().post(join_address(make_packed_order()), {})
    assert page.status_code == 422
    assert re.findall(r'<a href="#(\w+)"', html(page)) == ["id_terms", "id_password"]


def test_tick_for_terms_that_have_changed_does_not_count() -> None:
    order, browser = make_packed_order(), visitor()
    seen = current_terms()
    publish(seen.page, {"title_de": "", "title_en": "", "text_de": "Neu", "text_en": "New"})
    page = browser.post(join_address(order), CHOICE)
    assert page.status_code == 409
    assert "The terms have changed while you were looking." in error_beside(page, "terms")
    assert "terms" not in fields(page)
    assert not newcomer().is_known
    asked = {**CHOICE, "terms_version": fields(page)["terms_version"]}
    assert browser.post(join_address(order), asked).status_code == 302
    assert Invitation.objects.get().terms == current_terms() != seen


def test_each_of_two_links_lets_in_to_its_own_project() -> None:
    first = make_packed_order(project_name="Eins")
    second = make_packed_order(project_name="Zwei", user_email="NiceCustomer@gmx.com")
    browser = visitor()
    join(second, browser)
    joined = Membership.objects.filter(joined_at__isnull=False)
    assert list(joined.values_list("project__name", flat=True)) == ["Zwei"]
    assert "Eins" in part(browser.get("/portal/"), 'id="invitations"', "</ul>")

    # The link of the other now asks somebody known.
    page = visitor().get(join_address(first))
    assert page.status_code == 200
    assert 'href="/account/login/' in html(page)
    page = browser.post(join_address(first), follow=True)
    assert page.request["PATH_INFO"] == "/portal/"
    assert sorted(joined.values_list("project__name", flat=True)) == ["Eins", "Zwei"]
    # And no page waits for that link any more.
    page = visitor().get(f"/register/{first.order_hash}/")
    assert "on its way" not in words(page)


def test_link_lets_in_once() -> None:
    order = make_packed_order()
    address = join_address(order)
    visitor().post(address, CHOICE)
    browser = visitor()
    page = browser.post(address, {**CHOICE, "password": "somebody else's phrase"})
    assert page.status_code == 410
    assert not is_in(browser)
    assert newcomer().check_password(CHOICE["password"])


def test_whoever_is_signed_in_as_somebody_else_is_asked_to_sign_out_first() -> None:
    other, order = make_user(), make_packed_order()
    browser = visitor(other)
    page = join(order, browser)
    assert page.status_code == 200
    assert f"you're signed in as {other.email}" in words(page)
    assert not newcomer().is_known
    browser.post(join_address(order), {"sign_out": "1"})
    join(order, browser)
    home = words(browser.get("/portal/"))
    assert "nicecustomer@gmx.com" in home
    assert other.email not in home
    other.refresh_from_db()
    assert other.check_password("quiet paper, exact type")


def test_client_of_the_order_is_administered_by_its_new_member() -> None:
    order, browser = make_packed_order(), visitor()
    assert order.delivered_client
    join(order, browser)
    assert order.delivered_client.client_admin == newcomer()
    assert "Your company: Constantin Film" in words(browser.get("/portal/"))


def test_address_that_a_known_user_has_as_a_second_one_lets_its_owner_in() -> None:
    # Proven by allauth for one user; then ordered for.
    other = make_user()
    EmailAddress.objects.create(user=other, email="nicecustomer@gmx.com", verified=True)
    order, browser = make_packed_order(), visitor()
    page = browser.get(join_address(order))
    assert page.status_code == 200
    answer = browser.post(join_address(order), CHOICE)
    assert answer.status_code < 500
    other.refresh_from_db()
    assert other.check_password("quiet paper, exact type")


def test_form_from_elsewhere_lets_nobody_in() -> None:
    order, browser = make_packed_order(), visitor()
    browser.handler.enforce_csrf_checks = True
    assert join(order, browser).status_code == 403
    assert not newcomer().is_known


def test_markup_in_names_is_not_run() -> None:
    make_client()
    order = make_packed_order(client_name="<script>x</script>", project_name="<b>x</b>")
    assert_escaped(visitor().get(join_address(order)), "<script>x</script>", "<b>x</b>")
