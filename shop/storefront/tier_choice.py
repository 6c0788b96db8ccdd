"""Taking a tier: it becomes what the open order is for."""

from collections.abc import Iterable

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from shop.catalogue.intervals import Interval
from shop.catalogue.listed_tiers import LISTED
from shop.catalogue.models import Product
from shop.catalogue.promotions import find_promotion
from shop.orders.basket import put_tier, update_document
from shop.orders.models import Basket
from shop.orders.open_orders import update_open_order
from shop.owner_cookie import page_owner, write_owner_id


@require_POST
def take_tier(request: HttpRequest) -> HttpResponse:
    """Put a tier into the open order, and go on to its details."""
    tier = posted_tier(request.POST, LISTED.all())
    if tier is None:
        raise Http404
    # By the month is what an order without an interval means.
    by_year = request.POST.get("interval") == Interval.YEAR and tier.yearly_net_cents
    interval = Interval.YEAR.value if by_year else None
    _basket, owner = update_open_order(
        page_owner(request), lambda basket: _change_tier(basket, tier, interval)
    )
    response = redirect("checkout")
    write_owner_id(response, owner)
    return response


def posted_tier(posted: QueryDict, tiers: Iterable[Product]) -> Product | None:
    """Return the one of `tiers` that was posted."""
    return next((tier for tier in tiers if tier.code == posted.get("product")), None)


def _change_tier(basket: Basket, tier: Product, interval: str | None) -> None:
    """Put `tier` in, paid for each `interval`, and take out what does not fit it."""
    if basket.order.product != tier:
        update_document(basket, {"project_id": None})
    if find_promotion(basket.document.get("promo_code", ""), tier) is None:
        update_document(basket, {"promo_code": None})
    if basket.currency:
        basket.currency = tier.currency
    update_document(basket, {"interval": interval})
    put_tier(basket, tier)
