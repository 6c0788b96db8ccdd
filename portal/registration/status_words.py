"""The registration page's words for each situation of an order or an invitation."""

from typing import NamedTuple

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from shop.orders.models import State


class Words(NamedTuple):
    """The words of the page in a situation: for its title, its headline, and what follows."""

    title: StrOrPromise
    headline: StrOrPromise
    next_step: StrOrPromise


SOON = _("We set up your client and your project. Then you get an e-mail with a link to sign in.")
# By the state of the order or a finer situation.
WORDS: dict[str, Words] = {
    "incomplete": Words(
        _("Details needed"),
        _("We still need a few details from you."),
        _("You fill in the form; then we set everything up in a moment."),
    ),
    State.PENDING: Words(_("Received"), _("Received. We start in a moment."), SOON),
    State.PACKING: Words(
        _("Being set up"), _("Being set up. There is nothing for you to do."), SOON
    ),
    State.PACKED: Words(
        _("Done"),
        _("Done. The link to sign in is on its way to %(address)s."),
        _(
            "You open the link in the e-mail and choose a password. "
            "The link works once and for %(days)s days."
        ),
    ),
    "unreachable": Words(
        _("E-mail not delivered"),
        _("Our e-mail could not be delivered to %(address)s."),
        _("As soon as we have the right address, we will send our e-mail there."),
    ),
    "withdrawn": Words(
        _("Done"),
        _("Done. The invitation was withdrawn since."),
        _("Whoever administers the client can invite anew."),
    ),
    "joined": Words(
        _("Done"),
        _("Done. The link was used; you sign in with your e-mail from now on."),
        _("You find your projects in the portal."),
    ),
    "mendable": Words(
        _("A detail does not fit"),
        _("Something does not fit. Please check the marked detail."),
        _("You correct the detail; then we go on where we stopped, in a moment."),
    ),
    State.HAS_PACKING_ERRORS: Words(
        _("Delayed"),
        _(
            "Something is stuck on our side. Your order is safely stored; "
            "we are on it and will write to you."
        ),
        _("We act. You can close this page; its address stays the same."),
    ),
    State.NEED_HUMAN: Words(
        _("Being reviewed"),
        _("A person looks at this order. We get back to you by the next working day."),
        _(
            "One of us looks at it and lets it go on, or writes to you. There is nothing for you "
            "to do. You can close this page; its address stays the same."
        ),
    ),
    State.CANCELLED: Words(
        _("Cancelled"),
        _("Cancelled."),
        _("Nothing more happens, and nothing is to be paid. You are welcome to order again."),
    ),
}
# Headlines once it takes longer than usual.
LATE_HEADLINES: dict[str, StrOrPromise] = {
    State.PENDING: _("Received. This is taking longer than usual."),
    State.PACKING: _("Being set up. This is taking longer than usual."),
}
# What helps once it takes very long.
VERY_LATE = _(
    "Your order is safely stored, and we will go on as soon as we can. If you cannot wait, please "
    "write to us or call us."
)
VERY_LATE_INVITATION = _(
    "The invitation is safely stored, and we will go on as soon as we can. If you cannot wait, "
    "please write to us or call us."
)
# How the order stands besides, where our mail could not be delivered.
ONLY_THE_MAIL_IS_MISSING = _("Everything is set up. Only the e-mail with the link is missing.")

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
        _("The person who administers the company can send a new one."),
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
# The headline once it takes longer than usual.
LATE_INVITATION = _("The invitation is being prepared. This is taking longer than usual.")
