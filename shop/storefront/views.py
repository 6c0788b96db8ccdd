"""The pages of the tiers."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from shop.base_url import base_url
from shop.catalogue.features import INCLUDED
from shop.catalogue.listed_tiers import LISTED, with_vat_rate
from shop.catalogue.models import Product
from shop.catalogue.vat import Vat, VatRule
from shop.content import proof, questions
from shop.kept_pages import KeptPages, Rows, is_same_for_all, without_indentation
from shop.languages import page_language
from shop.orders.open_orders import Owner, open_orders_of
from shop.orders.pricing import price_of
from shop.owner_cookie import read_owner_id
from shop.storefront.json_ld import data_block, describe
from shop.storefront.start_page import start_page
from shop.storefront.tier_page import tier_page

# Only these pages are compressed: the size of a compressed response can leak a secret that it
# holds beside user input (BREACH). Nothing here is secret: the CSRF token is masked anew in each
# response, and the query string is repeated in the language links alone.


_tiers_pages, _tier_pages = KeptPages(), KeptPages()


@gzip_page
@require_safe
def tiers(request: HttpRequest) -> HttpResponse:
    """Show all tiers, side by side."""
    asked, owner = questions.listed_rows(), Owner(read_owner_id(request))
    # Django does not see each OwnerId that we read.
    if not owner and is_same_for_all(request):
        rows = LISTED.raw()
        return _tiers_pages.answer(
            request,
            (rows, asked, INCLUDED.raw(), proof.listed_rows()),
            lambda nobody, token: _tiers(nobody, LISTED.read(rows), asked, csrf_token=token),
        )
    chosen = open_orders_of(owner).filter(product=OuterRef("pk"))
    listed = with_vat_rate(Product.objects.filter(listed=True))
    products = list(listed.annotate(chosen=Exists(chosen)))
    picked = next((product for product in products if product.chosen), None)
    return HttpResponse(_tiers(request, products, asked, chosen=picked))


@gzip_page
@require_safe
def tier(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one tier; 404 for a retired one."""
    rows, asked = LISTED.raw(), questions.listed_rows()
    if is_same_for_all(request):
        return _tier_pages.answer(
            request,
            (rows, asked, INCLUDED.raw(), proof.listed_rows()),
            lambda nobody, token: _tier(nobody, LISTED.read(rows), asked, slug, csrf_token=token),
        )
    return HttpResponse(_tier(request, LISTED.read(rows), asked, slug))


def _tiers(request: HttpRequest, products: Sequence[Product], asked: Rows, **more: Any) -> str:
    context = {
        **start_page(products),
        "products": products,
        "questions": questions.LISTED.read(asked),
        "proof": proof.listed_proof(),
        **more,
    }
    return _render("storefront/tiers.html", context, request)


def _tier(
    request: HttpRequest, products: Sequence[Product], asked: Rows, slug: str, **more: Any
) -> str:
    product = next((product for product in products if product.slug == slug), None)
    if product is None:
        raise Http404
    address = f"{base_url(request)}{request.path}?lang={page_language()}"
    context = {
        **tier_page(product, products),
        "questions": questions.LISTED.read(asked),
        "price": price_of(product, None, Vat(VatRule.DOMESTIC, product.vat_rate)),
        "data": data_block(describe(product, address)),
        **more,
    }
    return _render("storefront/tier.html", context, request)


def _render(template: str, context: dict[str, Any], request: HttpRequest) -> str:
    return without_indentation(render_to_string(template, context, request))
