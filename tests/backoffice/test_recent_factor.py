"""Powerful acts of staff need their second factor within the last five minutes."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from allauth.idp.oidc.models import Token
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from portal.backoffice.models import BulkJob, Export
from shop.access.models import Application, SigningSecret
from shop.catalogue.models import Promotion
from shop.catalogue.seller import Seller
from shop.tenancy.models import Client as Customer
from shop.tenancy.models import StaffInvitation, User
from shop.tenancy.staff_invitations import invite_colleague
from tests.accounts.factors import app_code, by_password_and_app
from tests.factories import (
    PASSWORD,
    SELLER,
    make_application,
    make_client,
    make_order,
    make_packed_order,
    make_staff,
    make_token,
    make_user,
)
from tests.pages import html, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

FACTOR = "/account/2fa/reauthenticate/"


@pytest.fixture(autouse=True)
def outside_the_demo(settings: Settings) -> None:
    settings.DEMO = False


def signed_in(*groups: str, seconds_ago: float = 0) -> Client:
    browser = by_password_and_app(make_staff(*groups))
    age(browser, seconds_ago)
    return browser


def age(browser: Client, seconds: float) -> None:
    """Move the proofs of this session into the past."""
    session = browser.session
    for record in session["account_authentication_methods"]:
        record["at"] -= seconds
    session.save()


def show_factor(browser: Client, location: str, path: str) -> object:
    cache.clear()  # the code may have been used a moment ago
    return browser.post(location, {"code": app_code(), "next": path})


def rows() -> tuple[object, ...]:
    return (
        list(Token.objects.order_by("pk").values()),
        list(Application.objects.order_by("pk").values()),
        list(SigningSecret.objects.order_by("pk").values()),
        list(Export.objects.values()),
        list(BulkJob.objects.values()),
        list(StaffInvitation.objects.values()),
        list(Customer.objects.order_by("pk").values()),
        list(Promotion.objects.order_by("pk").values()),
        list(Seller.objects.values()),
        list(User.objects.order_by("pk").values("pk", "is_staff", "is_superuser", "groups")),
    )


def make_invitation() -> int:
    roles = Group.objects.filter(name="agent")
    return invite_colleague("carla@example.com", roles, make_staff(), "en").user.pk


def guarded_calls() -> list[tuple[str, str, dict[str, Any]]]:
    """Each call that needs the factor again: method, path, form."""
    application, order, user = make_application(), make_order("xl"), make_user()
    make_token(application)
    promotion = Promotion.objects.create(code="GONE", percent=10)
    client, invited = make_client(), make_invitation()
    base = f"/staff/applications/{application.pk}/"
    person = f"/staff/catalogue/tenancy/user/{user.pk}/"
    powers = {"email": user.email, "is_staff": "on", "is_superuser": "on", "language": "en"}
    return [
        ("get", "/staff/applications/new/", {}),
        ("post", "/staff/applications/new/", {"name": "New", "scopes": ["orders:read"]}),
        ("post", f"{base}tokens/", {"name": "New", "scopes": ["orders:read"]}),
        ("post", f"{base}tokens/{Token.objects.get().pk}/revoke/", {}),
        ("post", f"{base}signing-secret/", {}),
        ("post", f"{base}off/", {}),
        ("post", f"{base}on/", {}),
        ("get", "/staff/exports/new/", {}),
        ("post", "/staff/exports/new/", {"format": "csv", "set": "all"}),
        ("post", "/staff/bulk/new/", {"action": "cancel", "order": order.pk}),
        ("post", f"{person}change/", powers),
        ("post", f"{person}delete/", {"post": "yes"}),
        ("post", "/staff/catalogue/tenancy/user/add/", powers),
        ("post", "/staff/catalogue/tenancy/user/", {"action": "delete_selected"}),
        ("post", "/staff/catalogue/catalogue/promotion/", {"action": "delete_selected"}),
        ("post", f"/staff/catalogue/catalogue/promotion/{promotion.pk}/delete/", {"post": "yes"}),
        ("post", f"/staff/catalogue/tenancy/client/{client.pk}/change/", {"client_admin": user.pk}),
        ("post", "/staff/catalogue/catalogue/seller/1/change/", SELLER),
        ("post", f"/staff/orders/{order.pk}/client-admin/", {"user": user.email}),
        *(
            ("post", f"/staff/colleagues/{invited}/{act}/", {})
            for act in ("send-again", "withdraw")
        ),
    ]


def test_old_factor_is_asked_for_again_and_nothing_is_done() -> None:
    calls, browser = guarded_calls(), signed_in(seconds_ago=301)
    before = rows()
    for method, path, form in calls:
        answer = getattr(browser, method)(path, form)
        assert (answer.status_code, answer["Location"]) == (
            302,
            f"{FACTOR}?{urlencode({'next': path})}",
        ), path
    assert rows() == before


def test_fresh_factor_is_enough() -> None:
    calls, browser = guarded_calls(), signed_in(seconds_ago=290)
    for method, path, form in calls:
        answer = getattr(browser, method)(path, form)
        assert FACTOR not in answer.headers.get("Location", ""), path
        if answer.streaming:
            answer.getvalue()  # else its file stays open


def test_what_can_be_undone_needs_no_fresh_factor() -> None:
    order, browser = make_order("xl"), signed_in(seconds_ago=3600)
    assert browser.get("/staff/").status_code == 200
    form = {"action": "approve", "order": order.pk}
    assert browser.post("/staff/bulk/new/", form).status_code == 200
    assert browser.get("/staff/catalogue/tenancy/user/").status_code == 200


def test_posted_form_is_carried_out_once_the_factor_was_shown() -> None:
    browser, application = signed_in(seconds_ago=3600), make_application()
    bystander = make_application("Bystander")
    path = f"/staff/applications/{application.pk}/tokens/"
    form = {"name": "Typed before", "scopes": ["orders:read"]}
    location = browser.post(path, form)["Location"]
    page = show_factor(browser, location, path)
    token = Token.objects.get()
    assert (token.client, token.data["name"]) == (application.oauth_client, "Typed before")
    assert re.search(r"[A-Za-z0-9_-]{43}", words(page))  # type: ignore[arg-type]
    assert not Token.objects.filter(client=bystander.oauth_client).exists()


def test_powers_are_given_once_the_factor_was_shown() -> None:
    browser, user = signed_in(seconds_ago=3600), make_user()
    path = f"/staff/catalogue/tenancy/user/{user.pk}/change/"
    form = {"email": user.email, "is_staff": "on", "language": "en", "is_active": "on"}
    location = browser.post(path, form)["Location"]
    user.refresh_from_db()
    assert not user.is_staff
    show_factor(browser, location, path)
    user.refresh_from_db()
    assert user.is_staff


def test_form_that_was_given_up_is_not_carried_out_later() -> None:
    browser = signed_in(seconds_ago=3600)
    path = "/staff/applications/new/"
    form = {"name": "Given up", "scopes": ["orders:read"], "grants": ["client_credentials"]}
    browser.post(path, form)
    location = browser.get(path)["Location"]
    answer = show_factor(browser, location, path)
    assert answer["Location"] == path  # type: ignore[index]
    assert not Application.objects.filter(name="Given up").exists()


def test_password_does_not_stand_in_for_the_factor() -> None:
    browser, application = signed_in(seconds_ago=3600), make_application()
    path = f"/staff/applications/{application.pk}/signing-secret/"
    browser.post(path)
    answer = browser.post("/account/reauthenticate/", {"password": PASSWORD, "next": path})
    assert answer["Location"].startswith(FACTOR)
    user = make_user()
    path = f"/staff/catalogue/tenancy/user/{user.pk}/change/"
    browser.post(path, {"email": user.email, "is_superuser": "on", "language": "en"})
    answer = browser.post("/account/reauthenticate/", {"password": PASSWORD, "next": path})
    assert answer["Location"].startswith(FACTOR)
    user.refresh_from_db()
    assert not user.is_superuser
    assert not SigningSecret.objects.filter(application=application).exists()


def test_the_demo_asks_for_no_factor(settings: Settings) -> None:
    settings.DEMO = True
    make_packed_order()
    browser = signed_in(seconds_ago=3600)
    assert browser.get("/staff/exports/new/").status_code == 200
    assert "New application" in html(browser.get("/staff/applications/new/"))


KEYS = (
    "/account/2fa/recovery-codes/",
    "/account/2fa/recovery-codes/download/",
    "/account/2fa/totp/deactivate/",
    "/account/2fa/webauthn/add/",
    "/portal/tokens/new/",
)


@pytest.mark.parametrize("path", KEYS)
def test_password_of_staff_opens_no_keys_to_the_factor(path: str) -> None:
    staff, member = signed_in("agent"), by_password_and_app(make_user())
    for browser in (staff, member):
        RecoveryCodes.activate(User.objects.get(pk=browser.session["_auth_user_id"]))
        browser.post("/account/reauthenticate/", {"password": PASSWORD})
    assert member.get(path).status_code == 200
    location = staff.get(path)["Location"]
    assert location.startswith(FACTOR)
    assert "Use your password" not in words(staff.get(location))
    show_factor(staff, FACTOR, path)
    assert staff.get(path).status_code == 200
