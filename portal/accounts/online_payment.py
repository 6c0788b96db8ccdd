"""Paying an invoice online: to the provider, and what the provider tells afterwards."""

import logging

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from portal.accounts import member_access as access
from shop.access.rate_limits import hit
from shop.billing.balances import with_balance
from shop.billing.models import Invoice
from shop.billing.payment_providers import (
    NotificationError,
    enter_paid,
    online_payment,
    payment_provider,
)

logger = logging.getLogger(__name__)

MAX_NOTIFICATION = 100_000  # bytes


@access.member_required
@require_safe
def pay(request: HttpRequest, number: str) -> HttpResponse:
    """Send the client_admin to the provider to pay what is open of an invoice."""
    if not online_payment():
        raise Http404
    clients = access.clients_of(access.member(request))
    theirs = Invoice.objects.filter(client__in=clients, kind=Invoice.Kind.INVOICE)
    invoice = get_object_or_404(with_balance(theirs), number=number)
    back = reverse("portal_invoices", args=[invoice.client_id])
    if not invoice.open_cents:
        messages.info(request, _("Nothing is due on this invoice."))
        return redirect(back)
    try:
        to_pay = payment_provider().begin(invoice, request.build_absolute_uri(back))
    except Exception:  # a deployment's own code: whatever it raises, the customer can still pay
        logger.exception("The payment provider did not begin with %s.", invoice)
        text = _(
            "You cannot pay online at the moment. Please try again later, or pay by bank transfer."
        )
        messages.error(request, text)
        return redirect(back)
    return redirect(to_pay)


@csrf_exempt
@require_POST
@cache_control(no_store=True)
def notify(request: HttpRequest) -> HttpResponse:
    """Enter what the provider tells; the provider's class has checked that it does."""
    if not online_payment():
        raise Http404
    limit = hit(request, "anonymous")
    if limit and limit.retry_after:
        refused = _answer(429, "Too many notifications. Try again later.")
        limit.write_headers(refused)
        return refused
    body = request.read(MAX_NOTIFICATION + 1)
    if len(body) > MAX_NOTIFICATION:
        return _answer(413, "The notification is too large.")
    try:
        told = list(payment_provider().notified(body, request.headers))
    except NotificationError:
        logger.warning("A payment notification was refused.")
        return _answer(400, "The notification is not valid.")
    enter_paid(told)
    return HttpResponse(status=204)


def _answer(status: int, text: str) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain")
