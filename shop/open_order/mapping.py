"""The map between the open order's names and those of the order document.

The basket keeps what both know in the document, and the rest of a resource beside it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from shop.access.models import Application
from shop.catalogue.models import Product
from shop.catalogue.promotions import find_promotion
from shop.faults import SENTENCES, Fault, fault
from shop.open_order.envelope import ApiError, invalid
from shop.orders.basket import put_tier, update_document
from shop.orders.billing_fields import check_billing
from shop.orders.models import Basket
from shop.orders.problems import Problem
from shop.tenancy.models import Client, User

Resource = dict[str, Any]

ACCOUNT = {"accountNumber": "client_id", "name": "client_name"}
PRODUCT = {
    "displayName": "project_name",
    "projectId": "project_id",
    "promoCode": "promo_code",
    "interval": "interval",
}
PERSON = {"firstName": "user_first_name", "lastName": "user_last_name"}
MEDIA = {"email1": "user_email"}
USER = {"userName": "user_login"}
# Of the billing contact: what it takes beside the others, its address, and the rest.
BILLING_ALONE = {"customerType": "customer_type", "vatId": "vat_id", "reference": "reference"}
BILLING_ADDRESS = {
    "street1": "street",
    "street2": "street2",
    "postalCode": "postal_code",
    "city": "city",
    "countryCode": "country",
}
BILLING = BILLING_ALONE | BILLING_ADDRESS | {"company": "company", "email1": "email"}
_RESOURCES = {"offering": "product"} | ACCOUNT | PRODUCT | PERSON | MEDIA | USER
# Two members go by the name email1: one of the regular contact, one of the billing contact.
WIRE_NAMES = {member: name for name, member in _RESOURCES.items()}
WIRE_NAMES |= {f"billing.{member}": name for name, member in BILLING.items()}
WIRE_NAMES |= {"billing.name": "lastName"}
LANGUAGES = {"de", "en"}
OTHER_CURRENCY = SENTENCES["other_currency"]


def account_of(basket: Basket) -> Resource | None:
    """The account as it was put; None if it was not."""
    if not basket.currency:
        return None
    kept = {"currency": basket.currency, "language": basket.language_tag}
    return kept | read(basket, ACCOUNT)


def children_of(basket: Basket) -> list[str]:
    """The names of the account's resources that are there: the two lists, and what was put."""
    put = {"user": read(basket, USER), "paymentInfo": basket.payment}
    return ["contactInfo", *(name for name, value in put.items() if value), "products"]


def put_account(basket: Basket, given: Resource, caller: User | None) -> None:
    """Set the account. Raises ApiError for another currency, or a client that is not `caller`'s."""
    if "accountNumber" in given:
        client = Client.objects.filter(pk=given["accountNumber"], client_admin=caller)
        if caller is None or not client.exists():
            raise not_your_client()
    if "product" in basket.document:
        _check_currency(given["currency"], basket.order.product)
    basket.currency, basket.language_tag = given["currency"], given["language"]
    primary = basket.language_tag.partition("-")[0].lower()
    write(basket, ACCOUNT, given)
    update_document(basket, {"language": primary if primary in LANGUAGES else None})


def contact_of(basket: Basket, kind: str) -> Resource | None:
    """The contact of this kind; the regular one is the order's user."""
    kept: Resource | None = basket.contacts.get(kind)
    if kind == "billing":
        return _billing_contact(kept, basket.document.get("billing"))
    if kind != "regular":
        return kept
    kept = kept or {}
    name = read(basket, PERSON) | ({"company": basket.company} if basket.company else {})
    media = read(basket, MEDIA) | kept.get("contactMedia", {})
    return {**kept, "name": name, "contactMedia": media} if name or media else None


def put_contact(basket: Basket, kind: str, given: Resource) -> None:
    """Set the contact of this kind. Raises ApiError where it breaks a rule of `billing`."""
    if kind == "billing":
        _put_billing(basket, given)
    elif alone := BILLING_ALONE.keys() & given.keys():
        raise invalid({name: [fault("billing_contact_alone")] for name in alone})
    if kind != "regular":
        basket.contacts[kind] = given
        return
    kept = {name: value for name, value in given.items() if name != "name"}
    media = given["contactMedia"]
    kept["contactMedia"] = {name: value for name, value in media.items() if name not in MEDIA}
    basket.contacts[kind] = kept
    basket.company = given["name"].get("company", "")
    write(basket, PERSON, given["name"])
    write(basket, MEDIA, media)


def remove_contact(basket: Basket, kind: str) -> None:
    """Take out the contact of this kind. Raises ApiError if it was not set."""
    if contact_of(basket, kind) is None:
        raise ApiError(404, fault("not_set"))
    basket.contacts.pop(kind, None)
    if kind == "billing":
        update_document(basket, {"billing": None})
    if kind == "regular":
        basket.company = ""
        write(basket, PERSON | MEDIA, {})


def _put_billing(basket: Basket, given: Resource) -> None:
    """Set the `billing` of the order, if the contact has an address."""
    billing = _billing_of(given)
    # A company that is not named is the client, who may be named later.
    nameless = Problem("billing.company", "required")
    problems = check_billing(billing) if billing else []
    if found := [problem for problem in problems if problem != nameless]:
        raise refusal(found, basket)
    update_document(basket, {"billing": billing})


def _billing_of(contact: Resource) -> Resource | None:
    """The `billing` of the order document that this contact supplies; None without an address."""
    if "address" not in contact:
        return None
    name, media = contact["name"], contact["contactMedia"]
    first, last = name["firstName"], name["lastName"]
    given = {
        "customerType": "company",
        **contact,
        **contact["address"],
        "company": name.get("company"),
        "email1": media["email1"],
    }
    billing = {member: given.get(each) for each, member in BILLING.items()}
    # Somebody with one name has sent it as both.
    billing["name"] = first if first == last else f"{first} {last}"
    return {member: value for member, value in billing.items() if value is not None}


def _billing_contact(kept: Resource | None, billing: Resource | None) -> Resource | None:
    """The contact as it was put, or made of what was typed at the checkout since."""
    if billing is None or (kept and _billing_of(kept) == billing):
        return kept
    shown = {each: billing[member] for each, member in BILLING.items() if billing.get(member)}
    first, _, last = billing.get("name", "").rpartition(" ")
    names = {"firstName": first or last, "lastName": last, "company": shown.get("company")}
    return {
        "name": {each: value for each, value in names.items() if value},
        "address": {each: shown[each] for each in BILLING_ADDRESS if each in shown},
        "contactMedia": {"email1": shown["email1"]} if "email1" in shown else {},
        **{each: shown[each] for each in BILLING_ALONE if each in shown},
    }


def put_product(basket: Basket, tier: Product, given: Resource) -> None:
    """Set the product.

    Raises ApiError for another currency, for a promotion not valid now, and for a yearly price that
    the tier does not have.
    """
    if basket.currency:
        _check_currency(basket.currency, tier)
    if "promoCode" in given and find_promotion(given["promoCode"], tier) is None:
        raise refusal([Problem("promo_code", "invalid_promo_code")], basket)
    if given.get("interval") == "year" and not tier.yearly_net_cents:
        raise refusal([Problem("interval", "not_by_the_year")], basket)
    put_tier(basket, tier)
    write(basket, PRODUCT, given)


def put_attributes(
    basket: Basket, given: list[dict[str, str]], application: Application | None
) -> None:
    """Set the attributes. `application` signs the webhooks, if they ask for any."""
    values = {each["name"]: each["value"] for each in given}
    basket.attributes = given
    basket.application = application if "redirection_uri" in values else None
    update_document(basket, {"redirection_uri": values.get("redirection_uri")})


def refusal(problems: Iterable[Problem], basket: Basket) -> ApiError:
    """The answer to a basket with `problems`, in the names of its resources."""
    faults: dict[str, list[Fault]] = {}
    for problem in problems:
        if problem.code == "not_client_admin" or problem.member == "admin_user_access_token":
            return not_your_client()
        told = problem.fault(lambda member: _wire_name(member, basket))
        faults.setdefault(_resource_name(problem, basket), []).append(told)
    return invalid(faults)


def not_your_client() -> ApiError:
    """The answer to a caller who is not the client's client_admin."""
    at_fault = {"accountNumber": [fault("client_admin_needed")]}
    return ApiError(403, fault("not_your_client"), at_fault)


def _resource_name(problem: Problem, basket: Basket) -> str:
    """The name of the field at fault, or of the resource that is missing as a whole."""
    if problem.member == "product" and "product" not in basket.document:
        return "products"
    if problem.member == "user_email" and contact_of(basket, "regular") is None:
        return "regular"
    return _wire_name(problem.member, basket)


def _wire_name(member: str, basket: Basket) -> str:
    if member == "client_name" and basket.company and member not in basket.document:
        return "company"
    return WIRE_NAMES.get(member, member)


def _check_currency(currency: str, tier: Product) -> None:
    if currency != tier.currency:
        raise ApiError(409, fault("other_currency"))


def read(basket: Basket, names: Mapping[str, str]) -> Resource:
    """Those of the resource's `names` that are set, with their values."""
    members = basket.document
    return {name: members[member] for name, member in names.items() if member in members}


def write(basket: Basket, names: Mapping[str, str], given: Mapping[str, Any]) -> None:
    """Set the resource's `names` as `given`; those that are not given are unset."""
    update_document(basket, {member: given.get(name) for name, member in names.items()})
