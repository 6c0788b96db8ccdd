"""`…/account` and its children, except the products."""

from django.http import HttpResponse

from shop.open_order import mapping, operations
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
from shop.open_order.response_models import (
    AccountAnswer,
    ContactAnswer,
    ContactsAnswer,
    PaymentAnswer,
    UserAnswer,
)
from shop.openapi import describes
from shop.orders.models import Basket


@describes(
    "Who orders: currency, language, which client.",
    GET=operations.show("Account", "the account", AccountAnswer),
    PUT=operations.put(
        *("Account", "the account", Account, AccountAnswer),
        "Who orders: a new client by its name, or one that exists by its number.",
        refusals={409: operations.CURRENCIES},
    ),
)
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


@describes(
    "All contacts that were set.",
    GET=operations.show("Contacts", "all contacts", ContactsAnswer, "Those that were set."),
)
@owner_required("GET")
def contacts(call: OpenOrderRequest) -> HttpResponse:
    """`…/account/contactInfo`: all contacts that were set."""
    basket = basket_of(call)
    each = {kind: mapping.contact_of(basket, kind) for kind in CONTACT_KINDS}
    found = {kind: put for kind, put in each.items() if put}
    return answer(200, {"contactInfo": found, "links": links(call, "account/contactInfo")})


@describes(
    "A person to turn to: regular, billing, administrator or technical. The regular one is the "
    "first member.",
    GET=operations.show("Contact", "a contact", ContactAnswer),
    PUT=operations.put(
        *("Contact", "a contact", Contact, ContactAnswer),
        "The regular one is needed, with email1: it is the first member.",
    ),
    DELETE=operations.delete("Contact", "a contact", "The others stay."),
)
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


@describes(
    "The sign-in name that the first member would like.",
    GET=operations.show("User", "the user", UserAnswer),
    PUT=operations.put(
        *("User", "the user", OrderUser, UserAnswer),
        "The sign-in name that the first member would like. There is no password: members set "
        "theirs on the registration page.",
    ),
)
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


@describes(
    "How it is paid: by invoice.",
    GET=operations.show("Payment", "the payment", PaymentAnswer),
    PUT=operations.put(
        *("Payment", "the payment", PaymentInfo, PaymentAnswer),
        "By invoice, and need not be set. Card data is refused and never kept.",
    ),
)
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
