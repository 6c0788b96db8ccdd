"""Runs of steps at a change or the end of a subscription: staff try again, or waive the export."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.backoffice.audit_log import Act
from portal.backoffice.billing.billing_access import LOOK, handler_required
from portal.backoffice.confirmation import ask_first
from portal.backoffice.contracts.contract_decisions import (
    decide,
    find_subscription,
    subscription_url,
)
from portal.backoffice.contracts.contract_forms import SkipForm, WaiveForm
from portal.backoffice.order.offered_action import MEND
from portal.backoffice.staff_access import View, permission_required, staff_user
from shop.billing.models import Subscription
from shop.packing.contract_runs import ShownStep, retry_run, shown_steps, skip_step
from shop.packing.models import ContractRun
from shop.packing.step_names import step_title
from shop.tenancy.closed_projects import waive_export
from shop.tenancy.models import Project


def mender_required(view: View) -> View:
    """Decorate a view that mends a run: for those who mend orders and may look at subscriptions."""
    may_look = permission_required(LOOK)(require_http_methods(["GET", "HEAD", "POST"])(view))
    return permission_required(MEND)(may_look)


@mender_required
def retry(request: HttpRequest, pk: int, run: int) -> HttpResponse:
    """Have the worker try a run again at once, on POST; steps that are done stay done."""
    found = find_subscription(pk)
    if request.method != "POST":
        return redirect("staff_subscription", pk)
    row = get_object_or_404(ContractRun, pk=run, subscription=found)

    def act() -> bool:
        return retry_run(row, staff_user(request))

    done = _("The steps are tried again.")
    return decide(
        request,
        act,
        about=found,
        what=Act.RUN_RETRIED,
        done=done,
        back=subscription_url(found),
        note=row.kind,
    )


@mender_required
def skip(request: HttpRequest, pk: int, run: int) -> HttpResponse:
    """Ask before the step that a run is stuck at is skipped; POST records it as done by hand."""
    found = find_subscription(pk)
    row = get_object_or_404(ContractRun, pk=run, subscription=found)
    if row.state != ContractRun.State.NEED_HUMAN or not row.last_step:
        messages.warning(
            request, _("This is not possible at the moment. This is the current state.")
        )
        return redirect("staff_subscription", pk)
    form = SkipForm(request.POST if request.method == "POST" else None)
    form.initial = {"step": row.last_step}
    title = step_title(row.last_step)
    if not form.is_valid():
        return ask_first(
            request,
            _("Skip the step %(step)s?") % {"step": title},
            [
                _("The step is recorded as done by you, and is never run for this subscription."),
                _("The steps after it are run at once."),
                _("Skip it only if you have done by hand what the step does."),
            ],
            button=_("Skip the step"),
            back=subscription_url(found),
            form=form,
        )
    step = form.cleaned_data["step"]

    def act() -> bool:
        return skip_step(row, step, staff_user(request))

    done = _("The step is skipped.")
    return decide(
        request,
        act,
        about=found,
        what=Act.STEP_SKIPPED,
        done=done,
        back=subscription_url(found),
        note=step,
    )


@handler_required
def waive(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask before a project is erased without waiting for its client's export; POST waives it."""
    found = find_subscription(pk)
    if not can_waive(found.project):
        messages.warning(
            request, _("This is not possible at the moment. This is the current state.")
        )
        return redirect("staff_subscription", pk)
    form = WaiveForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return ask_first(
            request,
            _("Erase the project without waiting?"),
            [
                _("The client can no longer download the data of this project."),
                _("Its contents are erased at once. Invoices stay."),
                _("Do this only if the client has asked for it."),
            ],
            button=_("Erase it now"),
            destroys=True,
            back=subscription_url(found),
            form=form,
        )

    def act() -> bool:
        return waive_export(found.project)

    done = _("The project is erased now.")
    return decide(
        request, act, about=found, what=Act.EXPORT_WAIVED, done=done, back=subscription_url(found)
    )


@dataclass(frozen=True)
class ShownRun:
    """A run with its steps, as the page of its subscription shows them."""

    run: ContractRun
    steps: list[ShownStep]


def shown_runs(found: Subscription) -> list[ShownRun]:
    """Return the runs of a subscription, the newest first."""
    runs = found.runs.select_related("change__product", "handled_by")
    shown = runs.prefetch_related("steps__skipped_by", "attempt_records")
    return [ShownRun(run, shown_steps(run)) for run in shown]


def can_waive(project: Project) -> bool:
    """Tell if the client of a closed project still has time to download its data."""
    until = project.export_until
    return project.erased_at is None and until is not None and until >= timezone.localdate()
