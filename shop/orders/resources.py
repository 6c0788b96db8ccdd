"""The resources of the open order, as programs put them (contract, "The open order").

What a member may hold is what the order document's member of the same meaning may hold.
"""

import re
from typing import Annotated, Any, Literal

import pycountry
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from shop.orders.document import Errors, Refused, sentence
from shop.orders.values import Email, Id, Login, Name, Webhook, fault

# RFC 5646, section 2.1: well-formed, whether or not such a language is registered.
LANGUAGE_TAG = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})"
    r"(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"
    r"(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*"
    r"(?:-x(?:-[a-z0-9]{1,8})+)?"
    r"|x(?:-[a-z0-9]{1,8})+"
    r"|en-gb-oed|i-(?:ami|bnn|default|enochian|hak|klingon|lux|mingo|navajo|pwn|tao|tay|tsu)"
    r"|sgn-(?:be-fr|be-nl|ch-de)",
    re.IGNORECASE,
)

CONTACT_KINDS = ("regular", "billing", "administrator", "technical")

# Members that older callers send, and why they are refused.
UNKNOWN = {
    "password": "is not taken: members set theirs on the registration page.",
    "clientIp": "is not taken.",
    "existingProductUrl": "is not taken: give projectId to add to a project.",
}
INVOICE_ONLY = "is not taken: payment is by invoice, and card data is never accepted."


def _currency(value: str) -> str:
    found = pycountry.currencies.get(alpha_3=value)
    if found is None or found.alpha_3 != value:
        raise fault("must be a currency code of ISO 4217.")
    return value


def _country(value: str) -> str:
    found = pycountry.countries.get(alpha_2=value)
    if found is None or found.alpha_2 != value:
        raise fault("must be a country code of two capital letters, as in ISO 3166.")
    return value


def _language(value: str) -> str:
    if not LANGUAGE_TAG.fullmatch(value):
        raise fault("must be a well-formed language tag.")
    return value


Currency = Annotated[Name, AfterValidator(_currency)]
Country = Annotated[Name, AfterValidator(_country)]
Language = Annotated[Name, AfterValidator(_language)]


class Resource(BaseModel):
    """Strings are taken as sent; null is the same as absent."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        alias_generator=to_camel,
    )


class Account(Resource):
    """Who orders: a client by its number, or the name of a new one."""

    currency: Currency
    language: Language
    account_number: Id | None = None
    name: Name | None = None


class PersonName(Resource):
    """What a person is called."""

    first_name: Name
    last_name: Name
    company: Name | None = None


class PostalAddress(Resource):
    """Where they can be written to."""

    street1: Name
    street2: Name | None = None
    city: Name
    postal_code: Name
    state_or_province: Name | None = None
    country_code: Country


class ContactMedia(Resource):
    """How else they can be reached."""

    email1: Email
    email2: Email | None = None
    phone1: Name | None = None
    phone2: Name | None = None
    fax: Name | None = None


class Contact(Resource):
    """A person to turn to."""

    name: PersonName
    address: PostalAddress | None = None
    contact_media: ContactMedia


class OrderUser(Resource):
    """The sign-in name that the first member would like."""

    user_name: Login


class PaymentInfo(Resource):
    """How it is paid."""

    payment_info_type: Literal["offline"]


class OrderedProduct(Resource):
    """The tier, and the project it is for."""

    offering: Name
    display_name: Name | None = None
    project_id: Id | None = None
    promo_code: Name | None = None


class Affiliate(Resource):
    """Who led the customer here."""

    name: Literal["AffiliateId"]
    value: Name


class RedirectionUri(Resource):
    """Where changes of state are told."""

    name: Literal["redirection_uri"]
    value: Webhook


Attribute = Annotated[Affiliate | RedirectionUri, Field(discriminator="name")]
_ATTRIBUTES = TypeAdapter(list[Attribute])


def read_resource(kind: type[Resource], value: Any) -> dict[str, Any]:
    """`value`, checked as a `kind`, without what is null. Raises Refused by its members' names."""
    try:
        found = kind.model_validate(_without_null(value))
    except ValidationError as error:
        raise Refused(_faults(error, kind)) from None
    return found.model_dump(by_alias=True, exclude_none=True)


def read_attributes(value: Any) -> list[dict[str, Any]]:
    """`value`, checked as a list of attributes, each named once. Raises Refused."""
    try:
        found = _ATTRIBUTES.validate_python(_without_null(value))
    except ValidationError as error:
        raise Refused(_faults(error, Affiliate)) from None
    names = [attribute.name for attribute in found]
    if len(set(names)) != len(names):
        raise Refused({"name": ["must not be given twice."]})
    return [attribute.model_dump(by_alias=True) for attribute in found]


def _without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_null(member) for name, member in value.items() if member is not None}
    return value


def _faults(error: ValidationError, kind: type[Resource]) -> Errors:
    """By the innermost member's name; never a value, which may be what must not be kept."""
    errors: Errors = {}
    for found in error.errors(include_url=False, include_input=False):
        names = [part for part in found["loc"] if isinstance(part, str)]
        errors.setdefault(names[-1] if names else "base", []).append(_sentence(found, kind))
    return errors


def _sentence(found: ErrorDetails, kind: type[Resource]) -> str:
    match found["type"]:
        case "extra_forbidden" if kind is PaymentInfo:
            return INVOICE_ONLY
        case "extra_forbidden":
            return UNKNOWN.get(str(found["loc"][-1]), "is not known here.")
        case "literal_error":
            return "must be offline: payment is by invoice."
        case "union_tag_invalid" | "union_tag_not_found":
            return "must be AffiliateId or redirection_uri."
        case "model_type" | "dict_type" | "model_attributes_type":
            return "must be an object."
        case "list_type":
            return "must be a list."
    return sentence(found)
