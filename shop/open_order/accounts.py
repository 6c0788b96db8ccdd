"""`…/account` and its children, except the products."""

from django.http import HttpResponse

from shop.open_order import mapping
from shop.open_order.envelope import ApiError, answer
from shop.open_order.representations import basket_of, links
from shop.open_order.request import OpenOrderRequest, owner_required
from shop.open_order.resources import (
    CONTACT_KINDS,
    Account,
    Contact,
    OrderUser,
    PaymentInfo,
    read_resource,
)
from shop.orders.models import Basket


@owner_required("GET", "PUT")
def account(call: OpenOrderRequest) -> HttpResponse:
    """`…/account`: currency, language, and which client."""
    if call.request.method == "PUT":
        given = read_resource(Account, call.body())
        call.change(lambda basket: mapping.put_account(basket, given, call.who.client_admin))
    found = mapping.account_of(basket_of(call))
    if found is None:
        raise ApiError(404, "No account has been set.")
    children = ("contactInfo", "user", "paymentInfo", "products")
    places = {name: call.url(f"account/{name}") for name in children}
    return answer(200, {**found, **places, "links": links(call, "account")})


@owner_required("GET")
def contacts(call: OpenOrderRequest) -> HttpResponse:
    """`…/account/contactInfo`: all contacts that were set."""
    basket = basket_of(call)
    each = {kind: mapping.contact_of(basket, kind) for kind in CONTACT_KINDS}
    found = {kind: put for kind, put in each.items() if put}
    return answer(200, {"contactInfo": found, "links": links(call, "account/contactInfo")})


@owner_required("GET", "PUT", "DELETE")
def contact(call: OpenOrderRequest, kind: str) -> HttpResponse:
    """`…/account/contactInfo/{kind}`."""
    if kind not in CONTACT_KINDS:
        raise ApiError(404, f"Contacts are {', '.join(CONTACT_KINDS)}.")
    if call.request.method == "PUT":
        given = read_resource(Contact, call.body())
        call.change(lambda basket: mapping.put_contact(basket, kind, given))
    if call.request.method == "DELETE":

        def remove(basket: Basket) -> None:
            if mapping.contact_of(basket, kind) is None:
                raise ApiError(404, "This contact has not been set.")
            mapping.remove_contact(basket, kind)

        call.change(remove)
        return answer(204)
    found = mapping.contact_of(basket_of(call), kind)
    if found is None:
        raise ApiError(404, "This contact has not been set.")
    return answer(200, {**found, "links": links(call, f"account/contactInfo/{kind}")})


@owner_required("GET", "PUT")
def user(call: OpenOrderRequest) -> HttpResponse:
    """`…/account/user`: the sign-in name that the first member would like."""
    if call.request.method == "PUT":
        given = read_resource(OrderUser, call.body())
        call.change(lambda basket: mapping.write(basket, mapping.USER, given))
    found = mapping.read(basket_of(call), mapping.USER)
    if not found:
        raise ApiError(404, "No user has been set.")
    return answer(200, {**found, "links": links(call, "account/user")})


@owner_required("GET", "PUT")
def payment(call: OpenOrderRequest) -> HttpResponse:
    """`…/account/paymentInfo`: by invoice, and nothing else."""
    if call.request.method == "PUT":
        given = read_resource(PaymentInfo, call.body())

        def put(basket: Basket) -> None:
            basket.payment = given["paymentInfoType"]

        call.change(put)
    found = basket_of(call).payment
    if not found:
        raise ApiError(404, "No payment has been set.")
    return answer(200, {"paymentInfoType": found, "links": links(call, "account/paymentInfo")})
