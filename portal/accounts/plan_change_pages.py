"""The pages on which the client_admin changes a plan: choose, read the quote, confirm; undo."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts import member_access as access
from portal.accounts.change_quote_words import quote_words
from portal.accounts.client_subscriptions import administered
from portal.accounts.plan_offers import PlanForm, plan_choice
from portal.accounts.refused_plans import Refusal, refusal_of
from shop.billing.change_quotes import ChangeQuote, quote_change
from shop.billing.change_refusals import NoChangeError
from shop.billing.models import Subscription
from shop.billing.next_invoices import change_under_way
from shop.billing.tier_change_rows import TierChange
from shop.billing.tier_changes import QuoteChangedError, change_tier, undo_change
from shop.catalogue.intervals import Interval
from shop.catalogue.models import Product


@access.member_required
@require_http_methods(["GET", "HEAD", "POST"])
def choose_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """List the plans to change to; what is chosen is quoted on the next page."""
    found = administered(request, pk)
    if refusal := _refusal_of_all(found):
        messages.warning(request, refusal.text)
        return redirect("portal_subscription", pk)
    asked = request.POST if request.method == "POST" else request.GET
    interval = asked.get("interval", found.interval)
    if interval not in Interval.values:
        interval = found.interval
    choice = plan_choice(found, interval)
    form = PlanForm(choice, access.post_data(request))
    if form.is_valid():
        code = form.cleaned_data["product"]
        (card,) = [each for each in choice.cards if each.product.code == code]
        return redirect(_quote_url(found, code, card.interval))
    context = {
        "subscription": found,
        "form": form,
        "choice": choice,
        "interval": interval,
    }
    return render(request, "accounts/choose_plan.html", context, status=422 if form.errors else 200)


@access.member_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a change costs and from when it counts; POST does it."""
    found = administered(request, pk)
    asked = request.POST if request.method == "POST" else request.GET
    code = asked.get("product", "").replace("\0", "")
    product = Product.objects.filter(code=code, listed=True).first()
    interval = asked.get("interval", "")
    if product is None or interval not in Interval.values:
        return redirect("portal_change_tier", pk)
    try:
        return _confirm(request, found, product, interval)
    except NoChangeError as error:
        context = {"subscription": found, "refusal": refusal_of(error, found)}
        return render(request, "accounts/change_refused.html", context, status=422)


@access.recent_login_to_post
def _confirm(
    request: HttpRequest, found: Subscription, product: Product, interval: str
) -> HttpResponse:
    quote = quote_change(found, product, interval)
    if request.method != "POST":
        return _show(request, quote)
    try:
        change = change_tier(quote, request.POST.get("quote_hash", ""), access.member(request))
    except QuoteChangedError:
        fresh = quote_change(administered(request, found.pk), product, interval)
        return _show(request, fresh, has_changed=True)
    messages.success(request, _done(change))
    return redirect("portal_subscription", found.pk)


@access.member_required
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Give up the change that is planned or waits for approval."""
    found = administered(request, pk)
    change = change_under_way(found)
    if change and undo_change(change, access.member(request)):
        messages.success(request, _("The change is undone: your plan stays as it is."))
    else:
        text = _("This change can no longer be undone. This is how your contract stands now.")
        messages.warning(request, text)
    return redirect("portal_subscription", pk)


def _refusal_of_all(found: Subscription) -> Refusal | None:
    """The reason for which no plan at all can be chosen now; None: some may be."""
    if found.ended_at:
        code = "ended"
    elif found.cancelled_at:
        code = "cancelled"
    elif change_under_way(found):
        code = "under_way"
    else:
        return None
    return refusal_of(NoChangeError(code), found)


def _quote_url(found: Subscription, code: str, interval: str) -> str:
    query = urlencode({"product": code, "interval": interval})
    return f"{reverse('portal_confirm_change', args=[found.pk])}?{query}"


def _show(request: HttpRequest, quote: ChangeQuote, *, has_changed: bool = False) -> HttpResponse:
    context = {
        "subscription": quote.subscription,
        "quote": quote,
        "words": quote_words(quote),
        "has_changed": has_changed,
    }
    return render(
        request, "accounts/confirm_change.html", context, status=409 if has_changed else 200
    )


def _done(change: TierChange) -> str:
    plan = {"plan": change.product.name}
    match change.state:
        case TierChange.State.APPROVAL:
            text = _(
                "Thank you. We'll check your change to %(plan)s and get back to you by the next working day."
            )
            return text % plan
        case TierChange.State.PLANNED:
            day = date_format(change.from_on or "", "DATE_FORMAT")
            text = _("Your plan changes to %(plan)s on %(day)s.")
            return text % {**plan, "day": day}
        case _:
            return _("Your plan is now %(plan)s.") % plan
