"""The resources of the open order, as programs put them (contract, "The open order").

Each field follows the rules of the order document's field with the same meaning.
"""

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal, LiteralString, Self

import pycountry
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    ValidationError,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic.alias_generators import to_camel, to_snake
from pydantic_core import ErrorDetails

from shop.faults import SENTENCES, Fault, Faults, fault
from shop.open_order.envelope import invalid
from shop.orders import json_patterns
from shop.orders.card_numbers import holds_card
from shop.orders.field_types import (
    Country,
    Email,
    Id,
    Login,
    Name,
    Reference,
    VatId,
    Webhook,
    field_error,
    says,
)
from shop.orders.problems import field_problem

CURRENCIES = sorted(currency.alpha_3 for currency in pycountry.currencies)
CONTACT_KINDS = ("regular", "billing", "administrator", "technical")

# Fields of the older description that are refused on purpose, and the codes that say why.
UNKNOWN = {
    "password": "no_password",
    "clientIp": "no_client_ip",
    "existingProductUrl": "give_project_id",
}
# Pydantic's error types, as this API's codes.
CODES = {
    "union_tag_invalid": "unknown_attribute",
    "union_tag_not_found": "unknown_attribute",
    "dict_type": "not_an_object",
    "list_type": "not_a_list",
}


def _must(fit: Callable[[str], object], code: LiteralString) -> AfterValidator:
    """Refuse strings for which `fit` is false."""

    def check(value: str) -> str:
        if not fit(value):
            raise field_error(code)
        return value

    return AfterValidator(check)


def _one_of(codes: list[str]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": codes})


Currency = Annotated[Name, _must(CURRENCIES.__contains__, "unknown_currency"), _one_of(CURRENCIES)]
Language = Annotated[
    Name,
    _must(re.compile(json_patterns.LANGUAGE_TAG).fullmatch, "invalid_language_tag"),
    says(json_patterns.LANGUAGE_TAG),
]


class Resource(BaseModel):
    """Strings are taken as sent; null is the same as absent."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        alias_generator=to_camel,
        use_attribute_docstrings=True,
    )

    @model_validator(mode="before")
    @classmethod
    def without_null(cls, value: Any) -> Any:
        """`value` without what is null; an unknown field stays, and is refused."""
        if not isinstance(value, dict):
            return value
        unset = {to_camel(name) for name in cls.model_fields if value.get(to_camel(name)) is None}
        return {name: each for name, each in value.items() if name not in unset}


class Kept(Resource):
    """A resource that is written to our rows: no card number gets there."""

    @field_validator("*")
    @classmethod
    def no_card(cls, value: Any) -> Any:
        """`value`, unless a card number stands in it."""
        if isinstance(value, str | int) and holds_card(str(value)):
            raise field_error("card_number")
        return value


class Account(Kept):
    """The client that orders: by its number, or the name of a new one."""

    currency: Currency
    """A currency code of ISO 4217. Only a tier of the same currency goes with it."""
    language: Language
    """A language tag (RFC 5646), any well-formed one. Of de and en, with or without region, pages
    and mails take the language; otherwise they are German."""
    account_number: Id | None = None
    """The client to order for. Needs a caller who is authenticated as its client_admin; a cookie
    alone never suffices."""
    name: Name | None = None
    """The name of a new client."""


class PersonName(Kept):
    """A person's name. Of somebody with one name, send it as both."""

    first_name: Name
    """First name."""
    last_name: Name
    """Last name. Of somebody with one name, send it as both."""
    company: Name | None = None
    """The company. In the regular contact it names the new client, unless the account has name or
    accountNumber."""


class PostalAddress(Kept):
    """A postal address."""

    street1: Name
    """Street and number."""
    street2: Name | None = None
    """A second line."""
    city: Name
    """City."""
    postal_code: Name
    """Postal code."""
    state_or_province: Name | None = None
    """State or province."""
    country_code: Country
    """A country code of ISO 3166, two capital letters."""


class ContactMedia(Kept):
    """E-mail addresses and telephone numbers."""

    email1: Email
    """An e-mail address without a name; in the regular contact, the first member's."""
    email2: Email | None = None
    """Another one."""
    phone1: Name | None = None
    """A telephone number, as you write it."""
    phone2: Name | None = None
    """Another one."""
    fax: Name | None = None
    """A fax number."""


class Contact(Kept):
    """A contact person."""

    name: PersonName
    """The person's name."""
    address: PostalAddress | None = None
    """The postal address."""
    contact_media: ContactMedia
    """E-mail and telephone."""
    customer_type: Literal["company", "private"] | None = None
    """In the billing contact only; default company. Without company, the client's name is used."""
    vat_id: VatId | None = None
    """In the billing contact only: the VAT ID; begins with the country (EL for Greece)."""
    reference: Reference | None = None
    """In the billing contact only: the buyer's own reference, on each invoice."""


class OrderUser(Kept):
    """The sign-in name that the first member would like."""

    user_name: Login
    """The sign-in name that the first member would like: ASCII letters, digits and @ . + - _, with
    @ only if it equals email1. If it is taken, the member chooses another."""


class PaymentInfo(Kept):
    """The payment."""

    payment_info_type: Literal["offline"]
    """offline: by invoice. There is no other way."""


class OrderedProduct(Kept):
    """The tier, and the project it is for."""

    offering: Name
    """The tier: its code in exact case, the URL of its page, or its URL at /api/products."""
    display_name: Name | None = None
    """The name of a new project."""
    project_id: Id | None = None
    """The client's project to add a member to, in its tier. Needs the account's accountNumber."""
    promo_code: Name | None = None
    """A promotion code that is valid for this tier now. Case and spaces don't matter."""
    interval: Literal["month", "year"] | None = None
    """Paid in advance for a month or a year; default month. year needs a tier with a yearly price."""


class Affiliate(Kept):
    """The affiliate that led the customer here."""

    name: Literal["AffiliateId"]
    """AffiliateId: the affiliate that led the customer here. redirection_uri: the URL to which each
    change of state is POSTed."""
    value: Name
    """Up to 200 characters; for redirection_uri an absolute https URI, as in /api/orders."""


class RedirectionUri(Kept):
    """The URL to which changes of state are POSTed."""

    name: Literal["redirection_uri"]
    """AffiliateId: the affiliate that led the customer here. redirection_uri: the URL to which each
    change of state is POSTed."""
    value: Webhook
    """Up to 200 characters; for redirection_uri an absolute https URI, as in /api/orders."""


Attribute = Annotated[Affiliate | RedirectionUri, Field(discriminator="name")]


class Attributes(RootModel[list[Attribute]]):
    """Each name once."""

    model_config = ConfigDict(json_schema_extra={"maxItems": 2})

    @model_validator(mode="after")
    def each_name_once(self) -> Self:
        """The attributes, unless two have one name."""
        if len({attribute.name for attribute in self.root}) != len(self.root):
            raise field_error("given_twice")
        return self


def read_resource(kind: type[BaseModel], value: Any) -> Any:
    """Read `value` as a `kind`, without what is null. Raises ApiError with every problem."""
    try:
        found = kind.model_validate(value)
    except ValidationError as error:
        raise invalid(_faults(error, kind)) from None
    return found.model_dump(by_alias=True, exclude_none=True)


def _faults(error: ValidationError, kind: type[BaseModel]) -> Faults:
    """The faults by the innermost field; never a value, which may be a secret."""
    faults: dict[str, list[Fault]] = {}
    for found in error.errors(include_url=False, include_input=False):
        faults.setdefault(_member(found), []).append(_fault(found, kind))
    return faults


def _member(found: ErrorDetails) -> str:
    if found["type"] in {"given_twice", "union_tag_invalid", "union_tag_not_found"}:
        return "name"
    names = [part for part in found["loc"] if isinstance(part, str)]
    # A name may be a secret, too.
    return names[-1] if names and not holds_card(names[-1]) else "base"


def _fault(found: ErrorDetails, kind: type[BaseModel]) -> Fault:
    code = CODES.get(found["type"], found["type"])
    match code:
        case "extra_forbidden":
            code = UNKNOWN.get(str(found["loc"][-1]), "unknown_member")
            code = "payment_data" if kind is PaymentInfo else code
        case "literal_error":
            code = f"unknown_{to_snake(str(found['loc'][-1]))}"
            code = "payment_by_invoice" if kind is PaymentInfo else code
    if code in SENTENCES:
        return fault(code)
    return field_problem("", {**found, "type": code}).fault()
