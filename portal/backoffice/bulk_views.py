"""Bulk actions: choose orders, confirm, watch the progress."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.backoffice.bulk_jobs import MOST, begin, count, possible, stop
from portal.backoffice.filters import parse
from portal.backoffice.forms import BulkForm
from portal.backoffice.models import BulkItem, BulkJob
from portal.backoffice.staff_access import permission_required, staff_user
from shop.orders.models import Order, State

MEND = "orders.mend_order"
NEWEST = 30
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
    action = request.POST.get("action", "")
    chosen = _chosen(request)
    if action not in BulkJob.Action.values or not (number := chosen.count()):
        messages.warning(request, _("Choose what is to be done, and at least one order."))
        return redirect(_back(request))
    fitting = possible(action, chosen)
    fits = min(fitting.count(), MOST)
    asked = "confirmed" in request.POST
    form = BulkForm(action, request.POST if asked else None)
    # Others work at the same time: only what was confirmed may be done.
    has_changed = asked and request.POST.get("fits") != str(fits)
    if asked and form.is_valid() and not has_changed:
        given = form.cleaned_data
        job = begin(
            action,
            chosen,
            staff_user(request),
            reason=given.get("reason", ""),
            assignee=given.get("assignee"),
        )
        return redirect("staff_bulk", job.pk)
    context = {
        "form": form,
        "action": BulkJob.Action(action),
        "number": number,
        "fits": fits,
        "others": number - fits,
        "most": MOST,
        "has_changed": has_changed,
        "filter": request.POST.get("filter", ""),
        "chosen": [] if "all" in request.POST else _numbers(request),
        "back": _back(request),
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
    not_done = job.items.exclude(outcome__in=[BulkItem.Outcome.DONE, BulkItem.Outcome.WAITING])
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


def _chosen(request: HttpRequest) -> QuerySet[Order]:
    if "all" in request.POST:
        wanted = parse(QueryDict(request.POST.get("filter", "")), staff_user(request))
        return wanted.orders().exclude(state=State.NEW)
    return Order.objects.filter(pk__in=_numbers(request)).exclude(state=State.NEW)


def _back(request: HttpRequest) -> str:
    wanted = parse(QueryDict(request.POST.get("filter", "")), staff_user(request))
    query = wanted.as_query()
    return f"{reverse('staff')}?{query}" if query else reverse("staff")
