"""A passkey in software, for tests without a browser."""

import hashlib
import json
import re
import secrets
import struct
from html import unescape
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode

from shop.tenancy.models import User
from tests.pages import Response, html, sign_in

ORIGIN = "http://localhost"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
ADD = "/account/2fa/webauthn/add/"
SIGN_IN = "/account/2fa/webauthn/login/"


def at_localhost(user: User | None = None, language: str = "en", seconds_ago: float = 0) -> Client:
    """A browser at the one name where passkeys work without https."""
    browser = Client(SERVER_NAME="localhost", headers={"accept-language": language})
    if user:
        sign_in(browser, user, seconds_ago)
    return browser


class Passkey:
    """One key on a device. It verifies its owner, unless `verifies` says otherwise."""

    def __init__(self, *, verifies: bool = True) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)
        self.owner = b""
        self.flags = PRESENT | (VERIFIED if verifies else 0)

    def made_for(self, options: dict[str, Any]) -> str:
        """The answer to "make a passkey"."""
        asked = options["publicKey"]
        self.owner = asked["user"]["id"]
        cose = ES256.from_cryptography_key(self.key.public_key())  # type: ignore[no-untyped-call]
        public = cbor.encode(dict(cose))
        data = self._data(self.flags | ATTESTED)
        data += bytes(16) + struct.pack(">H", len(self.id)) + self.id + public
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        response = {
            "clientDataJSON": websafe_encode(_client_data("webauthn.create", asked)),
            "attestationObject": websafe_encode(attestation),
        }
        return self._credential(response, {"credProps": {"rk": True}})

    def used_for(self, options: dict[str, Any]) -> str:
        """The answer to "sign in"."""
        client_data = _client_data("webauthn.get", options["publicKey"])
        data = self._data(self.flags)
        signed = data + hashlib.sha256(client_data).digest()
        response = {
            "clientDataJSON": websafe_encode(client_data),
            "authenticatorData": websafe_encode(data),
            "signature": websafe_encode(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
            "userHandle": self.owner,
        }
        return self._credential(response, {})

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(b"localhost").digest() + struct.pack(">BI", flags, 0)

    def _credential(self, response: dict[str, Any], extensions: dict[str, Any]) -> str:
        name = websafe_encode(self.id)
        return json.dumps(
            {
                "id": name,
                "rawId": name,
                "type": "public-key",
                "response": response,
                "clientExtensionResults": extensions,
            }
        )


def _client_data(kind: str, asked: dict[str, Any]) -> bytes:
    data = {"type": kind, "challenge": asked["challenge"], "origin": ORIGIN, "crossOrigin": False}
    return json.dumps(data).encode()


def data_of(page: Response) -> dict[str, Any]:
    """Return the data that a page gives to its script."""
    found = re.search(r'<script id="passkey_data"[^>]*>(.*?)</script>', html(page), re.DOTALL)
    assert found, "no data in the page"
    data: dict[str, Any] = json.loads(unescape(found[1]))
    return data


def add(browser: Client, passkey: Passkey, name: str = "Key") -> Response:
    """Add `passkey` for whoever is signed in and has just shown who they are."""
    options = data_of(browser.get(ADD))["creation_options"]
    return browser.post(ADD, {"name": name, "credential": passkey.made_for(options)})


def sign_in_by(browser: Client, passkey: Passkey, **more: str) -> Response:
    """Sign in by `passkey` as the page's script does."""
    answer = browser.get(SIGN_IN, headers={"accept": "application/json"})
    credential = passkey.used_for(answer.json()["request_options"])
    return browser.post(SIGN_IN, {"credential": credential, **more})
