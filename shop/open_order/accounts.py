"""`…/account` and its children, except the products."""

from django.http import HttpResponse

from shop.faults import fault
from shop.open_order import mapping
from shop.open_order import response_models as answers
from shop.open_order.contact_models import ContactAnswer, ContactsAnswer
from shop.open_order.envelope import ApiError, answer
from shop.open_order.representations import basket_of, shown
from shop.open_order.request import OpenOrderRequest, owner_required
from shop.open_order.resources import (
    CONTACT_KINDS,
    Account,
    Contact,
    OrderUser,
    PaymentInfo,
    read_resource,
)
from shop.openapi import delete, put, show
from shop.orders.models import Basket


@owner_required(
    "Who orders: currency, language, which client.",
    GET=show("Account", "the account", answers.AccountAnswer),
    PUT=put(
        *("Account", "the account", Account, answers.AccountAnswer),
        "Who orders: a new client by its name, or one that exists by its number.",
        refusals={409: mapping.OTHER_CURRENCY},
    ),
)
def account(call: OpenOrderRequest) -> HttpResponse:
    """`…/account`: currency, language, and which client."""
    if call.request.method == "PUT":
        given = read_resource(Account, call.body())
        call.change(lambda basket: mapping.put_account(basket, given, call.who.client_admin))
    basket = basket_of(call)
    found = mapping.account_of(basket)
    if found:
        found |= {name: call.url(f"account/{name}") for name in mapping.children_of(basket)}
    return shown(call, "account", found)


@owner_required(
    "All contacts that were set.",
    GET=show("Contacts", "all contacts", ContactsAnswer, "Those that were set."),
)
def contacts(call: OpenOrderRequest) -> HttpResponse:
    """`…/account/contactInfo`: all contacts that were set."""
    basket = basket_of(call)
    each = {kind: mapping.contact_of(basket, kind) for kind in CONTACT_KINDS}
    found = {kind: contact for kind, contact in each.items() if contact}
    return shown(call, "account/contactInfo", {"contactInfo": found})


@owner_required(
    "A person to turn to: regular, billing, administrator or technical. The regular one is the "
    "first member.",
    GET=show("Contact", "a contact", ContactAnswer),
    PUT=put(
        *("Contact", "a contact", Contact, ContactAnswer),
        "The regular one is needed, with email1: it is the first member. The billing one supplies "
        "who is billed, if it has an address.",
    ),
    DELETE=delete("Contact", "a contact", "The others stay."),
)
def contact(call: OpenOrderRequest, kind: str) -> HttpResponse:
    """`…/account/contactInfo/{kind}`."""
    if kind not in CONTACT_KINDS:
        raise ApiError(404, fault("contact_not_found", kinds=", ".join(CONTACT_KINDS)))
    if call.request.method == "PUT":
        given = read_resource(Contact, call.body())
        call.change(lambda basket: mapping.put_contact(basket, kind, given))
    if call.request.method == "DELETE":
        call.change(lambda basket: mapping.remove_contact(basket, kind))
        return answer(204)
    found = mapping.contact_of(basket_of(call), kind)
    return shown(call, f"account/contactInfo/{kind}", found)


@owner_required(
    "The sign-in name that the first member would like.",
    GET=show("User", "the user", answers.UserAnswer),
    PUT=put(
        *("User", "the user", OrderUser, answers.UserAnswer),
        "The sign-in name that the first member would like. There is no password: members set "
        "theirs on the registration page.",
    ),
)
def user(call: OpenOrderRequest) -> HttpResponse:
    """`…/account/user`: the sign-in name that the first member would like."""
    if call.request.method == "PUT":
        given = read_resource(OrderUser, call.body())
        call.change(lambda basket: mapping.write(basket, mapping.USER, given))
    found = mapping.read(basket_of(call), mapping.USER)
    return shown(call, "account/user", found)


@owner_required(
    "How it is paid: by invoice.",
    GET=show("Payment", "the payment", answers.PaymentAnswer),
    PUT=put(
        *("Payment", "the payment", PaymentInfo, answers.PaymentAnswer),
        "By invoice, and need not be set. Card data is refused and never kept.",
    ),
)
def payment(call: OpenOrderRequest) -> HttpResponse:
    """`…/account/paymentInfo`: by invoice, and nothing else."""
    if call.request.method == "PUT":
        given = read_resource(PaymentInfo, call.body())

        def change(basket: Basket) -> None:
            basket.payment = given["paymentInfoType"]

        call.change(change)
    kind = basket_of(call).payment
    found = {"paymentInfoType": kind} if kind else None
    return shown(call, "account/paymentInfo", found)
