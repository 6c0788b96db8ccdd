"""Reset of a lost second step: one of staff requests it, a second one confirms or refuses."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from portal.backoffice.audit_log import Act, record
from portal.backoffice.order.hidden_hashes import hide_hashes
from portal.backoffice.order.offered_action import MEND
from portal.backoffice.people.person_page import MANAGE
from portal.backoffice.people.persons import Person, find_person
from portal.backoffice.staff_access import (
    permission_required,
    recent_factor_required,
    staff_user,
)
from shop.factor_removal import remove_factors
from shop.notifications.emails.factor_reset_emails import queue_factor_reset
from shop.tenancy.colleagues import may_help
from shop.tenancy.factor_reset_rows import FactorReset
from shop.tenancy.factor_resets import (
    ask_to_reset,
    confirm,
    confirmers,
    may_confirm,
    may_decide,
    open_resets,
    refuse,
)
from shop.tenancy.models import User
from shop.text_areas import TextAreaField
from shop.typed_text import isolated

SHOWN = 50  # requests that were decided
COMMAND = "manage.py reset_factors"


class FactorResetForm(forms.Form):
    """Ask why a second step is to be reset, and how the person's identity was checked."""

    reason = TextAreaField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("For example: lost their phone, has no recovery codes."),
    )
    identity = TextAreaField(
        label=gettext_lazy("How their identity was checked"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "For example: called back on the number we have on file, and they named their last "
            "invoice. An e-mail alone proves little: somebody else may read their mailbox."
        ),
    )


@permission_required(MEND, MANAGE)
@require_safe
def factor_resets(request: HttpRequest) -> HttpResponse:
    """List the requests that wait for a colleague, and the latest that were decided."""
    staff = staff_user(request)
    waiting = list(open_resets().select_related("user", "asked_by"))
    rest = FactorReset.objects.exclude(pk__in=[each.pk for each in waiting])
    context = {
        "waiting": [(each, may_decide(each, staff)) for each in waiting],
        "decided": rest.select_related("user", "asked_by", "decided_by").order_by("-pk")[:SHOWN],
    }
    return hide_hashes(request, render(request, "backoffice/people/factor_resets.html", context))


@permission_required(MEND, MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
@recent_factor_required
def request_reset(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Ask for the reason, and how the identity was checked; POST asks colleagues to confirm."""
    found, staff = find_person(kind, pk), staff_user(request)
    user = found.user
    if user is None:
        raise Http404
    if not may_help(staff, user):
        raise PermissionDenied
    able = confirmers(user, staff)
    form = FactorResetForm(request.POST if request.method == "POST" else None)
    if able and form.is_valid():
        return _request(request, found, user, form.cleaned_data)
    context = {"person": found, "form": form, "confirmers": able, "command": COMMAND}
    status = 422 if form.errors else 200
    return render(request, "backoffice/people/factor_reset_form.html", context, status=status)


def _request(
    request: HttpRequest, found: Person, user: User, given: dict[str, Any]
) -> HttpResponse:
    staff = staff_user(request)
    with transaction.atomic():
        reset = ask_to_reset(user, staff, given["reason"], given["identity"])
        asked = queue_factor_reset(reset) if reset else 0
        if reset:
            record(staff, user, Act.RESET_REQUESTED)
    if reset is None:
        text = _(
            "There is nothing to reset, or it is requested already. This is the current state."
        )
        messages.warning(request, text)
        return redirect(found.url("staff_person"))
    sentence = ngettext(
        "Requested. %(number)s colleague is asked by e-mail to confirm it within 24 hours.",
        "Requested. %(number)s colleagues are asked by e-mail to confirm it within 24 hours.",
        asked,
    )
    messages.success(request, sentence % {"number": asked})
    return redirect("staff_factor_reset", reset.pk)


@permission_required(MEND, MANAGE)
@require_safe
def factor_reset(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a request: for whom, why, and how the identity was checked."""
    found, staff = _find(pk), staff_user(request)
    context = {
        "reset": found,
        "can_confirm": found.is_open and may_confirm(found, staff),
        "can_refuse": found.is_open and may_decide(found, staff),
        "is_mine": found.asked_by_id == staff.pk,
    }
    return hide_hashes(request, render(request, "backoffice/people/factor_reset.html", context))


@permission_required(MEND, MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
@recent_factor_required
def confirm_reset(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm a colleague's request, on POST: the factors go, sessions end, the person is told."""
    found, staff = _find(pk), staff_user(request)
    if request.method != "POST":
        return redirect("staff_factor_reset", pk)
    if not may_confirm(found, staff):
        raise PermissionDenied
    with transaction.atomic():
        done = confirm(found, staff) and remove_factors(found.user)
        if done:
            record(staff, found.user, Act.FACTORS_RESET)
        transaction.set_rollback(not done)
    text = _("The second step of %(who)s is reset, and they are told by e-mail.")
    return _decided(request, found, text if done else "")


@permission_required(MEND, MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def refuse_reset(request: HttpRequest, pk: int) -> HttpResponse:
    """Refuse a colleague's request, or withdraw one's own, on POST."""
    found, staff = _find(pk), staff_user(request)
    if request.method != "POST":
        return redirect("staff_factor_reset", pk)
    is_mine = found.asked_by_id == staff.pk
    if not is_mine and not may_decide(found, staff):
        raise PermissionDenied
    with transaction.atomic():
        done = refuse(found, staff)
        if done:
            act = Act.RESET_WITHDRAWN if is_mine else Act.RESET_REFUSED
            record(staff, found.user, act)
    text = _("The request is withdrawn.") if is_mine else _("The request was rejected.")
    return _decided(request, found, text if done else "")


def _decided(request: HttpRequest, reset: FactorReset, sentence: str) -> HttpResponse:
    if sentence:
        who = isolated(reset.user.get_full_name() or reset.user.email)
        messages.success(request, sentence % {"who": who})
    else:
        messages.warning(request, _("Somebody else was faster. This is the current state."))
    return redirect("staff_factor_reset", reset.pk)


def _find(pk: int) -> FactorReset:
    found = FactorReset.objects.select_related("user", "asked_by", "decided_by")
    return get_object_or_404(found, pk=pk)
