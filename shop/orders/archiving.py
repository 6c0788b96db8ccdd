"""Archive finished orders, and bring them back as they were.

Each batch is one transaction: stopped at any moment, an order is either in its tables or archived.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.dispatch import Signal

from shop.orders.archive_contents import Contents, rows_by_order, written
from shop.orders.archive_keys import keys_of, order_in
from shop.orders.archive_return import insert_rows
from shop.orders.archive_tables import REBUILT, every_row, is_guarded, relations_to, tables
from shop.orders.archive_trimming import trim_at
from shop.orders.archived_order import ArchivedKey, ArchivedOrder
from shop.orders.models import Order
from shop.orders.search_index import reindex
from shop.orders.states import FINISHED

BATCH = 200  # orders in one transaction, during which nobody else can write to SQLite
COPIED = ("id", "order_hash", "order_number", "state", "product_id", "application_id")

# Each receiver returns a condition of orders that its room still has work with: those stay.
orders_needed = Signal()


def archivable(before: datetime) -> QuerySet[Order]:
    """The finished orders that were last changed before then, and that nobody needs any more.

    An order stays while its member can still join, while its address is unreachable, and while
    staff want to look at it again.
    """
    found = _finished(before).filter(
        Q(invitation=None) | Q(invitation__used_at__isnull=False),
        order_number__isnull=False,
        unreachable_since=None,
        follow_up_on=None,
    )
    answers: list[tuple[Any, Any]] = orders_needed.send(sender=Order)
    for _receiver, needed in answers:
        found = found.filter(~needed)
    for relation in relations_to(Order):
        # A row that would neither go with the order nor do without it.
        if relation.related_model in _goes_along() or not is_guarded(relation.field):
            continue
        rows = every_row(relation.related_model)
        found = found.filter(~Exists(rows.filter(**{relation.field.name: OuterRef("pk")})))
    return found.order_by("pk")


def archive(before: datetime, *, batch: int = BATCH) -> Iterator[int]:
    """Archive the orders that were last changed before then; yield how many, after each batch."""
    last, finished = 0, _finished(before).order_by("pk").values_list("pk", flat=True)
    # The conditions are asked of these few: of all orders, each batch would read whole tables.
    while pks := list(finished.filter(pk__gt=last)[:batch]):
        last = pks[-1]
        if found := list(archivable(before).filter(pk__in=pks).values_list("pk", flat=True)):
            yield _archive(found, before)


def _finished(before: datetime) -> QuerySet[Order]:
    return Order.objects.filter(state__in=FINISHED, updated_at__lt=before)


def bring_back(archived: Iterable[int], *, batch: int = BATCH) -> int:
    """Put orders back into their tables, as they were; return how many were archived.

    `archived` are their primary keys. Those that are not archived are left as they are.
    """
    pks = list(archived)
    return sum(_bring_back(pks[start : start + batch]) for start in range(0, len(pks), batch))


def unarchived(order: Order) -> Order:
    """Return `order`, brought back if it is archived, so that rows may refer to it.

    Call it in the transaction that writes them: until its end, nobody archives the order.
    """
    if not order.is_archived and _is_held(order.pk):
        return order
    bring_back([order.pk])
    return Order.objects.get(pk=order.pk)


def _is_held(pk: int) -> bool:
    """Keep an order from being archived until the transaction ends; False if it has been."""
    if connection.vendor == "sqlite":  # nobody else writes until then
        return Order.objects.filter(pk=pk).exists()
    with connection.cursor() as cursor:
        # The lock that rows with a reference to the order take: only a deletion waits for it.
        cursor.execute("SELECT 1 FROM orders_order WHERE id = %s FOR KEY SHARE", [pk])
        return cursor.fetchone() is not None


def _bring_back(pks: list[int]) -> int:
    with transaction.atomic():
        held = ArchivedOrder.objects.filter(pk__in=pks).select_for_update()
        contents = list(held.order_by("pk").values_list("pk", "contents"))
        found = [pk for pk, _contents in contents]
        # First, as the database lets no order have the hash or number of an archived one.
        ArchivedKey.objects.filter(order__in=found).delete()
        ArchivedOrder.objects.filter(pk__in=found).delete()
        insert_rows(bytes(packed) for _pk, packed in contents)
        reindex(Order.objects.filter(pk__in=found))
    return len(found)


def _archive(pks: list[int], before: datetime) -> int:
    with transaction.atomic():
        rows = rows_by_order(pks)
        # Again, now that nobody changes the rows any more.
        still = set(archivable(before).filter(pk__in=pks).values_list("pk", flat=True))
        chosen = {pk: contents for pk, contents in rows.items() if pk in still}
        archived, keys = [], []
        for contents in chosen.values():
            row = _archived(contents)
            archived.append(row)
            keys += [ArchivedKey(order=row, key=key) for key in keys_of(contents)]
        ArchivedOrder.objects.bulk_create(archived)
        ArchivedKey.objects.bulk_create(keys)
        _delete(chosen)
    return len(chosen)


def _goes_along() -> set[type[Any]]:
    return {*REBUILT, *(table.model for table in tables())}


def _archived(contents: Contents) -> ArchivedOrder:
    order = order_in(contents)
    return ArchivedOrder(
        **{name: order[name] for name in COPIED},
        **{name: datetime.fromisoformat(order[name]) for name in ("created_at", "updated_at")},
        trim_at=trim_at(contents),
        contents=written(contents),
    )


def _delete(orders: Iterable[int]) -> None:
    """Delete the rows of the orders, and send no signals: they are not gone but elsewhere."""
    pks = list(orders)
    for model in REBUILT:
        _delete_raw(every_row(model).filter(order__in=pks))
    for table in reversed(tables()):
        _delete_raw(table.rows_of(pks))


def _delete_raw(rows: QuerySet[Any]) -> None:
    rows._raw_delete(rows.db)  # noqa: SLF001 -- `delete` would load each row and follow its keys
