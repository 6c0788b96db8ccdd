"""The page on which the client_admin cancels a contract, and taking the cancellation back."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts import member_access as access
from portal.accounts.client_subscriptions import administered
from shop.billing.contract_cancellation import cancel_contract, end_if_cancelled, take_back
from shop.billing.models import Subscription
from shop.billing.next_invoices import change_under_way
from shop.billing.notice_periods import latest_end


class WishedEndForm(forms.Form):
    """The day on which the contract is to end, where it is a later one than the first possible."""

    wished = forms.DateField(
        label=gettext_lazy("Requested last day"),
        help_text=gettext_lazy(
            "You'll see the last day of the contract before anything is cancelled."
        ),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y"],
        error_messages={"invalid": gettext_lazy("Please enter a date such as 2027-12-31.")},
    )

    def __init__(self, earliest: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.earliest = earliest
        self.fields["wished"].widget.attrs["min"] = earliest.isoformat()

    def clean_wished(self) -> date | None:
        """Refuse a day before the earliest one, or so late that it must be a slip."""
        wished: date | None = self.cleaned_data["wished"]
        if wished and wished < self.earliest:
            day = {"day": date_format(self.earliest, "DATE_FORMAT")}
            raise forms.ValidationError(_("The earliest day is %(day)s.") % day)
        if wished and wished > latest_end(timezone.localdate()):
            raise forms.ValidationError(_("Please choose a day within the next ten years."))
        return wished


@access.member_required
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Show when the contract ends if it is cancelled, and what happens then; POST cancels it."""
    found = administered(request, pk)
    if found.ended_at or found.cancelled_at:
        return redirect("portal_subscription", pk)
    return _cancel(request, found)


@access.recent_login_to_post
def _cancel(request: HttpRequest, found: Subscription) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    form = WishedEndForm(end_if_cancelled(found), {"wished": asked.get("wished", "")})
    if not form.is_valid():
        return _show(request, found, form, form.earliest, status=422)
    wished = form.cleaned_data["wished"]
    ends_on = end_if_cancelled(found, wished=wished)
    if request.method != "POST":
        return _show(request, found, form, ends_on)
    if request.POST.get("ends_on") != ends_on.isoformat():
        # Another day has begun meanwhile, or the plan was changed in another window.
        messages.warning(request, _("The last day has changed. Please check it again."))
        return _show(request, found, form, ends_on, status=409)
    if cancel_contract(found, by=access.member(request), wished=wished):
        text = _("The contract is cancelled. It ends on %(day)s. We'll confirm this by e-mail.")
        messages.success(request, text % {"day": date_format(ends_on, "DATE_FORMAT")})
    else:
        messages.warning(request, _("This contract was cancelled already."))
    return redirect("portal_subscription", found.pk)


@access.member_required
@require_POST
def undo_cancellation(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the cancellation back, until the last day of the contract."""
    return _undo_cancellation(request, administered(request, pk))


@access.recent_login_to_post
def _undo_cancellation(request: HttpRequest, found: Subscription) -> HttpResponse:
    if take_back(found, access.member(request)):
        messages.success(request, _("The cancellation is undone. The contract goes on."))
    else:
        text = _("The cancellation can no longer be undone. This is how your contract stands now.")
        messages.warning(request, text)
    return redirect("portal_subscription", found.pk)


def _show(
    request: HttpRequest,
    found: Subscription,
    form: WishedEndForm,
    ends_on: date,
    status: int = 200,
) -> HttpResponse:
    context = {
        "subscription": found,
        "form": form,
        "wished": form.cleaned_data.get("wished"),
        "ends_on": ends_on,
        "export_until": ends_on + timedelta(days=settings.EXPORT_DAYS),
        "change": change_under_way(found),
    }
    return render(request, "accounts/cancel_contract.html", context, status=status)
