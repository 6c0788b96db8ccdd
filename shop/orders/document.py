"""The order document: the one schema behind the web page, `/api/orders` and `/order/action`.

Rules are those of the contract, "Orders API". Every fault is found at once, so what one member
allows is checked by pydantic and what several members or our rows allow is checked after it, for
those members that are sound by themselves.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from shop.access.bearer import Bearer, check_bearer
from shop.access.tokens import WRITE
from shop.catalogue.models import Product, Promotion
from shop.catalogue.promotions import find_promotion
from shop.orders import json_patterns
from shop.orders.field_types import Email, Id, Login, Name, Text, Webhook
from shop.tenancy.models import Client, Project, User

READ_ONLY = frozenset(
    {
        "order_hash",
        "packing_errors",
        "state",
        "status",
        "registration_url",
        "created_at",
        "updated_at",
    }
)
# In this tier the client_admin is always the first user of the first order.
FREE_FOR_FIRST_USER = "Yamdu FREE"

Errors = dict[str, list[str]]

INVALID_TOKEN = "is not a valid token for this order."  # noqa: S105 -- a sentence
NOT_CLIENT_ADMIN = "is not a client that you administer."
NO_PROMOTION = "is not valid now for this tier."

# pydantic's kinds of fault, in the words of this API.
SENTENCES = {
    "missing": "is required.",
    "string_too_short": "must not be blank.",
    "string_type": "must be a string.",
    "string_unicode": "must be valid Unicode text.",
    "int_type": "must be an integer.",
    "int_from_float": "must be an integer.",
    "int_parsing_size": "must be an integer from 1 to 9223372036854775807.",
    "greater_than_equal": "must be an integer from 1 to 9223372036854775807.",
    "less_than_equal": "must be an integer from 1 to 9223372036854775807.",
    "literal_error": "must be de or en.",
}


class OrderDocument(BaseModel):
    """What an orderer may say. Strings are taken as sent, `null` is the same as absent."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        use_attribute_docstrings=True,
        json_schema_extra={
            "anyOf": json_patterns.KINDS,
            **json_patterns.LOGIN_LIKE_EMAIL,
            "patternProperties": {f"^({'|'.join(sorted(READ_ONLY))})$": json_patterns.NONE},
        },
    )

    product: Name
    """The tier, by its code in exact case. A retired tier is refused like an unknown one."""
    admin_user_access_token: Text | None = None
    """The token of a client_admin with the scope orders:write. Needed with client_id; with
    client_name its user becomes the client_admin of the new client."""
    client_id: Id | None = None
    """The client to add to. Not together with client_name."""
    client_name: Name | None = None
    """The name of a new client; not blank, no control characters. It always makes a new client,
    also where one of this name exists."""
    project_id: Id | None = None
    """The project to add a member to. Needs client_id and user_email; product must be the project's
    tier. Not together with project_name."""
    project_name: Name | None = None
    """The name of a new project; not blank, no control characters. It always makes a new
    project."""
    redirection_uri: Webhook | None = None
    """Where each change of state is to be POSTed: an absolute https URI of printable ASCII
    characters, a host name or a public address, no user information."""
    user_email: Email | None = None
    """The first member's address, bare: nina@example.com."""
    user_first_name: Name | None = None
    """The first member's first name; not blank, no control characters."""
    user_last_name: Name | None = None
    """The first member's last name; not blank, no control characters."""
    user_login: Login | None = None
    """The login the first member would like: ASCII letters, digits and @ . + - _, with @ only if it
    equals user_email. Where it is taken, the member chooses another."""
    language: Literal["de", "en"] = "de"
    """The language of the registration page and of mails."""
    promo_code: Name | None = None
    """A code that is valid now for this tier."""


@dataclass(frozen=True)
class CheckedDocument:
    """A document without fault, and the rows it names."""

    members: OrderDocument
    product: Product
    bearer: Bearer | None
    promotion: Promotion | None


class InvalidDocumentError(Exception):
    """The document breaks rules: `errors` lists English sentences by member."""

    def __init__(self, errors: Errors) -> None:
        super().__init__(errors)
        self.errors = errors


def check_document(
    raw: Mapping[str, Any], *, bought: Product | None = None, client_admin: User | None = None
) -> CheckedDocument:
    """`raw`, checked by every rule.

    `bought` is the tier of an order that was placed before: it may be retired by now.
    `client_admin` has shown who they are in another way, so that no token is needed for a client
    of theirs. Raises Refused with all faults at once, each under the member at fault.
    """
    errors: defaultdict[str, list[str]] = defaultdict(list)
    for member in raw.keys() & READ_ONLY:
        if raw[member] is not None:
            errors[member].append("is read-only.")
    for member in raw.keys() - READ_ONLY - _MEMBERS:
        errors[member].append("is not a member of an order.")
    given = {member: raw[member] for member in raw.keys() & _MEMBERS if raw[member] is not None}
    document = None
    try:
        document = OrderDocument.model_validate(given)
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            errors[str(fault["loc"][0])].append(sentence(fault))
    # For the rules over several members, one that has a fault of its own counts as given.
    sound = {member: value for member, value in given.items() if member not in errors}
    _check_pairs(given, sound, errors)
    product = bought or _check_product(sound, errors)
    bearer = _check_client(given, sound, product, client_admin, errors)
    promotion = _check_promotion(sound, product, errors)
    if errors or document is None or product is None:
        raise InvalidDocumentError(dict(errors))
    return CheckedDocument(document, product, bearer, promotion)


_MEMBERS = frozenset(OrderDocument.model_fields)
_NAME = TypeAdapter(Name)


def name_fault(name: str) -> str | None:
    """Why `name` cannot be a client's, a project's or a person's; None where it can."""
    try:
        _NAME.validate_python(name, strict=True)
    except ValidationError as error:
        return sentence(error.errors(include_url=False, include_input=False)[0])
    return None


def sentence(fault: ErrorDetails) -> str:
    """What pydantic found, in the words of this API, without what was typed."""
    match fault["type"]:
        case "order":
            return fault["msg"]
        case "string_too_long":
            return f"must have at most {fault['ctx']['max_length']} characters."
        case known if known in SENTENCES:
            return SENTENCES[known]
    return fault["msg"][0].lower() + fault["msg"][1:].removesuffix(".") + "."


def _check_pairs(given: Mapping[str, Any], sound: Mapping[str, Any], errors: Errors) -> None:
    for kind in ("client", "project"):
        number, name = f"{kind}_id", f"{kind}_name"
        if number in given and name in given:
            errors[number].append(f"must not be given together with {name}.")
            errors[name].append(f"must not be given together with {number}.")
    login = sound.get("user_login", "")
    if "@" in login and login != given.get("user_email"):
        errors["user_login"].append("may contain @ only if it equals user_email.")


def _check_product(sound: Mapping[str, Any], errors: Errors) -> Product | None:
    if "product" not in sound:
        return None
    product = Product.objects.filter(code=sound["product"], listed=True).first()
    # Some databases compare without regard to case.
    if product is None or product.code != sound["product"]:
        errors["product"].append("is not a tier that can be ordered.")
        return None
    return product


def _check_client(
    given: Mapping[str, Any],
    sound: Mapping[str, Any],
    product: Product | None,
    client_admin: User | None,
    errors: Errors,
) -> Bearer | None:
    """The token, the client it is for, and what an order to an existing client must name."""
    value = sound.get("admin_user_access_token")
    bearer = _bearer_to_write(value) if value else None
    if "client_id" in given:
        _check_demands_of_client_id(given, client_admin, errors)
    elif "project_id" in given:
        errors["client_id"].append("is required with project_id.")
    admin = client_admin
    if value:
        admin = bearer.user if bearer else None
        if bearer is None and "client_id" not in sound:
            errors["admin_user_access_token"].append(INVALID_TOKEN)
    if "client_id" not in sound or not (value or client_admin):
        return bearer
    client = Client.objects.filter(pk=sound["client_id"]).first()
    # A wrong token and an unknown client answer alike.
    if client is None or admin is None or client.client_admin_id != admin.pk:
        member = "admin_user_access_token" if value else "client_id"
        errors[member].append(INVALID_TOKEN if value else NOT_CLIENT_ADMIN)
    elif "project_id" in sound:
        _check_project(client, sound["project_id"], product, errors)
    return bearer


def _check_demands_of_client_id(
    given: Mapping[str, Any], client_admin: User | None, errors: Errors
) -> None:
    """Such an order is complete on arrival."""
    if "admin_user_access_token" not in given and client_admin is None:
        errors["admin_user_access_token"].append("is required with client_id.")
    if "project_id" in given and "user_email" not in given:
        errors["user_email"].append("is required with project_id.")
    if "project_id" not in given and "project_name" not in given:
        errors["project_name"].append("is required with client_id, unless project_id is given.")


def _check_project(client: Client, number: int, product: Product | None, errors: Errors) -> None:
    project = Project.objects.filter(pk=number, client=client).first()
    if project is None:
        errors["project_id"].append("is not a project of this client.")
    elif product is not None and project.product_id != product.pk:
        errors["product"].append("is not the tier of this project.")


def _check_promotion(
    sound: Mapping[str, Any], product: Product | None, errors: Errors
) -> Promotion | None:
    if "promo_code" not in sound:
        return None
    promotion = find_promotion(sound["promo_code"], product) if product else None
    if product and promotion is None:
        errors["promo_code"].append(NO_PROMOTION)
    return promotion


def _bearer_to_write(value: str) -> Bearer | None:
    bearer = check_bearer(value)
    if bearer is None or bearer.user is None or WRITE not in bearer.scopes:
        return None
    return bearer
