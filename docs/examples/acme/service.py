"""Calls of the provisioning service, for the steps."""

import os
from typing import Any

import urllib3

from shop.packing.outcomes import RetryLater

# No retries here: the worker tries again after a wait in which the service may recover.
http = urllib3.PoolManager(retries=False)
PAUSE = 10  # seconds


def call(path: str, key: str, wish: dict[str, Any]) -> int:
    """Return the status of the answer; with the same `key` the service does nothing twice.

    Raises RetryLater where it does not answer, or in a way that nobody expects.
    """
    try:
        answer = http.request(
            "POST",
            f"{os.environ['ACME_URL']}{path}",
            headers={"Idempotency-Key": key},
            json=wish,
            # Below PACKING_STEP_SECONDS, or the worker counts as dead meanwhile.
            timeout=float(os.environ.get("ACME_TIMEOUT", "2")),
        )
    except urllib3.exceptions.HTTPError as error:
        raise RetryLater(PAUSE, "The provisioning service does not answer.") from error
    if answer.status not in {200, 201, 402, 422}:
        raise RetryLater(PAUSE, f"The provisioning service answered {answer.status}.")
    return int(answer.status)
