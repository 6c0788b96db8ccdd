"""The seller: what invoices say about it, what is missing, and the rates of VAT."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.backoffice.audit_log import Act, history_of, record
from portal.backoffice.billing.billing_access import handler_required, looker_required
from portal.backoffice.billing.seller_forms import SellerDataForm, VatRateForm
from portal.backoffice.confirmation import ask_first
from portal.backoffice.staff_access import recent_factor_required, staff_user
from shop.billing_form import country_name
from shop.catalogue.seller import Seller, VatRate, current_seller, save_seller
from shop.change_history import change_message


@looker_required
def seller(request: HttpRequest) -> HttpResponse:
    """Show the seller, what its invoices still need, and the rates of VAT."""
    return _show(request, VatRateForm())


@handler_required
@recent_factor_required
def change_seller(request: HttpRequest) -> HttpResponse:
    """Change the seller."""
    data = request.POST if request.method == "POST" else None
    form = SellerDataForm(data, instance=current_seller())
    if not form.is_valid():
        context = {"form": form, "title": _("Change the seller")}
        status = 422 if form.errors else 200
        return render(request, "backoffice/seller_form.html", context, status=status)
    staff = staff_user(request)
    if form.has_changed():
        changed = form.save(commit=False)
        with transaction.atomic():
            save_seller(changed, actor=staff)
            record(staff, changed, Act.CHANGED, change_message(form))
        messages.success(
            request, _("The seller is changed. This applies from the next invoice on.")
        )
    return redirect("staff_seller")


@handler_required
@recent_factor_required
def add_rate(request: HttpRequest) -> HttpResponse:
    """Add a rate of VAT that begins today or later."""
    if request.method != "POST":
        return redirect("staff_seller")
    form = VatRateForm(request.POST)
    if not form.is_valid():
        return _show(request, form)
    with transaction.atomic():
        rate = form.save()
        record(staff_user(request), current_seller(), Act.RATE_ADDED, _named(rate))
    messages.success(request, _("The rate is added: %(rate)s.") % {"rate": _named(rate)})
    return redirect("staff_seller")


@handler_required
@recent_factor_required
def remove_rate(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask before a rate that does not count yet is removed; POST does it."""
    rate = get_object_or_404(VatRate, pk=pk, valid_from__gt=timezone.localdate())
    if request.method != "POST":
        return ask_first(
            request,
            _("Remove the rate %(rate)s?") % {"rate": _named(rate)},
            [_("The previous rate continues to apply.")],
            button=_("Remove the rate"),
            destroys=True,
            back=reverse("staff_seller"),
        )
    with transaction.atomic():
        record(staff_user(request), current_seller(), Act.RATE_REMOVED, _named(rate))
        rate.delete()
    messages.success(request, _("The rate is removed."))
    return redirect("staff_seller")


def _show(request: HttpRequest, form: VatRateForm) -> HttpResponse:
    found = current_seller()
    labels = SellerDataForm.Meta.labels
    context = {
        "seller": found,
        "facts": _facts(found),
        "missing": [labels[name] for name in found.missing()],
        "rates": _rates(),
        "form": form,
        "history": history_of(found),
    }
    status = 422 if form.errors else 200
    return render(request, "backoffice/seller.html", context, status=status)


def _facts(found: Seller) -> list[tuple[Any, Any]]:
    shown = {
        "country": country_name(found.country),
        "small_business": _("yes") if found.small_business else _("no"),
    }
    labels = SellerDataForm.Meta.labels
    return [(label, shown.get(name, getattr(found, name))) for name, label in labels.items()]


def _rates() -> list[dict[str, Any]]:
    """Return the rates of each country, the newest first; the one that counts is marked."""
    today, rows = timezone.localdate(), []
    counting: set[str] = set()
    for rate in VatRate.objects.order_by("country", "-valid_from"):
        counts = rate.valid_from <= today and rate.country not in counting
        if counts:
            counting.add(rate.country)
        country = country_name(rate.country)
        is_to_come = rate.valid_from > today
        rows.append({"rate": rate, "country": country, "counts": counts, "is_to_come": is_to_come})
    return sorted(rows, key=lambda row: str(row["country"]))


def _named(rate: VatRate) -> str:
    return f"{rate.country} {rate.rate} % · {rate.valid_from}"
