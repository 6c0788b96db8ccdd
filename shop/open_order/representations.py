"""The open order and its resources as the wire shows them."""

from typing import Any

from django.urls import reverse

from shop.catalogue.models import Product, Promotion
from shop.open_order.envelope import ApiError
from shop.open_order.request import OpenOrderRequest
from shop.orders.models import Basket, Order, State
from shop.orders.pricing import Price, price_hash
from shop.orders.submission import quote

# What a tier delivers, and the order's member in which it stands once it is there.
SERVICES = {
    "client": "delivered_client_id",
    "project": "delivered_project_id",
    "members": "member_id",
}


def order_body(call: OpenOrderRequest) -> dict[str, Any]:
    """The order, and where its parts are."""
    order = call.found
    body: dict[str, Any] = {}
    # Whoever has shown another sign is not given the browser's cookie.
    if call.owner.owner_id and call.owner.digest == order.owner_digest:
        body["OwnerId"] = call.owner.owner_id
    body |= {"Status": order.state, "Account": call.url("account")}
    places = {"self": {"href": call.url(), "rel": "self"}}
    if not call.explicit:
        places["alternate"] = {"href": call.location() + "/", "rel": "alternate"}
    return {"order": body, "links": places}


def basket_of(call: OpenOrderRequest) -> Basket:
    """What was put into the order; nothing was into one that came by another way. Raises Fault."""
    basket: Basket | None = getattr(call.found, "basket", None)
    if basket is None:
        raise ApiError(404, "Nothing was put into this order here.")
    return basket


def links(call: OpenOrderRequest, path: str) -> list[dict[str, str]]:
    """A resource's link to itself."""
    return [{"href": call.url(path), "rel": "self"}]


def product_body(call: OpenOrderRequest, base: str) -> dict[str, Any]:
    """The order's product, whose address is `base` below the order."""
    order, product = call.found, basket_of(call).product or {}
    return {
        "status": status_of(order),
        "productId": product["productId"],
        "services": call.url(f"{base}/services"),
        "offering": offering_url(call, order.product),
        "displayName": product.get("displayName"),
        "projectId": product.get("projectId"),
        "promoCode": product.get("promoCode"),
        "links": links(call, f"{base}/"),
    }


def service_body(call: OpenOrderRequest, base: str, name: str) -> dict[str, Any]:
    """One thing that the tier delivers."""
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
    """How far the order's product is: the words are the source's."""
    if order.state == State.NEW:
        return "new"
    if order.state == State.PACKED:
        return "open"
    return "closed" if order.state == State.CANCELLED else "pending"


def offering_url(call: OpenOrderRequest, product: Product) -> str:
    """The address of a tier's page."""
    return call.root + reverse("tier", args=[product.slug])


def quote_body(call: OpenOrderRequest) -> dict[str, Any]:
    """What is to be paid: of an open order now, of a placed one as it was agreed."""
    order, basket = call.found, basket_of(call)
    quoted = quote(basket)
    if quoted is None:
        currency = (basket.account or {}).get("currency", "EUR")
        return {
            "Hash": "",
            "Currency": currency,
            "Products": [],
            "SubTotal": "0.00",
            "TaxTotal": "0.00",
            "Total": "0.00",
        }
    price, agreed, promotion = quoted
    tier = order.product.name
    code = (basket.product or {}).get("promoCode")
    if order.state != State.NEW:
        price = Price(order.net_cents, order.discount_cents, order.vat_rate, order.currency)
        agreed = price_hash(order.product, price, code)
        # It may have been the code's last use, or its last day.
        promotion = Promotion.objects.filter(code=code).first()
        tier = order.tier_name
    product: dict[str, Any] = {
        "PlanNumber": (basket.product or {})["productId"],
        "Offering": offering_url(call, order.product),
    }
    if code:
        product["PromotionCode"] = code
        product["PromotionName"] = promotion.name if promotion else None
    product["Fees"] = [_fee(tier, price)]
    return {
        "Hash": agreed,
        "Currency": price.currency,
        "Products": [product],
        "SubTotal": amount(price.net_cents),
        "TaxTotal": amount(price.vat_cents),
        "Total": amount(price.gross_cents),
    }


def _fee(tier: str, price: Price) -> dict[str, str]:
    return {
        "Type": "recurring",
        "Description": f"{tier}, a month",
        "Currency": price.currency,
        "BaseAmount": amount(price.net_cents + price.discount_cents),
        "Discount": amount(price.discount_cents),
        "Amount": amount(price.net_cents),
        "Quantity": "1",
        "MonthlyCycle": "1",
        "NumCharges": "-1",
    }


def amount(cents: int) -> str:
    """An amount as a string with two decimals."""
    return f"{cents // 100}.{cents % 100:02}"
