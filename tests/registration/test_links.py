"""The e-mailed link for a known user, and links that let nobody in."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from shop.orders.models import Order
from shop.tenancy.closed_projects import close_joins
from shop.tenancy.invitations import join_token
from shop.tenancy.models import Invitation, Membership, User
from tests.factories import PASSWORD, make_order, make_packed_order, make_user
from tests.pages import AGREED, html, join_address, visitor, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

CHOICE = {**AGREED, "password": "quite a long phrase"}


def order_for(user: User, **members: Any) -> Order:
    return make_packed_order(user_email=user.email, **members)


def joined(user: User) -> bool:
    return Membership.objects.filter(user=user, joined_at__isnull=False).exists()


def is_in(browser: Client) -> bool:
    return browser.get("/portal/").status_code == 200


def test_known_user_is_offered_sign_in_and_joins_afterwards() -> None:
    user = make_user()
    order, browser = order_for(user, project_name="Nachtdreh"), visitor()
    address = join_address(order)
    page = browser.get(address)
    assert page.status_code == 200
    assert "Sign in and join" in words(page)
    assert 'name="password"' not in html(page)
    answer = browser.post(
        "/account/login/", {"login": user.email, "password": PASSWORD, "next": address}
    )
    assert answer.headers["Location"] == address
    assert not joined(user)
    page = browser.get(address)
    assert "Join" in words(page)
    assert not joined(user)
    answer = browser.post(address)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/portal/")
    assert joined(user)
    assert "Nachtdreh" in words(browser.get("/portal/"))


def test_sign_in_of_the_page_leads_back_to_the_link() -> None:
    user = make_user()
    address = join_address(order_for(user))
    page = visitor().get(address)
    link = html(page).partition('href="/account/login/?next=')[2].partition('"')[0]
    sign_in = visitor().get(f"/account/login/?next={link}")
    assert f'value="{address}"' in html(sign_in)


def test_post_without_sign_in_does_not_join_a_known_user() -> None:
    user = make_user()
    order, browser = order_for(user), visitor()
    page = browser.post(join_address(order), CHOICE)
    assert page.status_code == 200
    assert "Sign in and join" in words(page)
    assert not joined(user)
    assert not is_in(browser)
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_somebody_else_is_offered_to_sign_out_and_does_not_join() -> None:
    user, other = make_user(), make_user()
    order = order_for(user)
    address, browser = join_address(order), visitor(other)
    page = browser.get(address)
    assert "Sign out" in words(page)
    assert other.email in words(page)
    assert user.email not in html(page)
    page = browser.post(address)
    assert not joined(user)
    assert not joined(other)
    assert Invitation.objects.get().used_at is None
    answer = browser.post(address, {"sign_out": "1"})
    assert (answer.status_code, answer.headers["Location"]) == (302, address)
    assert not is_in(browser)
    assert "Sign in and join" in words(browser.get(address))


def test_order_changes_nothing_of_a_known_user() -> None:
    user = make_user(login="mia", language="de")
    told = ("email", "login", "first_name", "last_name", "language", "password", "joined_at")
    before = User.objects.filter(pk=user.pk).values(*told).get()
    order = order_for(
        user, user_first_name="Eve", user_last_name="Evil", user_login="eve", language="en"
    )
    visitor(user).post(
        join_address(order), {**CHOICE, "user_first_name": "Eve", "user_login": "eve"}
    )
    assert joined(user)
    assert User.objects.filter(pk=user.pk).values(*told).get() == before


def test_used_link_says_so_and_offers_sign_in() -> None:
    order = make_packed_order()
    address = join_address(order)
    visitor().post(address, CHOICE)
    for page in (visitor().get(address), visitor().post(address, CHOICE)):
        assert page.status_code == 410
        assert "This link has already been used." in words(page)
        assert 'href="/account/login/"' in html(page)
        assert "resend" not in html(page)


def test_used_link_leads_its_member_home() -> None:
    order, browser = make_packed_order(), visitor()
    address = join_address(order)
    browser.post(address, CHOICE)
    answer = browser.get(address)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/portal/")


def test_expired_link_says_so_and_offers_a_new_one(settings: Settings) -> None:
    settings.INVITATION_DAYS = 0
    order, browser = make_packed_order(), visitor()
    for page in (browser.get(join_address(order)), browser.post(join_address(order), CHOICE)):
        assert page.status_code == 410
        assert "This link has expired." in words(page)
        assert f'action="/register/{order.order_hash}/resend/"' in html(page)
    assert not User.objects.get(email="nicecustomer@gmx.com").is_known


def test_replaced_link_says_so_and_the_new_one_lets_in() -> None:
    order, browser = make_packed_order(), visitor()
    old = join_address(order)
    browser.post(f"/register/{order.order_hash}/resend/")
    page = browser.get(old)
    assert page.status_code == 410
    assert "There is a newer link." in words(page)
    assert f'action="/register/{order.order_hash}/resend/"' in html(page)
    assert browser.post(old, CHOICE).status_code == 410
    order.refresh_from_db()
    new = reread(order)
    assert browser.post(new, CHOICE).status_code == 302
    assert is_in(browser)


def reread(order: Order) -> str:
    return join_address(Order.objects.get(pk=order.pk))


@pytest.mark.parametrize("damage", ["cut", "longer", "nonsense", "nul"])
def test_damaged_link_says_so(damage: str) -> None:
    order, browser = make_packed_order(), visitor()
    address = join_address(order)
    broken = {
        "cut": f"{address[:-3]}/",
        "longer": f"{address[:-1]}x/",
        "nonsense": f"/register/{order.order_hash}/join/nonsense/",
        "nul": f"/register/{order.order_hash}/join/%00/",
    }[damage]
    for page in (browser.get(broken), browser.post(broken, CHOICE)):
        assert page.status_code == 404
        assert "This link is incomplete." in words(page)
        assert "<title>This link is incomplete ·" in html(page)
        assert "nicecustomer" not in html(page)
    assert not is_in(browser)


def test_foreign_link_is_taken_for_a_damaged_one() -> None:
    mine, other = make_packed_order(), make_packed_order(user_email="other@example.com")
    assert other.invitation
    token = join_token(other.invitation)
    browser = visitor()
    address = f"/register/{mine.order_hash}/join/{token}/"
    for page in (browser.get(address), browser.post(address, CHOICE)):
        assert page.status_code == 404
        assert "This link is incomplete." in words(page)
    assert not User.objects.filter(joined_at__isnull=False).exists()


def test_link_of_an_unknown_order_is_404() -> None:
    order = make_packed_order()
    token = join_address(order).split("/")[-2]
    assert visitor().get(f"/register/{'0' * 32}/join/{token}/").status_code == 404


def test_link_to_an_order_that_is_not_packed_lets_nobody_in() -> None:
    order = make_order()
    page = visitor().get(f"/register/{order.order_hash}/join/1-1~x~y/")
    assert page.status_code == 404


def test_link_to_a_membership_that_was_taken_back_lets_nobody_in() -> None:
    order, browser = make_packed_order(), visitor()
    address = join_address(order)
    Membership.objects.all().delete()
    page = browser.post(address, CHOICE)
    assert page.status_code == 410
    assert "This invitation was withdrawn." in words(page)
    assert "resend" not in html(page)
    assert not is_in(browser)


def test_link_to_a_project_whose_contract_has_ended_says_so() -> None:
    order, browser = make_packed_order(), visitor()
    address = join_address(order)
    assert browser.get(address).status_code == 200
    assert order.delivered_project
    close_joins(order.delivered_project)
    page = browser.post(address, CHOICE)
    assert page.status_code == 410
    assert "This project has ended." in words(page)
    assert "resend" not in html(page)
    assert not is_in(browser)


def test_page_of_an_order_whose_invitation_was_withdrawn_promises_no_mail() -> None:
    order = make_packed_order()
    Membership.objects.all().delete()
    page = words(visitor().get(f"/register/{order.order_hash}/"))
    assert "All set, but the invitation has since been withdrawn." in page
    assert "Send the e-mail again" not in page


def test_who_joins_is_welcomed() -> None:
    browser = visitor()
    page = browser.post(join_address(make_packed_order(project_name="Kran")), CHOICE, follow=True)
    assert "Welcome to Kran." in words(page)


def test_known_user_who_joins_is_welcomed() -> None:
    user = make_user()
    page = visitor(user).post(join_address(order_for(user, project_name="Kran")), follow=True)
    assert "Welcome to Kran." in words(page)


def test_known_user_who_was_deactivated_does_not_come_in_by_a_link() -> None:
    user = make_user()
    order, browser = order_for(user), visitor()
    User.objects.filter(pk=user.pk).update(is_active=False)
    browser.post(join_address(order), CHOICE)
    assert not is_in(browser)
    assert not joined(user)
    user.refresh_from_db()
    assert not user.is_active


@pytest.mark.parametrize("language", ["de", "en"])
def test_pages_of_links_follow_the_language(language: str) -> None:
    order = make_packed_order()
    for path in (join_address(order), f"/register/{order.order_hash}/join/x/"):
        page = visitor(language=language).get(path)
        assert f'lang="{language}"' in html(page)
        assert ("Welcome to" in words(page) or "This link" in words(page)) == (language == "en")
