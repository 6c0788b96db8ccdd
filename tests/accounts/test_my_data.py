"""The page about a member's data, and the deletion of their account."""

import pytest
from allauth.idp.oidc.models import Token
from allauth.usersessions.models import UserSession

from shop.access.tokens import issue
from shop.orders.assignment import appoint_client_admin
from shop.orders.member_orders import invite
from shop.orders.models import State
from shop.tenancy.erasure import NotErasableError, erase_user
from shop.tenancy.models import Client, Invitation, Membership, User
from tests.accounts.factors import by_password
from tests.accounts.my_data import DATA, DELETE, signed_in
from tests.factories import (
    PASSWORD,
    make_client,
    make_membership,
    make_order,
    make_packed_order,
    make_project,
    make_staff,
    make_user,
    pack_all,
)
from tests.pages import AGREED, join_address, summary, visitor, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]


def delete(user: User) -> None:
    answer = signed_in(user).post(DELETE, {"sure": "on"})
    assert answer.headers["Location"] == "/"


def test_page_tells_what_there_is_to_do() -> None:
    page = words(visitor(make_user()).get(DATA))
    assert "Download your data" in page
    assert "Delete your account" in page


def test_deletion_asks_first() -> None:
    user = make_user()
    browser = signed_in(user)
    asked = words(browser.get(DELETE))
    assert "This cannot be undone." in asked
    assert "What stays what invoices need from orders" in asked
    page = browser.post(DELETE)
    assert page.status_code == 422
    assert "Please tick the box if you want that." in summary(page)
    user.refresh_from_db()
    assert user.is_active


def test_staff_do_not_delete_themselves() -> None:
    user = make_user(is_staff=True)
    browser = signed_in(user)
    assert "a colleague with the right to do so" in words(browser.get(DATA))
    assert "a colleague with the right to do so" in words(browser.get(DELETE))
    assert "a colleague with the right to do so" in words(
        browser.post(DELETE, {"sure": "on"}, follow=True)
    )
    user.refresh_from_db()
    assert user.is_active
    with pytest.raises(NotErasableError):
        erase_user(user)


def test_deletion_ends_every_way_in() -> None:
    user = make_membership().user
    here, there = signed_in(user), signed_in(user)
    value = issue("CI", holder=user)
    order = make_packed_order(user_email=user.email)
    link = join_address(order)
    Client.objects.update(client_admin=make_user())
    page = here.post(DELETE, {"sure": "on"}, follow=True)
    assert "Your account is deleted." in words(page)
    for browser in (here, there):
        assert browser.get("/portal/").status_code == 302
    assert not UserSession.objects.exists()
    assert not Token.objects.exists()
    answer = visitor().get("/api/orders", headers={"authorization": f"Bearer {value}"})
    assert answer.status_code == 401
    assert not Membership.objects.filter(user=user).exists()
    assert not Invitation.objects.exists()
    assert visitor().get(link).status_code == 410
    assert "Location" not in by_password(visitor(), user).headers


def test_deletion_leaves_what_invoices_need() -> None:
    user = make_user()
    order = make_packed_order(user_email=user.email, client_name="Kran", user_first_name="Uta")
    Client.objects.update(client_admin=make_user())
    price, begun = order.net_cents, order.created_at
    delete(user)
    order.refresh_from_db()
    assert (order.state, order.tier_name, order.net_cents) == (State.PACKED, "S", price)
    assert (order.created_at, order.client_name) == (begun, "Kran")
    assert (order.user_email, order.user_first_name, order.user_last_name) == (None, None, None)
    assert visitor().get(f"/register/{order.order_hash}/").status_code == 200


def test_order_that_is_under_way_keeps_what_it_needs_and_is_named() -> None:
    user = make_user()
    order = make_order(user_email=user.email)
    browser = signed_in(user)
    assert "one order for you that is under way keeps" in words(browser.get(DELETE))
    browser.post(DELETE, {"sure": "on"})
    order.refresh_from_db()
    assert order.user_email == user.email
    pack_all()
    order.refresh_from_db()
    assert order.state == State.PACKED
    assert order.member
    assert (order.member.pk == user.pk, order.member.joined_at) == (False, None)


def test_what_they_typed_about_others_stays() -> None:
    user = make_user()
    project = make_project(client=make_client(client_admin=user))
    order = invite(project, user, {"user_email": "nina@example.com", "language": "en"})
    pack_all()
    Client.objects.update(client_admin=make_user())
    delete(user)
    order.refresh_from_db()
    assert (order.user_email, order.placed_by) == ("nina@example.com", user)


def test_history_of_another_order_loses_the_address_and_keeps_the_rest() -> None:
    user, other, staff = make_user(), make_packed_order(), make_staff()
    assert appoint_client_admin(other, user, staff)
    bystander = other.events.create(
        kind="sent_again", details={"mail": "received", "recipient": "ole@example.com"}
    )
    told = other.events.create(
        kind="sent_again", details={"mail": "received", "recipient": user.email}
    )
    assert other.events.get(kind="client_admin").details == {"client_admin": user.email}
    Client.objects.update(client_admin=make_user())
    erase_user(user)
    assert other.events.get(kind="client_admin").details == {"client_admin": "…"}
    assert other.events.get(pk=told.pk).details == {"mail": "received", "recipient": "…"}
    assert other.events.get(pk=bystander.pk).details["recipient"] == "ole@example.com"


def test_address_can_be_invited_afresh() -> None:
    user = make_user(first_name="Uta")
    email = user.email
    delete(user)
    order = make_packed_order(user_email=email)
    assert order.member
    assert (order.member.email, order.member.is_known) == (email, False)
    newcomer = visitor()
    newcomer.post(join_address(order), {**AGREED, "password": PASSWORD})
    assert newcomer.get("/portal/").status_code == 200
    assert User.objects.get(pk=user.pk).email == f"deleted-{user.pk}@deleted.invalid"


def test_who_is_deleted_is_not_deleted_again() -> None:
    user = make_user()
    erase_user(user)
    with pytest.raises(NotErasableError):
        erase_user(user)
