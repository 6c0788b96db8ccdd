"""The billing page of a client: who is billed, what its subscriptions cost, the next invoices."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.accounts import member_access as access
from portal.accounts.subscription_costs import costs
from shop.billing_form import BillingForm, country_name, initial_billing
from shop.catalogue.seller import Seller, current_seller
from shop.orders.billing_fields import BILLING_MEMBERS
from shop.orders.order_billing import profile_fields
from shop.tenancy.billing_data import set_billing_profile
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.client_admins import administering
from shop.tenancy.models import Client
from shop.tenancy.vies import newest_check_of


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


def _initial(client: Client, profile: BillingProfile | None, seller: Seller) -> dict[str, Any]:
    if profile is None:
        return initial_billing({"company": client.name, "country": seller.country})
    return initial_billing({name: getattr(profile, name) for name in BILLING_MEMBERS})
