"""Data export: everything we store about a member, without secrets.

Others' data stays out: of an order that somebody else has placed the member gets what is about
themselves.
"""

from datetime import datetime
from operator import attrgetter
from typing import Any

from allauth.account.models import EmailAddress
from allauth.idp.oidc.models import Token
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Model, Q, QuerySet

from shop.access.tokens import last_used
from shop.notifications.emails.models import Message
from shop.orders.models import Order
from shop.orders.order_erasure import orders_for
from shop.orders.order_fields import EXPORTED
from shop.tenancy.erasure import emails_of
from shop.tenancy.models import Client, Membership, User

Facts = dict[str, Any]
# The attributes in the export, and the paths to those that it names differently.
USER = ("email", "login", "first_name", "last_name", "language", "joined_at")
MESSAGE = ("kind", "recipient", "language", "state", "created_at", "sent_at")
ORDER = ("order_number", "state", "created_at", "updated_at", "net_cents", "currency")
BASKET = ("document", "currency", "language_tag", "company", "contacts", "payment", "attributes")
MEMBERSHIP = {
    "client": "project.client.name",
    "project": "project.name",
    "tier": "project.product.name",
}


def export(user: User) -> Facts:
    """Return everything about `user`; times in UTC (ISO 8601), prices in cents."""
    emails = emails_of(user)
    joined = Membership.objects.filter(user=user, joined_at__isnull=False)
    memberships = joined.select_related("project__client", "project__product")
    clients = Client.objects.filter(client_admin=user)
    messages = Message.objects.filter(Q(user=user) | Q(recipient__in=emails))
    sessions = UserSession.objects.filter(user=user)
    return {
        "user": _user(user),
        "memberships": _rows(memberships, "role", "joined_at", **MEMBERSHIP),
        "clients_administered": _rows(clients, "name", "created_at", number="pk"),
        "orders": _orders(user, emails),
        "messages": [_message(each) for each in messages.select_related("order").order_by("pk")],
        "sessions": _rows(sessions, "ip", "last_seen_at", browser="user_agent", since="created_at"),
        "sign_in": _factors(user),
        "tokens": _tokens(user),
    }


def _facts(row: Model, *names: str, **paths: str) -> Facts:
    """Return attributes of `row`: by their `names`, and under new names by the `paths` to them."""
    paths = {name: name for name in names} | paths
    return {name: _plain(attrgetter(path)(row)) for name, path in paths.items()}


def _rows(rows: QuerySet[Any], *names: str, **paths: str) -> list[Facts]:
    return [_facts(row, *names, **paths) for row in rows.order_by("pk")]


def _user(user: User) -> Facts:
    addresses = EmailAddress.objects.filter(user=user)
    return {
        **_facts(user, *USER, created_at="date_joined", last_signed_in_at="last_login"),
        "has_password": user.has_usable_password(),
        "addresses": _rows(addresses, "email", proven="verified"),
    }


def _orders(user: User, emails: frozenset[str]) -> list[Facts]:
    mine = Q(pk__in=orders_for(user, emails).values("pk")) | Q(placed_by=user) | Q(owner=user)
    related = ("product", "basket__terms", "delivered_client", "delivered_project")
    found = Order.objects.filter(mine).select_related(*related).order_by("pk")
    return [_order(each, user) for each in found]


def _order(order: Order, user: User) -> Facts:
    client, project = order.delivered_client, order.delivered_project
    facts = {
        **_facts(order, *ORDER),
        **_facts(order, *(name for name in EXPORTED if not name.endswith("_id"))),
        "placed_by_me": user.pk in {order.placed_by_id, order.owner_id},
        "tier": order.tier_name or (order.product.name if order.product else None),
        "vat_rate": str(order.vat_rate),
        "client_name": order.client_name or (client.name if client else None),
        "project_name": order.project_name or (project.name if project else None),
    }
    # An order that nobody signed in for was presumably placed by the member.
    by_somebody_else = order.application_id or order.placed_by_id not in {None, user.pk}
    return facts if by_somebody_else else {**facts, **_basket(order)}


def _message(message: Message) -> Facts:
    number = message.order.order_number if message.order else None
    return {**_facts(message, *MESSAGE), "order_number": number}


def _basket(order: Order) -> Facts:
    basket = getattr(order, "basket", None)
    if basket is None:
        return {"basket": None, "consent": None}
    consent = _facts(basket, "agreed_at", terms_version="terms.number") if basket.terms else None
    return {"basket": _facts(basket, *BASKET), "consent": consent}


def _factors(user: User) -> list[Facts]:
    return [
        _facts(each, "created_at", "last_used_at", kind="type") | {"name": each.data.get("name")}
        for each in Authenticator.objects.filter(user=user).order_by("pk")
    ]


def _tokens(user: User) -> list[Facts]:
    return [
        {
            "name": (each.data or {}).get("name"),
            "program": each.client.name if each.client else None,
            "scopes": each.get_scopes(),
            **_facts(each, "created_at", "expires_at"),
            "last_used_at": _plain(last_used(each)),
        }
        for each in Token.objects.filter(user=user).select_related("client").order_by("pk")
    ]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
