"""The end of a subscription: staff cancel it, take that back, withdraw or end it at once."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.backoffice.audit_log import Act
from portal.backoffice.billing.billing_access import handler_required
from portal.backoffice.confirmation import ask_first
from portal.backoffice.contracts.contract_decisions import (
    FASTER,
    decide,
    find_subscription,
    subscription_url,
)
from portal.backoffice.contracts.contract_forms import CancelContractForm, EndNowForm, WithdrawForm
from portal.backoffice.staff_access import recent_factor_required, staff_user
from shop.billing.contract_cancellation import (
    can_take_back,
    cancel_contract,
    end_if_cancelled,
    take_back,
)
from shop.billing.contract_end import end_now
from shop.billing.contract_withdrawal import PayBack, can_withdraw, to_pay_back, withdraw
from shop.billing.models import Subscription
from shop.catalogue.templatetags.money import money


@handler_required
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask from when a subscription is cancelled and name its end; POST cancels it."""
    found = find_subscription(pk)
    if found.cancelled_at or found.ended_at:
        return _too_late(request, found)
    form = CancelContractForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _ask_to_cancel(request, found, form)
    wished, reason = form.cleaned_data["wished"], form.cleaned_data["reason"]
    end = end_if_cancelled(found, wished=wished)

    def act() -> bool:
        return cancel_contract(found, by=staff_user(request), wished=wished, reason=reason)

    done = _("The subscription is cancelled: it ends on %(day)s.") % {"day": _day(end)}
    return decide(
        request,
        act,
        about=found,
        what=Act.CANCELLED,
        done=done,
        back=subscription_url(found),
        note=_day(end),
    )


@handler_required
def take_back_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask before a cancellation is taken back; POST takes it back."""
    found = find_subscription(pk)
    if not can_take_back(found, by_staff=True):
        return _too_late(request, found)
    if request.method != "POST":
        return ask_first(
            request,
            _("Undo the cancellation?"),
            [
                _("The subscription continues as if it had not been cancelled."),
                _("The client is told by e-mail."),
            ],
            button=_("Undo the cancellation"),
            back=subscription_url(found),
        )

    def act() -> bool:
        return take_back(found, staff_user(request))

    done = _("The subscription continues.")
    return decide(
        request, act, about=found, what=Act.TAKEN_BACK, done=done, back=subscription_url(found)
    )


@handler_required
@recent_factor_required
def withdraw_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask before a private person's withdrawal is carried out, with the sums; POST does it."""
    found = find_subscription(pk)
    if not is_withdrawable(found):
        return _too_late(request, found)
    sums = to_pay_back(found)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    form.initial = {"seen_cents": sums.invoiced_cents}
    if not form.is_valid():
        return _ask_to_withdraw(request, found, form, sums)
    if form.cleaned_data["seen_cents"] != sums.invoiced_cents:
        messages.warning(request, FASTER)
        return redirect("staff_withdraw", pk)

    def act() -> bool:
        return withdraw(found.order, by=staff_user(request))

    done = _("The withdrawal is carried out. To be refunded: %(paid)s.") % _amounts(found, sums)
    return decide(
        request,
        act,
        about=found,
        what=Act.CONTRACT_WITHDRAWN,
        done=done,
        back=subscription_url(found),
    )


@handler_required
@recent_factor_required
def end_now_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a reason before a subscription ends at once; POST ends it."""
    found = find_subscription(pk)
    if found.ended_at:
        return _too_late(request, found)
    form = EndNowForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return ask_first(
            request,
            _("End this subscription now?"),
            [
                _("Today is its last day. What is owed for the time until today stays owed."),
                _("What was paid for later days is credited."),
                _("Members can no longer open the project; the client can download its data."),
                _("The client is told by e-mail."),
            ],
            button=_("End it now"),
            destroys=True,
            back=subscription_url(found),
            form=form,
        )
    reason = form.cleaned_data["reason"]

    def act() -> bool:
        return end_now(found, staff_user(request), reason)

    done = _("Today is the subscription's last day.")
    return decide(
        request, act, about=found, what=Act.CONTRACT_ENDED, done=done, back=subscription_url(found)
    )


def is_withdrawable(found: Subscription) -> bool:
    """Tell if the buyer of a subscription can withdraw now."""
    is_over = found.withdrawn_at or found.ended_at
    return not is_over and can_withdraw(found.order, timezone.now())


def _ask_to_cancel(
    request: HttpRequest, found: Subscription, form: CancelContractForm
) -> HttpResponse:
    soonest = _(
        "Without a requested end, the last day is %(day)s; the cancellation can be undone until "
        "then."
    )
    return ask_first(
        request,
        _("Cancel this subscription?"),
        [
            soonest % {"day": _day(end_if_cancelled(found))},
            _("With a later date, it ends with the paid period that contains that day."),
            _("A planned change of tier is undone."),
            _("The client is told by e-mail."),
        ],
        button=_("Cancel the subscription"),
        destroys=True,
        back=subscription_url(found),
        form=form,
    )


def _ask_to_withdraw(
    request: HttpRequest, found: Subscription, form: WithdrawForm, sums: PayBack
) -> HttpResponse:
    amounts = _amounts(found, sums)
    return ask_first(
        request,
        _("Carry out the withdrawal?"),
        [
            _("The subscription ends at once; days used are not charged."),
            _("Credited: %(invoiced)s, of which %(paid)s was paid and is to be refunded.")
            % amounts,
            _("The refund appears under Payments and refunds, with the client's account."),
            _("The client is told by e-mail."),
        ],
        button=_("Carry out the withdrawal"),
        destroys=True,
        back=subscription_url(found),
        form=form,
    )


def _amounts(found: Subscription, sums: PayBack) -> dict[str, Any]:
    return {
        "invoiced": money(sums.invoiced_cents, found.currency),
        "paid": money(sums.paid_cents, found.currency),
    }


def _too_late(request: HttpRequest, found: Subscription) -> HttpResponse:
    messages.warning(request, _("This is not possible at the moment. This is the current state."))
    return redirect("staff_subscription", found.pk)


def _day(day: Any) -> str:
    return date_format(day)
