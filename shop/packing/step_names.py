"""What the steps of packing are called: in rows, on pages, and to other systems."""

import uuid

from django.utils.translation import gettext_lazy as _

from shop.orders.models import Order

TITLES = {
    "client": _("Client"),
    "project": _("Project"),
    "member": _("First member"),
    "invitation": _("Invitation"),
}


def step_name(path: str) -> str:
    """The name by which a step is recorded: the last part of its dotted path."""
    return path.rpartition(".")[2]


def step_title(name: str) -> str:
    """What pages call the step `name`; a deployment's own steps go by their names."""
    return str(TITLES.get(name, name))


def step_key(order: Order, name: str) -> str:
    """The idempotency key of the step `name` of `order`, for a system that it calls.

    It follows from the order's hash, which is a key to the registration page, but does not give it
    away; and from nothing else, so that it outlives restarts and new secret keys.
    """
    return str(uuid.uuid5(uuid.UUID(order.order_hash), name))
