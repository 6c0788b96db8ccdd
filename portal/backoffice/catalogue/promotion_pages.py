"""The promotion codes: their list with their use, their form, and switching one off."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Max, Q, Sum
from django.db.models.functions import Upper
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.backoffice import undo
from portal.backoffice.audit_log import Act, history_of, record
from portal.backoffice.catalogue.edit_form import save_recorded
from portal.backoffice.catalogue.promotion_form import PromotionCodeForm
from portal.backoffice.row_pages import row_page
from portal.backoffice.staff_access import permission_required, staff_user
from portal.backoffice.undo import undoable
from shop.catalogue.models import Promotion
from shop.orders.models import Order, State
from shop.row_locks import lock_rows
from shop.tenancy.models import User

LOOK, ADD, CHANGE = (f"catalogue.{each}_promotion" for each in ("view", "add", "change"))
SHOWN = 20  # orders


@permission_required(LOOK)
@require_safe
def promotions(request: HttpRequest) -> HttpResponse:
    """List the codes, the newest first, with what orders have used of them."""
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    page = row_page(Promotion.objects.order_by(), after=after, before=before)
    uses = _uses_of(page.rows)
    context = {
        "rows": [(each, state_of(each), uses.get(each.code.upper(), {})) for each in page.rows],
        "newer": f"before={page.before}" if page.before else "",
        "older": f"after={page.after}" if page.after else "",
    }
    return render(request, "backoffice/catalogue/promotions.html", context)


@permission_required(ADD)
@require_http_methods(["GET", "HEAD", "POST"])
def new_promotion(request: HttpRequest) -> HttpResponse:
    """Create a code."""
    return _edit(request, None)


@permission_required(CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def promotion(request: HttpRequest, pk: int) -> HttpResponse:
    """Show and change a code, and the newest orders placed with it."""
    return _edit(request, get_object_or_404(Promotion, pk=pk))


@permission_required(CHANGE)
@require_POST
def switch_promotion(request: HttpRequest, pk: int, *, on: bool) -> HttpResponse:
    """Switch a code off, or on again."""
    found = get_object_or_404(Promotion, pk=pk)
    if not _switch(staff_user(request), pk, on=on):
        messages.warning(request, _("Somebody else was faster. This is the current state."))
        return redirect("staff_promotion", pk)
    text = _("The code %(code)s is valid again.") if on else _("The code %(code)s is switched off.")
    undo.offer(request, text % {"code": found.code}, "promotion_on", promotion=pk, on=on)
    return redirect("staff_promotion", pk)


@undoable("promotion_on", permission=CHANGE)
def set_promotion_back(staff: User, details: dict[str, Any]) -> bool:
    """Undo that a code was switched off, or on."""
    return _switch(staff, details["promotion"], on=not details["on"])


def _switch(staff: User, pk: int, *, on: bool) -> bool:
    at = None if on else timezone.now()
    with transaction.atomic():
        rows = Promotion.objects.filter(pk=pk, switched_off_at__isnull=not on)
        won = rows.update(switched_off_at=at)
        if won:
            act = Act.SWITCHED_ON if on else Act.SWITCHED_OFF
            record(staff, Promotion.objects.get(pk=pk), act)
    return bool(won)


def state_of(promotion: Promotion) -> tuple[str, str]:
    """Return the state of a code, as `data-state` of a page and in words."""
    now = timezone.now()
    if promotion.switched_off_at:
        return "cancelled", _("switched off")
    if promotion.valid_until and promotion.valid_until < now.replace(microsecond=0):
        return "cancelled", _("ended")
    if promotion.max_uses is not None and promotion.uses >= promotion.max_uses:
        return "cancelled", _("used up")
    if promotion.valid_from > now:
        return "open", _("to come")
    return "paid", _("valid")


def orders_with(codes: list[str]) -> Any:
    """Return the orders placed with one of `codes`, whatever their case, in no order."""
    found = Order.objects.order_by().filter(promo_code__isnull=False)
    return found.annotate(code=Upper("promo_code")).filter(
        code__in=[each.upper() for each in codes]
    )


def _uses_of(rows: list[Promotion]) -> dict[str, dict[str, Any]]:
    """Return by code the discount of orders that are not cancelled, and when it was last used."""
    if not rows:
        return {}
    found = orders_with([each.code for each in rows]).values("code")
    counts = found.annotate(
        number=Count("pk"),
        taken_off=Sum("discount_cents", filter=~Q(state=State.CANCELLED)),
        last_at=Max("created_at"),
    )
    return {each["code"]: each for each in counts}


def _edit(request: HttpRequest, found: Promotion | None) -> HttpResponse:
    if request.method != "POST":
        return _show(request, found, PromotionCodeForm(None, instance=found))
    with transaction.atomic():
        if found:
            lock_rows(Promotion.objects.filter(pk=found.pk))
            found = Promotion.objects.get(pk=found.pk)
        form = PromotionCodeForm(request.POST, instance=found)
        if not form.is_valid():
            return _show(request, found, form)
        if found and not form.edited:
            messages.info(request, _("Nothing was changed."))
            return redirect("staff_promotion", found.pk)
        saved = save_recorded(form, staff_user(request), Act.CHANGED if found else Act.MADE)
    messages.success(request, _("The code %(code)s is saved.") % {"code": saved.code})
    return redirect("staff_promotion", saved.pk)


def _show(request: HttpRequest, found: Promotion | None, form: PromotionCodeForm) -> HttpResponse:
    stored = Promotion.objects.get(pk=found.pk) if found else None
    context: dict[str, Any] = {
        "form": form,
        "promotion": stored,
        "back": reverse("staff_promotions"),
    }
    if stored:
        context |= {
            "state": state_of(stored),
            "uses": _uses_of([stored]).get(stored.code.upper(), {}),
            "orders": orders_with([stored.code]).order_by("-pk")[:SHOWN],
            "history": history_of(stored),
        }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "backoffice/catalogue/promotion.html", context, status=status)
