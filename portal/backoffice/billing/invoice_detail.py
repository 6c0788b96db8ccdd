"""The page of one invoice or credit note, and what staff can do with it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.backoffice.billing.billing_access import handler_required, looker_required
from portal.backoffice.billing.billing_forms import CreditForm, PaymentForm
from portal.backoffice.confirmation import ask_first
from portal.backoffice.staff_access import View, recent_factor_required, staff_user
from shop.billing.balances import with_balance
from shop.billing.credit_notes import CreditError, LeftChangedError, credit, left_of
from shop.billing.filing import try_now
from shop.billing.holds import recipient_of
from shop.billing.invoice_document import InvoiceDocument
from shop.billing.ledger import Payment
from shop.billing.models import Invoice
from shop.billing.payments import (
    NotPayableError,
    PaidChangedError,
    PaymentError,
    enter_payment,
    undo_payment,
)
from shop.catalogue.templatetags.money import money
from shop.invoice_download import invoice_download
from shop.notifications.emails.models import Message
from shop.notifications.emails.resend import Resent, send_again

FASTER = gettext_lazy("Somebody else was faster. This is the current state.")
FURTHER = 10  # other invoices of the client
RELATED = (
    *("client__client_admin", "subscription__order", "subscription__project", "corrects"),
    *("dispatch", "issued_by"),
)


@looker_required
def invoice_page(request: HttpRequest, invoice: str) -> HttpResponse:
    """Show an invoice as it was issued, with its payments, reminders and mails."""
    found = _find(invoice)
    return _show(request, found, PaymentForm(found))


@looker_required
def invoice_download_view(request: HttpRequest, invoice: str, file_format: str) -> HttpResponse:
    """Return the PDF or the XML."""
    found = _find(invoice)
    if answer := invoice_download(found, file_format):
        return answer
    messages.error(
        request, _("This file cannot be created right now. Please try again in a few minutes.")
    )
    return redirect("staff_invoice", found.number)


def posted(act: Callable[..., HttpResponse]) -> View:
    """Decorate a view that changes something about an invoice: it gets the invoice, on POST only.

    A GET leads to the invoice's page; switching the language after a refused form sends one.
    """

    @handler_required
    def view(request: HttpRequest, invoice: str, **which: int) -> HttpResponse:
        if request.method != "POST":
            return redirect("staff_invoice", invoice)
        return act(request, _find(invoice), **which)

    return view


@posted
def pay(request: HttpRequest, found: Any) -> HttpResponse:
    """Enter a payment by bank transfer."""
    form = PaymentForm(found, request.POST)
    if not form.is_valid():
        return _show(request, found, form)
    given = form.cleaned_data
    try:
        payment = enter_payment(
            found,
            staff_user(request),
            amount_cents=given["amount"],
            currency=found.currency,
            paid_on=given["paid_on"],
            reference=given["reference"],
            seen_paid=given["seen_paid"],
        )
    except PaidChangedError:
        messages.warning(request, FASTER)
    except NotPayableError:
        messages.warning(request, _("No payment can be entered for this invoice: it is cancelled."))
    except PaymentError:
        messages.warning(request, _("The payment was not entered."))
    else:
        text = _("The payment of %(amount)s is entered.")
        messages.success(request, text % {"amount": money(payment.amount_cents, found.currency)})
    return redirect("staff_invoice", found.number)


@handler_required
def undo_paid(request: HttpRequest, invoice: str, payment: int) -> HttpResponse:
    """Ask before a payment is undone; POST undoes it."""
    found = _find(invoice)
    row = get_object_or_404(Payment, pk=payment, invoice=found, undone_at=None)
    if request.method != "POST":
        amount = money(row.amount_cents, found.currency)
        return ask_first(
            request,
            _("Undo the payment of %(amount)s?") % {"amount": amount},
            [
                _("This amount counts as unpaid again; reminders continue."),
                _("The transfer is listed again so that it can be assigned.")
                if row.entry_id
                else "",
                _("The payment stays on the page, as undone by you."),
            ],
            button=_("Undo the payment"),
            back=reverse("staff_invoice", args=[found.number]),
        )
    if undo_payment(row, staff_user(request)):
        messages.success(request, _("The payment is undone."))
    else:
        messages.warning(request, FASTER)
    return redirect("staff_invoice", found.number)


@handler_required
@recent_factor_required
def credit_page(request: HttpRequest, invoice: str) -> HttpResponse:
    """Ask for a credit note and say what follows; POST issues it."""
    found = _find(invoice)
    left = left_of(found)
    if found.kind != Invoice.Kind.INVOICE or not left.net_cents:
        messages.warning(request, _("Nothing of this invoice is left to credit."))
        return redirect("staff_invoice", found.number)
    form = CreditForm(found, left, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _ask_to_credit(request, found, form)
    given = form.cleaned_data
    try:
        note = credit(
            found,
            staff_user(request),
            reason=given["reason"],
            net_cents=given["amount"],
            seen_left=given["seen_left"],
        )
    except LeftChangedError:
        messages.warning(request, FASTER)
        return redirect("staff_invoice", found.number)
    except CreditError:
        form.add_error("amount", _("The credit note was not issued: please check the amount."))
        return _ask_to_credit(request, found, form)
    text = _("Credit note %(number)s is issued and on its way to %(email)s.")
    messages.success(request, text % {"number": note.number, "email": note.recipient})
    return redirect("staff_invoice", note.number)


@posted
def files_again(request: HttpRequest, found: Any) -> HttpResponse:
    """Have the worker make the files at once."""
    if try_now(found):
        messages.success(request, _("The files are being created."))
    else:
        messages.warning(request, _("The files already exist or are just being created."))
    return redirect("staff_invoice", found.number)


@posted
def invoice_mail_again(request: HttpRequest, found: Any, mail: int) -> HttpResponse:
    """Send a mail about the invoice again."""
    message = get_object_or_404(_mails(found), pk=mail)
    if send_again(message, staff_user(request)) in {Resent.QUEUED, Resent.QUEUED_FOR_TOMORROW}:
        messages.success(request, _("The e-mail is being sent again."))
    else:
        messages.warning(request, FASTER)
    return redirect("staff_invoice", found.number)


def _find(number: str) -> Any:
    found = with_balance(Invoice.objects.select_related(*RELATED))
    return get_object_or_404(found, number=number)


def _mails(invoice: Invoice) -> Any:
    return Message.objects.filter(
        order=invoice.subscription.order_id, details__invoice=invoice.pk
    ).order_by("pk")


def _show(request: HttpRequest, found: Any, form: PaymentForm) -> HttpResponse:
    """Render the page; with 422 where the payment was refused, as it was typed."""
    others = with_balance(Invoice.objects.filter(client=found.client).exclude(pk=found.pk))
    left = left_of(found) if found.kind == Invoice.Kind.INVOICE else None
    context = {
        "invoice": found,
        "document": InvoiceDocument.model_validate(found.document),
        "payments": found.payments.select_related("entered_by", "undone_by", "entry"),
        "refunds": found.refunds.all(),
        "credit_notes": found.credit_notes.order_by("pk"),
        "reminders": found.reminders.all(),
        "mails": _mails(found),
        "files": found.files.all(),
        "left": left,
        "is_payable": left is not None and found.state != "cancelled",
        "others": others.select_related("client", "corrects").order_by("-pk")[:FURTHER],
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "backoffice/invoice.html", context, status=status)


def _ask_to_credit(request: HttpRequest, found: Any, form: CreditForm) -> HttpResponse:
    left = form.left
    sums = {
        "net": money(left.net_cents, found.currency),
        "gross": money(left.gross_cents, found.currency),
    }
    paid = _("An overpayment is then listed as a refund due.")
    return ask_first(
        request,
        _("Issue a credit note for invoice %(number)s?") % {"number": found.number},
        [
            _("%(net)s net (%(gross)s with VAT) are left of the invoice.") % sums,
            _("The credit note gets the next number of the series. It is kept like an invoice."),
            _("It is sent to %(email)s by e-mail.") % {"email": recipient_of(found.client)},
            paid if found.paid_cents else "",
            _("The subscription continues: the next period is invoiced as before."),
        ],
        button=_("Issue the credit note"),
        back=reverse("staff_invoice", args=[found.number]),
        form=form,
    )
