"""`/.well-known/oauth-authorization-server`: what a program finds out by itself (RFC 8414)."""

from typing import Any

import pytest
from django.test import Client
from oauthlib.oauth2 import MetadataEndpoint
from pytest_django import Settings

from tests.accounts.oauth import Program
from tests.pages import Response

ADDRESS = "/.well-known/oauth-authorization-server"


def metadata() -> Response:
    return Client().get(ADDRESS)


def test_metadata_name_what_there_is_and_no_more(settings: Settings) -> None:
    settings.DEMO = False
    settings.BASE_URL = "https://shop.example"
    assert metadata().json() == {
        "issuer": "https://shop.example",
        "authorization_endpoint": "https://shop.example/oauth/authorize",
        "token_endpoint": "https://shop.example/oauth/token",
        "revocation_endpoint": "https://shop.example/oauth/revoke",
        "scopes_supported": ["orders:read", "orders:write", "billing:read", "webhooks"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "client_credentials", "refresh_token"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "service_documentation": "https://shop.example/api/docs",
        "ui_locales_supported": ["de", "en"],
    }


def test_metadata_are_valid_for_a_library(settings: Settings) -> None:
    settings.DEMO = False
    settings.BASE_URL = "https://shop.example"
    claims: dict[str, Any] = metadata().json()
    assert MetadataEndpoint([], {**claims}, raise_errors=True).claims == claims
    with pytest.raises(ValueError, match="must be an HTTPS URL"):
        MetadataEndpoint([], {**claims, "issuer": "http://shop.example"}, raise_errors=True)


def test_issuer_of_the_demo_is_the_host_that_was_asked() -> None:
    answer = Client(headers={"host": "127.0.0.1:8000"}).get(ADDRESS)
    assert answer.json()["issuer"] == "http://127.0.0.1:8000"


def test_metadata_may_be_kept_and_read_from_any_origin() -> None:
    answer = metadata()
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer["Cache-Control"] == "public, max-age=300"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert not answer.cookies


def test_metadata_are_only_read() -> None:
    answer = Client(enforce_csrf_checks=True).post(ADDRESS)
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
    assert answer.json()["error"] == "invalid_request"
    assert Client().head(ADDRESS).status_code == 200


@pytest.mark.django_db
def test_named_endpoints_give_and_end_a_token() -> None:
    named, program = metadata().json(), Program()
    given = program.post(named["token_endpoint"], grant_type="client_credentials").json()
    assert given["token_type"] == "Bearer"
    ended = program.post(named["revocation_endpoint"], token=given["access_token"])
    assert ended.status_code == 200
