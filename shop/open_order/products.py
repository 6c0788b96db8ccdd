"""`…/account/products`: the one product of an order, and what its tier delivers."""

from urllib.parse import urlsplit

from django.http import HttpResponse
from django.urls import reverse

from shop.catalogue.models import Product
from shop.open_order import operations
from shop.open_order.envelope import ApiError, answer, invalid
from shop.open_order.mapping import put_product
from shop.open_order.representations import (
    SERVICES,
    basket_of,
    links,
    product_body,
    service_body,
)
from shop.open_order.request import OpenOrderRequest, owner_required
from shop.open_order.resources import OrderedProduct, read_resource
from shop.open_order.response_models import (
    ProductAnswer,
    ProductMade,
    ProductsAnswer,
    ServiceAnswer,
    ServicesAnswer,
)
from shop.openapi import Operation, describes
from shop.orders.basket import remove_product
from shop.orders.models import Basket

PRODUCTS = "account/products"
# The path in the source's own example.
ALIAS = "product"


@describes(
    "The product, in a list.",
    GET=operations.show("Products", "the products", ProductsAnswer, "None, or one."),
    POST=Operation(
        "addProduct",
        "Put a product in",
        "An order holds one product.",
        {201: ProductMade},
        OrderedProduct,
        refusals={409: f"The order holds a product already. {operations.CURRENCIES}"},
    ),
)
@owner_required("GET", "POST")
def products(call: OpenOrderRequest) -> HttpResponse:
    """`…/account/products`."""
    if call.request.method == "POST":
        given = read_resource(OrderedProduct, call.body())
        tier = find_tier(call, given["offering"])

        def add(basket: Basket) -> None:
            if basket.product_key:
                raise ApiError(409, "An order holds one product; this one has it.")
            put_product(basket, tier, given)

        call.change(add)
        number = basket_of(call).product_key
        url = call.url(f"{PRODUCTS}/{number}/")
        response = answer(201, {"url": url, "productId": number})
        response["Location"] = url
        return response
    number = basket_of(call).product_key
    items = [product_body(call, f"{PRODUCTS}/{number}")] if number else []
    return answer(200, {"list": items, "links": links(call, PRODUCTS)})


@describes(
    "The tier, and the project it is for. Below /order also product/{productId}, the older "
    "example's address.",
    GET=operations.show("Product", "the product", ProductAnswer),
    PUT=operations.put(
        *("Product", "the product", OrderedProduct, ProductAnswer),
        "In place of what it was: another tier, another project.",
        refusals={409: operations.CURRENCIES},
    ),
    DELETE=operations.delete("Product", "the product", "The order may then take another."),
)
@owner_required("GET", "PUT", "DELETE")
def product(call: OpenOrderRequest, product_id: str, place: str) -> HttpResponse:
    """`…/account/products/{productId}`, and by the alias `/order/product/{productId}`."""

    def find(basket: Basket) -> None:
        if basket.product_key != product_id:
            raise ApiError(404, "There is no such product.")

    if call.order is None:
        raise ApiError(404, "There is no such product.")
    find(basket_of(call))
    if call.request.method == "PUT":
        given = read_resource(OrderedProduct, call.body())
        tier = find_tier(call, given["offering"])

        def put(basket: Basket) -> None:
            find(basket)
            put_product(basket, tier, given)

        call.change(put)
    if call.request.method == "DELETE":

        def remove(basket: Basket) -> None:
            find(basket)
            remove_product(basket)

        call.change(remove)
        return answer(204)
    return answer(200, product_body(call, f"{place}/{product_id}"))


@describes(
    "What the tier delivers.",
    GET=operations.show("Services", "what the tier delivers", ServicesAnswer),
)
@owner_required("GET", left_out="POST")
def services(call: OpenOrderRequest, product_id: str, place: str) -> HttpResponse:
    """`…/services`: what the tier delivers."""
    base = _base(call, product_id, place)
    found = [service_body(call, base, name) for name in SERVICES]
    return answer(200, {"list": found, "links": links(call, f"{base}/services")})


@describes(
    "One of it: client, project or members.",
    GET=operations.show("Service", "one thing that the tier delivers", ServiceAnswer),
)
@owner_required("GET")
def service(call: OpenOrderRequest, product_id: str, service_id: str, place: str) -> HttpResponse:
    """`…/services/{serviceId}`."""
    base = _base(call, product_id, place)
    if service_id not in SERVICES:
        raise ApiError(404, "There is no such service.")
    return answer(200, service_body(call, base, service_id))


def find_tier(call: OpenOrderRequest, offering: str) -> Product:
    """The listed tier with this code or page URL. Raises ApiError."""
    # Codes hold no slash, so no code is taken for a URL.
    address = urlsplit(offering) if offering.startswith(f"{call.root}/") else None
    for tier in Product.objects.filter(listed=True):
        page = reverse("tier", args=[tier.slug])
        if tier.code == offering or (address and address.path.rstrip("/") == page.rstrip("/")):
            return tier
    raise invalid({"offering": ["is not a tier that can be ordered."]})


def _base(call: OpenOrderRequest, product_id: str, place: str) -> str:
    if not product_id or basket_of(call).product_key != product_id:
        raise ApiError(404, "There is no such product.")
    return f"{place}/{product_id}"
