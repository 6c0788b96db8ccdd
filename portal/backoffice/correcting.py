"""Correct what an order says, by the rules of ordering."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from portal.backoffice.forms import CorrectForm, EmailChangeForm
from portal.backoffice.order_page import acted, action, show
from portal.backoffice.staff_access import staff_user
from shop.form_texts import add_errors
from shop.orders.corrections import check_corrections, correct, is_correctable, readdress
from shop.orders.document import InvalidDocumentError
from shop.orders.models import Order
from shop.packing.recovery import correct_and_retry


@action()
def correct_details(request: HttpRequest, order: Order) -> HttpResponse:
    """Change what was ordered; with `then`, have it packed on at once."""
    if not is_correctable(order):
        return acted(request, order, False, "")
    form = CorrectForm(order, request.POST)
    valid, staff = form.is_valid(), staff_user(request)
    if valid and form.cleaned_data["version"] != order.updated_at.isoformat():
        return acted(request, order, False, "")
    try:
        if not valid:
            # Checked all the same, so that all errors are told at once.
            check_corrections(order, form.details())
            return show(request, order, form)
        if "then" in request.POST:
            won = correct_and_retry(order, form.details(), actor=staff)
            return acted(
                request, order, won, _("The details are corrected, and it is tried again.")
            )
        won = correct(order, form.details(), actor=staff)
    except InvalidDocumentError as refusal:
        add_errors(form, refusal.problems)
        return show(request, order, form)
    return acted(request, order, won, _("The details are corrected."))


@action()
def correct_address(request: HttpRequest, order: Order) -> HttpResponse:
    """Change whom the order's mails go to; links that were mailed before end."""
    form = EmailChangeForm(request.POST)
    if not form.is_valid():
        return show(request, order, form)
    try:
        won = readdress(order, form.cleaned_data["user_email"], actor=staff_user(request))
    except InvalidDocumentError as refusal:
        add_errors(form, refusal.problems)
        return show(request, order, form)
    return acted(request, order, won, _("The address is corrected; the mail goes there now."))
