"""Another tier for a subscription: staff choose, see the quote, confirm; approve what waits."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.backoffice.audit_log import Act
from portal.backoffice.billing.billing_access import handler_required
from portal.backoffice.confirmation import ask_first
from portal.backoffice.contracts.contract_decisions import (
    decide,
    find_subscription,
    subscription_url,
)
from portal.backoffice.contracts.contract_forms import ConfirmChangeForm, RefuseForm, TierForm
from portal.backoffice.staff_access import staff_user
from shop.billing.change_quotes import ChangeQuote, quote_change, quote_of_waiting
from shop.billing.change_refusals import NoChangeError
from shop.billing.tier_change_rows import TierChange
from shop.billing.tier_changes import (
    QuoteChangedError,
    approve_change,
    change_tier,
    refuse_change,
    undo_change,
)
from shop.catalogue.intervals import Interval
from shop.catalogue.models import Product
from shop.catalogue.templatetags.money import money


@handler_required
def choose_tier(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for another tier and interval, then lead to what the change costs."""
    found = find_subscription(pk)
    form = TierForm(found, request.GET if "tier" in request.GET else None)
    if form.is_valid():
        given = form.cleaned_data
        return redirect("staff_change_tier", pk, given["tier"].slug, given["interval"])
    context = {"subscription": found, "form": form}
    status = 422 if form.errors else 200
    return render(request, "backoffice/choose_tier.html", context, status=status)


@handler_required
def quoted(request: HttpRequest, pk: int, slug: str, interval: str) -> HttpResponse:
    """Show what a change costs and from when it counts; POST confirms what was shown."""
    found = find_subscription(pk)
    product = get_object_or_404(Product, slug=slug, listed=True)
    if interval not in Interval.values:
        return redirect("staff_choose_tier", pk)
    try:
        quote = quote_change(found, product, interval)
    except NoChangeError as refusal:
        messages.warning(request, refusal.text)
        return redirect("staff_choose_tier", pk)
    form = ConfirmChangeForm(request.POST if request.method == "POST" else None)
    form.initial = {"quote": quote.hash}
    if not form.is_valid():
        return _ask_to_change(request, quote, form)
    given = form.cleaned_data

    def act() -> object:
        return change_tier(
            quote, given["quote"], staff_user(request), by_staff=True, reason=given["reason"]
        )

    done = _("The tier is changed. The client is told by e-mail.")
    if not quote.at_once:
        done = _("The change is planned for %(day)s. The client is told by e-mail.")
        done %= {"day": date_format(quote.from_on)}
    try:
        return decide(
            request,
            act,
            about=found,
            what=Act.TIER_CHANGED,
            done=done,
            back=subscription_url(found),
            note=f"{slug}, {interval}",
        )
    except QuoteChangedError:
        messages.warning(request, _("The amounts have changed in the meantime. Here are today's."))
        return redirect("staff_change_tier", pk, slug, interval)
    except NoChangeError as refusal:
        messages.warning(request, refusal.text)
        return redirect("staff_subscription", pk)


@handler_required
def approve(request: HttpRequest, pk: int, change: int) -> HttpResponse:
    """Ask before a change is approved, with today's amounts; POST carries it out."""
    found, row = find_subscription(pk), _find(pk, change)
    try:
        if request.method != "POST":
            quote = quote_of_waiting(found, row)
            return ask_first(
                request,
                _("Approve the change to %(tier)s?") % {"tier": row.product.name},
                [*_meaning(quote), _("The client is told by e-mail.")],
                button=_("Approve the change"),
                back=subscription_url(found),
            )
        return decide(
            request,
            lambda: approve_change(row, staff_user(request)),
            about=found,
            what=Act.CHANGE_APPROVED,
            done=_("The change is approved. The client is told by e-mail."),
            back=subscription_url(found),
        )
    except NoChangeError as refusal:
        messages.warning(request, refusal.text)
        return redirect("staff_subscription", pk)


@handler_required
def refuse(request: HttpRequest, pk: int, change: int) -> HttpResponse:
    """Ask for a reason before a change is refused; POST refuses it."""
    found, row = find_subscription(pk), _find(pk, change)
    form = RefuseForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return ask_first(
            request,
            _("Refuse the change to %(tier)s?") % {"tier": row.product.name},
            [
                _("The subscription continues as it is."),
                _("The client is told by e-mail, with the reason."),
            ],
            button=_("Refuse the change"),
            back=subscription_url(found),
            form=form,
        )
    note = form.cleaned_data["note"]
    return decide(
        request,
        lambda: refuse_change(row, staff_user(request), note),
        about=found,
        what=Act.CHANGE_REFUSED,
        done=_("The change is refused. The client is told by e-mail."),
        back=subscription_url(found),
    )


@handler_required
def undo(request: HttpRequest, pk: int, change: int) -> HttpResponse:
    """Give up a change that has not taken place yet, on POST."""
    found, row = find_subscription(pk), _find(pk, change)
    if request.method != "POST":
        return redirect("staff_subscription", pk)
    return decide(
        request,
        lambda: undo_change(row, staff_user(request)),
        about=found,
        what=Act.CHANGE_UNDONE,
        done=_("The change is undone."),
        back=subscription_url(found),
    )


def _find(pk: int, change: int) -> TierChange:
    changes = TierChange.objects.select_related("product", "subscription__order")
    return get_object_or_404(changes, pk=change, subscription=pk)


def _ask_to_change(
    request: HttpRequest, quote: ChangeQuote, form: ConfirmChangeForm
) -> HttpResponse:
    pk = quote.subscription.pk
    return ask_first(
        request,
        _("Change the tier to %(tier)s?") % {"tier": quote.product.name},
        _meaning(quote),
        button=_("Change the tier"),
        back=reverse("staff_choose_tier", args=[pk]),
        form=form,
    )


def _meaning(quote: ChangeQuote) -> list[str]:
    """Return what a change means, in sentences."""
    currency = quote.subscription.currency
    facts: dict[str, Any] = {
        "day": date_format(quote.from_on),
        "price": money(quote.list_cents - quote.discount_cents, currency),
        "credited": money(quote.credited_cents, currency),
        "charged": money(quote.charged_cents, currency),
        "net": money(quote.net_cents, currency),
        "gross": money(quote.gross_cents, currency),
    }
    per = _("From %(day)s it costs %(price)s net a month.")
    if quote.interval == Interval.YEAR:
        per = _("From %(day)s it costs %(price)s net a year.")
    following = ""
    if quote.next_invoice_on:
        following = _("The next whole period is invoiced on %(day)s.") % {
            "day": date_format(quote.next_invoice_on)
        }
    today = _(
        "Invoiced now: %(charged)s for the new tier, less %(credited)s for the old one, net "
        "%(net)s, with VAT %(gross)s."
    )
    return [per % facts, today % facts if quote.net_cents else "", following]
