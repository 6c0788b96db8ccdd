"""VAT ids: one canonical form, and what is wrong with one that was typed."""

import re
from enum import StrEnum

from stdnum import vatin
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import InvalidComponent, ValidationError
from stdnum.util import clean

from shop.catalogue.vat import EU

# Prefixes that are no codes of ISO 3166-1. Northern Ireland is outside the EU for services.
PREFIXES = {"EL": "GR", "XI": "GB"}
MAX_LENGTH = 20


class VatIdProblem(StrEnum):
    """The reason for which a VAT id is refused."""

    MALFORMED = "malformed"  # no such form, or a wrong checksum
    OTHER_COUNTRY = "other_country"  # the prefix is not that of the country


def canonical_vat_id(text: str) -> str:
    """A VAT id in the form in which it is stored and compared: prefix, capitals and digits alone.

    Greece has the prefix EL. What is no VAT id comes back in capitals, without separators.
    """
    compact = clean(text, " -./,:").strip().upper()
    if compact.startswith("GR"):
        compact = "EL" + compact[2:]
    try:
        return eu_vat.validate(compact)
    except ValidationError:
        return compact


def vat_id_country(vat_id: str) -> str:
    """The country (ISO 3166-1 alpha-2) of a VAT id in canonical form, by its prefix."""
    return PREFIXES.get(vat_id[:2], vat_id[:2])


def vat_id_problem(text: str, country: str) -> VatIdProblem | None:
    """Tell what is wrong with a VAT id of a buyer in `country`; None: nothing.

    The prefix is the country's (contract, "VAT"). The checksum counts where one is known.
    """
    vat_id = canonical_vat_id(text)
    if not re.fullmatch(r"[A-Z]{2}[0-9A-Z+*]+", vat_id) or len(vat_id) > MAX_LENGTH:
        return VatIdProblem.MALFORMED
    if vat_id_country(vat_id) != country:
        return VatIdProblem.OTHER_COUNTRY
    try:
        vatin.validate(vat_id)
    except InvalidComponent:  # a country whose form is not known, or a part of the id
        return VatIdProblem.MALFORMED if country in EU else None
    except ValidationError:
        return VatIdProblem.MALFORMED
    return None


def vies_knows(vat_id: str) -> bool:
    """Tell if VIES can be asked about a VAT id in canonical form: those of member states alone."""
    return vat_id_country(vat_id) in EU
