"""An example for each call and answer of the open order, for its description and its guide."""

import json
from typing import Any

from shop.open_order.envelope import KINDS

HASH = "8a1f0c2b9d4e47538f6a7b0c1d2e3f40"
PRODUCT_ID = "5c0e7d1a2b3f4c6d8e9f0a1b2c3d4e5f"
OWNER = "4d84cd13-bbb3-46ba-a40c-8988351e3681"
GUID = "0f4b1c7e-2a53-4d0e-9c86-3d1f5a7b9e20"
SHOP = "https://shop.example"
HERE = f"{SHOP}/order"
FOR_GOOD = f"{SHOP}/orders/{HASH}"
PRODUCT_URL = f"{HERE}/account/products/{PRODUCT_ID}"

ACCOUNT = {"currency": "EUR", "language": "de", "name": "Constantin Film"}
CONTACT = {
    "name": {"firstName": "Nina", "lastName": "Nagel"},
    "contactMedia": {"email1": "nicecustomer@gmx.com", "phone1": "+49 89 123456"},
}
WITH_ADDRESS = {
    "name": {"firstName": "Nina", "lastName": "Nagel", "company": "Constantin Film"},
    "address": {
        "street1": "Feilitzschstraße 6",
        "city": "München",
        "postalCode": "80802",
        "countryCode": "DE",
    },
    "contactMedia": {"email1": "nicecustomer@gmx.com"},
}
USER = {"userName": "custy1"}
PAYMENT = {"paymentInfoType": "offline"}
PRODUCT = {"offering": "s", "displayName": "OSD Yamdu Free"}
ATTRIBUTES = [{"name": "AffiliateId", "value": "drehbuch-blog"}]
QUOTE_HASH = "0ea1f50498158e080ee09dc236c59f5d063dc546"

# By schema: each body under its name.
REQUESTS: dict[str, dict[str, Any]] = {
    "Opening": {"nothing": {}},
    "Account": {
        "new_client": ACCOUNT,
        "as_in_the_source": {"currency": "USD", "language": "en-US"},
    },
    "Contact": {"person": CONTACT, "with_address": WITH_ADDRESS},
    "OrderUser": {"user": USER},
    "PaymentInfo": {"by_invoice": PAYMENT},
    "OrderedProduct": {"new_project": PRODUCT},
    "Attributes": {"affiliate": ATTRIBUTES},
    "Action": {"validate": {"action": "validate"}, "submit": {"action": "submit"}},
}


def link(href: str, rel: str = "self") -> dict[str, str]:
    """A link."""
    return {"href": href, "rel": rel}


def _below(path: str) -> list[dict[str, str]]:
    return [link(f"{HERE}/{path}")]


def _service(name: str, **more: int) -> dict[str, Any]:
    url = f"{PRODUCT_URL}/services/{name}/"
    return {"status": "new", "serviceId": name, "name": name, "links": [link(url)], **more}


PRODUCT_SHOWN = {
    "status": "new",
    "productId": PRODUCT_ID,
    "services": f"{PRODUCT_URL}/services",
    "offering": f"{SHOP}/tiers/s/",
    "displayName": "OSD Yamdu Free",
    "projectId": None,
    "promoCode": None,
    "links": [link(f"{PRODUCT_URL}/")],
}
FEE = {
    "Type": "recurring",
    "Description": "S, a month",
    "Currency": "EUR",
    "BaseAmount": "49.00",
    "Discount": "0.00",
    "Amount": "49.00",
    "Quantity": "1",
    "MonthlyCycle": "1",
    "NumCharges": "-1",
}
QUOTE = {
    "Hash": QUOTE_HASH,
    "Currency": "EUR",
    "Products": [{"PlanNumber": PRODUCT_ID, "Offering": f"{SHOP}/tiers/s/", "Fees": [FEE]}],
    "SubTotal": "49.00",
    "TaxTotal": "9.31",
    "Total": "58.31",
}
# By schema: what is answered, for calls below /order.
ANSWERS: dict[str, Any] = {
    "Opened": {"orderId": HASH, "ownerId": OWNER, "links": {"self": link(f"{FOR_GOOD}/")}},
    "OpenOrder": {
        "order": {"OwnerId": OWNER, "Status": "new", "Account": f"{HERE}/account"},
        "links": {"self": link(f"{HERE}/"), "alternate": link(f"{FOR_GOOD}/", "alternate")},
    },
    "AccountAnswer": {
        **ACCOUNT,
        "contactInfo": f"{HERE}/account/contactInfo",
        "user": f"{HERE}/account/user",
        "paymentInfo": f"{HERE}/account/paymentInfo",
        "products": f"{HERE}/account/products",
        "links": _below("account"),
    },
    "ContactAnswer": {**CONTACT, "links": _below("account/contactInfo/regular")},
    "ContactsAnswer": {
        "contactInfo": {"regular": CONTACT},
        "links": _below("account/contactInfo"),
    },
    "UserAnswer": {**USER, "links": _below("account/user")},
    "PaymentAnswer": {**PAYMENT, "links": _below("account/paymentInfo")},
    "ProductMade": {"url": f"{PRODUCT_URL}/", "productId": PRODUCT_ID},
    "ProductAnswer": PRODUCT_SHOWN,
    "ProductsAnswer": {"list": [PRODUCT_SHOWN], "links": _below("account/products")},
    "ServiceAnswer": _service("project"),
    "ServicesAnswer": {
        "list": [_service("client"), _service("project"), _service("members", quantity=8)],
        "links": [link(f"{PRODUCT_URL}/services")],
    },
    "AttributesAnswer": {"list": ATTRIBUTES, "links": _below("attributes")},
    "QuoteAnswer": {"quote": QUOTE, "links": _below("quote")},
    "Nothing": {},
}


def failure(status: int, message: str, **details: str) -> dict[str, Any]:
    """An answer that says what is wrong."""
    told = {"guid": GUID, "message": message, "code": status, "details": details or ""}
    return {KINDS[status]: told}


NOT_YOURS = "needs a caller who is authenticated as the client_admin of this client."
# By status: what any call may be answered.
FAILURES: dict[int, dict[str, Any]] = {
    400: {
        "unreadable": failure(400, "The body is not valid JSON."),
        "faults": failure(
            400,
            "The request has faults.",
            currency="must be a currency code of ISO 4217.",
            password="is not taken: members set theirs on the registration page.",  # noqa: S106 -- says why none
        ),
    },
    401: {
        "nobody": failure(401, "Send the cookie OwnerId, or authenticate."),
        "token": failure(401, "This token is not live."),
        "password": failure(401, "E-mail or password is wrong."),
    },
    403: {
        "scope": failure(403, "This token lacks the scope orders:write."),
        "second_factor": failure(403, "A password alone is not enough here: use a token."),
        "client": failure(403, "This is not your client.", accountNumber=NOT_YOURS),
        "webhook": failure(
            403,
            "Only programs are told by webhook.",
            redirection_uri="needs an application's Bearer token.",
        ),
        "other_site": failure(403, "This call comes from a page of another site."),
    },
    404: {
        "none": failure(404, "There is no such order."),
        "not_set": failure(404, "No account has been set."),
    },
    405: {
        "method": failure(405, "This address does not know this method."),
        "placed": failure(405, "The order is placed: it cannot be changed."),
    },
    409: {"open": failure(409, "There is an open order of this owner already.")},
    413: {"too_large": failure(413, "The body must not be larger than 64 KiB.")},
    415: {"type": failure(415, "The Content-Type must be application/json.")},
    429: {
        "calls": failure(429, "Too many calls. Wait as Retry-After says."),
        "sign_ins": failure(429, "Too many failed sign-ins. Wait some minutes."),
        "orders": failure(429, "There were many orders from here. Wait a while."),
    },
    500: {"fault": failure(500, "Something went wrong on our side. The request may be repeated.")},
    503: {"away": failure(503, "The shop cannot answer just now. The request may be repeated.")},
}
CURRENCIES = failure(409, "The account is in another currency than the tier.")
SECOND = failure(409, "An order holds one product; this one has it.")
INCOMPLETE = failure(
    400, "The request has faults.", regular="is required.", displayName="is required."
)
PRICE = failure(
    409, "The price has changed. Look at the quote.", quoteHash="is no longer the quote's Hash."
)
PLACED = failure(409, "The order has been placed already.")


def answer(schema: str, *, explicit: bool, path: str) -> Any:
    """The example of an answer, with links of the address that is called."""
    text = json.dumps(ANSWERS[schema])
    if path.startswith("product"):
        text = text.replace(f"{HERE}/account/products/", f"{HERE}/product/")
    if explicit:
        text = text.replace(f"{HERE}/", f"{FOR_GOOD}/")
    found = json.loads(text)
    if explicit and schema == "OpenOrder":
        del found["links"]["alternate"]
    return found
