"""Why an order could not be packed: a code on the order, a text for whoever can act on it."""

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Fault:
    """A reason, and who can mend it: who ordered, or we."""

    text: StrOrPromise
    mended_by: Literal["customer", "staff"] = "staff"


FAULTS: dict[str, Fault] = {
    "manual_tier": Fault(_("This tier is set up after a person has approved the order.")),
    "no_place": Fault(_("The project has as many members as its tier allows.")),
    "tries_used_up": Fault(_("Setting up failed several times. We look into it.")),
    "client_gone": Fault(_("The client of this order no longer exists.")),
    "project_gone": Fault(_("The project of this order no longer exists.")),
    "tier_changed": Fault(_("The project no longer has the tier that was ordered.")),
    "not_client_admin": Fault(
        _("The user of admin_user_access_token is no longer client_admin of this client.")
    ),
    "token_revoked": Fault(_("The admin_user_access_token was revoked.")),
}


def fault_text(code: str) -> str:
    """The text of `code` in the reader's language; empty for no fault.

    A deployment's own steps may name codes this list does not know: they stand for themselves.
    """
    if not code:
        return ""
    fault = FAULTS.get(code)
    return str(fault.text) if fault else code


def english_fault_text(code: str) -> str | None:
    """`packing_errors` of the wire (contract, "Orders API"): None, or English text."""
    with override("en"):
        return fault_text(code) or None
