"""Made-up rows for previews of mails. Nothing here is written to the database."""

from typing import Any

from django.utils import timezone
from django.utils.translation import override
from django_stubs_ext import StrOrPromise

from shop.catalogue.models import Product
from shop.notifications.emails.kinds import KINDS, Sample
from shop.notifications.emails.models import Message
from shop.orders.models import Order, State
from shop.tenancy.models import Client, Invitation, Project, User

NO_PK = 0  # no row has it, so a link that is signed for it lets nobody in


def sample_message(kind: str, number: int, language: str) -> Message:
    """Return the message of a kind's sample, counted from 0, as it would be stored."""
    with override(language):
        fields = KINDS[kind].samples[number].make()
    now = timezone.now()
    return Message(**{"pk": NO_PK, "kind": kind, "language": language, "created_at": now, **fields})


def order_sample(title: StrOrPromise, **fields: Any) -> Sample:
    """Return a sample about an order with these fields."""
    return Sample(title, lambda: {"order": sample_order(**fields)})


def sample_order(**fields: Any) -> Order:
    """Return a complete order, with `fields` in place of its own."""
    client, now = Client(pk=NO_PK, name="Beispielfilm GmbH"), timezone.now()
    project = Project(pk=NO_PK, name="Der erste Dreh", client=client)
    defaults: dict[str, Any] = {
        "pk": NO_PK,
        "order_hash": "0" * 32,
        "order_number": "K7QM-3FZ2",
        "state": State.PENDING,
        "complete": True,
        "product": Product(code="Commercial"),
        "tier_name": "Commercial",
        "net_cents": 4900,
        "currency": "EUR",
        "vat_rate": 19,
        "client_name": client.name,
        "project_name": project.name,
        "user_email": "nina@example.com",
        "created_at": now,
        "updated_at": now,
        "delivered_client": client,
        "delivered_project": project,
        "invitation": Invitation(pk=NO_PK, counter=1),
    }
    return Order(**{**defaults, **fields})


def account_sample(title: StrOrPromise, **details: Any) -> Sample:
    """Return a sample for a user who has a password, with these details of the message."""

    def make() -> dict[str, Any]:
        # No address: allauth would store it when it makes the link to a new password.
        user = User(pk=NO_PK, password="none", joined_at=timezone.now())  # noqa: S106 -- never saved
        return {"user": user, "details": details}

    return Sample(title, make)
