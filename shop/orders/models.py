"""An order and its history."""

import re
import secrets
from typing import Any, ClassVar, TypeVar

from allauth.idp.oidc.models import Token
from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from shop.access.models import Application
from shop.catalogue.intervals import Interval
from shop.catalogue.models import Product
from shop.catalogue.prices import gross
from shop.catalogue.vat import VatRule
from shop.change_times import ChangedAtField
from shop.content.models import Version
from shop.email_columns import CanonicalEmailColumn, CanonicalEmailModel, CanonicalEmailQuerySet
from shop.orders import archived_order, consent, mentions, order_counts  # noqa: F401 -- models
from shop.orders.order_indexes import EVENT_INDEXES, ORDER_INDEXES
from shop.orders.order_numbers import new_order_number
from shop.tenancy.models import Client, Invitation, Project, User


class State(models.TextChoices):
    """The words of the wire; `states.TRANSITIONS` says which follows which."""

    NEW = "new", _("open")
    PENDING = "pending", _("received")
    PACKING = "packing", _("being set up")
    PACKED = "packed", _("done")
    HAS_PACKING_ERRORS = "has_packing_errors", _("has errors")
    NEED_HUMAN = "need_human", _("needs review")
    CANCELLED = "cancelled", _("cancelled")


PLACED_STATES = tuple(state for state in State if state != State.NEW)
HASH = re.compile("[0-9a-f]{32}")
Row = TypeVar("Row", bound=models.Model)


def new_hash() -> str:
    """16 random bytes as 32 hex digits (contract, "Orders API")."""
    return secrets.token_hex(16)


def optional(to: type[Row], **options: Any) -> "models.ForeignKey[Row | None, Row | None]":
    """A foreign key that may be empty, and becomes so when its row is deleted."""
    options = {"on_delete": models.SET_NULL, "related_name": "+", **options}
    return models.ForeignKey(to, null=True, blank=True, **options)


class Order(CanonicalEmailModel):
    """An order: the document as sent, its state, and the rows that were delivered."""

    order_hash = models.CharField(max_length=32, unique=True, default=new_hash, editable=False)
    # Names the order among people, and opens nothing. NULL only until the worker has seen an order
    # that the version before has placed.
    order_number = models.CharField(
        max_length=9, null=True, unique=True, default=new_order_number, editable=False
    )
    state = models.CharField(max_length=20, choices=State, default=State.NEW)
    # Packing has all it needs. Follows from other fields, but an index finds what is due by it.
    complete = models.BooleanField(default=False)

    # Only an open order may have no tier: typed as never None. Index `order_of_tier` begins with it.
    product: "models.ForeignKey[Product, Product]" = optional(  # type: ignore[assignment]
        Product, on_delete=models.PROTECT, db_index=False
    )
    # As bought: later changes of the catalogue do not touch it. The price is what is to be paid,
    # with the promotion taken off already.
    tier_name = models.CharField(max_length=50, blank=True)
    net_cents = models.PositiveIntegerField(default=0)
    discount_cents = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3, blank=True)
    vat_rate = models.DecimalField(max_digits=4, decimal_places=2, default=0)
    # Why it is so, by the billing data known when the order was placed.
    vat_rule = models.CharField(
        max_length=20, choices=VatRule, blank=True, default="", db_default=""
    )
    # For how many months the discount counts; NULL: for ever.
    discount_months = models.PositiveSmallIntegerField(null=True, blank=True)

    # Fields of the order document, as sent. `client_id` and `project_id` are plain numbers that
    # may name rows that are gone by now; the rows that packing used are `delivered_…` below.
    client_id = models.BigIntegerField(null=True, blank=True)
    client_name = models.CharField(max_length=200, null=True, blank=True)
    project_id = models.BigIntegerField(null=True, blank=True)
    project_name = models.CharField(max_length=200, null=True, blank=True)
    user_email = models.CharField(max_length=254, null=True, blank=True)
    # Whatever the spelling that was sent; NULL also for a new row of the version before.
    canonical_email = CanonicalEmailColumn(of="user_email")
    user_first_name = models.CharField(max_length=200, null=True, blank=True)
    user_last_name = models.CharField(max_length=200, null=True, blank=True)
    user_login = models.CharField(max_length=150, null=True, blank=True)
    redirection_uri = models.CharField(max_length=2000, null=True, blank=True)
    language = models.CharField(max_length=2, choices=settings.LANGUAGES, default="de")
    promo_code = models.CharField(max_length=200, null=True, blank=True)
    interval = models.CharField(
        max_length=5, choices=Interval, default=Interval.MONTH, db_default=Interval.MONTH
    )
    billing = models.JSONField(null=True, blank=True)  # in the document's own names
    reference = models.CharField(max_length=100, null=True, blank=True)
    metadata = models.JSONField(null=True, blank=True)

    # Of `admin_user_access_token` only this is kept. A revoked token's row is gone.
    token_user = optional(User)
    token = optional(Token)
    token_last4 = models.CharField(max_length=4, blank=True)

    # Whose open order it is, or was: of a browser by a digest of its OwnerId, of a user, of both.
    owner_digest = models.CharField(max_length=64, null=True, blank=True, editable=False)
    owner = optional(User)

    # Who placed it. Indexes `order_list` and `order_list_of_user` begin with these.
    application = optional(Application, on_delete=models.PROTECT, db_index=False)
    placed_by = optional(User, db_index=False)

    # How packing went.
    packing_began_at = models.DateTimeField(null=True, blank=True)
    fault = models.CharField(max_length=40, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = optional(User, on_delete=models.PROTECT)

    # Since when our mails to its address have been refused for good, or given up. NULL again once
    # one is sent, the address is corrected, or it no longer matters.
    unreachable_since = models.DateTimeField(null=True, blank=True, editable=False)

    # Who of staff sees to it, and when they want to look at it again.
    taken_by = optional(User, db_index=False)  # the index `order_taken` begins with it
    follow_up_on = models.DateField(null=True, blank=True)

    # What was delivered, step by step.
    delivered_client = optional(Client)
    delivered_project = optional(Project)
    member = optional(User)
    invitation = models.OneToOneField(
        Invitation, null=True, blank=True, on_delete=models.SET_NULL, related_name="order"
    )

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = ChangedAtField()

    is_archived = False  # True: it was read from the archive, and must not be saved
    objects = CanonicalEmailQuerySet["Order"].as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        permissions: ClassVar = [
            ("mend_order", _("Can mend orders")),
            ("export_order", _("Can export orders")),
        ]
        indexes: ClassVar = ORDER_INDEXES
        constraints: ClassVar = [
            CheckConstraint(condition=Q(state__in=State.values), name="order_state_is_known"),
            CheckConstraint(
                condition=Q(state="new") | Q(product__isnull=False), name="placed_order_has_a_tier"
            ),
            # One open order per owner, however many calls come at once.
            UniqueConstraint(
                fields=["owner_digest"],
                name="one_open_order_per_owner_id",
                condition=Q(state="new"),
            ),
            UniqueConstraint(
                fields=["owner"], name="one_open_order_per_user", condition=Q(state="new")
            ),
        ]

    def __str__(self) -> str:
        # Never the hash: it opens the registration page, and this is logged.
        return f"order {self.order_number or self.pk}"

    @property
    def gross_cents(self) -> int:
        """The price of a month with VAT, in cents."""
        return gross(self.net_cents, self.vat_rate)

    @property
    def missing(self) -> list[str]:
        """The fields without which the order cannot be packed, in the order of a form."""
        missing = []
        if not (self.client_id or self.client_name):
            missing.append("client_name")
        if not (self.project_id or self.project_name):
            missing.append("project_name")
        # A new project for an existing client: its first member is the token's user.
        if not self.user_email and not (self.client_id and self.project_name):
            missing.append("user_email")
        return missing


class SearchWord(models.Model):
    """A beginning by which an order is found; `search_index` writes them."""

    order = models.ForeignKey(
        Order, on_delete=models.CASCADE, related_name="search_words", db_index=False
    )
    # UTF-8: bytes are sorted alike on all databases, so that a prefix is a range of an index.
    word = models.BinaryField(max_length=400)

    class Meta:
        verbose_name = _("search word")
        verbose_name_plural = _("search words")
        indexes: ClassVar = [Index(fields=["word", "order"], name="search_word_begins")]
        constraints: ClassVar = [
            UniqueConstraint(fields=["order", "word"], name="search_word_once_an_order")
        ]

    def __str__(self) -> str:
        return f"of order {self.order_id}"


class Basket(models.Model):
    """The half-filled document of an open order, kept once it is placed, and what goes with it."""

    order = models.OneToOneField(
        Order, on_delete=models.CASCADE, primary_key=True, related_name="basket"
    )
    # In the document's own names, without unset fields; its tier is the order's `product`, too.
    document = models.JSONField(default=dict)

    # As programs have put it. No currency: no account was set.
    currency = models.CharField(max_length=3, blank=True)
    language_tag = models.CharField(max_length=200, blank=True)
    company = models.CharField(max_length=200, blank=True)  # the client, where none is named
    contacts = models.JSONField(default=dict)  # by kind, without what the document holds
    payment = models.CharField(max_length=20, blank=True)
    attributes = models.JSONField(null=True)
    product_key = models.CharField(max_length=32, blank=True)  # by which programs name the product

    # The program that asked for webhooks, and so signs them.
    application = optional(Application)

    # Consent: to which version of the terms, and when. Programs give none.
    terms = optional(Version, on_delete=models.PROTECT)
    agreed_at = models.DateTimeField(null=True, blank=True)
    # When the customer declared at the checkout that they order as a business.
    declared_business_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("basket")
        verbose_name_plural = _("baskets")
        constraints: ClassVar = [
            CheckConstraint(
                condition=Q(terms=None) ^ Q(agreed_at__isnull=False),
                name="consent_has_version_and_time",
            )
        ]

    def __str__(self) -> str:
        return f"of order {self.order_id}"


class OrderEvent(models.Model):
    """One entry of an order's history. Only erasure changes it."""

    class Kind(models.TextChoices):
        STATE = "state", _("state")
        DETAILS = "details", _("details filled in")
        APPROVED = "approved", _("approved")
        CORRECTED = "corrected", _("details corrected")
        ADDRESS = "address", _("address corrected")
        TAKEN = "taken", _("assigned")
        HANDED_BACK = "handed_back", _("unassigned")
        FOLLOW_UP = "follow_up", _("follow-up")
        NOTE = "note", _("note")
        SENT_AGAIN = "sent_again", _("sent again")
        REMOVED = "removed", _("member removed")
        HURRIED = "hurried", _("setup restarted")
        STEPS_AGAIN = "steps_again", _("steps run again")
        CLIENT_ADMIN = "client_admin", _("client handed over")

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(auto_now_add=True)
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.STATE)
    previous = models.CharField(max_length=20, choices=State, blank=True)
    state = models.CharField(max_length=20, choices=State, blank=True)
    actor = optional(User, on_delete=models.PROTECT)
    fault = models.CharField(max_length=40, blank=True)
    note = models.TextField(blank=True)  # as a person typed it
    # By kind: `by` (`ActedBy`), `fields`, `on`, `steps`, `mail` and `recipient`, `webhooks`,
    # `assignee`, `client_admin`; of any, `bulk`, the number of the bulk action. Erasure knows those that hold an e-mail address by EMAIL_KEYS.
    details = models.JSONField(default=dict, blank=True)

    EMAIL_KEYS = ("recipient", "assignee", "client_admin")

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes: ClassVar = EVENT_INDEXES

    def __str__(self) -> str:
        return f"{self.kind} of order {self.order_id}"
