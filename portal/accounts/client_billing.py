"""The billing page of a client: who is billed, what its subscriptions cost, the next invoices."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.accounts import member_access as access
from shop.billing.models import Subscription
from shop.billing.price_changes import PriceChange
from shop.billing_form import BillingForm, country_name, initial_billing
from shop.catalogue.prices import gross
from shop.catalogue.seller import Seller, current_seller
from shop.catalogue.vat import Vat
from shop.catalogue.vat_ids import canonical_vat_id
from shop.orders.billing_fields import BILLING_MEMBERS
from shop.orders.buyers import vat_of
from shop.orders.order_billing import profile_fields
from shop.tenancy.billing_data import set_billing_profile
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.client_admins import administering
from shop.tenancy.models import Client
from shop.tenancy.vat_id_check import VatIdCheck
from shop.tenancy.vies import newest_check


@dataclass(frozen=True)
class Cost:
    """The cost of a subscription from its next invoice on, in cents for one interval."""

    subscription: Subscription
    net_cents: int
    vat: Vat
    due_on: date | None

    @property
    def gross_cents(self) -> int:
        """The sum of the next invoice."""
        return gross(self.net_cents, self.vat.rate)

    @property
    def discount_last_on(self) -> date | None:
        """The last day on which the discount counts; None: it counts for ever."""
        ends = self.subscription.discount_ends_on
        return ends - timedelta(days=1) if ends else None


@access.member_required
@require_http_methods(["GET", "HEAD", "POST"])
def billing(request: HttpRequest, pk: int) -> HttpResponse:
    """Show and change who is billed; a change counts for the next invoices."""
    return _billing(request, get_object_or_404(access.clients_of(access.member(request)), pk=pk))


@access.recent_login_to_post
def _billing(request: HttpRequest, found: Client) -> HttpResponse:
    admin = access.member(request)
    profile = BillingProfile.objects.filter(client=found).first()
    seller = current_seller()
    form = BillingForm(access.post_data(request), initial=_initial(found, profile, seller))
    if form.is_valid():
        with administering(found, admin):
            set_billing_profile(found, profile_fields(form.billing() or {}), actor=admin)
        messages.success(request, _("Saved. These details apply from your next invoice on."))
        return redirect("portal_billing", found.pk)
    running = costs(found, seller)
    context = {
        "client": found,
        "form": form,
        "profile": profile,
        "country": country_name(profile.country) if profile else "",
        "costs": running,
        "check": newest_check_of(profile),
    }
    return render(request, "accounts/billing.html", context, status=422 if form.errors else 200)


def newest_check_of(profile: BillingProfile | None) -> VatIdCheck | None:
    """Return the newest question to VIES about the VAT ID of `profile`, if it has one."""
    if profile is None or not profile.vat_id:
        return None
    return newest_check(canonical_vat_id(profile.vat_id))


def costs(client: Client, seller: Seller) -> list[Cost]:
    """Return what each running subscription of `client` costs, the oldest first."""
    today = timezone.localdate()
    vat = vat_of(None, client.pk)  # it has VIES asked where that matters
    running = Subscription.objects.filter(client=client, ended_at=None)
    running = running.filter(Q(ends_on=None) | Q(ends_on__gte=today))
    announced = PriceChange.objects.filter(applied_at=None, undone_at=None)
    found = (
        running.select_related("project", "product", "order")
        .prefetch_related(Prefetch("price_changes", announced))
        .order_by("pk")
    )
    return [_cost(each, vat, seller) for each in found]


def _cost(subscription: Subscription, vat: Vat, seller: Seller) -> Cost:
    day = subscription.next_period_on
    net = subscription.net_cents_on(day or subscription.anchor_on)
    # What was held back is due from the day on which it is issued.
    issued = max(day, timezone.localdate()) if day else None
    return Cost(subscription, net, vat, issued and issued + timedelta(days=seller.due_days))


def _initial(client: Client, profile: BillingProfile | None, seller: Seller) -> dict[str, Any]:
    if profile is None:
        return initial_billing({"company": client.name, "country": seller.country})
    return initial_billing({name: getattr(profile, name) for name in BILLING_MEMBERS})
