"""A deployment's own step of packing: a service over HTTP makes a workspace for each order."""

import hashlib
import os

import urllib3

from shop.orders.models import Order
from shop.packing.outcomes import Mend, NeedsHuman

# No retries of its own: the worker tries again, after a gap in which the service recovers.
http = urllib3.PoolManager(retries=False)


def create_workspace(order: Order) -> None:
    """Have the workspace made. Asked again with the same key, the service makes no second one."""
    answer = http.request(
        "POST",
        f"{os.environ['ACME_URL']}/workspaces",
        headers={"Idempotency-Key": idempotency_key(order)},
        json={
            "order": order.pk,
            "project": order.delivered_project_id,
            "tier": order.product.code,
        },
        # Shorter than the lease and than `frozen_after`, or the worker counts as dead meanwhile.
        timeout=float(os.environ.get("ACME_TIMEOUT", "4")),
    )
    match answer.status:
        case 200 | 201:
            return
        case 402:
            raise NeedsHuman("acme_no_room")
        case 422:
            raise Mend("acme_refused")
    # Whatever else it says may pass: the worker tries again later.
    raise RuntimeError(f"The provisioning service answered {answer.status}.")


# Called with no transaction open, and perhaps twice.
create_workspace.calls_out = True  # type: ignore[attr-defined]


def idempotency_key(order: Order) -> str:
    """The same for each try of one order, and for no other order.

    A digest: whoever holds the order's hash itself can open its registration page.
    """
    return hashlib.sha256(order.order_hash.encode()).hexdigest()
