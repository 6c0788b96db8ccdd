"""A member's data: exported exactly, without secrets and without what others have typed."""

import json
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.idp.oidc.models import Token
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.mail import EmailMessage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shop.access.tokens import issue
from shop.data_export import export
from shop.notifications.emails.models import Message
from shop.orders.member_orders import invite
from shop.orders.models import Order
from shop.tenancy.erasure import erase_user
from shop.tenancy.models import User
from tests.accounts.factors import add_app
from tests.accounts.my_data import EXPORT, signed_in
from tests.accounts.test_email_change import code_in
from tests.factories import (
    make_client,
    make_membership,
    make_order,
    make_packed_order,
    make_project,
    make_user,
)
from tests.notifications.sent import send_all
from tests.pages import at_checkout, sign_in, visitor, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]


def taken_along(user: User) -> dict[str, Any]:
    answer = signed_in(user).get(EXPORT)
    assert answer.status_code == 200
    return dict(json.loads(answer.content))


def test_export_is_a_file_that_nobody_keeps() -> None:
    answer = signed_in(make_user()).get(EXPORT)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="slate-my-data.json"'
    assert "no-store" in answer.headers["Cache-Control"]


def test_export_of_somebody_new_holds_the_account_and_this_session_alone() -> None:
    user = make_user(email="uta@example.com", first_name="Uta", last_name="Unger", login="uta")
    data = taken_along(user)
    user.refresh_from_db()
    assert user.joined_at
    assert user.last_login
    session = UserSession.objects.get()
    assert data == {
        "user": {
            "email": "uta@example.com",
            "login": "uta",
            "first_name": "Uta",
            "last_name": "Unger",
            "language": "en",
            "time_zone": "",
            "first_steps_hidden_at": None,
            "has_password": True,
            "created_at": user.date_joined.isoformat(),
            "joined_at": user.joined_at.isoformat(),
            "last_signed_in_at": user.last_login.isoformat(),
            "addresses": [{"email": "uta@example.com", "proven": True}],
        },
        "memberships": [],
        "invitations": [],
        "clients_administered": [],
        "billing": [],
        "invoices": [],
        "orders": [],
        "messages": [],
        "sessions": [
            {
                "ip": "127.0.0.1",
                "browser": "",
                "since": session.created_at.isoformat(),
                "last_seen_at": session.last_seen_at.isoformat(),
            }
        ],
        "sign_in": [],
        "factor_resets": [],
        "messages_to_support": [],
        "declarations": [],
        "tokens": [],
        "wishes_to_be_deleted": [],
        "requests_to_appoint": [],
    }


def test_export_holds_memberships_clients_tokens_and_factors_without_secrets() -> None:
    user = make_user()
    client = make_client(client_admin=user, name="Kranfilm")
    project = make_project("m", client=client, name="Nachtdreh")
    membership = make_membership(user=user, project=project, role="admin")
    make_membership(user=user, joined_at=None)
    value = issue("Kranplaner", holder=user)
    browser = signed_in(user)
    add_app(user)
    data = json.loads(browser.get(EXPORT).content)
    token, app = Token.objects.get(), Authenticator.objects.get()
    assert membership.joined_at
    assert data["memberships"] == [
        {
            "client": "Kranfilm",
            "project": "Nachtdreh",
            "tier": "M",
            "role": "admin",
            "joined_at": membership.joined_at.isoformat(),
            "opened_at": None,
        }
    ]
    assert data["clients_administered"] == [
        {"number": client.pk, "name": "Kranfilm", "created_at": client.created_at.isoformat()}
    ]
    assert data["tokens"] == [
        {
            "name": "Kranplaner",
            "program": None,
            "scopes": ["orders:read", "orders:write", "billing:read"],
            "created_at": token.created_at.isoformat(),
            "expires_at": None,
            "last_used_at": None,
        }
    ]
    assert data["sign_in"] == [
        {
            "kind": "totp",
            "name": None,
            "created_at": app.created_at.isoformat(),
            "last_used_at": None,
        }
    ]
    text = json.dumps(data)
    for secret in (value, token.hash, app.data["secret"], user.password):
        assert secret not in text


# The company of the checkout, at ADDRESS of `tests/pages.py`.
BILLED = {
    "customer_type": "company",
    "company": "Kran",
    "street": "Feilitzschstraße 6",
    "postal_code": "80802",
    "city": "München",
    "country": "DE",
}


def exported(order: Order) -> dict[str, Any]:
    """Uta's order, with basket and consent, as her export has it."""
    assert order.basket.agreed_at
    return {
        "order_number": order.order_number,
        "state": "pending",
        "created_at": order.created_at.isoformat(),
        "updated_at": order.updated_at.isoformat(),
        "placed_by_me": True,
        "tier": "S",
        "net_cents": 4900,
        "vat_rate": "19.00",
        "currency": "EUR",
        "promo_code": None,
        "client_name": "Kran",
        "project_name": "Dreh",
        "user_email": "uta@example.com",
        "user_first_name": "Uta",
        "user_last_name": "Unger",
        **dict.fromkeys(("user_login", "reference", "metadata")),
        "language": "en",
        "interval": "month",
        "billing": BILLED,
        "events": [
            {"at": event.at.isoformat(), "kind": event.kind, "state": event.state}
            for event in order.events.all()
        ],
        "basket": {
            "document": {
                "product": "s",
                "client_name": "Kran",
                "project_name": "Dreh",
                "user_email": "uta@example.com",
                "user_first_name": "Uta",
                "user_last_name": "Unger",
                "language": "en",
                "billing": BILLED,
            },
            "currency": "EUR",
            "language_tag": "en",
            "company": "",
            "contacts": {},
            "payment": "",
            "attributes": None,
        },
        "consent": {
            "terms_version": 1,
            "agreed_at": order.basket.agreed_at.isoformat(),
        },
    }


def test_export_holds_an_order_placed_on_our_pages_with_basket_and_consent() -> None:
    user = make_user(email="uta@example.com", first_name="Uta", last_name="Unger")
    browser, form = at_checkout("s", user)
    browser.post(
        "/checkout/", {**form, "client_name": "Kran", "project_name": "Dreh", "place": "1"}
    )
    order = Order.objects.select_related("basket__terms").get()
    assert order.basket.terms
    assert order.basket.agreed_at
    data = taken_along(user)
    assert data["orders"] == [exported(order)]
    assert data["messages"] == [
        {
            "kind": "received",
            "recipient": "uta@example.com",
            "language": "en",
            "state": "waiting",
            "order_number": order.order_number,
            "created_at": Message.objects.get().created_at.isoformat(),
            "sent_at": None,
        }
    ]
    assert order.order_hash not in json.dumps(data)


def test_export_holds_the_open_order() -> None:
    user = make_user()
    at_checkout("m", user)
    (order,) = taken_along(user)["orders"]
    assert (order["state"], order["tier"], order["placed_by_me"]) == ("new", "M", True)


def test_export_leaves_out_what_others_have_put_into_an_order_for_me() -> None:
    user = make_user()
    project = make_project()
    invite(project, project.client.client_admin, {"user_email": user.email})
    make_order(user_email="somebody@example.com")
    (order,) = taken_along(user)["orders"]
    assert (order["user_email"], order["placed_by_me"]) == (user.email, False)
    assert "basket" not in order


def test_address_that_was_not_proven_brings_nothing_of_others() -> None:
    user, order = make_user(), make_packed_order(user_email="somebody@example.com")
    EmailAddress.objects.create(user=user, email="somebody@example.com", verified=False)
    taken = export(user)
    assert (taken["orders"], taken["messages"]) == ([], [])
    erase_user(user)
    order.refresh_from_db()
    assert order.user_email == "somebody@example.com"
    assert order.messages.exists()


def test_export_never_tells_of_codes() -> None:
    user = make_user()
    visitor().post("/account/login/code/", {"email": user.email})
    assert [each["kind"] for each in taken_along(user)["messages"]] == ["code"]
    assert Message.objects.get(kind="code").details["seed"] not in json.dumps(taken_along(user))


def test_export_takes_as_many_queries_for_three_as_for_one() -> None:
    user, counts = make_user(), []
    browser = signed_in(user)
    for number in (1, 2):
        for _ in range(number):
            make_membership(user=user)
            make_packed_order(user_email=user.email)
            issue("CI", holder=user)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(EXPORT).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_who_signs_in_by_mailed_codes_alone_shows_another_code(
    mailoutbox: list[EmailMessage],
) -> None:
    user = make_user()
    user.set_unusable_password()
    user.save()
    sign_in(browser := visitor(), user, seconds_ago=301)
    answer = browser.get(EXPORT)
    assert answer.headers["Location"] == "/account/login/code/?next=%2Fportal%2Fmy-data%2Fexport%2F"
    page = browser.get(answer.headers["Location"])
    assert "Please show once more who you are: we mail you a code." in words(page)
    browser.post("/account/login/code/", {"email": user.email, "next": EXPORT})
    send_all()
    code = {"code": code_in(mailoutbox[0]), "next": EXPORT}
    answer = browser.post("/account/login/code/confirm/", code)
    assert answer.headers["Location"] == EXPORT
    assert browser.get(EXPORT).status_code == 200
