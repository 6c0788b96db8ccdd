"""Everything staff can do to one order: `ACTIONS`, in the order in which its page shows them.

To add an action, write its verb in a room below and an entry here. Its URL, permission check, form
and button follow from the entry (see `urls` and `order_page`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from portal.backoffice import forms
from portal.backoffice.forms import ActionForm
from shop.orders.assignment import (
    add_note,
    appoint_client_admin,
    assign,
    set_follow_up,
    unassign,
)
from shop.orders.attention import APPROVABLE, CANCELLABLE, RETRYABLE, any_holds
from shop.orders.cancellation import cancel
from shop.orders.corrections import (
    correct,
    corrections_left,
    is_correctable,
    is_readdressable,
    readdress,
)
from shop.orders.models import Order, State
from shop.packing.recovery import (
    approve,
    correct_and_retry,
    mark_packed,
    rerunnable_steps,
    retry,
    retry_from,
    retry_now,
)
from shop.tenancy.models import User

MEND = "orders.mend_order"

# The sentence that confirms the action; False, or empty, if somebody else was faster.
Done = str | bool


@dataclass(frozen=True, kw_only=True)
class OrderAction:
    """One action: what it does, when it is possible, how the page offers it.

    `name` is in the URL (`retry_now` at `retry-now/`), in its name (`staff_retry_now`) and in the
    ids of the form's fields.
    """

    name: str
    run: Callable[[Order, User, Any], Done]
    is_possible: Callable[[Order], Any] = lambda _order: True
    permission: str = MEND
    form: Callable[[Order, QueryDict | None], ActionForm] = lambda _order, data: ActionForm(data)

    label: StrOrPromise = ""
    text: StrOrPromise | Callable[[Order], str] = ""
    button: StrOrPromise = ""  # the label, if empty
    # A second button, by which the form's data has `then`.
    second_button: Callable[[Order], StrOrPromise] = lambda _order: ""
    is_primary: Callable[[Order], bool] = lambda _order: False
    is_listed: bool = True  # else its button stands elsewhere on the page


def _is_retryable(order: Order) -> bool:
    return any_holds(RETRYABLE, order)


def _is_approvable(order: Order) -> bool:
    return any_holds(APPROVABLE, order)


def _waits_for_next_attempt(order: Order) -> bool:
    packing = getattr(order, "packing", None)
    due_at = packing.next_attempt_at if packing else None
    return order.state == State.PENDING and bool(due_at and due_at > timezone.now())


def _correct(order: Order, staff: User, form: forms.CorrectForm) -> Done:
    if form.cleaned_data["version"] != order.updated_at.isoformat():
        return False
    if "then" in form.data:
        won = correct_and_retry(order, form.details(), actor=staff)
        return won and gettext("The details are corrected, and it is tried again.")
    return correct(order, form.details(), actor=staff) and gettext("The details are corrected.")


def _readdress(order: Order, staff: User, form: forms.EmailChangeForm) -> Done:
    won = readdress(order, form.cleaned_data["user_email"], actor=staff)
    return won and gettext("The address is corrected; the mail goes there now.")


def _mark_packed(order: Order, staff: User, form: forms.ByHandForm) -> Done:
    project, note = form.cleaned_data["project"], form.cleaned_data["note"]
    won = mark_packed(order, project, staff, note=note)
    return won and gettext("The order is done; the invitation goes out.")


def _by_hand_form(order: Order, data: QueryDict | None) -> forms.ByHandForm:
    known = {"client": order.delivered_client_id, "project": order.delivered_project_id}
    return forms.ByHandForm(data, initial=known)


def _appoint_client_admin(order: Order, staff: User, form: forms.ClientAdminForm) -> Done:
    client, user = order.delivered_client, form.cleaned_data["user"]
    as_shown = client is not None and client.client_admin_id == form.cleaned_data["instead_of"]
    won = as_shown and appoint_client_admin(order, user, staff)
    return won and gettext("%(who)s administers the client now.") % {"who": user}


def _client_admin_form(order: Order, data: QueryDict | None) -> forms.ClientAdminForm:
    client = order.delivered_client
    return forms.ClientAdminForm(data, initial={"instead_of": client and client.client_admin_id})


def _client_admin_text(order: Order) -> str:
    client = order.delivered_client
    sentence = gettext(
        "%(client)s is administered by %(admin)s. Exactly one user administers a client."
    )
    return sentence % {"client": client, "admin": client and client.client_admin}


def _cancel(order: Order, staff: User, form: forms.CancelForm) -> Done:
    if not cancel(order, staff, reason=form.cleaned_data["reason"]):
        return False
    if order.user_email:
        return gettext("The order is cancelled; the customer is told why.")
    return gettext("The order is cancelled. There was nobody to write to.")


def _add_note(order: Order, staff: User, form: forms.NoteForm) -> Done:
    add_note(order, staff, form.cleaned_data["text"])
    return gettext("The note is kept.")


def _set_follow_up(order: Order, staff: User, form: forms.FollowUpForm) -> Done:
    return set_follow_up(order, staff, form.cleaned_data["on"]) and gettext("The day is kept.")


def _take(order: Order, staff: User, form: ActionForm) -> Done:
    as_shown = form.data.get("taken_by", "") == str(order.taken_by_id or "")
    return as_shown and assign(order, staff, actor=staff) and gettext("The order is yours.")


ACTIONS = [
    OrderAction(
        name="retry",
        label=_("Try again"),
        text=_(
            "The worker takes the order up at once, with its attempts counted anew. What is done "
            "stays done."
        ),
        run=lambda order, staff, _form: (
            retry(order, staff) and gettext("The order is tried again.")
        ),
        is_possible=_is_retryable,
        is_primary=lambda order: not _is_approvable(order) or order.fault == "tries_used_up",
    ),
    OrderAction(
        name="retry_now",
        label=_("Try now"),
        text=_(
            "The worker waits before its next attempt. Have it try at once, with its attempts "
            "counted anew."
        ),
        run=lambda order, staff, _form: (
            retry_now(order, staff) and gettext("The order is tried now.")
        ),
        is_possible=_waits_for_next_attempt,
        is_primary=lambda _order: True,
    ),
    OrderAction(
        name="approve",
        label=_("Approve"),
        text=_(
            "The order goes on, also where its tier asks for approval or its members are more than "
            "the tier allows."
        ),
        run=lambda order, staff, _form: approve(order, staff) and gettext("The order is approved."),
        is_possible=_is_approvable,
        is_primary=lambda order: order.fault != "tries_used_up",
    ),
    OrderAction(
        name="correct",
        label=_("Correct the details"),
        text=_("By the same rules as ordering. What is set up already is renamed with it."),
        button=_("Correct"),
        second_button=lambda order: _("Correct and try again") if _is_retryable(order) else "",
        run=_correct,
        is_possible=is_correctable,
        form=forms.CorrectForm,
    ),
    OrderAction(
        name="address",
        label=_("Correct the e-mail address"),
        text=_("As long as nobody has joined, the mail can go to another address."),
        button=_("Correct"),
        run=_readdress,
        is_possible=lambda order: (
            not is_correctable(order) and is_readdressable(order) and corrections_left(order)
        ),
        form=lambda order, data: forms.EmailChangeForm(
            data, initial={"user_email": order.user_email}
        ),
    ),
    OrderAction(
        name="retry_from",
        label=_("Try again from a step"),
        text=_(
            "Steps that call another system can be run again: it knows them by the same key and "
            "does nothing twice. Those after the chosen one run again, too. What steps wrote here "
            "is never written again."
        ),
        button=_("Run it again"),
        run=lambda order, staff, form: (
            retry_from(order, form.cleaned_data["step"], staff)
            and gettext("The order is tried again.")
        ),
        is_possible=lambda order: _is_retryable(order) and rerunnable_steps(order),
        form=forms.RetryFromForm,
    ),
    OrderAction(
        name="by_hand",
        label=_("Done by hand"),
        text=_(
            "You have set up client and project yourself: name them, and the invitation goes out."
        ),
        button=_("Close the order"),
        run=_mark_packed,
        is_possible=_is_approvable,
        form=_by_hand_form,
    ),
    OrderAction(
        name="client_admin",
        label=_("Hand the client over"),
        text=_client_admin_text,
        button=_("Hand over"),
        run=_appoint_client_admin,
        is_possible=lambda order: order.delivered_client,
        permission="tenancy.change_client",
        form=_client_admin_form,
    ),
    OrderAction(
        name="cancel",
        label=_("Cancel the order"),
        text=_("It ends here, and its links no longer work. What was delivered so far stays."),
        run=_cancel,
        is_possible=lambda order: any_holds(CANCELLABLE, order),
        form=lambda _order, data: forms.CancelForm(data),
    ),
    OrderAction(
        name="note",
        label=_("Note"),
        text=_("What colleagues should know of this case."),
        button=_("Keep the note"),
        run=_add_note,
        form=lambda _order, data: forms.NoteForm(data),
    ),
    OrderAction(
        name="follow_up",
        label=_("Follow-up"),
        text=_("On that day the order asks for somebody again. Without a day it does not."),
        button=_("Keep the day"),
        run=_set_follow_up,
        form=lambda order, data: forms.FollowUpForm(data, initial={"on": order.follow_up_on}),
    ),
    OrderAction(name="take", run=_take, is_listed=False),
    OrderAction(
        name="hand_back",
        run=lambda order, staff, _form: (
            unassign(order, staff) and gettext("The order is open to everybody again.")
        ),
        is_listed=False,
    ),
]
