"""Mails with made-up data, for staff to look at. Nothing of it is in the database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from django_stubs_ext import StrOrPromise

from shop.catalogue.models import Product
from shop.content.models import Version
from shop.notifications.emails.models import Message
from shop.orders.models import Basket, Order, OrderEvent, State
from shop.tenancy.models import Client, Invitation, Project, User

Kind = Message.Kind
NOBODY = 0  # the number of no row: what is signed for it lets nobody in


@dataclass(frozen=True)
class Case:
    """A kind of mail in one situation."""

    title: StrOrPromise
    make: Callable[[], Mapping[str, Any]]  # the fields of its message, besides the kind


def sample(kind: str, case: int, language: str) -> Message:
    """The message of a case of `kind`, as it would stand in the database."""
    with override(language):
        fields = CASES[kind][case].make()
    now = timezone.now()
    return Message(
        **{"pk": NOBODY, "kind": kind, "language": language, "created_at": now, **fields}
    )


def _order(**fields: Any) -> Order:
    client = Client(pk=NOBODY, name="Beispielfilm GmbH")
    now = timezone.now()
    defaults: dict[str, Any] = {
        "pk": NOBODY,
        "order_hash": "0" * 32,
        "state": State.PENDING,
        "complete": True,
        "product": Product(code="Commercial"),
        "tier_name": "Commercial",
        "net_cents": 4900,
        "currency": "EUR",
        "vat_rate": 19,
        "client_name": client.name,
        "project_name": "Der erste Dreh",
        "user_email": "nina@example.com",
        "created_at": now,
        "updated_at": now,
        "delivered_client": client,
        "delivered_project": Project(pk=NOBODY, name="Der erste Dreh", client=client),
        "invitation": Invitation(pk=NOBODY, counter=1),
    }
    return Order(**{**defaults, **fields})


def _received() -> dict[str, Any]:
    order = _order()
    terms = Version(
        number=1,
        title_de="Allgemeine Geschäftsbedingungen",
        title_en="Terms",
        text_de="Hier stehen die AGB in der Fassung, der zugestimmt wurde.",
        text_en="Here are the terms in the version that was agreed to.",
    )
    # It is the order's from here on.
    Basket(order=order, terms=terms, agreed_at=timezone.now())
    return {"order": order}


def _cancelled() -> dict[str, Any]:
    order = _order(state=State.CANCELLED)
    reason = OrderEvent(
        state=State.CANCELLED, note=str(_("You have told us that it is not needed."))
    )
    order._prefetched_objects_cache = {"events": [reason]}  # type: ignore[attr-defined] # noqa: SLF001
    return {"order": order}


def _lapsed() -> dict[str, Any]:
    nothing = {"client_name": None, "project_name": None, "user_email": None}
    return {"order": _order(state=State.CANCELLED, **nothing)}


def _incomplete() -> dict[str, Any]:
    return {"order": _order(complete=False, project_name=None)}


def _user() -> User:
    # Without an address: allauth would write it down when it makes the link.
    return User(pk=NOBODY, email="", password="none", joined_at=timezone.now())  # noqa: S106 -- never saved


def _change(what: str) -> dict[str, Any]:
    return {"user": _user(), "details": {"what": what, "ip": "192.0.2.7"}}


def _alarm() -> dict[str, Any]:
    now = timezone.now()
    told = (
        (117, State.HAS_PACKING_ERRORS, "client_gone", 340),
        (121, State.NEED_HUMAN, "manual_tier", 95),
        (124, State.NEED_HUMAN, "tries_used_up", 20),
    )
    orders = [
        {
            "pk": pk,
            "state": state,
            "reason": reason,
            "since": f"{now - timedelta(minutes=age):%FT%TZ}",
        }
        for pk, state, reason, age in told
    ]
    return {"details": {"count": 5, "oldest_minutes": 340, "orders": orders}}


CASES: dict[str, tuple[Case, ...]] = {
    Kind.RECEIVED: (
        Case(_("with consent to the terms"), _received),
        Case(_("details missing"), _incomplete),
        Case(_("free of charge"), lambda: {"order": _order(tier_name="Yamdu FREE", net_cents=0)}),
    ),
    Kind.REMINDER: (Case(_("details missing"), _incomplete),),
    Kind.INVITATION: (Case(_("new member"), lambda: {"order": _order(state=State.PACKED)}),),
    Kind.PACKED: (Case(_("to who ordered"), lambda: {"order": _order(state=State.PACKED)}),),
    Kind.ATTENTION: (
        Case(_("a person decides"), lambda: {"order": _order(state=State.NEED_HUMAN)}),
        Case(_("to be mended"), lambda: {"order": _order(state=State.HAS_PACKING_ERRORS)}),
    ),
    Kind.CANCELLED: (
        Case(_("by staff, with a reason"), _cancelled),
        Case(_("never completed"), _lapsed),
    ),
    Kind.ADDRESS: (Case(_("to the old address"), lambda: {"order": _order()}),),
    Kind.PASSWORD: (Case(_("link to a new password"), lambda: {"user": _user()}),),
    Kind.CODE: (Case(_("code"), lambda: {"user": _user(), "details": {"seed": "sample"}}),),
    Kind.CHANGE: (
        Case(_("a passkey was added"), lambda: _change("webauthn_added")),
        Case(_("to the old address"), lambda: _change("email_changed")),
    ),
    Kind.ALARM: (Case(_("several orders"), _alarm),),
}
