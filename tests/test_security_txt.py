"""/.well-known/security.txt says where to report a vulnerability, as RFC 9116 has it."""

from datetime import UTC, datetime

import pytest
from pytest_django import Settings

from shop.env import contact
from tests.clock import clock_at
from tests.pages import visitor

pytestmark = pytest.mark.once

PATH = "/.well-known/security.txt"


def test_file_names_contact_expiry_languages_canonical_url_and_policy(
    settings: Settings,
) -> None:
    settings.SECURITY_CONTACT = "mailto:security@shop.example"
    settings.SECURITY_POLICY_URL = "https://shop.example/security-policy"
    settings.DEMO, settings.BASE_URL = False, "https://shop.example"
    with clock_at(datetime(2026, 11, 29, 20, 15, tzinfo=UTC)):
        answer = visitor().get(PATH)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert answer.content.decode().splitlines() == [
        "Contact: mailto:security@shop.example",
        "Expires: 2027-05-28T00:00:00Z",
        "Preferred-Languages: de, en",
        "Canonical: https://shop.example/.well-known/security.txt",
        "Policy: https://shop.example/security-policy",
    ]


def test_file_needs_no_policy(settings: Settings) -> None:
    settings.SECURITY_CONTACT, settings.SECURITY_POLICY_URL = "https://shop.example/report", ""
    content = visitor().get(PATH).content.decode()
    assert content.startswith("Contact: https://shop.example/report\n")
    assert "Policy" not in content


def test_file_is_not_there_without_a_contact(settings: Settings) -> None:
    settings.SECURITY_CONTACT = ""
    assert visitor().get(PATH).status_code == 404


@pytest.mark.parametrize(
    ("given", "uri"),
    [
        ("", ""),
        ("security@shop.example", "mailto:security@shop.example"),
        ("sicher%heit@bücher.example", "mailto:sicher%25heit@xn--bcher-kva.example"),
        ("https://shop.example/report", "https://shop.example/report"),
    ],
)
def test_contact_is_read_as_a_uri(given: str, uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECURITY_CONTACT", given)
    assert contact("SECURITY_CONTACT", "") == uri


def test_contact_defaults_to_support(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECURITY_CONTACT", raising=False)
    assert contact("SECURITY_CONTACT", "help@shop.example") == "mailto:help@shop.example"


def test_contact_that_is_no_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECURITY_CONTACT", "http://shop.example/")
    with pytest.raises(ValueError, match="ASCII"):
        contact("SECURITY_CONTACT", "")
