"""A client's invoices: the list, and their files."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.accounts import member_access as access
from shop.billing.balances import with_balance
from shop.billing.models import Invoice
from shop.billing.open_invoices import open_invoices
from shop.invoice_download import invoice_download


@access.member_required
@require_safe
def invoices(request: HttpRequest, pk: int) -> HttpResponse:
    """List the client's invoices and credit notes, newest first, and tell what is open."""
    found = get_object_or_404(access.clients_of(access.member(request)), pk=pk)
    issued = with_balance(Invoice.objects.filter(client=found)).select_related("corrects")
    context = {
        "client": found,
        "invoices": access.page_of(request, issued.order_by("-issued_on", "-pk")),
        "open": open_invoices([found])[found.pk],
        "can_pay_online": bool(settings.PAYMENT_PROVIDER),
    }
    return render(request, "accounts/invoices.html", context)


@access.member_required
@require_safe
def download(request: HttpRequest, pk: int, number: str, file_format: str) -> HttpResponse:
    """Return the PDF or the XML of an invoice."""
    clients = access.clients_of(access.member(request)).filter(pk=pk)
    invoice = get_object_or_404(Invoice, client__in=clients, number=number)
    if answer := invoice_download(invoice, file_format):
        return answer
    text = _("This file cannot be created right now. Please try again in a few minutes.")
    messages.error(request, text)
    return redirect("portal_invoices", pk)
