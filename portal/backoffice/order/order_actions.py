"""Everything staff can do to one order: `ACTIONS`, in the order in which its page shows them.

To add an action, write its verb in a room below and an entry here. Its URL, permission check, form
and button follow from the entry (see `urls` and `order_page`).
"""

from functools import partial

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.backoffice.order import forms
from portal.backoffice.order.advice import BEYOND_REPAIR
from portal.backoffice.order.attending import ATTENDING
from portal.backoffice.order.offered_action import OrderAction
from shop.orders import assignment, corrections
from shop.orders.attention import APPROVABLE, CANCELLABLE, RETRYABLE, any_holds
from shop.orders.cancellation import cancel
from shop.orders.corrections import is_correctable
from shop.orders.models import Order, State
from shop.packing import recovery
from shop.tenancy.models import User
from shop.typed_text import isolated

_is_retryable = partial(any_holds, RETRYABLE)
_is_approvable = partial(any_holds, APPROVABLE)
_is_cancellable = partial(any_holds, CANCELLABLE)


def _waits_for_next_attempt(order: Order) -> bool:
    packing = getattr(order, "packing", None)
    due_at = packing.next_attempt_at if packing else None
    return order.state == State.PENDING and bool(due_at and due_at > timezone.now())


def _correct(order: Order, staff: User, form: forms.CorrectForm) -> bool:
    if form.cleaned_data["version"] != order.updated_at.isoformat():
        return False
    change = recovery.correct_and_retry if "then" in form.data else corrections.correct
    return change(order, form.details(), actor=staff)


def _appoint_client_admin(order: Order, staff: User, form: forms.ClientAdminForm) -> bool:
    as_shown = form.initial["instead_of"] == form.cleaned_data["instead_of"]
    return as_shown and assignment.appoint_client_admin(order, form.cleaned_data["user"], staff)


def _client_admin_text(order: Order) -> str:
    client = order.delivered_client
    sentence = gettext("%(admin)s administers %(client)s. Exactly one person administers a client.")
    return sentence % {"client": client, "admin": client and client.client_admin}


ACTIONS = [
    OrderAction(
        name="retry",
        label=_("Try again"),
        text=_(
            "Setup starts again at once, and attempts are counted from zero. Completed steps stay "
            "done."
        ),
        run=lambda order, staff, _form: recovery.retry(order, staff),
        done=_("The order is being set up again."),
        is_possible=_is_retryable,
        is_primary=lambda order: (
            order.fault not in BEYOND_REPAIR
            and (not _is_approvable(order) or order.fault == "tries_used_up")
        ),
    ),
    OrderAction(
        name="retry_now",
        label=_("Try now"),
        text=_(
            "The next attempt is scheduled for later. Start it now; attempts are then counted "
            "from zero."
        ),
        run=lambda order, staff, _form: recovery.retry_now(order, staff),
        done=_("The order is being set up again."),
        is_possible=_waits_for_next_attempt,
        is_primary=lambda _order: True,
    ),
    OrderAction(
        name="approve",
        label=_("Approve"),
        text=_(
            "The order continues, even if its tier requires approval or the project gets more "
            "members than the tier allows."
        ),
        run=lambda order, staff, _form: recovery.approve(order, staff),
        done=_("The order is approved."),
        is_possible=_is_approvable,
        is_primary=lambda order: order.fault != "tries_used_up",
    ),
    OrderAction(
        name="correct",
        label=_("Correct the details"),
        text=_("The same rules apply as for ordering. What is already set up is renamed, too."),
        button=_("Correct"),
        second_button=lambda order: _("Correct and try again") if _is_retryable(order) else "",
        run=_correct,
        done=lambda _order, form: (
            _("The details are corrected, and the order is being set up again.")
            if "then" in form.data
            else _("The details are corrected.")
        ),
        is_possible=is_correctable,
        form=forms.CorrectForm,
    ),
    OrderAction(
        name="address",
        label=_("Correct the e-mail address"),
        text=_("As long as nobody has joined, the e-mail can be sent to another address."),
        button=_("Correct"),
        run=lambda order, staff, form: corrections.readdress(
            order, form.cleaned_data["user_email"], actor=staff
        ),
        done=_("The address is corrected, and the e-mail is being sent to it."),
        is_possible=lambda order: (
            not is_correctable(order)
            and corrections.is_readdressable(order)
            and corrections.corrections_left(order)
        ),
        form=forms.EmailChangeForm,
    ),
    OrderAction(
        name="retry_from",
        label=_("Try again from a step"),
        text=_(
            "You can rerun steps that call another system: they send the same key again, so that "
            "it does nothing twice. The steps after the chosen one run again, too. What a step "
            "has stored here is not stored again."
        ),
        button=_("Run again"),
        run=lambda order, staff, form: recovery.retry_from(order, form.cleaned_data["step"], staff),
        done=_("The order is being set up again."),
        is_possible=lambda order: _is_retryable(order) and recovery.rerunnable_steps(order),
        form=forms.RetryFromForm,
    ),
    OrderAction(
        name="by_hand",
        label=_("Done by hand"),
        text=_(
            "Use this if you have set up client and project yourself. Enter their numbers, and "
            "the invitation is sent."
        ),
        button=_("Close the order"),
        run=lambda order, staff, form: recovery.mark_packed(
            order, form.cleaned_data["project"], staff, note=form.cleaned_data["note"]
        ),
        done=_("The order is done; the invitation is on its way."),
        is_possible=_is_approvable,
        form=forms.ByHandForm,
    ),
    OrderAction(
        name="client_admin",
        label=_("Hand the client over"),
        text=_client_admin_text,
        button=_("Hand over"),
        run=_appoint_client_admin,
        done=lambda _order, form: (
            _("%(who)s now administers the client.") % {"who": isolated(form.cleaned_data["user"])}
        ),
        is_possible=lambda order: order.delivered_client,
        permission="tenancy.change_client",
        asks_for_factor=True,
        form=forms.ClientAdminForm,
    ),
    OrderAction(
        name="cancel",
        label=_("Cancel the order"),
        text=_("This ends the order, and its links stop working. What has been delivered stays."),
        run=lambda order, staff, form: cancel(order, staff, reason=form.cleaned_data["reason"]),
        done=lambda order, _form: (
            _("The order is cancelled. The customer is told why by e-mail.")
            if order.user_email
            else _("The order is cancelled. There was no e-mail address to write to.")
        ),
        is_possible=_is_cancellable,
        is_destructive=True,
        form=forms.CancelForm,
    ),
    *ATTENDING,
]
