"""The tiers and the checkout."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from shop.catalogue.models import Product
from shop.content.models import Question
from shop.orders.opening import find_open
from shop.orders.owners import Owner, read_owner_id


@require_safe
def tiers(request: HttpRequest) -> HttpResponse:
    """The tiers, side by side."""
    products = list(Product.objects.filter(listed=True))
    families = [
        (family, [product for product in products if product.family == family])
        for family in Product.Family
    ]
    shown = [(family, members) for family, members in families if members]
    context = {
        "families": shown,
        "products": products,
        "questions": Question.objects.filter(listed=True),
        "open": find_open(Owner(read_owner_id(request))),
    }
    return render(request, "storefront/tiers.html", context)


@require_safe
def tier(request: HttpRequest, slug: str) -> HttpResponse:
    """One tier; a retired one is gone."""
    product = get_object_or_404(Product, slug=slug, listed=True)
    return render(request, "storefront/tier.html", _deal(product))


def _deal(product: Product) -> dict[str, Any]:
    return {"product": product, "vat_cents": product.gross_cents - product.net_cents}
