"""A deployment's own provider of online payment, which has a page to pay on and signs what it tells."""

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from typing import Any

import urllib3

from shop.billing.payment_providers import NotificationError, Paid

http = urllib3.PoolManager(retries=False)


def signature(body: bytes, secret: str) -> str:
    """The signature of a notification."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class AcmePay:
    """`PAYMENT_PROVIDER=acme.online_payment.AcmePay`."""

    def begin(self, invoice: Any, return_url: str) -> str:
        """Create a payment at the provider; return its page, where the customer pays."""
        answer = http.request(
            "POST",
            f"{os.environ['ACME_PAY_URL']}/payments",
            json={
                "purpose": invoice.number,
                "amount": invoice.open_cents,
                "currency": invoice.currency,
                "return_url": return_url,
            },
            timeout=5,  # the customer waits
        )
        if answer.status != 201:
            raise RuntimeError(f"The provider answered {answer.status}.")
        return str(answer.json()["page"])

    def notified(self, body: bytes, headers: Mapping[str, str]) -> list[Paid]:
        """Check the signature and return what was paid."""
        right = signature(body, os.environ["ACME_PAY_SECRET"])
        if not hmac.compare_digest(right, headers.get("Acme-Signature", "")):
            raise NotificationError
        told = json.loads(body)
        return [Paid(told["purpose"], told["amount"], told["currency"], told["payment"])]
