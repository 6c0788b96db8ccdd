"""Reminders: whom the next run writes to, the texts, and clients after the third reminder."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from portal.backoffice.audit_log import Act, record
from portal.backoffice.billing.billing_access import handler_required, looker_required
from portal.backoffice.confirmation import ask_first
from portal.backoffice.staff_access import View, staff_user
from shop.billing.overdue_cases import close_for_members, exempt, open_cases, reopen, wait
from shop.billing.reminder_rows import OverdueCase, ReminderText
from shop.billing.reminders import next_reminders
from shop.change_history import change_message
from shop.tenancy.models import User
from shop.text_areas import TextAreaField

SHOWN = 100
WAIT_DAYS = 14


class ReminderTextForm(forms.ModelForm[ReminderText]):
    """The text of a level, in both languages."""

    text_de = TextAreaField(label=gettext_lazy("German"), max_length=2000)
    text_en = TextAreaField(label=gettext_lazy("English"), max_length=2000)

    class Meta:
        model = ReminderText
        fields: ClassVar = ["text_de", "text_en"]


@looker_required
def reminders(request: HttpRequest) -> HttpResponse:
    """Show whom the next run writes to, the texts, and clients after the third reminder."""
    upcoming = next_reminders(timezone.localdate())
    waiting = OverdueCase.objects.filter(resolved_at=None).exclude(pk__in=open_cases().values("pk"))
    context = {
        "upcoming": upcoming[:SHOWN],
        "number": len(upcoming),
        "texts": ReminderText.objects.all(),
        "cases": open_cases().select_related("decided_by")[:SHOWN],
        "waiting": waiting.select_related("client", "decided_by")[:SHOWN],
        "wait_days": WAIT_DAYS,
    }
    return render(request, "backoffice/reminders.html", context)


@handler_required
def reminder_text(request: HttpRequest, level: int) -> HttpResponse:
    """Change the text of a level."""
    row = get_object_or_404(ReminderText, level=level)
    form = ReminderTextForm(request.POST if request.method == "POST" else None, instance=row)
    if not form.is_valid():
        status = 422 if form.errors else 200
        context = {"form": form, "level": level}
        return render(request, "backoffice/reminder_text.html", context, status=status)
    if form.has_changed():
        with transaction.atomic():
            record(staff_user(request), form.save(), Act.CHANGED, change_message(form))
        messages.success(request, _("The text is changed. This applies from the next reminder on."))
    return redirect("staff_reminders")


def case_decision(act: Callable[[OverdueCase, User], bool], done: StrOrPromise) -> View:
    """Return the view that does `act` on POST and says that it is `done`."""

    @handler_required
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        if request.method == "POST":
            if act(_find(pk), staff_user(request)):
                messages.success(request, done)
            else:
                messages.warning(request, _("Somebody else was faster. This is the current state."))
        return redirect("staff_reminders")

    return view


def _wait(case: OverdueCase, staff: User) -> bool:
    return wait(case, staff, timezone.localdate() + timedelta(days=WAIT_DAYS))


wait_for_client = case_decision(_wait, gettext_lazy("No reminder is sent until that day is over."))
exempt_client = case_decision(
    exempt, gettext_lazy("This client no longer gets reminders. It is open for its members.")
)
reopen_client_again = case_decision(
    reopen, gettext_lazy("The client is open for its members again. They are told by e-mail.")
)


@handler_required
def close_client_for_members(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask before a client is closed for its members; POST closes it."""
    case = _find(pk)
    if request.method != "POST":
        client: Any = case.client
        return ask_first(
            request,
            _("Close %(client)s for its members?") % {"client": client.name},
            [
                _("Its members can no longer open its projects. The client's administrator can."),
                _("They are told by e-mail, at once."),
                _("You can reopen it. Once everything is paid, it reopens automatically."),
            ],
            button=_("Close for its members"),
            destroys=True,
            back=reverse("staff_reminders"),
        )
    close = case_decision(close_for_members, _("The client is closed for its members."))
    return close(request, pk=pk)  # type: ignore[return-value]


def _find(pk: int) -> OverdueCase:
    return get_object_or_404(OverdueCase.objects.select_related("client"), pk=pk)
