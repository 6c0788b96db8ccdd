"""The pages of the tiers."""

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from shop.base_url import base_url
from shop.catalogue.models import Product
from shop.content.questions import listed
from shop.languages import page_language
from shop.orders.open_orders import Owner, open_orders_of
from shop.orders.pricing import price_of
from shop.owner_cookie import read_owner_id
from shop.storefront.json_ld import data_block, describe

# Only these pages are compressed: the size of a compressed response can leak a secret that it
# holds beside user input (BREACH). Nothing here is secret: the CSRF token is masked anew in each
# response, and the query string is repeated in the language links alone.


@gzip_page
@require_safe
def tiers(request: HttpRequest) -> HttpResponse:
    """Show all tiers, side by side."""
    chosen = open_orders_of(Owner(read_owner_id(request))).filter(product=OuterRef("pk"))
    products = list(Product.objects.filter(listed=True).annotate(chosen=Exists(chosen)))
    families = {
        family: [product for product in products if product.family == family]
        for family in Product.Family
    }
    context = {
        "families": [(family, tiers) for family, tiers in families.items() if tiers],
        "products": products,
        "questions": listed(),
        "chosen": next((product for product in products if product.chosen), None),
    }
    return render(request, "storefront/tiers.html", context)


@gzip_page
@require_safe
def tier(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one tier; 404 for a retired one."""
    product = get_object_or_404(Product, slug=slug, listed=True)
    address = f"{base_url(request)}{request.path}?lang={page_language()}"
    context = {
        "product": product,
        "price": price_of(product, None, adds_member=False),
        "data": data_block(describe(product, address)),
    }
    return render(request, "storefront/tier.html", context)
