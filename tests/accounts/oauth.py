"""The requests a partner's program makes to get a token."""

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.test import Client

from shop.access.applications import create_application
from shop.access.models import Application
from shop.tenancy.models import User
from tests.pages import Response, fields, html, visitor

BACK = "https://partner.example/back"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode()[:43]


class Program:
    """A partner's program, its secret in its pocket."""

    def __init__(self, **options: Any) -> None:
        self.application: Application
        self.application, self.secret = create_application(
            "Kranplaner", **{"redirect_uris": [BACK], **options}
        )
        self.id = self.application.oauth_client_id

    def query(self, **changes: str | None) -> dict[str, str]:
        """Return the query of `/oauth/authorize`; None leaves a parameter out."""
        query = {
            "response_type": "code",
            "client_id": self.id,
            "redirect_uri": BACK,
            "state": "of the program",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **changes,
        }
        return {name: value for name, value in query.items() if value is not None}

    def post(self, address: str, **changes: str | None) -> Response:
        """A call with client id and secret; None leaves a parameter out."""
        body = {"client_id": self.id, "client_secret": self.secret, **changes}
        given = {name: value for name, value in body.items() if value is not None}
        return Client().post(address, given)

    def token(self, grant: str = "client_credentials", **changes: str | None) -> Response:
        """Ask for a token."""
        return self.post("/oauth/token", grant_type=grant, **changes)

    def exchange(self, code: str, **changes: str | None) -> Response:
        """Ask for a token by an authorization code."""
        more = {"code": code, "redirect_uri": BACK, "code_verifier": VERIFIER, **changes}
        return self.token("authorization_code", **more)

    def code_of(self, user: User, **changes: str | None) -> str:
        """The code that `user`'s consent gives."""
        return parameters(consent(visitor(user), self.query(**changes)))["code"]


def consent(browser: Client, query: dict[str, str], action: str = "grant") -> Response:
    """Open the consent page and answer it."""
    page = browser.get("/oauth/authorize", query)
    assert page.status_code == 200, html(page)
    # One name, several scopes: all that are on the page.
    scopes = [each for each in ("orders:read", "orders:write") if f'value="{each}"' in html(page)]
    sent = {"request": fields(page)["request"], "scopes": scopes, "action": action}
    return browser.post("/oauth/authorize", sent, query_params=query)


def parameters(answer: Response) -> dict[str, str]:
    """Return the parameters of a redirect to the program."""
    assert answer.status_code == 302, html(answer)
    address = answer.headers["Location"]
    assert address.startswith(f"{BACK}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def calls(value: str, **order: str | int) -> Response:
    """Call the orders API with this token: list the orders, or place one."""
    headers = {"authorization": f"Bearer {value}"}
    if not order:
        return Client().get("/api/orders", headers=headers)
    return Client().post(
        "/api/orders", {"order": order}, content_type="application/json", headers=headers
    )
