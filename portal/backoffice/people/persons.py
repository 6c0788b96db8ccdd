"""A person: a user, or somebody who ordered without an account, known by the address of an order.

No URL holds an address.
"""

from dataclasses import dataclass, replace

from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from shop.notifications.emails.models import Message
from shop.orders.archived_order import ArchivedOrder
from shop.orders.models import Order, State
from shop.orders.order_erasure import archived_orders_for, orders_for
from shop.tenancy.email_addresses import user_by_email
from shop.tenancy.erasure import emails_of, spellings
from shop.tenancy.models import User

LOOK = "orders.view_order"
ERASE = "tenancy.erase_person"


@dataclass(frozen=True)
class Person:
    """A user, or the address of somebody without an account."""

    kind: str
    pk: int  # of the user, or of an order with the address
    email: str
    user: User | None

    @property
    def name(self) -> str:
        """Return the name of the user, or the address."""
        return (self.user.get_full_name() if self.user else "") or self.email

    @property
    def emails(self) -> frozenset[str]:
        """The addresses that are this person's, in the spellings that are stored."""
        return emails_of(self.user) if self.user else spellings(self.email)

    @property
    def orders(self) -> QuerySet[Order]:
        """The placed orders for this person."""
        return orders_for(self.user, self.emails).order_by("-pk")

    @property
    def archived_orders(self) -> list[Order]:
        """The archived orders for this person, as they were."""
        return archived_orders_for(self.user, self.emails)

    @property
    def mails(self) -> QuerySet[Message]:
        """The mails to this person."""
        theirs = Q(recipient__in=self.emails)
        found = Message.objects.filter(theirs | Q(user=self.user) if self.user else theirs)
        return found.order_by("-pk")

    def url(self, name: str) -> str:
        """Return the URL of one of this person's pages."""
        return reverse(name, kwargs={"kind": self.kind, "pk": self.pk})


def search_person(email: str) -> Person | None:
    """Return the person with this address, in any spelling."""
    if user := user_by_email(email):
        return Person("accounts", user.pk, user.email, user)
    person = Person("orders", 0, email, None)
    order = person.orders.first() or next(iter(person.archived_orders), None)
    return replace(person, pk=order.pk) if order else None


def find_person(kind: str, pk: int) -> Person:
    """Return the user with this primary key, or the person of an order. Raises Http404."""
    if kind == "accounts":
        user = get_object_or_404(User, pk=pk)
        if user.is_erased:
            raise Http404
        return Person(kind, pk, user.email, user)
    email = find_placed_order(pk).user_email
    if not email:
        raise Http404
    return Person(kind, pk, email, user_by_email(email))


def find_placed_order(pk: int) -> Order:
    """Return the placed order of this primary key, also if it is archived. Raises Http404."""
    order = Order.objects.exclude(state=State.NEW).filter(pk=pk).first()
    return order or get_object_or_404(ArchivedOrder, pk=pk).order
