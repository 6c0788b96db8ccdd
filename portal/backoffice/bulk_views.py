"""Bulk actions: choose orders, confirm, watch the progress."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.backoffice.bulk_jobs import MOST, begin, count, possible, stop
from portal.backoffice.filters import parse
from portal.backoffice.forms import BulkForm
from portal.backoffice.models import BulkItem, BulkJob
from portal.backoffice.staff_access import (
    ask_for_factor_again,
    permission_required,
    staff_user,
)
from shop.orders.models import Order, State

MEND = "orders.mend_order"
NEWEST = 30
IRREVERSIBLE = {BulkJob.Action.CANCEL}
SHOWN = 200  # orders that were skipped
LONGEST = 18  # digits that fit a BigIntegerField


@permission_required(MEND)
@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    """List the newest jobs."""
    newest = BulkJob.objects.select_related("actor", "assignee")[:NEWEST]
    return render(request, "backoffice/bulk_jobs.html", {"jobs": newest})


@permission_required(MEND)
@require_http_methods(["GET", "HEAD", "POST"])
def new_job(request: HttpRequest) -> HttpResponse:
    """Ask for confirmation with the number of orders; the second POST starts the job."""
    if request.method != "POST":
        return redirect("staff")
    if request.POST.get("action") in IRREVERSIBLE and (way := ask_for_factor_again(request)):
        return way
    action, staff = request.POST.get("action", ""), staff_user(request)
    wanted = parse(QueryDict(request.POST.get("filter", "")), staff)
    back = f"{reverse('staff')}?{wanted.as_query()}".removesuffix("?")
    numbers = [] if "all" in request.POST else _numbers(request)
    chosen = wanted.orders() if "all" in request.POST else Order.objects.filter(pk__in=numbers)
    chosen = chosen.exclude(state=State.NEW)
    if action not in BulkJob.Action.values or not (number := chosen.count()):
        messages.warning(request, _("Choose what is to be done, and at least one order."))
        return redirect(back)
    fits = min(possible(action, chosen).count(), MOST)
    asked = "confirmed" in request.POST
    form = BulkForm(action, request.POST if asked else None)
    # Others work at the same time: only what was confirmed may be done.
    has_changed = asked and request.POST.get("fits") != str(fits)
    if asked and form.is_valid() and not has_changed:
        return redirect("staff_bulk", begin(action, chosen, staff, **form.details()).pk)
    context = {
        "form": form,
        "action": BulkJob.Action(action),
        "fits": fits,
        "others": number - fits,
        "has_changed": has_changed,
        "filter": request.POST.get("filter", ""),
        "chosen": numbers,
        "back": back,
    }
    status = 422 if form.errors or has_changed else 200
    return render(request, "backoffice/bulk_confirm.html", context, status=status)


@permission_required(MEND)
@require_safe
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the progress, and which orders were skipped."""
    return render(request, "backoffice/bulk_job.html", _progress_of(_find(pk)))


@permission_required(MEND)
@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the live fragment; 204 if the page shows it already (`?seen=`)."""
    context = _progress_of(_find(pk))
    if request.GET.get("seen") == context["version"]:
        return HttpResponse(status=204)
    return render(request, "backoffice/bulk_progress.html", {**context, "announce": True})


@permission_required(MEND)
@require_POST
def stop_job(request: HttpRequest, pk: int) -> HttpResponse:
    """Skip the orders that are not done yet."""
    if stop(_find(pk)):
        messages.success(request, _("Stopped. What was done stays done."))
    else:
        messages.warning(request, _("It had ended already."))
    return redirect("staff_bulk", pk)


def _find(pk: int) -> BulkJob:
    return get_object_or_404(BulkJob.objects.select_related("actor", "assignee"), pk=pk)


def _progress_of(job: BulkJob) -> dict[str, object]:
    numbers = count(job)
    total = sum(numbers.values())
    waiting = numbers[BulkItem.Outcome.WAITING]
    ended = [BulkItem.Outcome.DONE, BulkItem.Outcome.WAITING]
    not_done = job.items.exclude(outcome__in=ended).select_related("order")
    return {
        "job": job,
        "total": total,
        "worked": total - waiting,
        "numbers": [(BulkItem.Outcome(name).label, number) for name, number in numbers.items()],
        "not_done": list(not_done[:SHOWN]) if job.finished_at else [],
        "version": f"{waiting}-{bool(job.finished_at)}",
    }


def _numbers(request: HttpRequest) -> list[int]:
    given = request.POST.getlist("order")
    return sorted({int(each) for each in given if each.isdecimal() and len(each) <= LONGEST})
