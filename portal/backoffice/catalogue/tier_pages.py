"""The tiers: their list, their form with a preview, and retiring them."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.backoffice import undo
from portal.backoffice.audit_log import Act, history_of, record
from portal.backoffice.catalogue.edit_form import save_recorded
from portal.backoffice.catalogue.row_order import DOWN, UP, move_row
from portal.backoffice.catalogue.tier_form import TierForm
from portal.backoffice.catalogue.tier_preview import preview_of, running_words
from portal.backoffice.staff_access import permission_required, staff_user
from portal.backoffice.undo import undoable
from shop.catalogue.listed_tiers import with_vat_rate
from shop.catalogue.models import Product
from shop.row_locks import lock_rows
from shop.tenancy.models import User

LOOK, ADD, CHANGE = (f"catalogue.{each}_product" for each in ("view", "add", "change"))
# What the buttons of form and preview send as `step`.
EDIT, PUBLISH, KEEP = "edit", "publish", "keep"


@permission_required(LOOK)
@require_safe
def tiers(request: HttpRequest) -> HttpResponse:
    """List all tiers in the order in which customers see them, the retired ones below."""
    found = list(with_vat_rate(Product.objects.all()))
    families = [
        (family.label, rows)
        for family in Product.Family
        if (rows := [each for each in found if each.listed and each.family == family])
    ]
    context = {"families": families, "retired": [each for each in found if not each.listed]}
    return render(request, "backoffice/catalogue/tiers.html", context)


@permission_required(ADD)
@require_http_methods(["GET", "HEAD", "POST"])
def new_tier(request: HttpRequest) -> HttpResponse:
    """Add a tier: form, preview, publish."""
    return _edit(request, None)


@permission_required(CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def tier(request: HttpRequest, pk: int) -> HttpResponse:
    """Show and change a tier: form, preview, publish."""
    return _edit(request, get_object_or_404(Product, pk=pk))


@permission_required(CHANGE)
@require_POST
def switch_tier(request: HttpRequest, pk: int, *, listed: bool) -> HttpResponse:
    """Retire a tier, or bring it back."""
    found = get_object_or_404(Product, pk=pk)
    if not _switch(staff_user(request), pk, listed=listed):
        messages.warning(request, _("Somebody else was faster. This is the current state."))
        return redirect("staff_tier", pk)
    text = (
        _("%(tier)s can be ordered again.")
        if listed
        else _("%(tier)s is retired: it cannot be ordered any more.")
    )
    undo.offer(request, text % {"tier": found.name}, "tier_listed", tier=pk, listed=listed)
    return redirect("staff_tier", pk)


@undoable("tier_listed", permission=CHANGE)
def set_listed_back(staff: User, details: dict[str, Any]) -> bool:
    """Undo that a tier was retired, or brought back."""
    return _switch(staff, details["tier"], listed=not details["listed"])


def _switch(staff: User, pk: int, *, listed: bool) -> bool:
    with transaction.atomic():
        won = Product.objects.filter(pk=pk, listed=not listed).update(listed=listed)
        if won:
            act = Act.BROUGHT_BACK if listed else Act.RETIRED
            record(staff, Product.objects.get(pk=pk), act)
    return bool(won)


@permission_required(CHANGE)
@require_POST
def move_tier(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a tier up or down among those that customers see with it."""
    found, way = get_object_or_404(Product, pk=pk), request.POST.get("way", "")
    if way in (UP, DOWN):
        with transaction.atomic():
            _move(found, way, request)
    return redirect("staff_tiers")


def _move(found: Product, way: str, request: HttpRequest) -> None:
    rows = list(Product.objects.filter(listed=True))
    family = [each.pk for each in rows if each.family == found.family]
    if found.pk not in family:
        return
    place = family.index(found.pk) + (-1 if way == UP else 1)
    if not 0 <= place < len(family):
        return
    # Positions count across families: it takes as many steps as there are others between.
    others = [each.pk for each in Product.objects.all()]
    steps = abs(others.index(family[place]) - others.index(found.pk))
    for _step in range(steps):
        move_row(Product.objects.all(), found.pk, way, staff_user(request))


def _edit(request: HttpRequest, found: Product | None) -> HttpResponse:
    step = request.POST.get("step", "")
    data = request.POST if request.method == "POST" else None
    form = TierForm(data, instance=found)
    if data is None or not form.is_valid() or step == EDIT:
        return _show_form(request, form, found, is_checked=step != EDIT)
    if found and not form.edited:
        messages.info(request, _("Nothing was changed."))
        return redirect("staff_tier", found.pk)
    if step in (PUBLISH, KEEP):
        return _publish(request, found)
    context = {"form": form, "tier": found, **preview_of(form)}
    return render(request, "backoffice/catalogue/tier_preview.html", context)


def _publish(request: HttpRequest, found: Product | None) -> HttpResponse:
    with transaction.atomic():
        if found:
            # One at a time: the second one's form sees what the first has saved.
            lock_rows(Product.objects.filter(pk=found.pk))
            found = Product.objects.get(pk=found.pk)
        form = TierForm(request.POST, instance=found)
        if not form.is_valid():
            return _show_form(request, form, found)
        if found is None:
            last = Product.objects.aggregate(last=Max("position"))["last"] or 0
            form.instance.position = last + 1
            form.instance.listed = request.POST.get("step") != KEEP
        saved = save_recorded(form, staff_user(request), Act.CHANGED if found else Act.MADE)
    text = (
        _("%(tier)s is published.") if saved.listed else _("%(tier)s is saved, but not published.")
    )
    messages.success(request, text % {"tier": saved.name})
    return redirect("staff_tier", saved.pk)


def _show_form(
    request: HttpRequest, form: TierForm, found: Product | None, *, is_checked: bool = True
) -> HttpResponse:
    # Validation has put what was typed into the row: facts are those that are stored.
    stored = Product.objects.get(pk=found.pk) if found else None
    context: dict[str, Any] = {"form": form, "tier": stored}
    if stored:
        context |= {
            "running": running_words(stored),
            "history": history_of(stored),
        }
    status = 422 if is_checked and form.is_bound and form.errors else 200
    return render(request, "backoffice/catalogue/tier.html", context, status=status)
