"""A deployment's own packing step: a service over HTTP creates a workspace for each order."""

import os

from acme.service import call
from shop.orders.models import Order
from shop.packing.outcomes import NeedsCorrection, NeedsHuman
from shop.tenancy.project_urls import set_project_url


def create_workspace(order: Order, key: str) -> None:
    """Have a workspace created, and say where it is."""
    project = order.delivered_project
    wish = {"order": order.pk, "project": order.delivered_project_id, "tier": order.product.code}
    match call("/workspaces", key, wish):
        case 402:
            raise NeedsHuman("acme_no_room")
        case 422:
            raise NeedsCorrection("acme_refused")
    if project and "ACME_APP_URL" in os.environ:
        set_project_url(project, f"{os.environ['ACME_APP_URL']}/workspaces/{project.pk}")


# Called with no transaction open, and perhaps twice.
create_workspace.calls_out = True  # type: ignore[attr-defined]  # functions take any attribute
