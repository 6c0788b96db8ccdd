"""The registration page's words for each situation of an order or an invitation."""

from typing import NamedTuple

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from shop.orders.cancellation import ActedBy
from shop.orders.models import State


class Words(NamedTuple):
    """The words of the page in a situation: for its title, its headline, and what follows."""

    title: StrOrPromise
    headline: StrOrPromise
    next_step: StrOrPromise


# "Usually" is honest: past a minute the page says that it takes longer (`shop/orders/waiting.py`).
SOON = _(
    "This runs automatically and usually takes less than a minute. Then we'll e-mail you a link to "
    "sign in."
)
# By the state of the order or a finer situation.
WORDS: dict[str, Words] = {
    "incomplete": Words(
        _("Details needed"),
        _("We need a few more details from you."),
        _(
            "Fill in the form. We'll take it from there and e-mail you a link to sign in once "
            "everything is set up."
        ),
    ),
    State.PENDING: Words(_("Received"), _("Order received. We'll start in a moment."), SOON),
    State.PACKING: Words(
        _("Being set up"), _("We're setting up your project. Nothing for you to do."), SOON
    ),
    State.PACKED: Words(
        _("All set"),
        _("All set. We've sent your sign-in link to %(address)s."),
        _("Open the link in that e-mail to join. It works once, for %(days)s days."),
    ),
    "unreachable": Words(
        _("E-mail not delivered"),
        _("All set, but we couldn't deliver e-mail to %(address)s. Please check the address."),
        _("Once we have the right address, we'll send the link there."),
    ),
    # Our mail could not be delivered, and the order is not set up yet.
    "undelivered": Words(
        _("E-mail not delivered"),
        _("We couldn't deliver e-mail to %(address)s. Please check the address."),
        _("Once we have the right address, we'll send our e-mail there."),
    ),
    "withdrawn": Words(
        _("All set"),
        _("All set, but the invitation has since been withdrawn."),
        _("The person who administers the company can send a new one."),
    ),
    "joined": Words(
        _("All set"),
        _("All set, and the first member has joined."),
        _("You'll find members, plan and invoices in the portal."),
    ),
    "mendable": Words(
        _("One detail needs fixing"),
        _("One detail needs fixing. Please check the highlighted field."),
        _("Once you have corrected it, we carry on where we stopped."),
    ),
    State.HAS_PACKING_ERRORS: Words(
        _("Delayed"),
        _("Something went wrong on our side. Your order is safe; we're on it and will e-mail you."),
        _(
            "Someone from our team is looking into it. There is nothing for you to do, and you can "
            "close this page."
        ),
    ),
    State.NEED_HUMAN: Words(
        _("Being reviewed"),
        _("We're reviewing your order and will get back to you by the next working day."),
        _(
            "Someone from our team reviews your order, by %(day)s at the latest. Then we set "
            "everything up, or write to you. You can close this page."
        ),
    ),
    State.CANCELLED: Words(
        _("Cancelled"),
        _("Cancelled."),
        _("Nothing is set up, and you don't have to pay anything."),
    ),
}
# Said in place of the next step once the promised day has passed.
OVERDUE_REVIEW = _(
    "We meant to get back to you by %(day)s and are sorry for the wait. Your order is safe, and we "
    "are still on it. If it's urgent, please contact us."
)
CANCELLED_BY: dict[ActedBy | None, StrOrPromise] = {
    ActedBy.CUSTOMER: _("You cancelled this order."),
    ActedBy.STAFF: _("We cancelled this order."),
    ActedBy.PROGRAM: _("The partner through whom you ordered cancelled this order."),
    None: _("This order has expired."),
}
# Headlines once it takes longer than usual, by whether we have an address to write to.
TAKES_LONGER: dict[bool, StrOrPromise] = {
    True: _("This is taking longer than usual. You can close this page; we'll e-mail you."),
    False: _(
        "This is taking longer than usual. You can close this page; its address stays the same."
    ),
}
STILL_TRYING: dict[bool, StrOrPromise] = {
    True: _(
        "Your order is safely stored. We keep trying, and write to %(address)s as soon as "
        "everything is set up."
    ),
    False: _("Your order is safely stored, and we keep trying."),
}
# What helps once it takes very long.
VERY_LATE = _("If it's urgent, please contact us.")

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
    "unreachable": (
        _("We couldn't deliver the invitation to %(address)s. Please check the address."),
        _("Once we have the right address, we'll send the link there."),
    ),
    "withdrawn": (
        _("The invitation was withdrawn."),
        _("The person who administers the company can send a new one."),
    ),
    "joined": (
        _("The person you invited has joined."),
        _("You'll find members, plan and invoices in the portal."),
    ),
    State.HAS_PACKING_ERRORS: (
        _("Something went wrong on our side. The invitation is safely stored; we're on it."),
        _("Someone from our team is looking into it. You can close this page."),
    ),
    State.NEED_HUMAN: (
        _("We're reviewing this invitation and will get back to you by the next working day."),
        _(
            "Someone from our team reviews it, by %(day)s at the latest. Then we send it, or write "
            "to the person who invites. You can close this page."
        ),
    ),
    State.CANCELLED: (_("The invitation was cancelled."), _("Nothing more happens.")),
}
# The headline and the next step of an invitation once it takes longer than usual.
LATE_INVITATION = _("The invitation is taking longer than usual. You can close this page.")
INVITATION_STILL_TRYING = _("The invitation is safely stored, and we keep trying.")
