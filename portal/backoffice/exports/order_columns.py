"""Columns of exported orders: for people, by what they need; and for programs, as stored."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

from portal.backoffice.billing.billing_access import LOOK
from portal.backoffice.billing.invoice_filters import STATES
from portal.backoffice.exports.spreadsheets import Cell, CellKind, Column, empty_cell
from portal.backoffice.queue.filters import CHANNELS
from shop.billing.balances import with_balance
from shop.billing.models import Invoice
from shop.email_spellings import shown_email
from shop.orders.billing_fields import BILLING_MEMBERS, all_members
from shop.orders.error_codes import error_text
from shop.orders.models import Order, OrderEvent, State
from shop.orders.order_fields import EXPORTED
from shop.packing.step_names import step_title
from shop.tenancy.billing_profile import BillingProfile

RELATED = (
    *("packing", "basket", "application", "taken_by"),
    *("delivered_client__billing_profile", "delivered_project"),
)


@dataclass(frozen=True)
class OrderRow:
    """An order, and what other rows say of it."""

    order: Order
    packed_at: datetime | None
    invoices: Sequence[Any]  # with their balance

    @property
    def billing(self) -> Mapping[str, Any]:
        """Return who is billed: as the client's profile has it now, else as the order says."""
        client = self.order.delivered_client
        profile = getattr(client, "billing_profile", None)
        if isinstance(profile, BillingProfile):
            return {name: getattr(profile, name) for name in BILLING_MEMBERS}
        return all_members(self.order.billing or {})

    @property
    def channel(self) -> str:
        """Return the name of the channel in CHANNELS."""
        basket = getattr(self.order, "basket", None)
        if basket is None:
            return "api"
        return "page" if basket.terms_id else "open"


@dataclass(frozen=True)
class OrderColumn(Column):
    """A column whose cells are read from an OrderRow, for staff with `permission`."""

    value: Callable[[OrderRow], Cell] = empty_cell
    permission: str = ""


def _of_order(key: str, label: StrOrPromise, kind: CellKind, name: str = "") -> OrderColumn:
    return OrderColumn(key, label, kind, lambda row: plain(getattr(row.order, name or key)))


def _billing(key: str, label: StrOrPromise) -> OrderColumn:
    return OrderColumn(f"billing_{key}", label, CellKind.TEXT, lambda row: row.billing[key])


def plain(value: Any) -> Cell:
    """Return `value` as a cell."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return value if value is None or isinstance(value, str | int) else str(value)


def day_of(when: datetime | None) -> Cell:
    """Return the day of `when` in the active time zone."""
    return localdate(when).isoformat() if when else None


def _customer_type(row: OrderRow) -> Cell:
    labels = dict(BillingProfile.CustomerType.choices)
    return str(labels.get(row.billing["customer_type"], ""))


def _invoice_states(row: OrderRow) -> Cell:
    return ", ".join(str(STATES.get(each.state, each.state)) for each in row.invoices)


def _numbers(row: OrderRow) -> Cell:
    return ", ".join(each.number for each in row.invoices)


def _last_step(order: Order) -> Cell:
    step = order.packing.last_step if hasattr(order, "packing") else ""
    return str(step_title(step)) if step else None


def _attempts(order: Order) -> Cell:
    return order.packing.attempts if hasattr(order, "packing") else 0


def _client(order: Order) -> Cell:
    return order.delivered_client.name if order.delivered_client else order.client_name


def _project(order: Order) -> Cell:
    return order.delivered_project.name if order.delivered_project else order.project_name


TEXT, MONEY, DAY = CellKind.TEXT, CellKind.MONEY, CellKind.DAY
COLUMNS: tuple[OrderColumn, ...] = (
    _of_order("order_number", _("Order number"), TEXT),
    OrderColumn("placed_on", _("Placed on"), DAY, lambda row: day_of(row.order.created_at)),
    OrderColumn(
        "placed_at", _("Placed at"), CellKind.TIME, lambda row: plain(row.order.created_at)
    ),
    OrderColumn("packed_on", _("Set up on"), DAY, lambda row: day_of(row.packed_at)),
    OrderColumn("state", _("State"), TEXT, lambda row: row.order.get_state_display()),
    OrderColumn("reason", _("Reason"), TEXT, lambda row: error_text(row.order.fault)),
    OrderColumn("last_step", _("Last step"), TEXT, lambda row: _last_step(row.order)),
    OrderColumn("attempts", _("Attempts"), CellKind.NUMBER, lambda row: _attempts(row.order)),
    _of_order("changed_at", _("Changed on"), CellKind.TIME, "updated_at"),
    _of_order("tier", _("Tier"), TEXT, "tier_name"),
    OrderColumn(
        "interval", _("Billing interval"), TEXT, lambda row: row.order.get_interval_display()
    ),
    _of_order("promo_code", _("Promotion code"), TEXT),
    OrderColumn(
        "list_net",
        _("Net before discount, a month"),
        MONEY,
        lambda row: row.order.net_cents + row.order.discount_cents,
    ),
    _of_order("discount", _("Discount, a month"), MONEY, "discount_cents"),
    _of_order("net", _("Net, a month"), MONEY, "net_cents"),
    _of_order("vat_rate", _("Rate in percent"), CellKind.PERCENT),
    OrderColumn(
        "vat",
        _("VAT, a month"),
        MONEY,
        lambda row: row.order.gross_cents - row.order.net_cents,
    ),
    _of_order("gross", _("Gross, a month"), MONEY, "gross_cents"),
    _of_order("currency", _("Currency"), TEXT),
    OrderColumn("invoices", _("Invoices"), TEXT, _numbers, LOOK),
    OrderColumn("invoice_states", _("States of the invoices"), TEXT, _invoice_states, LOOK),
    OrderColumn(
        "client_number",
        _("Client number"),
        CellKind.NUMBER,
        lambda row: row.order.delivered_client_id or row.order.client_id,
    ),
    OrderColumn("client", _("Client"), TEXT, lambda row: _client(row.order)),
    OrderColumn("project", _("Project"), TEXT, lambda row: _project(row.order)),
    OrderColumn("billing_customer_type", _("Customer type"), TEXT, _customer_type),
    _billing("company", _("Billed company")),
    _billing("name", _("Billed person")),
    _billing("street", _("Street and number")),
    _billing("street2", _("Address line 2")),
    _billing("postal_code", _("Postal code")),
    _billing("city", _("City")),
    _billing("country", _("Country")),
    _billing("vat_id", _("VAT ID")),
    _billing("email", _("E-mail for invoices")),
    _billing("reference", _("Buyer’s reference")),
    _of_order("first_name", _("First name"), TEXT, "user_first_name"),
    _of_order("last_name", _("Last name"), TEXT, "user_last_name"),
    OrderColumn("email", _("E-mail"), TEXT, lambda row: shown_email(row.order.user_email or "")),
    _of_order("language", _("Language"), TEXT),
    OrderColumn("channel", _("Ordered through"), TEXT, lambda row: str(CHANNELS[row.channel][0])),
    OrderColumn(
        "application",
        _("Partner application"),
        TEXT,
        lambda row: row.order.application.name if row.order.application else None,
    ),
    _of_order("reference", _("Partner’s reference"), TEXT),
    OrderColumn(
        "taken_by",
        pgettext_lazy("export", "Assigned to"),
        TEXT,
        lambda row: str(row.order.taken_by) if row.order.taken_by else None,
    ),
    _of_order("follow_up_on", _("Follow-up"), DAY),
)
BY_KEY = {column.key: column for column in COLUMNS}
_WHAT = ("order_number", "placed_on", "packed_on", "state", "tier")
ACCOUNTING = (
    *_WHAT,
    *("interval", "promo_code", "list_net", "discount", "net", "vat_rate", "vat", "gross"),
    *("currency", "invoices", "invoice_states", "client_number", "client"),
    *(column.key for column in COLUMNS if column.key.startswith("billing_")),
    *("channel", "application", "reference"),
)
SUPPORT = (
    *("order_number", "placed_at", "state", "reason", "last_step", "attempts", "changed_at"),
    *("tier", "client", "project", "first_name", "last_name", "email", "language", "channel"),
    *("application", "reference", "taken_by", "follow_up_on"),
)


def rows_of(orders: Sequence[Order], keys: Sequence[str]) -> list[OrderRow]:
    """Return the rows of `orders`; their invoices only if one of the columns `keys` needs them."""
    pks = [order.pk for order in orders]
    packed = OrderEvent.objects.filter(
        order__in=pks, kind=OrderEvent.Kind.STATE, state=State.PACKED
    )
    packed_at = dict(packed.order_by("pk").values_list("order", "at"))
    invoices: dict[int, list[Any]] = {}
    if {"invoices", "invoice_states"} & set(keys):
        for each in _invoices_of(pks):
            invoices.setdefault(each.subscription.order_id, []).append(each)
    return [
        OrderRow(order, packed_at.get(order.pk), invoices.get(order.pk, [])) for order in orders
    ]


def _invoices_of(pks: Sequence[int]) -> QuerySet[Any]:
    found = Invoice.objects.filter(subscription__order__in=pks)
    return with_balance(found).select_related("subscription").order_by("pk")


# For programs: names and values as they are stored. Never the hash: it opens the registration page.
STORED = (
    *("order_number", "state", "complete", "fault", "tier_name", "net_cents", "currency"),
    *EXPORTED,
    *("delivered_client_id", "delivered_project_id", "created_at", "updated_at", "follow_up_on"),
)


def _stored_billing(name: str) -> Callable[[OrderRow], Cell]:
    return lambda row: plain(all_members(row.order.billing or {})[name])


FOR_PROGRAMS: tuple[OrderColumn, ...] = (
    *(_of_order(name, name, TEXT) for name in STORED),
    *(
        OrderColumn(f"billing_{name}", name, TEXT, _stored_billing(name))
        for name in BILLING_MEMBERS
    ),
    OrderColumn(
        *("last_step", "", TEXT),
        lambda row: row.order.packing.last_step if hasattr(row.order, "packing") else "",
    ),
    OrderColumn("attempts", "", TEXT, lambda row: _attempts(row.order)),
    OrderColumn(
        *("taken_by", "", TEXT),
        lambda row: row.order.taken_by.email if row.order.taken_by else None,
    ),
)
