"""Personal access tokens: issued, shown once, used, revoked."""

import re
from datetime import timedelta

import pytest
from allauth.idp.oidc.models import Token
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shop.access.tokens import issue
from shop.orders.models import Order, State
from shop.tenancy.models import User
from tests.factories import (
    DETAILS,
    PASSWORD,
    make_application,
    make_client,
    make_token,
    make_user,
    pack_all,
)
from tests.pages import html, summary, visitor, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

TOKENS = "/portal/tokens/"
NEW = "/portal/tokens/new/"


def shown_again(user: User) -> Client:
    browser = visitor(user)
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    return browser


def test_token_is_shown_once_and_only_its_digest_is_kept() -> None:
    user = make_user()
    browser = shown_again(user)
    page = browser.post(NEW, {"name": "Kranplaner", "days": "30"})
    found = re.search(r'id="secret-1">([\w-]{43})<', html(page))
    assert found
    assert page.headers["Cache-Control"].find("no-store") >= 0
    token = Token.objects.get()
    assert (token.user, token.client, token.get_scopes()) == (
        user,
        None,
        ["orders:read", "orders:write"],
    )
    assert token.expires_at - timezone.now() > timedelta(days=29)
    assert found[1] not in str(Token.objects.values().get())
    listed = browser.get(TOKENS)
    assert found[1] not in html(listed)
    assert "Kranplaner" in words(listed)


def test_token_shows_invoices_where_the_box_is_ticked() -> None:
    user = make_user()
    browser = shown_again(user)
    browser.post(NEW, {"name": "Kranplaner", "days": "30", "billing": "on"})
    assert Token.objects.get().get_scopes() == ["orders:read", "orders:write", "billing:read"]


def test_token_orders_for_a_client_and_shows_its_last_use() -> None:
    client = make_client()
    browser = shown_again(client.client_admin)
    page = browser.post(NEW, {"name": "Kranplaner", "days": ""})
    value = html(page).partition('id="secret-1">')[2].partition("<")[0]
    assert "Kranplaner until revoked never" in words(browser.get(TOKENS))
    members = {**DETAILS, "client_name": None, "client_id": client.pk}
    partner = make_token(make_application())
    answer = visitor().post(
        "/api/orders",
        {"order": {"product": "s", "admin_user_access_token": value, **members}},
        content_type="application/json",
        headers={"authorization": f"Bearer {partner}"},
    )
    assert answer.status_code == 201, answer.content
    assert Order.objects.get().token_user == client.client_admin
    assert "never" not in words(browser.get(TOKENS))


def test_revoked_token_stops_the_orders_that_wait_with_it() -> None:
    client = make_client()
    value = issue("CI", holder=client.client_admin)
    members = {**DETAILS, "client_name": None, "client_id": client.pk}
    partner = make_token(make_application())
    visitor().post(
        "/api/orders",
        {"order": {"product": "s", "admin_user_access_token": value, **members}},
        content_type="application/json",
        headers={"authorization": f"Bearer {partner}"},
    )
    token = Token.objects.get(user=client.client_admin)
    browser = visitor(client.client_admin)
    asked = browser.get(f"{TOKENS}{token.pk}/revoke/")
    assert "The token “CI” will no longer be accepted." in words(asked)
    page = browser.post(f"{TOKENS}{token.pk}/revoke/", follow=True)
    assert "The token is revoked." in words(page)
    pack_all()
    order = Order.objects.get()
    assert (order.state, order.fault) == (State.HAS_PACKING_ERRORS, "token_revoked")


def test_token_is_revoked_by_pressing_twice_as_well() -> None:
    user = make_user()
    issue("CI", holder=user)
    address = f"{TOKENS}{Token.objects.get().pk}/revoke/"
    browser = visitor(user)
    assert [browser.post(address).status_code for _ in range(2)] == [302, 302]
    assert not Token.objects.exists()


def test_token_without_a_name_is_asked_for_one() -> None:
    page = shown_again(make_user()).post(NEW, {"name": "", "days": "30"})
    assert page.status_code == 422
    assert "Please enter a name." in summary(page)
    assert not Token.objects.exists()


def test_expired_token_says_so_and_others_tokens_are_not_shown() -> None:
    user = make_user()
    issue("Old", holder=user, expires_at=timezone.now() - timedelta(days=1))
    issue("Foreign", holder=make_user())
    page = words(visitor(user).get(TOKENS))
    assert "Old expired" in page
    assert "Foreign" not in page


def test_consent_to_a_program_is_withdrawn() -> None:
    user, application = make_user(), make_application("Kranplaner")
    for kind in ("at", "rt"):
        Token.objects.create(
            type=kind, user=user, client=application.oauth_client, hash=f"{kind}-mine"
        )
        Token.objects.create(
            type=kind, user=make_user(), client=application.oauth_client, hash=f"{kind}-other"
        )
    browser = visitor(user)
    assert "Programs that act in your name Kranplaner" in words(browser.get(TOKENS))
    address = f"{TOKENS}programs/{application.pk}/revoke/"
    assert "Kranplaner will no longer be able" in words(browser.get(address))
    page = words(browser.post(address, follow=True))
    assert "The program can no longer act in your name." in page
    assert "Programs that act" not in page
    assert Token.objects.filter(user=user).count() == 0
    assert Token.objects.count() == 2


def test_list_takes_as_many_queries_for_three_as_for_one() -> None:
    user, counts = make_user(), []
    browser = visitor(user)
    for number in (1, 2):
        for each in range(number):
            issue("CI", holder=user)
            program = make_application(f"P{number}{each}").oauth_client
            Token.objects.create(type="at", user=user, client=program, hash=f"{number}{each}")
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(TOKENS).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8
