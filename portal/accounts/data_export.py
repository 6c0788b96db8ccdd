"""Data export: everything we store about a member, without secrets.

Others' data stays out: of an order that somebody else has placed the member gets what is about
themselves.
"""

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.idp.oidc.models import Token
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Q

from shop.access.tokens import last_used
from shop.notifications.emails.models import Message
from shop.orders.models import Order
from shop.orders.order_erasure import orders_for
from shop.orders.order_members import EXPORTED
from shop.tenancy.erasure import emails_of
from shop.tenancy.models import Client, Membership, User

Facts = dict[str, Any]


def export(user: User) -> Facts:
    """Return everything about `user`; times in UTC (ISO 8601), prices in cents."""
    emails = emails_of(user)
    return {
        "user": _user(user),
        "memberships": _memberships(user),
        "clients_administered": _clients(user),
        "orders": _orders(user, emails),
        "messages": _messages(user, emails),
        "sessions": _sessions(user),
        "sign_in": _factors(user),
        "tokens": _tokens(user),
    }


def _user(user: User) -> Facts:
    addresses = EmailAddress.objects.filter(user=user).order_by("pk")
    return {
        "email": user.email,
        "login": user.login,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "language": user.language,
        "has_password": user.has_usable_password(),
        "created_at": _time(user.date_joined),
        "joined_at": _time(user.joined_at),
        "last_signed_in_at": _time(user.last_login),
        "addresses": [{"email": each.email, "proven": each.verified} for each in addresses],
    }


def _memberships(user: User) -> list[Facts]:
    found = Membership.objects.filter(user=user, joined_at__isnull=False).order_by("pk")
    return [
        {
            "client": each.project.client.name,
            "project": each.project.name,
            "tier": each.project.product.name,
            "role": each.role,
            "joined_at": _time(each.joined_at),
        }
        for each in found.select_related("project__client", "project__product")
    ]


def _clients(user: User) -> list[Facts]:
    found = Client.objects.filter(client_admin=user).order_by("pk")
    return [
        {"number": each.pk, "name": each.name, "created_at": _time(each.created_at)}
        for each in found
    ]


def _orders(user: User, emails: frozenset[str]) -> list[Facts]:
    mine = orders_for(user, emails).values("pk")
    found = Order.objects.filter(Q(pk__in=mine) | Q(placed_by=user) | Q(owner=user))
    related = found.select_related(
        "product", "basket__terms", "delivered_client", "delivered_project"
    )
    return [_order(each, user) for each in related.order_by("pk")]


def _order(order: Order, user: User) -> Facts:
    facts = {
        "number": order.pk,
        "state": order.state,
        "created_at": _time(order.created_at),
        "updated_at": _time(order.updated_at),
        "placed_by_me": user.pk in {order.placed_by_id, order.owner_id},
        "tier": order.tier_name or (order.product.name if order.product else None),
        "net_cents": order.net_cents,
        "vat_rate": str(order.vat_rate),
        "currency": order.currency,
        **{name: getattr(order, name) for name in EXPORTED if not name.endswith("_id")},
        "client_name": order.client_name
        or (order.delivered_client.name if order.delivered_client else None),
        "project_name": order.project_name
        or (order.delivered_project.name if order.delivered_project else None),
    }
    # An order that nobody signed in for was presumably placed by the member.
    by_somebody_else = order.application_id or order.placed_by_id not in {None, user.pk}
    return facts if by_somebody_else else {**facts, **_basket(order)}


def _basket(order: Order) -> Facts:
    basket = getattr(order, "basket", None)
    if basket is None:
        return {"basket": None, "consent": None}
    consent = None
    if basket.terms:
        consent = {"terms_version": basket.terms.number, "agreed_at": _time(basket.agreed_at)}
    held = {
        "document": basket.document,
        "currency": basket.currency,
        "language_tag": basket.language_tag,
        "company": basket.company,
        "contacts": basket.contacts,
        "payment": basket.payment,
        "attributes": basket.attributes,
    }
    return {"basket": held, "consent": consent}


def _messages(user: User, emails: frozenset[str]) -> list[Facts]:
    found = Message.objects.filter(Q(user=user) | Q(recipient__in=emails)).order_by("pk")
    return [
        {
            "kind": each.kind,
            "recipient": each.recipient,
            "language": each.language,
            "state": each.state,
            "order": each.order_id,
            "created_at": _time(each.created_at),
            "sent_at": _time(each.sent_at),
        }
        for each in found
    ]


def _sessions(user: User) -> list[Facts]:
    return [
        {
            "ip": each.ip,
            "browser": each.user_agent,
            "since": _time(each.created_at),
            "last_seen_at": _time(each.last_seen_at),
        }
        for each in UserSession.objects.filter(user=user).order_by("pk")
    ]


def _factors(user: User) -> list[Facts]:
    return [
        {
            "kind": each.type,
            "name": each.data.get("name"),
            "created_at": _time(each.created_at),
            "last_used_at": _time(each.last_used_at),
        }
        for each in Authenticator.objects.filter(user=user).order_by("pk")
    ]


def _tokens(user: User) -> list[Facts]:
    found = Token.objects.filter(user=user).select_related("client").order_by("pk")
    return [
        {
            "name": (each.data or {}).get("name"),
            "program": each.client.name if each.client else None,
            "scopes": each.get_scopes(),
            "created_at": _time(each.created_at),
            "expires_at": _time(each.expires_at),
            "last_used_at": _time(last_used(each)),
        }
        for each in found
    ]


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
