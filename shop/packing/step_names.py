"""Names of the steps of packing: in rows, on pages, and for other systems."""

import uuid
from collections.abc import Callable

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from shop.orders.models import Order

Step = Callable[..., None]  # see `shop.packing.outcomes`

TITLES = {
    "client": _("Client"),
    "project": _("Project"),
    "member": _("First member"),
    "invitation": _("Invitation"),
}


def step_name(path: str) -> str:
    """The name under which a step is recorded: the last part of its dotted path."""
    return path.rpartition(".")[2]


def recorded_steps() -> list[str]:
    """The names of the steps that are recorded and shown, in order: all but the gates."""
    paths = settings.PACKING_STEPS
    return [step_name(path) for path in paths if not is_gate(import_string(path))]


def is_gate(step: Step) -> bool:
    """Whether a step only decides if packing may go on."""
    return bool(getattr(step, "gate", False))


def calls_out(step: Step) -> bool:
    """Whether a step calls another system."""
    return bool(getattr(step, "calls_out", False))


def step_title(name: str) -> str:
    """The title of the step `name` on pages; a deployment's own steps go by their names."""
    return str(TITLES.get(name, name))


def step_key(order: Order, name: str) -> str:
    """The idempotency key of the step `name` of `order`, for a system that it calls.

    Derived from the order's hash, which opens the registration page, without giving it away; and
    from nothing else, so that restarts and new secret keys do not change it.
    """
    return str(uuid.uuid5(uuid.UUID(order.order_hash), name))
