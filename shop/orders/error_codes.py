"""Error codes of packing: stored on the order, told as texts to partners, staff and customers."""

from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class ErrorCode:
    """The texts of a code: `text` for the API and staff, `page` for the customer, if different."""

    text: StrOrPromise
    page: StrOrPromise = ""


ERROR_CODES: dict[str, ErrorCode] = {
    "manual_tier": ErrorCode(
        _("This tier is set up after a person has approved the order."),
        _("We review each order for this plan before we set it up."),
    ),
    "no_place": ErrorCode(
        _("The project has as many members as its tier allows."),
        _("The project has as many members as its plan allows."),
    ),
    "tries_used_up": ErrorCode(
        _("Setting up failed several times. We look into it."),
        _("Setting it up failed several times; we're looking into it."),
    ),
    "client_gone": ErrorCode(
        _("The client of this order no longer exists."),
        _("The company that this was ordered for no longer exists."),
    ),
    "project_gone": ErrorCode(_("The project of this order no longer exists.")),
    "project_closed": ErrorCode(_("The contract of this project has ended: nobody can join it.")),
    # Of orders that an earlier version has stopped: they follow the project's tier by now.
    "tier_changed": ErrorCode(
        _("The project no longer has the tier that was ordered."),
        _("The project no longer has the plan that was ordered."),
    ),
    "not_client_admin": ErrorCode(
        _("The user of admin_user_access_token is no longer client_admin of this client."),
        _("The person who ordered may no longer order for this company."),
    ),
    "token_revoked": ErrorCode(
        _("The admin_user_access_token was revoked."),
        _("The access with which this was ordered has been withdrawn."),
    ),
}


def error_text(code: str) -> str:
    """The text of `code` in the reader's language, or `code` itself if it has none."""
    found = ERROR_CODES.get(code)
    return (str(found.text) if found else "") or code


def customer_error_text(code: str) -> str:
    """Return the text for the customer; "" if there is none that would help them."""
    found = ERROR_CODES.get(code)
    return str(found.page or found.text) if found else ""


@lru_cache(maxsize=1000)
def english_error_text(code: str) -> str | None:
    """Return the API's `packing_errors` (contract, "Orders API"): English text, or None."""
    with override("en"):
        return error_text(code) or None
