"""Payments as they stand: entries of the bank to be assigned, imports, and refunds due."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.backoffice.billing.billing_access import handler_required, looker_required
from portal.backoffice.billing.billing_forms import RefundForm, amount_field
from portal.backoffice.confirmation import ask_first
from portal.backoffice.staff_access import staff_user
from shop.billing.balances import with_balance
from shop.billing.bank_statements import (
    AssignError,
    assign,
    proposals_for,
    put_back,
    set_aside,
    unassigned,
)
from shop.billing.ledger import BankEntry, BankStatement, Refund
from shop.billing.models import Invoice
from shop.billing.payments import PaymentError
from shop.billing.refunds import due_refunds, mark_refunded
from shop.catalogue.templatetags.money import money

SHOWN = 100  # rows of each list
FOUND = 20  # invoices of a search


@looker_required
def bank(request: HttpRequest) -> HttpResponse:
    """List what has to be assigned or refunded, and the imports."""
    entries = list(unassigned().select_related("statement")[:SHOWN])
    aside = BankEntry.objects.exclude(set_aside_at=None).filter(statement__undone_at=None)
    standing = Q(entries__payments__isnull=False, entries__payments__undone_at=None)
    statements = BankStatement.objects.select_related("imported_by").annotate(
        number=Count("entries", distinct=True),
        paid=Count("entries__payments", filter=standing, distinct=True),
    )
    context = {
        "proposals": proposals_for(entries),
        "refunds": _with_reason(due_refunds())[:SHOWN],
        "statements": statements.order_by("-pk")[:SHOWN],
        "aside": aside.order_by("-set_aside_at")[:SHOWN],
    }
    return render(request, "backoffice/bank.html", context)


@handler_required
def bank_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an entry with the invoices that it may pay; POST assigns it to one."""
    entry = unassigned().filter(pk=pk).select_related("statement").first()
    if entry is None:
        messages.warning(request, _("This entry is already fully assigned."))
        return redirect("staff_bank")
    if request.method == "POST":
        return _assign(request, entry)
    text = request.GET.get("q", "").replace("\0", "").strip()[:200]
    context = {"entry": entry, "q": text, "invoices": _candidates(entry, text)}
    return render(request, "backoffice/bank_entry.html", context)


@handler_required
def move_entry(request: HttpRequest, pk: int, aside: bool) -> HttpResponse:
    """Set an entry aside that pays no invoice, or put it back."""
    if request.method != "POST":
        return redirect("staff_bank")
    entry = get_object_or_404(BankEntry, pk=pk)
    if aside and set_aside(entry):
        messages.success(request, _("The entry is set aside. You'll find it below."))
    elif not aside and put_back(entry):
        messages.success(request, _("The entry is listed again."))
    else:
        messages.warning(request, _("Somebody else was faster. This is the current state."))
    return redirect("staff_bank")


@handler_required
def refund(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the day on which a refund was paid; POST notes it."""
    due = get_object_or_404(_with_reason(due_refunds()), pk=pk)
    data = request.POST if request.method == "POST" else None
    form = RefundForm(data, initial={"seen_cents": due.amount_cents})
    if not form.is_valid():
        return _ask_to_refund(request, due, form)
    given = form.cleaned_data
    staff = staff_user(request)
    if mark_refunded(due, staff, paid_on=given["paid_on"], seen_cents=given["seen_cents"]):
        messages.success(request, _("The refund is marked as paid."))
    else:
        messages.warning(request, _("Somebody else was faster. This is the current state."))
    return redirect("staff_bank")


def _assign(request: HttpRequest, entry: Any) -> HttpResponse:
    number = request.POST.get("invoice", "").strip().upper()
    invoice = get_object_or_404(Invoice, number=number.replace("\0", ""))
    try:
        cents = amount_field().clean(request.POST.get("amount", ""))
        payment = assign(entry, invoice, staff_user(request), cents)
    except (AssignError, PaymentError, ValidationError):
        messages.error(
            request,
            _("Nothing was assigned: please check the amount, and that the invoice can be paid."),
        )
        return redirect("staff_bank_entry", entry.pk)
    text = _("%(amount)s is entered as a payment for %(number)s.")
    amount = money(payment.amount_cents, entry.currency)
    messages.success(request, text % {"amount": amount, "number": invoice.number})
    is_left = unassigned().filter(pk=entry.pk).exists()
    return redirect("staff_bank_entry", entry.pk) if is_left else redirect("staff_bank")


def _candidates(entry: Any, text: str) -> list[dict[str, Any]]:
    """Return the invoices that a search finds, else those that the entry names, each with a field.

    By default as much is assigned as is open, and the rest is left to be split.
    """
    if entry.left_cents <= 0:
        return []
    if text:
        found: list[Any] = list(_search(text)[:FOUND])
    else:
        named = [invoice.pk for invoice in proposals_for([entry])[0].invoices]
        found = list(_payable().filter(pk__in=named))
    rows = []
    for invoice in found:
        cents = min(entry.left_cents, invoice.open_cents) or entry.left_cents
        rows.append({"invoice": invoice, "amount": amount_field().prepare_value(cents)})
    return rows


def _payable() -> QuerySet[Any]:
    invoices = with_balance(Invoice.objects.filter(kind=Invoice.Kind.INVOICE))
    return invoices.exclude(state="cancelled").select_related("client").order_by("due_on", "pk")


def _search(text: str) -> QuerySet[Any]:
    named = Q(number__icontains=text) | Q(client__name__icontains=text)
    return _payable().filter(named, open_cents__gt=0)


def _with_reason(refunds: QuerySet[Refund]) -> QuerySet[Any]:
    """Return refunds with the `reason` of the newest credit note; NULL: paid in excess."""
    notes = Invoice.objects.filter(corrects=OuterRef("invoice")).order_by("-pk")
    return refunds.annotate(reason=Subquery(notes.values("reason")[:1]))


def _ask_to_refund(request: HttpRequest, due: Any, form: RefundForm) -> HttpResponse:
    amount = money(due.amount_cents, due.invoice.currency)
    iban = _("To the account %(iban)s.") % {"iban": due.iban} if due.iban else ""
    return ask_first(
        request,
        _("Has %(amount)s been refunded to %(client)s?")
        % {"amount": amount, "client": due.invoice.client.name},
        [
            _("For invoice %(number)s.") % {"number": due.invoice.number},
            _("Reason: %(reason)s") % {"reason": due.reason or _("paid in excess")},
            iban or _("We do not know this client's bank account: please ask for it."),
            _(
                "The shop does not transfer any money. Mark the refund as paid once you have "
                "transferred it."
            ),
        ],
        button=_("Mark the refund as paid"),
        back=reverse("staff_bank"),
        form=form,
    )
