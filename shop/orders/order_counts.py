"""The numbers of placed orders, by application or user, state and tier, without counting them.

Triggers of the database write a row here with each change of an order (`order_count_triggers.py`),
so that no way of changing one can leave it out. Nobody waits for a row that others write, too: a
number is the sum of its rows. The worker folds them, so that there are few.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any, ClassVar

from django.db import models, transaction
from django.db.models import DO_NOTHING, Count, Index, Q, QuerySet, Sum

from shop.access.models import Application
from shop.catalogue.models import Product
from shop.orders.archived_order import ArchivedOrder
from shop.tenancy.models import User

# Fewer rows than ENOUGH are left as they are; of more, AT_ONCE are folded in one transaction.
ENOUGH = 100
AT_ONCE = 1000


class OrderCount(models.Model):
    """A change of a number of orders, or many of them `folded` into one.

    Each order is counted for its application, or for none; and once more for the user who placed
    it, if there is one. Only rows of the second kind have `placed_by`, and those no `application`.
    """

    # No constraints and indexes of their own: a row is written with nearly every order.
    application = models.ForeignKey(
        Application, DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    placed_by = models.ForeignKey(
        User, DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    product = models.ForeignKey(
        Product, DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    state = models.CharField(max_length=20)
    number = models.IntegerField()  # may be negative
    folded = models.BooleanField(default=False, db_default=False)

    class Meta:
        indexes: ClassVar = [
            Index(
                fields=["application", "state", "product", "number"],
                name="order_count_of_application",
                condition=Q(placed_by__isnull=True),
            ),
            Index(
                fields=["placed_by", "state", "product", "number"],
                name="order_count_of_user",
                condition=Q(placed_by__isnull=False),
            ),
            Index(fields=["id"], name="order_count_to_fold", condition=Q(folded=False)),
        ]

    def __str__(self) -> str:
        return f"{self.number} in {self.state}"


# What a row counts by.
Key = tuple[int | None, int | None, int, str]
KEY = ("application_id", "placed_by_id", "product_id", "state")


def counts_of(application: Any, user: Any) -> QuerySet[OrderCount] | None:
    """The counts of what `application` or `user` has placed; their sum is the number of orders.

    None for a user by means of an application: that leaves out orders by their basket, which the
    triggers do not see.
    """
    if user is None:
        return OrderCount.objects.filter(application=application, placed_by=None)
    return None if application else OrderCount.objects.filter(placed_by=user)


def placed_by_state() -> dict[str, int]:
    """The numbers of all placed orders by state, with those that are archived."""
    counts = OrderCount.objects.filter(placed_by=None).order_by()
    numbers = Counter[str](dict(counts.values_list("state").annotate(Sum("number"))))
    # All columns: those of the key would be read from the rows, which are large.
    archived = ArchivedOrder.objects.order_by().values_list("state").annotate(number=Count("*"))
    numbers.update(dict(archived))
    return dict(numbers)


def fold_counts(beat: Callable[[], None]) -> None:
    """Fold rows of the same application or user, tier and state into one; call `beat` between."""
    while _fold_some():
        beat()


def _fold_some() -> bool:
    """Fold the oldest rows; False where too few are left, or another process folds them."""
    waiting = OrderCount.objects.filter(folded=False).order_by("pk")
    rows = list(waiting.values_list("pk", "number", *KEY)[:AT_ONCE])
    if len(rows) < ENOUGH:
        return False
    sums = Counter[Key]()
    pks = []
    for pk, number, *key in rows:
        sums[_key(key)] += number
        pks.append(pk)
    applications, users, *_rest = ({*column} - {None} for column in zip(*sums, strict=True))
    of_applications = Q(application__in=applications) | Q(application=None)
    of_these = (of_applications & Q(placed_by=None)) | Q(placed_by__in=users)
    before = OrderCount.objects.filter(of_these, folded=True)
    for pk, number, *key in before.values_list("pk", "number", *KEY):
        if _key(key) in sums:
            sums[_key(key)] += number
            pks.append(pk)
    folded = [
        OrderCount(**dict(zip(KEY, key, strict=True)), number=number, folded=True)
        for key, number in sums.items()
        if number
    ]
    with transaction.atomic():
        # Rows are never changed: if all of them are still there, their sums are still true.
        deleted, _by_model = OrderCount.objects.filter(pk__in=pks).delete()
        if deleted < len(pks):
            transaction.set_rollback(True)
            return False
        OrderCount.objects.bulk_create(folded)
    return True


def _key(values: list[int | str | None]) -> Key:
    return tuple(values)  # type: ignore[return-value]  # as KEY says
