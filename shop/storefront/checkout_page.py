"""The page of the checkout: its form, the price, and what the form begins with."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from shop.billing_form import initial_billing
from shop.catalogue.seller import Seller, current_seller
from shop.orders.basket import order_document
from shop.orders.models import Basket
from shop.storefront.forms import CheckoutForm
from shop.storefront.offer import offer
from shop.tenancy.models import User


def checkout_page(
    request: HttpRequest,
    form: CheckoutForm,
    basket: Basket,
    seller: Seller | None = None,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """Render the page with `form` and the price of `basket`; without a tier, lead to the tiers."""
    seller = seller or current_seller()
    offered = offer(basket, seller)
    if offered is None:
        return redirect("tiers")
    context |= {**offered, "form": form, "seller": seller}
    return render(request, "storefront/checkout.html", context, status=status)


def initial_values(basket: Basket, seller: Seller, user: User | None) -> dict[str, Any]:
    """Return what is known already: from the account, the open order and the seller's country."""
    document = order_document(basket)
    names = ("first_name", "last_name", "email") if user else ()
    known = {f"user_{name}": getattr(user, name) for name in names}
    billing = {"country": seller.country} | (document.get("billing") or {})
    if billing.get("company") == document.get("client_name"):
        billing.pop("company", None)  # it is named once
    declared = {"business": basket.declared_business_at is not None}
    return known | document | declared | initial_billing(billing)
