"""Somebody who does all that leaves traces in the database, and a search for them."""

from allauth.account.models import EmailAddress
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import QuerySet

from shop.access.tokens import issue
from shop.notifications.emails.models import Message
from shop.notifications.emails.resend import Resent, send_again
from shop.orders.assignment import appoint_client_admin
from shop.orders.basket import update_document
from shop.orders.member_orders import invite
from shop.orders.models import Order, OrderEvent
from shop.orders.open_orders import Owner, update_open_order
from shop.packing.models import Packing
from shop.tenancy.models import User
from tests.accounts.factors import add_app
from tests.accounts.my_data import signed_in
from tests.factories import (
    PASSWORD,
    make_application,
    make_client,
    make_membership,
    make_packed_order,
    make_project,
    make_staff,
    make_token,
    pack_all,
)
from tests.notifications.sent import send_all
from tests.pages import AGREED, at_checkout, join_address, visitor

EMAIL, SECOND = "quendolin@example.com", "quendi@example.org"
TRACES = (EMAIL, SECOND, "Quendolin", "Zwiebelfisch", "quendo")


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


def join_by_an_order_of_a_partner() -> User:
    """Somebody for whom a partner orders, and who joins by the mailed link."""
    person = {
        "user_first_name": "Quendolin",
        "user_last_name": "Zwiebelfisch",
        "user_login": "quendo",
    }
    order = {
        "product": "s",
        "client_name": "Kran",
        "project_name": "Dreh",
        "redirection_uri": "https://partner.example/hooks",
        "user_email": "Quendolin@example.com",
        **person,
    }
    partner = make_token(make_application())
    answer = visitor().post(
        "/api/orders",
        {"order": order},
        content_type="application/json",
        headers={"authorization": f"Bearer {partner}", "idempotency-key": "one"},
    )
    assert answer.status_code == 201
    pack_all()
    send_all()
    link = join_address(Order.objects.get())
    visitor().post(link, {**AGREED, "password": PASSWORD, **person})
    user = User.objects.get(email=EMAIL)
    EmailAddress.objects.create(user=user, email=SECOND, verified=True)
    return user


def order_and_invite(user: User) -> None:
    """Orders in the checkout, begins once more, and invites somebody: told when that is done."""
    shop, form = at_checkout("s", user)
    shop.post("/checkout/", {**form, "client_name": "Kran", "project_name": "Zwei", "place": "1"})
    pack_all()
    at_checkout("m", user)
    update_open_order(
        Owner(user=user),
        lambda basket: update_document(basket, {"client_name": "Zwiebelfisch"}),
    )
    project = make_project(client=make_client(client_admin=user))
    invite(project, user, {"user_email": "nina@example.com"})
    pack_all()
    assert told_of_nina().exists()


def told_of_nina() -> QuerySet[Message]:
    """The mail that tells them that somebody whom they invited is set up."""
    return Message.objects.filter(order__user_email="nina@example.com", recipient=EMAIL)


def sign_in_and_change(user: User) -> None:
    """Signs in, asks for codes and passwords, gets a token and a second factor."""
    signed_in(user)
    visitor().post("/account/login/code/", {"email": SECOND})
    visitor().post("/account/password/reset/", {"email": EMAIL})
    issue("Zwiebelfisch' token", holder=user)
    add_app(user)
    make_membership(user=user)


def be_looked_at_by_staff(user: User, order: Order) -> None:
    """Staff write a note, appoint them, mail them again, export them and change them."""
    OrderEvent.objects.create(
        order=order, kind="note", note="Frau Zwiebelfisch (quendolin@example.com) rief an."
    )
    Packing.objects.filter(order=order).update(last_error=f"no answer from {EMAIL}")
    staff = make_staff()
    other = make_packed_order(user_email="ole@example.com")
    assert appoint_client_admin(other, user, staff)
    send_all()
    assert send_again(told_of_nina().get(), staff) == Resent.QUEUED
    form = {"filter": f"q={EMAIL}", "format": "csv", "set": "all"}
    visitor(staff).post("/staff/exports/new/", form).getvalue()
    LogEntry.objects.create(
        user=staff,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(user.pk),
        object_repr=EMAIL,
        action_flag=CHANGE,
    )
    send_all()


def leave_traces() -> User:
    """Somebody has ordered, joined, signed in and been looked at by staff."""
    user = join_by_an_order_of_a_partner()
    order = Order.objects.get()
    order_and_invite(user)
    sign_in_and_change(user)
    be_looked_at_by_staff(user, order)
    return user
