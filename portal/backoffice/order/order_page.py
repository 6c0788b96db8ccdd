"""The page of one order: what staff can do, what happened, and the views that do it."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe
from django_stubs_ext import StrOrPromise

from portal.backoffice import undo
from portal.backoffice.audit_log import Act, record
from portal.backoffice.order.archived_orders import archived_page
from portal.backoffice.order.forms import ActionForm
from portal.backoffice.order.hidden_hashes import hide_hashes
from portal.backoffice.order.offered_action import MEND, OrderAction
from portal.backoffice.order.order_context import find_order, page_context
from portal.backoffice.queue.list_place import list_place
from portal.backoffice.staff_access import (
    View,
    ask_for_factor_again,
    permission_required,
    staff_user,
)
from shop.form_texts import add_errors
from shop.notifications.emails.models import Message
from shop.notifications.emails.resend import Resent, send_again
from shop.notifications.webhooks.replay import replay_for
from shop.orders.archived_order import ArchivedOrder
from shop.orders.archiving import bring_back
from shop.orders.document import InvalidDocumentError
from shop.orders.error_codes import error_text
from shop.orders.mentions import mark_seen
from shop.orders.models import Order, OrderEvent
from shop.packing.outcomes import NeedsCorrection
from shop.tenancy.colleagues import name_of
from shop.typed_text import isolated

# What the page says once staff had a mail sent again; nothing where somebody else was faster.
RESENT = {
    Resent.QUEUED: gettext_lazy("The e-mail is being sent again."),
    Resent.QUEUED_FOR_TOMORROW: gettext_lazy(
        "The e-mail is waiting: %(address)s has reached its limit for today. It will be sent as "
        "soon as the limit allows."
    ),
    Resent.BEING_SENT: gettext_lazy("The e-mail is already being sent."),
    Resent.OBSOLETE: gettext_lazy(
        "The e-mail was not sent again because it is no longer needed: its address was corrected, "
        "its link was used or replaced, or the order has moved on."
    ),
}
REFUSED_BEFORE = gettext_lazy(
    "We are trying %(address)s once more. Its mail server has refused the e-mail before; if it "
    "does so again, correct the address."
)


@permission_required("orders.view_order")
@require_safe
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what to do and what happened; of an archived order, what it was."""
    try:
        found = find_order(pk)
    except Http404:
        return archived_page(request, pk)
    return _show(request, found)


def posted(permission: str) -> Callable[[Callable[..., HttpResponse]], View]:
    """Decorate a view that changes an order: it gets the order, and only on POST.

    An order that was archived while its page was open is brought back. A GET leads to the order's
    page; switching the language after a refused form sends one.
    """

    def decorate(act: Callable[..., HttpResponse]) -> View:
        @permission_required(permission)
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(act)
        def view(request: HttpRequest, pk: int, **which: int) -> HttpResponse:
            if request.method != "POST":
                return redirect("staff_order", pk)
            return act(request, _find_or_bring_back(request, pk), **which)

        return view

    return decorate


def _find_or_bring_back(request: HttpRequest, pk: int) -> Order:
    if ArchivedOrder.objects.filter(pk=pk).exists():
        with transaction.atomic():
            if bring_back([pk]):
                record(staff_user(request), find_order(pk), Act.UNARCHIVED)
    return find_order(pk)


def action_view(action: OrderAction) -> View:
    """Return the view that runs `action`."""

    @posted(action.permission)
    def act(request: HttpRequest, order: Order) -> HttpResponse:
        if action.asks_for_factor and (way := ask_for_factor_again(request)):
            return way
        form = action.form(order, request.POST)
        if not form.is_valid():
            possible = action.is_possible(order)
            return _show(request, order, form) if possible else _acted(request, order, "")
        try:
            won = action.run(order, staff_user(request), form)
            done = action.done(order, form) if callable(action.done) else action.done
            if won and action.undone_by:
                details = action.undo_details(order, staff_user(request), form)
                undo.offer(request, done, action.undone_by, order=order.pk, **details)
                return _back_to(request, order)
            return _acted(request, order, done if won else "")
        except InvalidDocumentError as refusal:
            add_errors(form, refusal.problems)
        except NeedsCorrection as outcome:
            form.add_error(None, error_text(outcome.code))
        return _show(request, find_order(order.pk), form)

    return act


@posted(MEND)
def mail_again(request: HttpRequest, order: Order, mail: int) -> HttpResponse:
    """Send one mail again."""
    mails = order.messages.select_related("order__invitation")
    message = get_object_or_404(mails, pk=mail)
    resent = send_again(message, staff_user(request))
    if resent == Resent.OBSOLETE and _last_action_unseen(request, order):
        resent = Resent.TOO_LATE
    if resent == Resent.TOO_LATE:
        return _acted(request, order, "")
    if resent == Resent.QUEUED and message.state != Message.State.REFUSED:
        return _acted(request, order, RESENT[resent])
    text = REFUSED_BEFORE if resent == Resent.QUEUED else RESENT[resent]
    messages.warning(request, text % {"address": message.recipient})
    return _back_to(request, order)


@posted(MEND)
def webhooks_again(request: HttpRequest, order: Order, delivery: int | None = None) -> HttpResponse:
    """Send one webhook again, or all of the order's."""
    number = replay_for(order, staff_user(request), only=delivery)
    sentence = ngettext(
        "The webhook is on its way again.", "%(number)s webhooks are on their way again.", number
    )
    return _acted(request, order, sentence % {"number": number} if number else "")


def way_of(request: HttpRequest) -> str:
    """Return the query by which the page remembers the list that it was opened from."""
    came_from = request.GET.get("from", "")
    return f"?{urlencode({'from': came_from})}" if came_from else ""


def _show(request: HttpRequest, order: Order, refused: ActionForm | None = None) -> HttpResponse:
    """Render the order's page; with 422 and a `refused` form as it was typed."""
    staff = staff_user(request)
    mark_seen(staff, order)
    context = page_context(order, staff, refused, way_of(request))
    context["place"] = list_place(request.GET.get("from", ""), order, staff)
    response = render(request, "backoffice/order.html", context, status=422 if refused else 200)
    return hide_hashes(request, response)


def _back_to(request: HttpRequest, order: Order) -> HttpResponse:
    return redirect(reverse("staff_order", args=[order.pk]) + way_of(request))


def _acted(request: HttpRequest, order: Order, done: StrOrPromise) -> HttpResponse:
    """Go back to the order's page, which says what was `done`; if "", who was faster."""
    if done:
        messages.success(request, done)
    else:
        messages.warning(request, _too_late(request, order))
    return _back_to(request, order)


def _last_action_unseen(request: HttpRequest, order: Order) -> OrderEvent | None:
    """Return what staff did last, if it was after the page was shown."""
    seen = request.POST.get("seen", "")
    since = order.events.filter(pk__gt=int(seen) if seen.isdecimal() and len(seen) < 19 else 0)
    return since.filter(actor__is_staff=True).select_related("actor").last()


def _too_late(request: HttpRequest, order: Order) -> str:
    last = _last_action_unseen(request, order)
    if last is None or last.actor is None:
        return _("The order has changed in the meantime. This is the current state.")
    if last.actor == request.user:
        return _("You have already done this. This is the current state.")
    sentence = _("%(who)s was faster. This is the current state.")
    return sentence % {"who": isolated(name_of(last.actor))}
