"""The order document's `billing`: who is billed, checked by its rules."""

from collections.abc import Iterator, Mapping
from typing import Any

import pycountry
from stdnum.eu import vat

from shop.email_spellings import InvalidEmailError, check_email
from shop.orders.problems import Problem

NEEDED = ("street", "postal_code", "city", "country")


def check_billing(raw: Mapping[str, Any]) -> list[Problem]:
    """Return what is wrong with `raw`, by members such as `billing.country`."""
    return list(_problems(raw))


def _problems(raw: Mapping[str, Any]) -> Iterator[Problem]:
    name = "name" if raw.get("customer_type") == "private" else "company"
    for member in (name, *NEEDED):
        if not raw.get(member):
            yield Problem(f"billing.{member}", "required")
    country, vat_id = raw.get("country", ""), raw.get("vat_id", "")
    if country and pycountry.countries.get(alpha_2=country) is None:
        yield Problem("billing.country", "unknown_country")
    if vat_id and not (vat.is_valid(vat_id) and vat_id.startswith(country)):
        yield Problem("billing.vat_id", "invalid_vat_id")
    if raw.get("email"):
        try:
            check_email(raw["email"])
        except InvalidEmailError:
            yield Problem("billing.email", "not_an_email")
