"""The page of one subscription: its facts, its invoices, and what staff decide about it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from portal.backoffice.billing.billing_access import handler_required, looker_required
from portal.backoffice.billing.billing_forms import RaiseForm
from portal.backoffice.confirmation import ask_first
from portal.backoffice.contracts.contract_decisions import FASTER, find_subscription
from portal.backoffice.contracts.contract_end_pages import is_withdrawable
from portal.backoffice.contracts.contract_history import history_of_contract
from portal.backoffice.contracts.contract_run_pages import can_waive, shown_runs
from portal.backoffice.order.hidden_hashes import hide_hashes
from portal.backoffice.staff_access import View, staff_user
from shop.billing.balances import with_balance
from shop.billing.contract_cancellation import can_take_back
from shop.billing.holds import charge_vat, keep_waiting, profile_of
from shop.billing.models import Invoice, Subscription
from shop.billing.price_changes import (
    NoRaiseError,
    PriceChange,
    first_day_of_raise,
    raise_price,
    undo_price_change,
)
from shop.billing.subscriptions import end_without_invoice, release
from shop.billing.tier_change_rows import TierChange
from shop.catalogue.templatetags.money import money
from shop.tenancy.models import User
from shop.tenancy.vies import newest_check

SHOWN = 20  # invoices


@looker_required
def subscription(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a subscription."""
    found = find_subscription(pk)
    invoices = with_balance(Invoice.objects.filter(subscription=found))
    profile = profile_of(found.client)
    start = found.next_period_on
    context = {
        "subscription": found,
        "profile": profile,
        "vat_id_check": newest_check(profile.vat_id) if profile and profile.vat_id else None,
        "invoices": invoices.select_related("client", "corrects").order_by("-pk")[:SHOWN],
        "next_net_cents": found.net_cents_on(start) if start else None,
        "changes": found.price_changes.select_related("by", "undone_by"),
        "is_member_awaited": found.waits_for == Subscription.WaitsFor.MEMBER,
        "can_end": found.waits_for == Subscription.WaitsFor.MEMBER and not invoices.exists(),
        "is_vat_id_open": found.waits_for
        in {Subscription.WaitsFor.VIES, Subscription.WaitsFor.STAFF},
        "can_raise": _can_raise(found),
        **_contract(found),
    }
    return hide_hashes(request, render(request, "backoffice/subscription.html", context))


def decision(act: Callable[[Subscription, User], bool], done: StrOrPromise) -> View:
    """Return the view that does `act` on POST and says that it is `done`."""

    @handler_required
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        if request.method == "POST":
            if act(find_subscription(pk), staff_user(request)):
                messages.success(request, done)
            else:
                messages.warning(request, FASTER)
        return redirect("staff_subscription", pk)

    return view


release_subscription = decision(
    release, gettext_lazy("The subscription is released: its invoice is issued at once.")
)
charge_vat_anyway = decision(
    charge_vat, gettext_lazy("The invoice is issued with VAT, as for a private person there.")
)
wait_for_vies = decision(
    lambda found, _staff: keep_waiting(found), gettext_lazy("The invoice waits for VIES.")
)


@handler_required
def end_subscription(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask before a subscription that nobody has joined ends without an invoice; POST ends it."""
    if request.method != "POST":
        get_object_or_404(Subscription, pk=pk)
        return ask_first(
            request,
            _("End the subscription without an invoice?"),
            [
                _("It will never be invoiced. This cannot be undone."),
                _("The client and its project stay as they are."),
            ],
            button=_("End it without an invoice"),
            destroys=True,
            back=reverse("staff_subscription", args=[pk]),
        )
    return decision(end_without_invoice, _("The subscription has ended."))(request, pk=pk)  # type: ignore[return-value]


@handler_required
def raise_subscription(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a higher price and say from when it counts; POST announces it."""
    found = find_subscription(pk)
    if not _can_raise(found):
        messages.warning(request, _("The price cannot be raised now."))
        return redirect("staff_subscription", pk)
    form = RaiseForm(found, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _ask_to_raise(request, found, form)
    try:
        change = raise_price(found, form.cleaned_data["amount"], staff_user(request))
    except NoRaiseError:
        messages.warning(request, FASTER)
    else:
        text = _("The price is raised from %(day)s. The client is told by e-mail.")
        messages.success(request, text % {"day": date_format(change.from_on)})
    return redirect("staff_subscription", pk)


@handler_required
def undo_raise(request: HttpRequest, pk: int, change: int) -> HttpResponse:
    """Take back a raise before it counts."""
    row = get_object_or_404(PriceChange, pk=change, subscription=pk)
    if request.method == "POST":
        if undo_price_change(row, staff_user(request)):
            messages.success(
                request,
                _("The price increase is undone. Please tell the client: no e-mail is sent."),
            )
        else:
            messages.warning(request, FASTER)
    return redirect("staff_subscription", pk)


def _contract(found: Subscription) -> dict[str, Any]:
    """Return what the page shows of the subscription's life, and what staff can do about it."""
    under_way = (TierChange.State.APPROVAL, TierChange.State.PLANNED)
    changes = found.tier_changes.filter(state__in=under_way).select_related("product", "asked_by")
    runs_on = found.ended_at is None and found.cancelled_at is None
    return {
        "change": changes.first(),
        "runs": shown_runs(found),
        "history": history_of_contract(found),
        "is_running": found.ended_at is None,
        "can_change": runs_on,
        "can_cancel": runs_on,
        "can_take_back": can_take_back(found, by_staff=True),
        "can_withdraw": is_withdrawable(found),
        "can_waive": can_waive(found.project),
    }


def _can_raise(found: Subscription) -> bool:
    runs = found.ended_at is None and found.next_period_on is not None
    announced = found.price_changes.filter(applied_at=None, undone_at=None)
    return runs and not announced.exists()


def _ask_to_raise(request: HttpRequest, found: Subscription, form: RaiseForm) -> HttpResponse:
    facts: dict[str, Any] = {
        "price": money(found.list_cents, found.currency),
        "day": date_format(first_day_of_raise(found)),
        "email": found.client.client_admin.email,
    }
    per = _("It costs %(price)s net a month, before any discount.")
    if found.interval == "year":
        per = _("It costs %(price)s net a year, before any discount.")
    return ask_first(
        request,
        _("Raise the price of this subscription?"),
        [
            per % facts,
            _("The new price applies to periods that begin on %(day)s or later.") % facts,
            _("The client is told now, by e-mail, and may cancel until then."),
            _("You can undo it until the new price applies."),
        ],
        button=_("Raise the price"),
        back=reverse("staff_subscription", args=[found.pk]),
        form=form,
    )
