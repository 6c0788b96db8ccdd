"""Cancelling and withdrawing without signing in, and the receipts (contract, "Billing")."""

from typing import Any

from django.core import signing
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shop.access.rate_limits import hit
from shop.billing.declaration_rows import Declaration
from shop.billing.declaration_words import declared
from shop.billing.declarations import declare
from shop.customers import sells_to_everyone
from shop.languages import page_language
from shop.secret_pages import private
from shop.storefront.cancellation_forms import (
    CancellationForm,
    DeclarationForm,
    WithdrawalForm,
)

RECEIPT_SECONDS = 86_400  # for which the page of a receipt can be opened again
RECEIPTS = signing.TimestampSigner(salt="declaration-receipt")

Kind = Declaration.Kind


@require_http_methods(["GET", "HEAD", "POST"])
def cancel_contract(request: HttpRequest) -> HttpResponse:
    """Take a cancellation; its receipt is the answer, whatever contract it is about."""
    form = CancellationForm(**_given(request))
    if form.is_bound and form.is_valid():
        return _declare(request, Kind.CANCELLATION, form, "cancel_contract")
    return _form_page(request, form, "cancel_contract")


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest) -> HttpResponse:
    """Take a withdrawal in two steps: what is declared, then its confirmation.

    404 where private persons cannot order: nobody has the right.
    """
    if not sells_to_everyone():
        raise Http404
    form = WithdrawalForm(**_given(request))
    if form.is_bound and form.is_valid():
        if "confirm" in request.POST:
            return _declare(request, Kind.WITHDRAWAL, form, "withdraw")
        return render(request, "storefront/declarations/withdraw_confirm.html", {"form": form})
    return _form_page(request, form, "withdraw")


@private
@require_safe
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """Show the receipt of a declaration, for a day to whoever has sent it."""
    try:
        digest = RECEIPTS.unsign(token, max_age=RECEIPT_SECONDS)
    except signing.SignatureExpired:
        return render(request, "storefront/declarations/receipt_gone.html", status=410)
    except signing.BadSignature as error:
        raise Http404 from error
    found = Declaration.objects.filter(form_digest=digest).first()
    if found is None:
        raise Http404
    context = {"declaration": found, "declared": declared(found)}
    return render(request, "storefront/declarations/receipt.html", context)


def _given(request: HttpRequest) -> dict[str, Any]:
    """Return how the form begins: as it was posted, or as it was typed so far (`apply`)."""
    if request.method != "POST":
        return {}
    if "apply" in request.POST:  # another language was chosen, or something is to be changed
        return {"initial": request.POST.dict()}
    return {"data": request.POST}


def _form_page(request: HttpRequest, form: DeclarationForm, name: str) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, f"storefront/declarations/{name}.html", {"form": form}, status=status)


def _declare(request: HttpRequest, kind: str, form: DeclarationForm, page: str) -> HttpResponse:
    """Declare once what was typed, and lead to the receipt."""
    fields = form.fields_of_declaration()
    digest = fields["form_digest"]
    if not Declaration.objects.filter(form_digest=digest).exists():
        taken = hit(request, "declarations")
        if taken and taken.retry_after:
            form.add_error(
                None,
                _(
                    "Too many declarations came from your connection. What you typed is still "
                    "here: please send it again in a few minutes. You can also declare it in "
                    "writing at any time; the imprint says where to."
                ),
            )
            answer = _form_page(request, form, page)
            answer.status_code = 429
            taken.write_headers(answer)
            return answer
        try:
            with transaction.atomic():
                declare(kind, fields, page_language())
        except IntegrityError:
            # The same form was sent twice at once: the other one has declared it.
            if not Declaration.objects.filter(form_digest=digest).exists():
                raise
    return redirect("declaration_receipt", RECEIPTS.sign(digest))
