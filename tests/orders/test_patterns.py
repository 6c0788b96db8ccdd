"""What the schema says of single members is what the document says."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shop.orders import patterns
from shop.orders.values import Email, Login, Name, Webhook

pytestmark = pytest.mark.once

names, logins = TypeAdapter(Name), TypeAdapter(Login)
emails, webhooks = TypeAdapter(Email), TypeAdapter(Webhook)
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
    assert takes(names, text) is matches(patterns.PLAIN, text)


def test_name_of_one_character_is_taken_exactly_where_its_pattern_matches() -> None:
    for number in range(0x10000):
        if not 0xD800 <= number <= 0xDFFF:
            sign = chr(number)
            assert takes(names, sign) is matches(patterns.PLAIN, sign), hex(number)


@given(st.text(st.characters(max_codepoint=0x2FF), min_size=1, max_size=20))
def test_login_is_taken_exactly_where_its_pattern_matches(text: str) -> None:
    assert takes(logins, text) is matches(patterns.LOGIN, text)


@given(st.emails() | st.from_regex(r"[\w.+'-]{1,9}@[\w.-]{1,12}\.[a-z]{2,3}", fullmatch=True))
def test_pattern_refuses_no_address_that_is_taken(address: str) -> None:
    assert matches(patterns.EMAIL, address) or not takes(emails, address)


@given(hosts, st.from_regex(r"(:[0-9]{0,5})?([/?#][!-~]{0,9})?", fullmatch=True))
def test_pattern_refuses_no_webhook_that_is_taken(host: str, rest: str) -> None:
    uri = f"https://{host}{rest}"
    assert matches(patterns.webhook(demo=False), uri) or not takes(webhooks, uri)


def test_patterns_stay_within_what_all_dialects_know() -> None:
    found = (patterns.PLAIN, patterns.LOGIN, patterns.EMAIL, patterns.webhook(demo=True))
    for pattern in found:
        assert not re.search(r"\\[^xu.\[\]-]|\(\?", pattern)
