"""Attending to an order: who sees to it, notes, follow-up. All of it can be undone at once."""

from datetime import date
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.backoffice.order import forms
from portal.backoffice.order.forms import ActionForm
from portal.backoffice.order.offered_action import MEND, OrderAction
from portal.backoffice.undo import undoable
from shop.orders import assignment
from shop.orders.models import Order
from shop.tenancy.colleagues import colleagues_with, name_of
from shop.tenancy.models import User
from shop.typed_text import isolated


def _add_note(order: Order, staff: User, form: forms.NoteForm) -> bool:
    text = form.cleaned_data["text"]
    form.event = assignment.add_note(order, staff, text, form.named.found)
    return True


def _noted(_order: Order, form: forms.NoteForm) -> str:
    """Return what was done, and whom nobody told."""
    told = [isolated(name_of(each)) for each in form.named.found]
    sentences = [gettext("Note saved.")]
    if told:
        sentences.append(gettext("%(names)s will be told by e-mail.") % {"names": ", ".join(told)})
    for name in form.named.unknown:
        unknown = gettext("No colleague is called @%(name)s, so nobody was told.")
        sentences.append(unknown % {"name": isolated(name)})
    return " ".join(sentences)


def _take(order: Order, staff: User, form: ActionForm) -> bool:
    return _as_shown(order, form) and assignment.assign(order, staff, actor=staff)


def _assign(order: Order, staff: User, form: forms.AssignForm) -> bool:
    to = form.cleaned_data["assignee"]
    return _as_shown(order, form) and assignment.assign(order, to, actor=staff)


def _as_shown(order: Order, form: ActionForm) -> bool:
    """Tell whether the order is still with the colleague that the page shows."""
    return bool(form.data.get("taken_by", "") == str(order.taken_by_id or ""))


ATTENDING = [
    OrderAction(
        name="note",
        run=_add_note,
        done=_noted,
        form=forms.NoteForm,
        is_listed=False,
        undone_by="note",
        undo_details=lambda _order, _staff, form: {"event": form.event.pk},
    ),
    OrderAction(
        name="follow_up",
        run=lambda order, staff, form: assignment.set_follow_up(
            order, staff, form.cleaned_data["on"]
        ),
        done=lambda _order, form: (
            _("Follow-up saved.") if form.cleaned_data["on"] else _("Follow-up removed.")
        ),
        form=forms.FollowUpForm,
        is_listed=False,
        undone_by="follow_up",
        undo_details=lambda order, _staff, form: {
            "before": _iso(order.follow_up_on),
            "now": _iso(form.cleaned_data["on"]),
        },
    ),
    OrderAction(
        name="assign",
        run=_assign,
        done=lambda _order, form: (
            _("The order is assigned to %(who)s, who is told by e-mail.")
            % {"who": isolated(name_of(form.cleaned_data["assignee"]))}
        ),
        form=forms.AssignForm,
        is_listed=False,
        undone_by="assignment",
        undo_details=lambda order, _staff, form: {
            "before": order.taken_by_id,
            "now": form.cleaned_data["assignee"].pk,
        },
    ),
    OrderAction(
        name="take",
        run=_take,
        done=_("The order is assigned to you."),
        is_listed=False,
        undone_by="assignment",
        undo_details=lambda order, staff, _form: {"before": order.taken_by_id, "now": staff.pk},
    ),
    OrderAction(
        name="hand_back",
        run=lambda order, staff, _form: assignment.unassign(order, staff),
        done=_("The order is no longer assigned."),
        is_listed=False,
        undone_by="assignment",
        undo_details=lambda _order, staff, _form: {"before": staff.pk, "now": None},
    ),
]


@undoable("assignment", permission=MEND)
def set_assignee_back(staff: User, details: dict[str, Any]) -> bool:
    """Give the order back to the colleague who had it, or to nobody."""
    order = Order.objects.filter(pk=details["order"]).first()
    before = None
    if details["before"]:
        before = colleagues_with(MEND).filter(pk=details["before"]).first()
        if before is None:
            return False  # they can no longer see to it
    return order is not None and assignment.set_assignee_back(
        order, details["now"], before, actor=staff
    )


@undoable("follow_up", permission=MEND)
def set_follow_up_back(staff: User, details: dict[str, Any]) -> bool:
    """Set the day of the follow-up that was there before, or none."""
    on = details["now"] and date.fromisoformat(details["now"])
    order = Order.objects.filter(pk=details["order"], follow_up_on=on).first()
    before = details["before"] and date.fromisoformat(details["before"])
    return order is not None and assignment.set_follow_up(order, staff, before)


@undoable("note", permission=MEND)
def remove_note(staff: User, details: dict[str, Any]) -> bool:
    """Delete a note of one's own."""
    return assignment.remove_note(details["order"], staff, details["event"])


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
