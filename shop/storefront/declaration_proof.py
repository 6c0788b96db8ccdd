"""The page behind the mailed link that proves a declaration (contract, "Cancelling")."""

from django.core import signing
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from shop.billing.declaration_rows import DeclarationCase
from shop.billing.declaration_words import declared, effect_of
from shop.billing.declarations import case_of, prove
from shop.secret_pages import private

PROVEN_SECONDS = 86_400  # for which the page after the link can be opened again
PROVEN = signing.TimestampSigner(salt="declaration-proven")


@private
@require_http_methods(["GET", "HEAD", "POST"])
def proof(request: HttpRequest, token: str) -> HttpResponse:
    """Show what was declared and what follows; POST proves it. No sign-in (contract)."""
    case = case_of(token)
    if case is None:
        return render(request, "storefront/declarations/proof_problem.html", status=410)
    if request.method == "POST":
        with transaction.atomic():
            prove(case)  # False where somebody was faster: it took effect all the same
        return redirect("declaration_proven", PROVEN.sign(case.pk))
    context = {
        "declaration": case.declaration,
        "declared": declared(case.declaration),
        "order": case.order,
        "effect": effect_of(case),
    }
    return render(request, "storefront/declarations/proof.html", context)


@private
@require_safe
def proven(request: HttpRequest, token: str) -> HttpResponse:
    """Show what a declaration has brought about, for a day to whoever has proven it."""
    try:
        number = PROVEN.unsign(token, max_age=PROVEN_SECONDS)
    except signing.BadSignature as error:
        raise Http404 from error
    cases = DeclarationCase.objects.select_related("declaration", "order")
    case = get_object_or_404(cases, pk=number)
    context = {"declaration": case.declaration, "order": case.order, "effect": effect_of(case)}
    return render(request, "storefront/declarations/proven.html", context)
