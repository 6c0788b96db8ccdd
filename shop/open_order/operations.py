"""Every call of the open order: which method of which resource, what goes in, what comes out."""

from dataclasses import dataclass, field
from typing import Any

from shop.open_order import examples, wording

# A status of its own: what it means, and its examples.
Refusals = dict[int, tuple[str, dict[str, Any]]]


@dataclass(frozen=True)
class Operation:
    """What a method does with a resource. The schemas are named."""

    name: str
    summary: str
    text: str
    answers: dict[int, str]  # by status; none: no body
    body: str = ""
    located: frozenset[int] = frozenset()  # the statuses with a Location
    refusals: Refusals = field(default_factory=dict)


def _show(name: str, what: str, answer: str, text: str = "") -> Operation:
    return Operation(f"show{name}", f"Show {what}", text or "As it is now.", {200: answer})


def _put(name: str, what: str, answer: str, body: str, text: str, **more: Any) -> Operation:
    return Operation(f"put{name}", f"Set {what}", text, {200: answer}, body, **more)


def _delete(name: str, what: str, text: str) -> Operation:
    return Operation(f"delete{name}", f"Remove {what}", text, {204: ""})


OPEN = Operation(
    "openOrder",
    "Open an order",
    "An owner has one open order at a time. Seldom needed: the first PUT or POST below /order "
    "opens one too.",
    {201: "Opened"},
    "Opening",
    frozenset({201}),
)
OPTIONS = Operation(
    "methods",
    "Ask which methods an address knows",
    "They stand in Allow; fewer once the order is placed.",
    {200: "Nothing"},
)
CURRENCIES: Refusals = {409: (wording.CURRENCIES, {"currencies": examples.CURRENCIES})}
PUT_PRODUCT = _put(
    *("Product", "the product", "ProductAnswer", "OrderedProduct"),
    "In place of what it was: another tier, another project.",
    refusals=CURRENCIES,
)

ORDER = {
    "get": _show(
        "OpenOrder",
        "the order",
        "OpenOrder",
        "Whether it is open, or how far it is once placed, and where its parts are.",
    ),
    "delete": _delete("OpenOrder", "the order", "With all it holds. A placed one stays."),
}
PRODUCT = {
    "": {
        "get": _show("Product", "the product", "ProductAnswer"),
        "put": PUT_PRODUCT,
        "delete": _delete("Product", "the product", "The order may then take another."),
    },
    "/services": {
        "get": _show("Services", "what the tier delivers", "ServicesAnswer"),
    },
    "/services/{serviceId}": {
        "get": _show("Service", "one thing that the tier delivers", "ServiceAnswer"),
    },
}
CHILDREN: dict[str, dict[str, Operation]] = {
    "account": {
        "get": _show("Account", "the account", "AccountAnswer"),
        "put": _put(
            *("Account", "the account", "AccountAnswer", "Account"),
            "Who orders: a new client by its name, or one that exists by its number.",
            refusals=CURRENCIES,
        ),
    },
    "account/contactInfo": {
        "get": _show("Contacts", "all contacts", "ContactsAnswer", "Those that were set."),
    },
    "account/contactInfo/{kind}": {
        "get": _show("Contact", "a contact", "ContactAnswer"),
        "put": _put(
            *("Contact", "a contact", "ContactAnswer", "Contact"),
            "The regular one is needed, with email1: it is the first member.",
        ),
        "delete": _delete("Contact", "a contact", "The others stay."),
    },
    "account/user": {
        "get": _show("User", "the user", "UserAnswer"),
        "put": _put(
            *("User", "the user", "UserAnswer", "OrderUser"),
            "The sign-in name that the first member would like. There is no password: members set "
            "theirs on the registration page.",
        ),
    },
    "account/paymentInfo": {
        "get": _show("Payment", "the payment", "PaymentAnswer"),
        "put": _put(
            *("Payment", "the payment", "PaymentAnswer", "PaymentInfo"),
            "By invoice, and need not be set. Card data is refused and never kept.",
        ),
    },
    "account/products": {
        "get": _show("Products", "the products", "ProductsAnswer", "None, or one."),
        "post": Operation(
            "addProduct",
            "Put a product in",
            "An order holds one product.",
            {201: "ProductMade"},
            "OrderedProduct",
            frozenset({201}),
            {
                409: (
                    wording.SECOND,
                    {"second": examples.SECOND, "currencies": examples.CURRENCIES},
                )
            },
        ),
    },
    **{f"account/products/{{productId}}{path}": methods for path, methods in PRODUCT.items()},
    "attributes": {
        "get": _show("Attributes", "the attributes", "AttributesAnswer"),
        "put": _put(
            *("Attributes", "the attributes", "AttributesAnswer", "Attributes"),
            "All of them, each name once. redirection_uri needs an application's Bearer token.",
        ),
    },
    "quote": {
        "get": _show("Quote", "what the order costs", "QuoteAnswer", "Amounts have two decimals."),
    },
    "action": {
        "post": Operation(
            "act",
            "Validate or submit",
            "validate answers 204 where the order could be placed. submit places it: 202, and "
            "Location is where it can be followed.",
            {202: "", 204: ""},
            "Action",
            frozenset({202}),
            {
                400: (
                    wording.INCOMPLETE,
                    {
                        "incomplete": examples.INCOMPLETE,
                        **examples.FAILURES[400],
                    },
                ),
                409: (wording.PRICE, {"price": examples.PRICE, "placed": examples.PLACED}),
            },
        ),
    },
}
# The example of the source has this address; what is below is the same.
ALIAS = {f"product/{{productId}}{path}": methods for path, methods in PRODUCT.items()}
