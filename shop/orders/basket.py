"""Put things into the open order, and read the order document out of it."""

import uuid
from typing import Any

from shop.catalogue.models import Product
from shop.catalogue.promotions import find_promotion
from shop.orders.document import NO_PROMOTION, InvalidDocumentError
from shop.orders.models import Basket
from shop.tenancy.models import Client, User

REQUIRED = ["is required."]


class CurrencyMismatchError(Exception):
    """The account is in one currency, the tier in another."""


class ProductExistsError(Exception):
    """An order holds one product."""


class NeedsClientAdminError(Exception):
    """What is for an existing client needs its client_admin, signed in for this very call."""


def put_account(basket: Basket, account: dict[str, Any], admin: User | None) -> None:
    """Set the account. Raises CurrenciesDiffer, and NeedsClientAdmin for a client not `admin`'s."""
    if "accountNumber" in account and not administers(admin, account["accountNumber"]):
        raise NeedsClientAdminError
    if basket.product and basket.order.product.currency != account["currency"]:
        raise CurrencyMismatchError
    basket.account = account


def administers(user: User | None, client_id: int) -> bool:
    """Whether `user` is the client_admin of this client; unknown clients have none."""
    return user is not None and Client.objects.filter(pk=client_id, client_admin=user).exists()


def add_product(basket: Basket, tier: Product, product: dict[str, Any]) -> None:
    """Put `tier` into an empty basket. Raises ProductThere, and as `put_product`."""
    if basket.product:
        raise ProductExistsError
    put_product(basket, tier, product)


def put_product(basket: Basket, tier: Product, product: dict[str, Any]) -> None:
    """Set the product: its tier, and for which project. Raises CurrenciesDiffer, Refused."""
    if basket.account and basket.account["currency"] != tier.currency:
        raise CurrencyMismatchError
    if "promoCode" in product and find_promotion(product["promoCode"], tier) is None:
        raise InvalidDocumentError({"promoCode": [NO_PROMOTION]})
    known = (basket.product or {}).get("productId") or uuid.uuid4().hex
    kept = {name: value for name, value in product.items() if name != "offering"}
    basket.product = {"productId": known, **kept}
    basket.order.product = tier


def remove_product(basket: Basket) -> None:
    """Empty the basket of its product."""
    basket.product = None
    basket.order.product = None  # type: ignore[assignment]  # while it is open


def document(basket: Basket) -> dict[str, Any]:
    """The order document of what is in `basket`; what is not there is absent."""
    account, product = basket.account or {}, basket.product or {}
    contact = basket.contacts.get("regular", {})
    person = contact.get("name", {})
    number, name = account.get("accountNumber"), account.get("name")
    if number is None and name is None:
        name = person.get("company")
    attributes = {each["name"]: each["value"] for each in basket.attributes or []}
    members = {
        "product": basket.order.product.code if basket.product else None,
        "client_id": number,
        "client_name": name,
        "project_id": product.get("projectId"),
        "project_name": product.get("displayName"),
        "promo_code": product.get("promoCode"),
        "user_email": contact.get("contactMedia", {}).get("email1"),
        "user_first_name": person.get("firstName"),
        "user_last_name": person.get("lastName"),
        "user_login": (basket.user or {}).get("userName"),
        "redirection_uri": attributes.get("redirection_uri"),
        "language": language_of(account.get("language", "")),
    }
    return {member: value for member, value in members.items() if value is not None}


def language_of(tag: str) -> str | None:
    """The language we write in to somebody who reads `tag`; None where it is not one of ours."""
    primary = tag.partition("-")[0].lower()
    return primary if primary in {"de", "en"} else None


def wire_name(member: str, basket: Basket) -> str:
    """Where a member of the order document stands in the resources of the open order."""
    if member == "client_name" and not (basket.account or {}).get("name"):
        return "company"
    return WIRE_NAMES.get(member, member)


WIRE_NAMES = {
    "product": "offering",
    "client_id": "accountNumber",
    "client_name": "name",
    "project_id": "projectId",
    "project_name": "displayName",
    "promo_code": "promoCode",
    "user_email": "email1",
    "user_first_name": "firstName",
    "user_last_name": "lastName",
    "user_login": "userName",
}


def missing(basket: Basket) -> dict[str, list[str]]:
    """What has to be put into `basket` before it can be placed (contract, "The open order")."""
    account, product = basket.account or {}, basket.product or {}
    contact = basket.contacts.get("regular", {})
    members = {
        "account": basket.account,
        "products": basket.product,
        "regular": contact,
    }
    if product:
        members["displayName"] = product.get("displayName") or product.get("projectId")
    if contact:
        members["email1"] = contact.get("contactMedia", {}).get("email1")
    company = contact.get("name", {}).get("company")
    members["name"] = account.get("name") or account.get("accountNumber") or company
    return {member: REQUIRED for member, value in members.items() if not value}
