"""A member's data: exported exactly, erased from every table."""

import json
from base64 import b64encode
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.idp.oidc.models import Token
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client as Visitor
from django.test.utils import CaptureQueriesContext

from portal.accounts.data_export import export
from shop.access.tokens import issue
from shop.notifications.emails.models import Message
from shop.notifications.emails.resend import send_again
from shop.notifications.webhooks.models import Delivery
from shop.orders.assignment import appoint_client_admin
from shop.orders.basket import update_document
from shop.orders.member_orders import invite
from shop.orders.models import Order, OrderEvent, State
from shop.orders.open_orders import Owner, update_open_order
from shop.packing.models import Packing
from shop.tenancy.erasure import NotErasableError, StillAdministersError, erase_user
from shop.tenancy.models import Client, Invitation, Membership, User
from tests.accounts.factors import add_app, by_password
from tests.accounts.test_email_change import code_in
from tests.factories import (
    PASSWORD,
    make_application,
    make_client,
    make_membership,
    make_order,
    make_packed_order,
    make_project,
    make_staff,
    make_token,
    make_user,
    pack_all,
)
from tests.notifications.sent import send_all
from tests.pages import AGREED, at_checkout, html, join_address, summary, visitor, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

DATA = "/portal/my-data/"
EXPORT = "/portal/my-data/export/"
DELETE = "/portal/my-data/delete/"


def signed_in(user: User) -> Visitor:
    """A browser in which the member has just signed in, and shown once more who they are."""
    browser = visitor()
    by_password(browser, user)
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    return browser


def taken_along(user: User) -> dict[str, Any]:
    answer = signed_in(user).get(EXPORT)
    assert answer.status_code == 200
    data: dict[str, Any] = json.loads(answer.content)
    return data


def delete(user: User) -> None:
    answer = signed_in(user).post(DELETE, {"sure": "on"})
    assert answer.headers["Location"] == "/"


def rows_with(*words: str) -> list[str]:
    """Every row of every table that holds one of `words`, in whatever column and case."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                text = " ".join(str(value) for value in row).lower()
                if table == Session._meta.db_table:
                    text += str(Session(session_data=row[1]).get_decoded()).lower()
                found += [f"{table}: {text}" for word in words if word.lower() in text]
    return found


def test_page_tells_what_there_is_to_do() -> None:
    page = words(visitor(make_user()).get(DATA))
    assert "Download your data" in page
    assert "Delete your account" in page


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
            "has_password": True,
            "created_at": user.date_joined.isoformat(),
            "joined_at": user.joined_at.isoformat(),
            "last_signed_in_at": user.last_login.isoformat(),
            "addresses": [{"email": "uta@example.com", "proven": True}],
        },
        "memberships": [],
        "clients_administered": [],
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
        "tokens": [],
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
        }
    ]
    assert data["clients_administered"] == [
        {"number": client.pk, "name": "Kranfilm", "created_at": client.created_at.isoformat()}
    ]
    assert data["tokens"] == [
        {
            "name": "Kranplaner",
            "program": None,
            "scopes": ["orders:read", "orders:write"],
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
    assert data["orders"] == [
        {
            "number": order.pk,
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
            "user_login": None,
            "language": "en",
            "basket": {
                "document": {
                    "product": "s",
                    "client_name": "Kran",
                    "project_name": "Dreh",
                    "user_email": "uta@example.com",
                    "user_first_name": "Uta",
                    "user_last_name": "Unger",
                    "language": "en",
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
    ]
    message = Message.objects.get()
    assert data["messages"] == [
        {
            "kind": "received",
            "recipient": "uta@example.com",
            "language": "en",
            "state": "waiting",
            "order": order.pk,
            "created_at": message.created_at.isoformat(),
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
    seed = Message.objects.get(kind="code").details["seed"]
    assert [each["kind"] for each in taken_along(user)["messages"]] == ["code"]
    assert seed not in json.dumps(taken_along(user))


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
    browser = visitor(user)
    answer = browser.get(EXPORT)
    assert answer.headers["Location"] == "/account/login/code/?next=%2Fportal%2Fmy-data%2Fexport%2F"
    page = browser.get(answer.headers["Location"])
    assert "Please show once more who you are: we mail you a code." in words(page)
    browser.post("/account/login/code/", {"email": user.email, "next": EXPORT})
    send_all()
    answer = browser.post(
        "/account/login/code/confirm/", {"code": code_in(mailoutbox[0]), "next": EXPORT}
    )
    assert answer.headers["Location"] == EXPORT
    assert browser.get(EXPORT).status_code == 200


def test_deletion_asks_first() -> None:
    user = make_user()
    browser = signed_in(user)
    asked = words(browser.get(DELETE))
    assert "This cannot be undone." in asked
    assert "What stays of orders what invoices need" in asked
    page = browser.post(DELETE)
    assert page.status_code == 422
    assert "Please tick the box if you want that." in summary(page)
    user.refresh_from_db()
    assert user.is_active


def test_client_admin_is_told_to_hand_over_first() -> None:
    client = make_client(name="Kranfilm")
    browser = signed_in(client.client_admin)
    page = browser.get(DELETE)
    assert "Hand them over first" in words(page)
    assert f'href="/portal/clients/{client.pk}/hand-over/"' in html(page)
    page = browser.post(DELETE, {"sure": "on"}, follow=True)
    assert "Kranfilm" in words(page)
    client.client_admin.refresh_from_db()
    assert client.client_admin.is_active
    with pytest.raises(StillAdministersError):
        erase_user(client.client_admin)


def test_staff_do_not_delete_themselves() -> None:
    user = make_user(is_staff=True)
    browser = signed_in(user)
    assert "another member of staff" in words(browser.get(DATA))
    assert "another member of staff" in words(browser.get(DELETE))
    assert "another member of staff" in words(browser.post(DELETE, {"sure": "on"}, follow=True))
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


def test_nothing_of_a_deleted_person_is_left_in_any_table(mailoutbox: list[EmailMessage]) -> None:
    """They did all that leaves traces; then every table is searched."""
    email, second = "quendolin@example.com", "quendi@example.org"
    person = {
        "user_email": "Quendolin@example.com",
        "user_first_name": "Quendolin",
        "user_last_name": "Zwiebelfisch",
        "user_login": "quendo",
    }
    partner = make_token(make_application())
    answer = visitor().post(
        "/api/orders",
        {
            "order": {
                "product": "s",
                "client_name": "Kran",
                "project_name": "Dreh",
                "redirection_uri": "https://partner.example/hooks",
                **person,
            }
        },
        content_type="application/json",
        headers={"authorization": f"Bearer {partner}", "idempotency-key": "one"},
    )
    assert answer.status_code == 201
    pack_all()
    send_all()
    order = Order.objects.get()
    browser = visitor()
    browser.post(
        join_address(order),
        {
            **AGREED,
            "password": PASSWORD,
            "user_first_name": "Quendolin",
            "user_last_name": "Zwiebelfisch",
            "user_login": "quendo",
        },
    )
    user = User.objects.get(email=email)
    EmailAddress.objects.create(user=user, email=second, verified=True)
    # Ordered in the checkout as well, and begun once more.
    shop, form = at_checkout("s", user)
    shop.post("/checkout/", {**form, "client_name": "Kran", "project_name": "Zwei", "place": "1"})
    pack_all()
    at_checkout("m", user)
    update_open_order(
        Owner(user=user),
        lambda basket: update_document(basket, {"client_name": "Zwiebelfisch"}),
    )
    # Invited somebody, and is told when that is done.
    project = make_project(client=make_client(client_admin=user))
    invite(project, user, {"user_email": "nina@example.com"})
    pack_all()
    assert Message.objects.filter(order__user_email="nina@example.com", recipient=email).exists()
    # Signed in, asked for codes and passwords, changed something, been looked at by staff.
    signed_in(user)
    visitor().post("/account/login/code/", {"email": second})
    visitor().post("/account/password/reset/", {"email": email})
    issue("Zwiebelfisch' token", holder=user)
    add_app(user)
    make_membership(user=user)
    OrderEvent.objects.create(
        order=order, kind="note", note="Frau Zwiebelfisch (quendolin@example.com) rief an."
    )
    Packing.objects.filter(order=order).update(last_error=f"no answer from {email}")
    staff = make_staff()
    other = make_packed_order(user_email="ole@example.com")
    assert appoint_client_admin(other, user, staff)
    send_all()
    told = Message.objects.get(order__user_email="nina@example.com", recipient=email)
    assert send_again(told, staff)
    visitor(staff).get(f"/staff/export.csv?q={email}").getvalue()
    LogEntry.objects.create(
        user=staff,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(user.pk),
        object_repr=email,
        action_flag=CHANGE,
    )
    send_all()
    assert mailoutbox
    Client.objects.update(client_admin=make_user())
    traces = (email, second, "Quendolin", "Zwiebelfisch", "quendo")
    assert len(rows_with(*traces)) > 20

    last = visitor()
    by_password(last, user)
    Authenticator.objects.all().delete()
    erase_user(User.objects.get(pk=user.pk))

    assert rows_with(*traces, b64encode(email.encode()).decode()) == []
    assert Delivery.objects.exists()
    for delivery in Delivery.objects.all():
        told = json.loads(delivery.payload)["data"]["order"]
        assert (told["user_email"], told["client_name"]) == (None, "Kran")
    assert OrderEvent.objects.get(kind="note").note == "Frau … (…) rief an."
