"""Reasons for which a subscription cannot be changed to a tier."""

from django.utils.translation import gettext_lazy as _

# The texts are for everybody who reads a quote: clients and staff.
REFUSALS = {
    "same": _("Nothing would change."),
    "cancelled": _("The contract is cancelled. Undo the cancellation first."),
    "ended": _("The contract has ended."),
    "under_way": _("Another change is under way. Undo it first."),
    "no_place": _("The project has %(members)s members; this plan allows %(places)s."),
    "interval": _("This plan cannot be paid this way."),
    "currency": _("This plan is priced in another currency."),
    "retired": _("This plan is no longer offered."),
    "billing": _("The billing details are missing. Add them first."),
    "seller": _("Invoices cannot be issued at the moment. Please try again later."),
    "vies": _("The VAT ID has not been confirmed yet. Please try again later."),
    "staff": _("We are still checking the VAT ID. Please try again later."),
    "member": _("Nobody has joined the project yet."),
    "error": _("The invoice of the current period could not be issued yet. We look into it."),
    "due": _("The invoice of the current period is being issued. Please try again in a minute."),
}


class NoChangeError(Exception):
    """The subscription cannot be changed so; `code`, a key of `REFUSALS`, says why."""

    def __init__(self, code: str, *, members: int = 0, places: int = 0) -> None:
        super().__init__(code)
        self.code, self.members, self.places = code, members, places

    @property
    def text(self) -> str:
        """The reason in the reader's language."""
        return str(REFUSALS[self.code]) % {"members": self.members, "places": self.places}
