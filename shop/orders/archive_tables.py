"""The tables whose rows hang on an order, and so go to the archive with it.

Found by the models themselves: whatever the database would delete with an order, also rows of rooms
that a deployment adds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import CASCADE, Field, Model, QuerySet
from django.db.models.fields.reverse_related import ForeignObjectRel

from shop.orders.models import Order, SearchWord

# Made anew from the other rows once an order is back.
REBUILT = frozenset({SearchWord})


@dataclass(frozen=True)
class Table:
    """A model whose rows hang on orders; `paths` are the look-ups that lead to the order."""

    model: type[Model]
    paths: tuple[str, ...]
    depth: int  # rows refer to those of tables with a lower one

    @property
    def label(self) -> str:
        """The model's name in the archive."""
        return label_of(self.model)

    @property
    def fields(self) -> list[Field[Any, Any]]:
        """The columns of a row."""
        return list(self.model._meta.concrete_fields)  # noqa: SLF001 -- documented by Django

    def rows_of(self, orders: Iterable[int]) -> QuerySet[Any]:
        """The rows that hang on any of the `orders`."""
        pks, every = list(orders), every_row(self.model)
        found = [every.filter(**{f"{path}__in": pks}).order_by() for path in self.paths]
        if len(found) == 1:
            return found[0]
        # Not with OR: PostgreSQL would join whole tables before it looks for these orders.
        first, *others = (rows.values("pk") for rows in found)
        return every.filter(pk__in=first.union(*others))


def every_row(model: type[Model]) -> QuerySet[Any]:
    """Return all rows of a model, also those that its own manager leaves out."""
    return model._base_manager.all()  # noqa: SLF001 -- documented by Django


def label_of(model: type[Model]) -> str:
    """Return the model's name in the archive."""
    return model._meta.label_lower  # noqa: SLF001 -- documented by Django


def is_guarded(field: Field[Any, Any]) -> bool:
    """Tell if the database refuses a row whose key in `field` leads nowhere."""
    return bool(getattr(field, "db_constraint", False))


@cache
def tables() -> tuple[Table, ...]:
    """The tables in the order in which their rows are inserted; the first is that of orders."""
    paths: dict[type[Model], set[str]] = {Order: {"pk"}}
    depths: dict[type[Model], int] = {Order: 0}
    _follow(Order, "", 1, paths, depths)
    found = [Table(each, tuple(sorted(paths[each])), depths[each]) for each in paths]
    return tuple(sorted(found, key=lambda table: table.depth))


def _follow(
    model: type[Model],
    path: str,
    depth: int,
    paths: dict[type[Model], set[str]],
    depths: dict[type[Model], int],
) -> None:
    for relation in relations_to(model):
        related = relation.related_model
        if relation.on_delete is not CASCADE or related in REBUILT or related is model:
            continue
        name = f"{relation.field.name}{path}"
        paths.setdefault(related, set()).add(name)
        depths[related] = max(depths.get(related, 0), depth)
        _follow(related, f"__{name}", depth + 1, paths, depths)


def relations_to(model: type[Model]) -> list[ForeignObjectRel]:
    """The foreign keys that point to `model`."""
    every = model._meta.get_fields(include_hidden=True)  # noqa: SLF001 -- documented by Django
    return [each for each in every if isinstance(each, ForeignObjectRel) and not each.many_to_many]
