"""The open order and its resources as programs are shown them."""

from collections.abc import Mapping
from typing import Any, assert_never

from django.http import HttpResponse
from django.urls import reverse

from shop.catalogue.models import Product
from shop.catalogue.prices import amount
from shop.catalogue.promotions import named_promotion
from shop.faults import fault
from shop.open_order.envelope import ApiError, answer
from shop.open_order.mapping import PRODUCT, account_of
from shop.open_order.request import OpenOrderRequest
from shop.orders import basket as baskets
from shop.orders.models import Basket, Order, State
from shop.orders.pricing import Price, nothing_to_pay, price_as_ordered, price_hash

# The services of a tier, and the column of the order that holds each once it is delivered.
SERVICES = {
    "client": "delivered_client_id",
    "project": "delivered_project_id",
    "members": "member_id",
}


def order_body(call: OpenOrderRequest) -> dict[str, Any]:
    """The order, with links to what is there: to its account, and to itself."""
    order = call.found
    body = {"Status": order.state}
    # Into an open order it can be put there.
    if order.state == State.NEW or account_of(basket_of(call)):
        body["Account"] = call.url("account")
    # A caller known by a token or password is not told the browser's cookie.
    if call.owner.owner_id and call.owner.digest == order.owner_digest:
        body = {"OwnerId": call.owner.owner_id, **body}
    places = {"self": {"href": call.url(), "rel": "self"}}
    if not call.explicit:
        places["alternate"] = {"href": call.location() + "/", "rel": "alternate"}
    return {"order": body, "links": places}


def basket_of(call: OpenOrderRequest) -> Basket:
    """The order's basket; of an order of `/api/orders`, made of its document."""
    return baskets.basket_of(call.found)


def links(call: OpenOrderRequest, path: str, **others: str) -> list[dict[str, str]]:
    """The link of a resource to itself, and `others` by their relations."""
    places = {"self": call.url(path), **others}
    return [{"href": href, "rel": rel} for rel, href in places.items()]


def shown(
    call: OpenOrderRequest,
    path: str,
    found: Mapping[str, Any] | None,
    **others: str,
) -> HttpResponse:
    """Answer with the resource at `path` and its `links`. Raises ApiError if it was not set."""
    if not found:
        raise ApiError(404, fault("not_set"))
    return answer(200, {**found, "links": links(call, path, **others)})


def catalogue_links(call: OpenOrderRequest) -> dict[str, str]:
    """The URLs of all tiers and of the order's own, with their prices, by relation."""
    tier = call.found.product if basket_of(call).product_key else None
    places = {"offerings": call.root + reverse("api_products")}
    if tier and tier.listed:
        places["offering"] = call.root + reverse("api_product", args=[tier.slug])
    return places


def product_body(call: OpenOrderRequest, base: str) -> dict[str, Any]:
    """The order's product, at the path `base` below the order."""
    order, basket = call.found, basket_of(call)
    return {
        "status": status_of(order),
        "productId": basket.product_key,
        "services": call.url(f"{base}/services"),
        "offering": offering_of(call, order.product),
        **{name: basket.document.get(member) for name, member in PRODUCT.items()},
        "interval": basket.document.get("interval", "month"),
        "links": links(call, f"{base}/"),
    }


def service_body(call: OpenOrderRequest, base: str, name: str) -> dict[str, Any]:
    """One of the tier's services."""
    order = call.found
    delivered = getattr(order, SERVICES[name]) is not None
    service: dict[str, Any] = {
        "status": "open" if delivered and order.state != State.CANCELLED else status_of(order),
        "serviceId": name,
        "name": name,
        "links": links(call, f"{base}/services/{name}/"),
    }
    if name == "members":
        service["quantity"] = order.product.members
    return service


def status_of(order: Order) -> str:
    """The status of the order's product, in the words of the older description."""
    match State(order.state):
        case State.NEW:
            return "new"
        case State.PACKED:
            return "open"
        case State.CANCELLED:
            return "closed"
        case State.PENDING | State.PACKING | State.HAS_PACKING_ERRORS | State.NEED_HUMAN:
            return "pending"
        case unknown:
            assert_never(unknown)


def offering_of(call: OpenOrderRequest, product: Product) -> str:
    """The URL of a tier's page, or the code of a retired tier, which has none."""
    return call.root + reverse("tier", args=[product.slug]) if product.listed else product.code


def quote_body(call: OpenOrderRequest) -> dict[str, Any]:
    """The price: of an open order as of now, of a placed one as it was agreed."""
    order, basket = call.found, basket_of(call)
    code = basket.document.get("promo_code")
    if order.state != State.NEW:
        price = price_as_ordered(order)
        agreed = price_hash(order.product, price, code)
        # The promotion may have ended since.
        promotion = named_promotion(code) if code else None
        tier = order.tier_name
    elif quoted := baskets.quote(basket):
        price, agreed, promotion = quoted
        tier = order.product.name
    else:
        return _quoted("", nothing_to_pay(basket.currency or "EUR"), [])
    product: dict[str, Any] = {
        "PlanNumber": basket.product_key,
        "Offering": offering_of(call, order.product),
    }
    if code:
        product["PromotionCode"] = code
        product["PromotionName"] = promotion.name if promotion else None
    product["Fees"] = [_fee(tier, price)]
    return _quoted(agreed, price, [product])


def _quoted(agreed: str, price: Price, products: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "Hash": agreed,
        "Currency": price.currency,
        "Products": products,
        "SubTotal": amount(price.net_cents),
        "TaxTotal": amount(price.vat_cents),
        "Total": amount(price.gross_cents),
    }


def _fee(tier: str, price: Price) -> dict[str, str]:
    fee = {
        "Type": "recurring",
        "Description": f"{tier}, a {price.interval}",
        "Currency": price.currency,
        "BaseAmount": amount(price.listed_cents),
        "Discount": amount(price.discount_cents),
        "Amount": amount(price.net_cents),
        "Quantity": "1",
        "MonthlyCycle": "12" if price.is_yearly else "1",
        "NumCharges": "-1",
    }
    if price.discount_cents and price.discount_months:
        fee["DiscountMonths"] = str(price.discount_months)
    return fee
