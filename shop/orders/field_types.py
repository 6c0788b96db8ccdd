"""Pydantic types of the order document's fields; `json_patterns.py` has them for schemas."""

import re
import unicodedata
from typing import Annotated, Any, LiteralString

import pycountry
from django.conf import settings
from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from shop.email_spellings import InvalidEmailError, check_email
from shop.invisible_characters import is_blank
from shop.orders import json_patterns
from shop.orders.models import PLACED_STATES, State
from shop.orders.webhook_urls import webhook_url_error

LOGIN = re.compile(r"\A[A-Za-z0-9@.+_-]+\Z")


def field_error(code: LiteralString) -> PydanticCustomError:
    """A validation error whose type is the problem's code, a key of SENTENCES."""
    return PydanticCustomError(code, code)


def _plain(value: str) -> str:
    if is_blank(value):
        raise field_error("blank")
    if any(unicodedata.category(character) == "Cc" for character in value):
        raise field_error("control_characters")
    return value


def _lines(value: str) -> str:
    if any(unicodedata.category(each) == "Cc" and each not in "\t\n\r" for each in value):
        raise field_error("control_characters")
    return value


def _bare_email(value: str) -> str:
    try:
        check_email(value)
    except InvalidEmailError as error:
        raise field_error("not_an_email") from error
    return value


def _login_characters(value: str) -> str:
    if not LOGIN.match(value):
        raise field_error("login_characters")
    return value


def _country(value: str) -> str:
    if value not in COUNTRIES:
        raise field_error("unknown_country")
    return value


def _webhook(value: str) -> str:
    if code := webhook_url_error(value, demo=settings.DEMO):
        raise field_error(code)
    return value


def _webhook_schema(schema: dict[str, Any]) -> None:
    schema["pattern"] = json_patterns.webhook(demo=settings.DEMO)


def says(pattern: str) -> Any:
    """A `pattern` for the JSON schema alone; the value itself is checked in Python."""
    return Field(json_schema_extra={"pattern": pattern})


Plain = AfterValidator(_plain)
Text = Annotated[str, Field(min_length=1, max_length=1000), Plain, says(json_patterns.PLAIN)]
Name = Annotated[str, Field(min_length=1, max_length=200), Plain, says(json_patterns.PLAIN)]
Email = Annotated[
    str,
    Field(min_length=1, max_length=254),
    Plain,
    AfterValidator(_bare_email),
    says(json_patterns.EMAIL),
]
Login = Annotated[
    str,
    Field(min_length=1, max_length=150),
    Plain,
    AfterValidator(_login_characters),
    says(json_patterns.LOGIN),
]
Webhook = Annotated[
    str,
    Field(min_length=1, max_length=2000),
    Plain,
    AfterValidator(_webhook),
    Field(json_schema_extra=_webhook_schema),
]
COUNTRIES = sorted(country.alpha_2 for country in pycountry.countries)
Country = Annotated[
    str,
    Field(min_length=1, max_length=200),
    Plain,
    AfterValidator(_country),
    WithJsonSchema({"type": "string", "enum": COUNTRIES}),
]
# As long as the columns of `BillingProfile`.
PostalCode = Annotated[str, Field(min_length=1, max_length=20), Plain, says(json_patterns.PLAIN)]
City = Annotated[str, Field(min_length=1, max_length=100), Plain, says(json_patterns.PLAIN)]
Reference = Annotated[str, Field(min_length=1, max_length=100), Plain, says(json_patterns.PLAIN)]
# Keys and values of the partner's own.
MOST_METADATA, LONGEST_KEY, LONGEST_VALUE = 20, 40, 500
Metadata = Annotated[
    dict[
        Annotated[str, Field(min_length=1, max_length=LONGEST_KEY), Plain],
        Annotated[str, Field(max_length=LONGEST_VALUE), AfterValidator(_lines)],
    ],
    Field(max_length=MOST_METADATA),
    # Else the pattern of the keys would make `patternProperties`, which generators do not know.
    WithJsonSchema(
        {
            "type": "object",
            "maxProperties": MOST_METADATA,
            "propertyNames": {
                "minLength": 1,
                "maxLength": LONGEST_KEY,
                "pattern": json_patterns.PLAIN,
            },
            "additionalProperties": {
                "type": "string",
                "maxLength": LONGEST_VALUE,
                "pattern": json_patterns.LINES,
            },
        }
    ),
]
VatId = Annotated[str, Field(min_length=1, max_length=50), Plain, says(json_patterns.PLAIN)]
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]


def _placed(state: State) -> State:
    if state not in PLACED_STATES:
        raise field_error("enum")
    return state


def _one_of(*states: State) -> Any:
    # Else the schema would name the class and quote its docstring.
    return WithJsonSchema({"type": "string", "enum": [state.value for state in states]})


AnyState = Annotated[State, _one_of(*State)]
PlacedState = Annotated[State, AfterValidator(_placed), _one_of(*PLACED_STATES)]
