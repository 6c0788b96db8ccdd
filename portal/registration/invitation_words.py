"""The registration page's words for an invitation, where they are not those for an order."""

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from shop.orders.models import State

PREPARING = (
    _("The invitation is being prepared."),
    _("Then an e-mail with a link to join goes to %(address)s."),
)
# Headline and next step, by situation.
INVITATION_WORDS: dict[str, tuple[StrOrPromise, StrOrPromise]] = {
    State.PENDING: PREPARING,
    State.PACKING: PREPARING,
    State.PACKED: (
        _("The invitation is on its way to %(address)s."),
        _("The link in the e-mail leads into the project. It works once and for %(days)s days."),
    ),
    "withdrawn": (
        _("The invitation was withdrawn."),
        _("The person who administers the client can send a new one."),
    ),
    State.HAS_PACKING_ERRORS: (
        _("Something is stuck on our side. The invitation is safely stored; we are on it."),
        _("We act. You can close this page; its address stays the same."),
    ),
    State.NEED_HUMAN: (
        _("We are reviewing this invitation. We get back to you by the next working day."),
        _("We approve it, or write to the person who invites. You can close this page."),
    ),
    State.CANCELLED: (_("The invitation was cancelled."), _("Nothing more happens.")),
}
