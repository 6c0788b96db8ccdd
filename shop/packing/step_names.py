"""The configured steps, and their names in rows, on pages, and for other systems."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Aggregate, CharField, OuterRef, Subquery
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from shop.orders.models import Order
from shop.packing.models import StepRecord

TITLES = {
    "client": _("Client"),
    "project": _("Project"),
    "member": _("First member"),
    "invitation": _("Invitation"),
    "no_new_members": _("Nobody joins any more"),
    "close_project": _("Project closed"),
    "export_time": _("Time to download data"),
    "erase_project": _("Contents erased"),
}


@dataclass(frozen=True)
class Step:
    """A function that a setting names, of one of the kinds that `shop.packing.outcomes` documents."""

    name: str  # under which it is recorded
    run: Callable[..., None]
    gate: bool
    calls_out: bool


def load_step(path: str) -> Step:
    """The step at a dotted path, named by its last part. Raises ImportError."""
    run = import_string(path)
    gate, calls_out = (bool(getattr(run, kind, False)) for kind in ("gate", "calls_out"))
    return Step(path.rpartition(".")[2], run, gate, calls_out)


def configured_steps() -> list[Step]:
    """The steps of PACKING_STEPS, in order."""
    return [load_step(path) for path in settings.PACKING_STEPS]


def recorded_steps() -> list[str]:
    """The names of the steps that are recorded and shown, in order: all but the gates."""
    return [step.name for step in configured_steps() if not step.gate]


class _Joined(Aggregate):
    """Texts of several rows as one, with a blank between two of them."""

    function = "STRING_AGG"
    template = "%(function)s(%(expressions)s, ' ')"
    output_field = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="GROUP_CONCAT", **context)


def done_steps() -> Subquery:
    """Return the names of the steps that an order of the query has done, with blanks between.

    In no particular order. NULL: none.
    """
    done = StepRecord.objects.filter(order=OuterRef("pk")).order_by().values("order")
    return Subquery(done.annotate(names=_Joined("name")).values("names"))


def step_title(name: str) -> str:
    """The title of the step `name` on pages; a deployment's own steps go by their names' words."""
    return str(TITLES.get(name) or name.replace("_", " "))


def step_key(order: Order, name: str) -> str:
    """The idempotency key of the step `name` of `order`, for a system that it calls.

    Derived from the order's hash alone, without giving it away: restarts and new secret keys do
    not change it.
    """
    return str(uuid.uuid5(uuid.UUID(order.order_hash), name))
