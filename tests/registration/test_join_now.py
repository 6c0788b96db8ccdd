"""Joining from the order's page, only for people signed in under its address."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shop.orders.models import Order
from shop.tenancy.models import Invitation, Membership, User
from tests.factories import bystander, make_order, make_packed_order, make_user, pack_all
from tests.pages import Response, assert_left_out, html, visitor, words
from tests.registration.states import order_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

BUTTON = "Join now"
REFUSED = "Please join with the link in our e-mail."


def page_of(order: Order, browser: Client, path: str = "") -> Response:
    return browser.get(f"/register/{order.order_hash}/{path}")


def join_now(order: Order, browser: Client) -> Response:
    return browser.post(f"/register/{order.order_hash}/join/", follow=True)


def has_joined(user: User) -> bool:
    return Membership.objects.filter(user=user, joined_at__isnull=False).exists()


def test_signed_in_owner_of_the_address_joins_by_a_button() -> None:
    user = make_user(email="bernd@example.com")
    with bystander():
        order = make_packed_order(user_email="Bernd@example.com", project_name="Kran")
        browser = visitor(user)
        assert BUTTON in words(page_of(order, browser))
        page = join_now(order, browser)
    assert page.request["PATH_INFO"] == "/portal/"
    assert "Welcome to Kran." in words(page)
    assert has_joined(user)
    assert Invitation.objects.get(order=order).used_at
    assert "the first member has joined" in words(page_of(order, visitor()))


def test_second_address_that_is_verified_counts_too() -> None:
    user = make_user(email="bernd@example.com")
    EmailAddress.objects.create(user=user, email="b@studio.example.com", verified=True)
    order = make_packed_order(user_email="b@studio.example.com")
    assert BUTTON in words(page_of(order, visitor(user)))
    join_now(order, visitor(user))
    assert has_joined(user)


def test_button_comes_with_the_news() -> None:
    user = make_user(email="bernd@example.com")
    order, browser = make_order(user_email=user.email), visitor(user)
    page = html(page_of(order, browser))
    assert BUTTON not in page
    [url] = re.findall(r'hx-get="([^"]+)"', page)
    pack_all()
    assert BUTTON in words(browser.get(url))
    assert_left_out(BUTTON, there=words(browser.get(url)), here=words(visitor().get(url)))


@pytest.mark.parametrize("path", ["", "progress/"])
def test_nobody_else_sees_or_may_do_anything(path: str) -> None:
    user = make_user(email="bernd@example.com")
    order = make_packed_order(user_email=user.email)
    unknown = make_packed_order(user_email="nobody@example.com")
    assert BUTTON in words(page_of(order, visitor(user), path))
    for browser in (visitor(), visitor(make_user(email="other@example.com"))):
        for each in (order, unknown):
            assert BUTTON not in words(page_of(each, browser, path))
            page = join_now(each, browser)
            assert page.request["PATH_INFO"] == f"/register/{each.order_hash}/"
            assert REFUSED in words(page)
    assert not has_joined(user)


@pytest.mark.usefixtures("stopped_clock")  # the pages tell the minute of the order
def test_known_and_unknown_addresses_look_alike_to_somebody_else() -> None:
    seen = set()
    known, other = make_user(email="kknown@example.com"), make_user(email="other@example.com")
    for email in (known.email, "kunknown@example.com"):
        order = make_packed_order(user_email=email)
        with CaptureQueriesContext(connection) as queries:
            page = words(page_of(order, visitor(other)))
        seen.add((len(queries), page.replace(str(order.order_number), "")))
    assert len(seen) == 1


@pytest.mark.parametrize("address", ["unverified", "changed"])
def test_address_that_is_not_verified_now_proves_nothing(address: str) -> None:
    user = make_user(email="bernd@example.com")
    order = make_packed_order(user_email=user.email)
    assert BUTTON in words(page_of(order, visitor(user)))
    if address == "unverified":
        EmailAddress.objects.update(verified=False)
    else:
        EmailAddress.objects.update(email="new@example.com")
        User.objects.filter(pk=user.pk).update(email="new@example.com")
        user.refresh_from_db()
    assert BUTTON not in words(page_of(order, visitor(user)))
    assert REFUSED in words(join_now(order, visitor(user)))
    assert not has_joined(user)


def test_link_that_was_used_lets_nobody_in_again() -> None:
    user = make_user(email="bernd@example.com")
    order = make_packed_order(user_email=user.email)
    Invitation.objects.update(used_at=timezone.now())
    assert BUTTON not in words(page_of(order, visitor(user)))
    assert REFUSED in words(join_now(order, visitor(user)))
    assert not has_joined(user)


@pytest.mark.parametrize("situation", ["pending", "packing", "need_human", "cancelled", "details"])
def test_nobody_joins_before_all_is_set_up(situation: str) -> None:
    user = make_user(email="nicecustomer@gmx.com")
    order = order_in(situation)
    assert BUTTON not in words(page_of(order, visitor(user)))
    assert REFUSED in words(join_now(order, visitor(user)))
    assert not has_joined(user)


def test_joining_is_posted_and_from_our_pages_alone() -> None:
    user = make_user(email="bernd@example.com")
    order, browser = make_packed_order(user_email=user.email), visitor(user)
    assert browser.get(f"/register/{order.order_hash}/join/").status_code == 405
    browser.handler.enforce_csrf_checks = True
    assert browser.post(f"/register/{order.order_hash}/join/").status_code == 403
    assert not has_joined(user)


def test_anybody_may_sign_in_to_join() -> None:
    order = make_packed_order()
    link = f'href="/account/login/?next=/register/{order.order_hash}/"'
    assert link in html(page_of(order, visitor()))
