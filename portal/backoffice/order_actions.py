"""What is done about an order that is stuck, or not wanted any more."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from portal.backoffice.forms import ByHandForm, CancelForm
from portal.backoffice.order_page import acted, action, find_order, show
from portal.backoffice.staff_access import staff_user
from shop.orders.cancellation import cancel
from shop.orders.error_codes import error_text
from shop.orders.models import Order
from shop.packing.outcomes import NeedsCorrection
from shop.packing.recovery import approve, mark_packed, retry, retry_from, retry_now


@action()
def retry_order(request: HttpRequest, order: Order) -> HttpResponse:
    """Have the worker try again; from the step that is named on, where one is."""
    step = request.POST.get("step")
    staff = staff_user(request)
    won = retry_from(order, step, staff) if step else retry(order, staff)
    return acted(request, order, won, _("The order is tried again."))


@action()
def hurry_order(request: HttpRequest, order: Order) -> HttpResponse:
    """Have the worker try at once what would wait for its next try."""
    return acted(
        request, order, retry_now(order, staff_user(request)), _("The order is tried now.")
    )


@action()
def approve_order(request: HttpRequest, order: Order) -> HttpResponse:
    """Approve an order that waits for a person."""
    return acted(request, order, approve(order, staff_user(request)), _("The order is approved."))


@action()
def finish_by_hand(request: HttpRequest, order: Order) -> HttpResponse:
    """Name the client and project that were delivered by hand."""
    form = ByHandForm(request.POST)
    if not form.is_valid():
        return show(request, order, form)
    project, note = form.cleaned_data["project"], form.cleaned_data["note"]
    try:
        done = mark_packed(order, project, staff_user(request), note=note)
    except NeedsCorrection as outcome:
        form.add_error(None, error_text(outcome.code))
        return show(request, find_order(order.pk), form)
    return acted(request, order, done, _("The order is done; the invitation goes out."))


@action()
def cancel_order(request: HttpRequest, order: Order) -> HttpResponse:
    """Cancel an order for good, and tell the customer why."""
    form = CancelForm(request.POST)
    if not form.is_valid():
        return show(request, order, form)
    done = cancel(order, staff_user(request), reason=form.cleaned_data["reason"])
    if order.user_email:
        return acted(request, order, done, _("The order is cancelled; the customer is told why."))
    return acted(request, order, done, _("The order is cancelled. There was nobody to write to."))
