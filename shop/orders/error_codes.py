"""Why an order could not be packed: a code on the order, a text for whoever reads it."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class ErrorCode:
    """A reason: `text` for the wire and for staff, `page` for whoever ordered, if said otherwise."""

    text: StrOrPromise
    page: StrOrPromise = ""


ERROR_CODES: dict[str, ErrorCode] = {
    "manual_tier": ErrorCode(_("This tier is set up after a person has approved the order.")),
    "no_place": ErrorCode(_("The project has as many members as its tier allows.")),
    "tries_used_up": ErrorCode(_("Setting up failed several times. We look into it.")),
    "client_gone": ErrorCode(_("The client of this order no longer exists.")),
    "project_gone": ErrorCode(_("The project of this order no longer exists.")),
    "tier_changed": ErrorCode(_("The project no longer has the tier that was ordered.")),
    "not_client_admin": ErrorCode(
        _("The user of admin_user_access_token is no longer client_admin of this client."),
        _("Who ordered this may no longer add to this client."),
    ),
    "token_revoked": ErrorCode(
        _("The admin_user_access_token was revoked."),
        _("The access with which this was ordered has been withdrawn."),
    ),
}


def error_text(code: str) -> str:
    """The text of `code` in the reader's language; empty for no fault.

    A deployment's own steps may name codes this list does not know: they stand for themselves.
    """
    fault = ERROR_CODES.get(code)
    return str(fault.text) if fault else code


def customer_error_text(code: str) -> str:
    """The same for whoever ordered; empty where nothing is known that would help them."""
    fault = ERROR_CODES.get(code)
    return str(fault.page or fault.text) if fault else ""


def english_error_text(code: str) -> str | None:
    """`packing_errors` of the wire (contract, "Orders API"): None, or English text."""
    with override("en"):
        return error_text(code) or None
