"""The tiers and the checkout."""

from typing import Any

from django.core.validators import slug_re
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shop.access.limits import take
from shop.catalogue.models import Product
from shop.orders.document import Refused, check_document
from shop.orders.models import Order
from shop.orders.placing import Caller, place_order
from shop.orders.wording import tell
from shop.storefront.forms import CheckoutForm
from shop.tenancy.models import User


@require_safe
def tiers(request: HttpRequest) -> HttpResponse:
    """The tiers, side by side."""
    products = list(Product.objects.filter(listed=True))
    families = [
        (family, [product for product in products if product.family == family])
        for family in Product.Family
    ]
    shown = [(family, members) for family, members in families if members]
    return render(request, "storefront/tiers.html", {"families": shown, "products": products})


@require_safe
def tier(request: HttpRequest, slug: str) -> HttpResponse:
    """One tier; a retired one is gone."""
    product = get_object_or_404(Product, slug=slug, listed=True)
    return render(request, "storefront/tier.html", _deal(product))


@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    """Details, summary and the order button; without a tier, the way back to them."""
    slug = request.POST.get("tier") or request.GET.get("tier")
    if not slug:
        return redirect("tiers")
    if not slug_re.match(slug):
        raise Http404
    product = get_object_or_404(Product, slug=slug, listed=True)
    if request.method != "POST":
        form = CheckoutForm(initial=_known_details(request))
        return render(request, "storefront/checkout.html", {"form": form, **_deal(product)})
    form = CheckoutForm(request.POST)
    if order := _place(request, form, product):
        return redirect("registration", order.order_hash)
    context = {"form": form, **_deal(product)}
    return render(request, "storefront/checkout.html", context, status=422)


def _place(request: HttpRequest, form: CheckoutForm, product: Product) -> Order | None:
    complete = form.is_valid()
    document = form.document(product)
    user = request.user if isinstance(request.user, User) else None
    try:
        if complete:
            taken = None if user else take(request, "orders")
            if taken and taken.wait:
                form.add_error(None, _("There were many orders from here. Please wait a while."))
                return None
            return place_order(document, Caller(user=user), form_key=form.key())
        # Checked all the same, so that all errors are told at once.
        check_document(document)
    except Refused as refusal:
        tell(form, refusal.errors)
    return None


def _deal(product: Product) -> dict[str, Any]:
    return {"product": product, "vat_cents": product.gross_cents - product.net_cents}


def _known_details(request: HttpRequest) -> dict[str, str]:
    if not isinstance(request.user, User):
        return {}
    user = request.user
    return {
        "user_first_name": user.first_name,
        "user_last_name": user.last_name,
        "user_email": user.email,
    }
