"""The price in the checkout, by itself: its script puts it in where something was changed."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shop.catalogue.seller import current_seller
from shop.orders.models import Basket
from shop.orders.open_orders import find_open
from shop.owner_cookie import page_owner
from shop.storefront.offer import offer


@never_cache
@require_safe
def checkout_price(request: HttpRequest) -> HttpResponse:
    """Show the price of the open order again: its page asks whether VIES has answered."""
    order = find_open(page_owner(request))
    turn = number(request.GET.get("turn", "")) or 0
    return price_part(request, order.basket if order else None, turn=turn)


def price_part(
    request: HttpRequest,
    basket: Basket | None,
    *,
    turn: int = 0,
    vat_id_errors: Sequence[str] = (),
) -> HttpResponse:
    """Return the price alone; where there is no order any more, the page is to be loaded again."""
    offered = offer(basket, current_seller(), turn=turn) if basket else None
    if offered is None:
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {**offered, "oob": True, "vat_id_errors": vat_id_errors}
    if request.POST.get("shown") == offered["shown"] and not (
        vat_id_errors or offered["next_turn"]
    ):
        return HttpResponse(status=204)  # what the page shows still holds
    return render(request, "storefront/checkout_offer.html", context)


def asks_for_price(request: HttpRequest) -> bool:
    """Tell whether the page's script asks for the price of what was typed so far."""
    return request.POST.get("apply") == "price" and "HX-Request" in request.headers


def number(value: str) -> int | None:
    """Return the number that was sent, if it is one of a size that makes sense."""
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else None
