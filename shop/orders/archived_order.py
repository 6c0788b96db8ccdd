"""Archived orders: each one row that holds all rows of the order, packed.

An archived order keeps its primary key, hash and number, and none of them is ever given to another
order. Its rows are back in their tables once it is brought back (`archiving.py`).
"""

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Index, Q, QuerySet, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from shop.access.models import Application
from shop.catalogue.models import Product
from shop.email_spellings import canonical_email
from shop.tenancy.models import User

if TYPE_CHECKING:
    from shop.orders.models import Order


class ArchivedOrder(models.Model):
    """An order that has left its tables, with the columns by which it is still found."""

    id = models.BigIntegerField(primary_key=True)  # the order's own
    order_hash = models.CharField(max_length=32, unique=True)
    order_number = models.CharField(max_length=9, unique=True)
    state = models.CharField(max_length=20)
    # Neither may be deleted: the order needs them once it is back.
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_index=False)
    application = models.ForeignKey(
        Application, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    archived_at = models.DateTimeField(auto_now_add=True)
    # When the first of its mails and webhooks is past its period; NULL: it holds none.
    trim_at = models.DateTimeField(null=True)
    contents = models.BinaryField()  # written and read by `archive_contents.py`

    class Meta:
        app_label = "orders"
        ordering: ClassVar = ["-pk"]
        verbose_name = _("archived order")
        verbose_name_plural = _("archived orders")
        indexes: ClassVar = [
            # Statistics count by days, `/metrics` by state.
            Index(fields=["state", "created_at", "product"], name="archived_placed"),
            Index(fields=["trim_at"], name="archived_to_trim", condition=Q(trim_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"archived order {self.order_number}"

    @cached_property
    def order(self) -> "Order":
        """The order as it was, with what hangs on it; it must not be saved."""
        from shop.orders.archive_contents import read, rebuilt  # needs all models

        return rebuilt(read(bytes(self.contents)))


class ArchivedKey(models.Model):
    """A user, client, project or e-mail address that an archived order names."""

    order = models.ForeignKey(
        ArchivedOrder, on_delete=models.CASCADE, related_name="keys", db_index=False
    )
    key = models.CharField(max_length=260)

    class Meta:
        app_label = "orders"
        verbose_name = _("key of an archived order")
        verbose_name_plural = _("keys of archived orders")
        indexes: ClassVar = [Index(fields=["key", "order"], name="archived_key")]
        constraints: ClassVar = [
            UniqueConstraint(fields=["order", "key"], name="archived_key_once_an_order")
        ]

    def __str__(self) -> str:
        return f"of archived order {self.order_id}"


def user_key(pk: int) -> str:
    """The key of orders that name a user as their member, owner or orderer."""
    return f"user:{pk}"


def person_key(pk: int) -> str:
    """The key of orders that hold data about a user: their member, and readers of their mails."""
    return f"person:{pk}"


def client_key(pk: int) -> str:
    """The key of orders for a client."""
    return f"client:{pk}"


def project_key(pk: int) -> str:
    """The key of orders for a project."""
    return f"project:{pk}"


def email_key(email: str) -> str:
    """The key of orders with an e-mail address anywhere in their rows, however it is spelt."""
    return f"email:{canonical_email(email)}"[:260]


def archived_with(keys: Iterable[str]) -> QuerySet[ArchivedOrder]:
    """The archived orders that have any of `keys`."""
    found = ArchivedKey.objects.filter(key__in=set(keys)).values("order")
    return ArchivedOrder.objects.filter(pk__in=found)


def archived_for(user: User | None, emails: Iterable[str]) -> QuerySet[ArchivedOrder]:
    """The archived orders that name a person anywhere, by user or by one of their `emails`."""
    keys = {email_key(email) for email in emails}
    return archived_with(keys | {user_key(user.pk)} if user else keys)


def archived_about(user: User | None, emails: Iterable[str]) -> QuerySet[ArchivedOrder]:
    """The archived orders that hold data about a person, by user or by one of their `emails`.

    Not those that they have only placed for others: there may be thousands.
    """
    keys = {email_key(email) for email in emails}
    return archived_with(keys | {person_key(user.pk)} if user else keys)


def archived_by_hash(order_hash: str) -> ArchivedOrder | None:
    """The archived order of this hash, or None."""
    return ArchivedOrder.objects.filter(order_hash=order_hash).first()


def archived_by_number(order_number: str) -> ArchivedOrder | None:
    """The archived order of this number, or None."""
    return ArchivedOrder.objects.filter(order_number=order_number).first()
