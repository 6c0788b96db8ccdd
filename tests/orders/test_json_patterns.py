"""The schema and the document have the same rules for single fields."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shop.open_order.resources import CURRENCIES, Currency, Language
from shop.orders import json_patterns
from shop.orders.field_types import COUNTRIES, Country, Email, Login, Metadata, Name, Webhook

pytestmark = pytest.mark.once

names, logins = TypeAdapter(Name), TypeAdapter(Login)
emails, webhooks = TypeAdapter(Email), TypeAdapter(Webhook)
currencies, countries = TypeAdapter(Currency), TypeAdapter(Country)
languages = TypeAdapter(Language)
hosts = st.from_regex(r"[a-z0-9.:\[\]%_-]{1,20}", fullmatch=True)


def takes(adapter: TypeAdapter[str], text: str) -> bool:
    try:
        adapter.validate_python(text)
    except ValidationError:
        return False
    return True


def matches(pattern: str, text: str) -> bool:
    # `$` of Python also stands before a last line break; that of JSON Schema does not.
    return re.fullmatch(pattern, text) is not None


@given(st.text(min_size=1, max_size=20))
def test_name_is_taken_exactly_where_its_pattern_matches(text: str) -> None:
    invisible = all(unicodedata.category(sign) == "Cf" or sign.isspace() for sign in text)
    if invisible and any(ord(sign) > 0xFFFF for sign in text):
        return  # tests.api.schema_hooks says why
    assert takes(names, text) is matches(json_patterns.PLAIN, text)


def test_name_of_one_character_is_taken_exactly_where_its_pattern_matches() -> None:
    for number in range(0x10000):
        if not 0xD800 <= number <= 0xDFFF:
            sign = chr(number)
            assert takes(names, sign) is matches(json_patterns.PLAIN, sign), hex(number)


@given(st.text(st.characters(max_codepoint=0x2FF), min_size=1, max_size=20))
def test_login_is_taken_exactly_where_its_pattern_matches(text: str) -> None:
    assert takes(logins, text) is matches(json_patterns.LOGIN, text)


@given(st.emails() | st.from_regex(r"[\w.+'-]{1,9}@[\w.-]{1,12}\.[a-z]{2,3}", fullmatch=True))
def test_pattern_refuses_no_address_that_is_taken(address: str) -> None:
    assert matches(json_patterns.EMAIL, address) or not takes(emails, address)


@given(hosts, st.from_regex(r"(:[0-9]{0,5})?([/?#][!-~]{0,9})?", fullmatch=True))
def test_pattern_refuses_no_webhook_that_is_taken(host: str, rest: str) -> None:
    uri = f"https://{host}{rest}"
    assert matches(json_patterns.webhook(demo=False), uri) or not takes(webhooks, uri)


@given(st.from_regex(r"[A-Za-z]{2,4}", fullmatch=True) | st.sampled_from(CURRENCIES + COUNTRIES))
def test_codes_are_taken_exactly_where_a_schema_lists_them(code: str) -> None:
    assert takes(currencies, code) is (code in CURRENCIES)
    assert takes(countries, code) is (code in COUNTRIES)


def test_schema_lists_the_codes() -> None:
    assert currencies.json_schema()["enum"] == CURRENCIES
    assert countries.json_schema()["enum"] == COUNTRIES
    assert {"EUR", "USD", "JPY"} < set(CURRENCIES)
    assert {"DE", "AT", "CH"} < set(COUNTRIES)


@given(st.from_regex(r"[A-Za-z0-9\u017f\u212a]{1,9}(-[A-Za-z0-9]{1,9}){0,4}-?", fullmatch=True))
def test_language_is_taken_exactly_where_its_pattern_matches(tag: str) -> None:
    assert takes(languages, tag) is matches(json_patterns.LANGUAGE_TAG, tag)


@pytest.mark.parametrize(
    "tag",
    [
        *("de", "en-US", "zh-Hant-TW", "de-CH-1996", "sl-rozaj-biske", "de-DE-u-co-phonebk"),
        *("x-whatever", "en-x-private", "i-klingon", "I-KLINGON", "sgn-BE-FR", "EN-gb-OED"),
    ],
)
def test_well_formed_language_is_taken(tag: str) -> None:
    assert takes(languages, tag)


@pytest.mark.parametrize(
    "tag", ["", "e", "en_US", "en-", "-en", "en--US", "i-none", "de-u", "x-", "\u017fl", "en\n"]
)
def test_other_language_is_refused(tag: str) -> None:
    assert not takes(languages, tag)


def test_patterns_stay_within_what_all_dialects_know() -> None:
    found = (
        *(
            json_patterns.PLAIN,
            json_patterns.LOGIN,
            json_patterns.EMAIL,
            json_patterns.webhook(demo=True),
        ),
        json_patterns.LANGUAGE_TAG,
    )
    for pattern in found:
        assert not re.search(r"\\[^xu.\[\]-]|\(\?", pattern)


@given(st.text(max_size=20))
def test_value_of_metadata_is_taken_exactly_where_its_pattern_matches(text: str) -> None:
    values = TypeAdapter(Metadata)
    try:
        values.validate_python({"key": text})
    except ValidationError:
        taken = False
    else:
        taken = True
    assert taken is matches(json_patterns.LINES, text)
