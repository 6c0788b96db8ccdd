"""Foreign keys to orders that outlive the order's row: they lead to the archived order, too.

Their column keeps the order's number once it is archived, so they have no constraint in the
database, and joins are outer ones.
"""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.db.models.fields.related_descriptors import (
    ForwardManyToOneDescriptor,
    ForwardOneToOneDescriptor,
)


class _WithArchive(ForwardManyToOneDescriptor):  # type: ignore[type-arg]  # not generic at run time
    """Reads the order from the archive where its table has it no more."""

    def __get__(self, instance: models.Model | None, cls: Any = None) -> Any:
        if instance is None:
            return self
        pk = getattr(instance, self.field.attname)
        try:
            order = super().__get__(instance, cls)
        except ObjectDoesNotExist:
            order = None
        if order is not None or pk is None:
            return order
        from shop.orders.archived_order import ArchivedOrder  # needs the models

        archived = ArchivedOrder.objects.filter(pk=pk).first()
        if archived is None:
            return None
        self.field.set_cached_value(instance, archived.order)
        return archived.order


class _OneWithArchive(_WithArchive, ForwardOneToOneDescriptor):  # type: ignore[type-arg]  # likewise
    pass


def _options(options: dict[str, Any]) -> dict[str, Any]:
    return {**options, "null": True, "db_constraint": False}


class OrderReference(models.ForeignKey):  # type: ignore[type-arg]
    """A foreign key to an order that may be archived."""

    forward_related_accessor_class = _WithArchive

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **_options(options))

    def deconstruct(self) -> Any:
        """Return what migrations keep: the column is an ordinary one."""
        name, _path, args, options = super().deconstruct()
        return name, "django.db.models.ForeignKey", args, options


class OneOrderReference(models.OneToOneField):  # type: ignore[type-arg]
    """The same, where no two rows refer to one order."""

    forward_related_accessor_class = _OneWithArchive

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **_options(options))

    def deconstruct(self) -> Any:
        """Return what migrations keep: the column is an ordinary one."""
        name, _path, args, options = super().deconstruct()
        return name, "django.db.models.OneToOneField", args, options
