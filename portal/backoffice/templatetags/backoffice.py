"""Template filters of the back office."""

from collections.abc import Collection, Mapping

from django import template
from django.forms import model_to_dict
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from portal.backoffice.failures.incident_notes import notes_about
from portal.backoffice.order.timeline import outcome, shown_payload
from shop.billing.invoice_document import BuyerPart
from shop.billing_form import country_name
from shop.email_spellings import shown_email
from shop.orders import error_codes
from shop.orders.models import Order
from shop.orders.order_fields import FIELDS, PERSONAL
from shop.packing import step_names
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.colleagues import name_of

register = template.Library()
register.filter("fault_text", error_codes.error_text)
register.filter("step_title", step_names.step_title)
register.filter("outcome", outcome)
register.filter("shown_payload", shown_payload)
register.filter("notes_about", notes_about)
register.filter("colleague_name", name_of)


@register.filter
def personal_details(order: Order) -> list[tuple[StrOrPromise, str | None]]:
    """Return label and value of each field about the person who joins."""
    values = {name: getattr(order, name) for name in PERSONAL if name != "billing"}
    if order.user_email:
        values["user_email"] = shown_email(order.user_email)
    return [(FIELDS[name].label, value) for name, value in values.items()]


@register.filter
def metadata_entries(order: Order) -> list[tuple[str, str]]:
    """Return the keys and values of the partner's metadata; a key may be called `items`."""
    return list((order.metadata or {}).items())


@register.filter
def billing_lines(order: Order) -> str:
    """Return who is billed for the order, in one line; "" while nobody is known."""
    return _in_one_line(order.billing or {}, ("vat_id", "email", "reference"))


@register.filter
def buyer_lines(buyer: BuyerPart) -> str:
    """Return name and address of an invoice's buyer, in one line."""
    return _in_one_line(buyer.model_dump())


@register.filter
def profile_lines(profile: BillingProfile) -> str:
    """Return name and address of who is billed for a client, in one line."""
    return _in_one_line(model_to_dict(profile))


def _in_one_line(billing: Mapping[str, str], further: Collection[str] = ()) -> str:
    town = " ".join(filter(None, (billing.get("postal_code"), billing.get("city"))))
    names = ("company", "name", "street", "street2")
    parts = [*map(billing.get, names), town, country_name(billing.get("country", ""))]
    return ", ".join(filter(None, [*parts, *map(billing.get, further)]))


@register.filter
def duration(span: float | None) -> str:
    """Return `span` seconds in its two largest units, such as "3 min 20 s"; "–" for None."""
    if span is None:
        return "–"
    seconds = round(span)
    units = ((86_400, _("d")), (3600, _("h")), (60, _("min")), (1, _("s")))
    parts: list[str] = []
    for size, name in units:
        if seconds >= size or (size == 1 and not parts):
            parts.append(f"{seconds // size} {name}")
        seconds %= size
    return " ".join(parts[:2])
