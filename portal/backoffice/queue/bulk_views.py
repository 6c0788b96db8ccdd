"""Bulk actions: choose orders, confirm, watch the progress."""

from collections import Counter

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.backoffice.models import BulkItem, BulkJob
from portal.backoffice.queue.bulk_forms import BulkForm
from portal.backoffice.queue.bulk_jobs import MOST, begin, count, possible, stop
from portal.backoffice.queue.filters import parse
from portal.backoffice.row_pages import row_page
from portal.backoffice.staff_access import (
    ask_for_factor_again,
    permission_required,
    staff_user,
)
from shop.catalogue.prices import gross
from shop.csrf_failure import unsent_form
from shop.orders.models import Order, State

MEND = "orders.mend_order"
Outcome = BulkItem.Outcome
IRREVERSIBLE = {BulkJob.Action.CANCEL}
PREVIEWED = 100  # orders that are about to be changed
LONGEST = 18  # digits that fit a BigIntegerField


@permission_required(MEND)
@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    """List the jobs, the newest first."""
    found = BulkJob.objects.select_related("actor", "assignee")
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    page = row_page(found, after=after, before=before)
    context = {
        "jobs": page.rows,
        "newer": f"before={page.before}" if page.before else "",
        "older": f"after={page.after}" if page.after else "",
    }
    return render(request, "backoffice/bulk_jobs.html", context)


@permission_required(MEND)
@require_http_methods(["GET", "HEAD", "POST"])
def new_job(request: HttpRequest) -> HttpResponse:
    """Ask for confirmation with the number of orders; the second POST starts the job."""
    given = request.POST if request.method == "POST" else unsent_form(request)
    if given is None:
        return redirect("staff")
    action, staff = given.get("action", ""), staff_user(request)
    if (
        request.method == "POST"
        and action in IRREVERSIBLE
        and (way := ask_for_factor_again(request))
    ):
        return way
    wanted = parse(QueryDict(given.get("filter", "")), staff)
    back = f"{reverse('staff')}?{wanted.as_query()}".removesuffix("?")
    numbers = [] if "all" in given else _numbers(given)
    chosen = wanted.orders() if "all" in given else Order.objects.filter(pk__in=numbers)
    chosen = chosen.exclude(state=State.NEW)
    if action not in BulkJob.Action.values or not (number := chosen.count()):
        messages.warning(request, _("Choose an action and select at least one order."))
        return redirect(back)
    fits = min(possible(action, chosen).count(), MOST)
    asked = request.method == "POST" and "confirmed" in given
    form = BulkForm(action, given if asked else None)
    # Others work at the same time: only what was confirmed may be done.
    has_changed = asked and given.get("fits") != str(fits)
    if asked and form.is_valid() and not has_changed:
        return redirect("staff_bulk", begin(action, chosen, staff, **form.details()).pk)
    context = {
        **_preview(action, chosen),
        "form": form,
        "action": BulkJob.Action(action),
        "fits": fits,
        "others": number - fits,
        "has_changed": has_changed,
        "filter": given.get("filter", ""),
        "chosen": numbers,
        "back": back,
    }
    status = 422 if form.errors or has_changed else 200
    return render(request, "backoffice/bulk_confirm.html", context, status=status)


@permission_required(MEND)
@require_safe
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the progress; once it has ended, each order with what became of it."""
    found = _find(pk)
    context = _progress_of(found)
    if found.finished_at:
        context |= _items_of(found, request.GET)
    return render(request, "backoffice/bulk_job.html", context)


@permission_required(MEND)
@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the live fragment; 204 if the page shows it already (`?seen=`)."""
    found = _find(pk)
    context = _progress_of(found)
    if request.GET.get("seen") == context["version"]:
        return HttpResponse(status=204)
    if found.finished_at:
        context |= _items_of(found, QueryDict())
    return render(request, "backoffice/bulk_progress.html", {**context, "announce": True})


@permission_required(MEND)
@require_POST
def stop_job(request: HttpRequest, pk: int) -> HttpResponse:
    """Skip the orders that are not done yet."""
    if stop(_find(pk)):
        messages.success(request, _("Stopped. What is done stays done."))
    else:
        messages.warning(request, _("It had already ended."))
    return redirect("staff_bulk", pk)


def _preview(action: str, chosen: QuerySet[Order]) -> dict[str, object]:
    """Return the first orders that `action` is possible for, and the sum of all by currency."""
    pks = possible(action, chosen).order_by("pk").values("pk")[:MOST]
    orders = Order.objects.filter(pk__in=list(pks.values_list("pk", flat=True)))
    # VAT is rounded order by order, so equal prices are counted and not added up.
    prices = orders.order_by().values_list("currency", "net_cents", "vat_rate")
    sums: Counter[str] = Counter()
    for currency, net_cents, vat_rate, number in prices.annotate(Count("pk")):
        sums[currency] += gross(net_cents, vat_rate) * number
    return {
        "orders": orders.select_related("delivered_client").order_by("pk")[:PREVIEWED],
        "sums": sorted((currency, cents) for currency, cents in sums.items() if cents),
    }


def _find(pk: int) -> BulkJob:
    return get_object_or_404(BulkJob.objects.select_related("actor", "assignee"), pk=pk)


def _progress_of(job: BulkJob) -> dict[str, object]:
    numbers = count(job)
    total = sum(numbers.values())
    waiting = numbers[Outcome.WAITING]
    return {
        "job": job,
        "total": total,
        "worked": total - waiting,
        "numbers": [(Outcome(name).label, number) for name, number in numbers.items()],
        "version": f"{waiting}-{bool(job.finished_at)}",
    }


def _items_of(job: BulkJob, given: QueryDict) -> dict[str, object]:
    """Return a page of the orders with their outcomes; `outcome` in the query narrows it."""
    outcome = given.get("outcome", "")
    outcome = outcome if outcome in Outcome.values else ""
    found = job.items.select_related("order__delivered_client")
    if outcome:
        found = found.filter(outcome=outcome)
    after, before = given.get("after", ""), given.get("before", "")
    page = row_page(found, after=after, before=before, newest_first=False)
    kept = f"outcome={outcome}&" if outcome else ""
    counted = {name: number for name, number in count(job).items() if number}
    return {
        "items": page.rows,
        "outcomes": [
            (name, Outcome(name).label, number, name == outcome)
            for name, number in counted.items()
            if len(counted) > 1
        ],
        "newer": f"{kept}before={page.before}" if page.before else "",
        "older": f"{kept}after={page.after}" if page.after else "",
    }


def _numbers(given: QueryDict) -> list[int]:
    orders = given.getlist("order")
    return sorted({int(each) for each in orders if each.isdecimal() and len(each) <= LONGEST})
