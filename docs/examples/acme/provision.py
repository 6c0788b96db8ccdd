"""A deployment's own packing step: a service over HTTP creates a workspace for each order."""

import os

import urllib3

from shop.orders.models import Order
from shop.packing.outcomes import NeedsCorrection, NeedsHuman, RetryLater

# No retries here: the worker tries again after a wait in which the service may recover.
http = urllib3.PoolManager(retries=False)
PAUSE = 10  # seconds


def create_workspace(order: Order, key: str) -> None:
    """Have a workspace created; with the same `key` the service creates no second one."""
    try:
        answer = http.request(
            "POST",
            f"{os.environ['ACME_URL']}/workspaces",
            headers={"Idempotency-Key": key},
            json={
                "order": order.pk,
                "project": order.delivered_project_id,
                "tier": order.product.code,
            },
            # Below PACKING_STEP_SECONDS, or the worker counts as dead meanwhile.
            timeout=float(os.environ.get("ACME_TIMEOUT", "2")),
        )
    except urllib3.exceptions.HTTPError as error:
        raise RetryLater(PAUSE, "The provisioning service does not answer.") from error
    match answer.status:
        case 200 | 201:
            return
        case 402:
            raise NeedsHuman("acme_no_room")
        case 422:
            raise NeedsCorrection("acme_refused")
    raise RetryLater(PAUSE, f"The provisioning service answered {answer.status}.")


# Called with no transaction open, and perhaps twice.
create_workspace.calls_out = True  # type: ignore[attr-defined]  # functions take any attribute
