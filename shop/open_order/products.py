"""`…/account/products`: the one product of an order, and what its tier delivers."""

from urllib.parse import urlsplit

from django.http import HttpResponse
from django.urls import reverse

from shop.catalogue.models import Product
from shop.faults import fault
from shop.open_order import response_models as answers
from shop.open_order.envelope import ApiError, answer, invalid
from shop.open_order.mapping import OTHER_CURRENCY, put_product
from shop.open_order.representations import (
    SERVICES,
    basket_of,
    catalogue_links,
    product_body,
    service_body,
    shown,
)
from shop.open_order.request import OpenOrderRequest, owner_required
from shop.open_order.resources import OrderedProduct, read_resource
from shop.openapi import Operation, delete, put, show
from shop.orders.basket import remove_product
from shop.orders.models import Basket
from shop.orders.problems import Problem

PRODUCTS = "account/products"
# The path in the older description's own example.
ALIAS = "product"


@owner_required(
    "The product, in a list.",
    GET=show("Products", "the products", answers.ProductsAnswer, "None, or one."),
    POST=Operation(
        "addProduct",
        "Put a product in",
        "An order holds one product.",
        {201: answers.ProductMade},
        OrderedProduct,
        refusals={409: f"The order holds a product already. {OTHER_CURRENCY}"},
    ),
)
def products(call: OpenOrderRequest) -> HttpResponse:
    """`…/account/products`."""
    if call.request.method == "POST":
        given = read_resource(OrderedProduct, call.body())
        tier = find_tier(call, given["offering"])

        def add(basket: Basket) -> None:
            if basket.product_key:
                raise ApiError(409, fault("product_already_there"))
            put_product(basket, tier, given)

        call.change(add)
    number = basket_of(call).product_key
    if call.request.method == "POST":
        url = call.url(f"{PRODUCTS}/{number}/")
        return answer(201, {"url": url, "productId": number}, Location=url)
    items = [product_body(call, f"{PRODUCTS}/{number}")] if number else []
    return shown(call, PRODUCTS, {"list": items}, **catalogue_links(call))


@owner_required(
    "The tier, and the project it is for. Below /order also product/{productId}, the older "
    "example's address.",
    GET=show("Product", "the product", answers.ProductAnswer),
    PUT=put(
        *("Product", "the product", OrderedProduct, answers.ProductAnswer),
        "In place of what it was: another tier, another project.",
        refusals={409: OTHER_CURRENCY},
    ),
    DELETE=delete("Product", "the product", "The order may then take another."),
)
def product(call: OpenOrderRequest, product_id: str, place: str) -> HttpResponse:
    """`…/account/products/{productId}`, and by the alias `/order/product/{productId}`."""
    base = _base(call, product_id, place)
    if call.request.method == "PUT":
        given = read_resource(OrderedProduct, call.body())
        tier = find_tier(call, given["offering"])
        call.change(lambda basket: put_product(_checked(basket, product_id), tier, given))
    if call.request.method == "DELETE":
        call.change(lambda basket: remove_product(_checked(basket, product_id)))
        return answer(204)
    return answer(200, product_body(call, base))


@owner_required(
    "What the tier delivers.",
    GET=show("Services", "what the tier delivers", answers.ServicesAnswer),
    left_out="POST",
)
def services(call: OpenOrderRequest, product_id: str, place: str) -> HttpResponse:
    """`…/services`: all that the tier delivers."""
    base = _base(call, product_id, place)
    found = [service_body(call, base, name) for name in SERVICES]
    return shown(call, f"{base}/services", {"list": found})


@owner_required(
    "One of it: client, project or members.",
    GET=show("Service", "one thing that the tier delivers", answers.ServiceAnswer),
)
def service(call: OpenOrderRequest, product_id: str, service_id: str, place: str) -> HttpResponse:
    """`…/services/{serviceId}`."""
    base = _base(call, product_id, place)
    if service_id not in SERVICES:
        raise ApiError(404, fault("service_not_found"))
    return answer(200, service_body(call, base, service_id))


def find_tier(call: OpenOrderRequest, offering: str) -> Product:
    """The listed tier with this code, or this URL of its page or at `/api/products`.

    Raises ApiError.
    """
    # Codes hold no slash, so no code is taken for a URL.
    address = urlsplit(offering).path.rstrip("/") if offering.startswith(f"{call.root}/") else None
    for tier in Product.objects.filter(listed=True):
        places = [reverse(name, args=[tier.slug]).rstrip("/") for name in ("tier", "api_product")]
        if tier.code == offering or address in places:
            return tier
    raise invalid({"offering": [Problem("product", "unknown_tier").fault()]})


def _base(call: OpenOrderRequest, product_id: str, place: str) -> str:
    """The path of the product below the order. Raises ApiError if it is not the order's."""
    _checked(Basket() if call.order is None else basket_of(call), product_id)
    return f"{place}/{product_id}"


def _checked(basket: Basket, product_id: str) -> Basket:
    """`basket`, if it still holds this product. Raises ApiError."""
    if basket.product_key != product_id:
        raise ApiError(404, fault("product_not_found"))
    return basket
