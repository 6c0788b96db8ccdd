"""Raise the price of a running subscription, with notice (contract, "Prices")."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import Q, UniqueConstraint
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.billing.periods import ONE_DAY, next_start
from shop.billing.signals import price_raised
from shop.orders.models import optional
from shop.row_locks import lock_rows
from shop.tenancy.models import User

if TYPE_CHECKING:
    from shop.billing.models import Subscription


_SEEN = ("product_id", "interval", "list_cents", "ended_at")


class NoRaiseError(Exception):
    """The price cannot be raised so: it is no higher, nothing is paid, or a raise is announced.

    Or it was changed meanwhile.
    """


class PriceChange(models.Model):
    """A higher price that was announced: for every period that begins on `from_on` or later."""

    subscription = models.ForeignKey(
        "billing.Subscription", on_delete=models.PROTECT, related_name="price_changes"
    )
    old_list_cents = models.PositiveIntegerField()
    list_cents = models.PositiveIntegerField()
    from_on = models.DateField()
    noticed_at = models.DateTimeField(default=timezone.now)
    by = optional(User, on_delete=models.PROTECT)
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = optional(User, on_delete=models.PROTECT)

    class Meta:
        app_label = "billing"
        ordering: ClassVar = ["-pk"]
        verbose_name = _("price change")
        verbose_name_plural = _("price changes")
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["subscription"],
                name="one_price_change_announced",
                condition=Q(applied_at=None, undone_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"price change {self.pk}"


def first_day_of_raise(subscription: "Subscription") -> date:
    """The first day of the first period to which a raise announced today applies."""
    noticed = timezone.localdate() + timedelta(days=settings.PRICE_NOTICE_DAYS)
    return next_start(subscription.anchor_on, subscription.interval, noticed - ONE_DAY)


def raise_price(subscription: "Subscription", list_cents: int, by: User) -> PriceChange:
    """Announce a higher net price for one interval; the client hears of it by mail.

    It applies to the periods that begin PRICE_NOTICE_DAYS after today or later. Raises NoRaiseError.
    """
    runs = subscription.ended_at is None and subscription.next_period_on is not None
    if not runs or list_cents <= subscription.list_cents:
        raise NoRaiseError
    change = PriceChange(
        subscription=subscription,
        old_list_cents=subscription.list_cents,
        list_cents=list_cents,
        from_on=first_day_of_raise(subscription),
        by=by,
    )
    try:
        with transaction.atomic():
            # Changed to another tier meanwhile, the price that was raised is not its price.
            as_seen = {name: getattr(subscription, name) for name in _SEEN}
            if not lock_rows(type(subscription).objects.filter(pk=subscription.pk, **as_seen)):
                raise NoRaiseError
            change.save()
            price_raised.send(sender=PriceChange, change=change)
    except IntegrityError as error:  # another one is announced already
        raise NoRaiseError from error
    return change


def undo_price_change(change: PriceChange, by: User) -> bool:
    """Take back a raise; False where it applies already or was taken back meanwhile."""
    announced = PriceChange.objects.filter(pk=change.pk, applied_at=None, undone_at=None)
    return bool(announced.update(undone_at=timezone.now(), undone_by=by))


def apply_price_change(subscription: "Subscription", start: date) -> None:
    """Write the price that was announced for the period that begins on `start`, if there is one.

    Call it in the transaction of the period's invoice, which holds the row.
    """
    announced = PriceChange.objects.filter(
        subscription=subscription, applied_at=None, undone_at=None, from_on__lte=start
    )
    change = announced.first()
    # Taken back at this very moment: whoever writes first wins.
    if change and announced.filter(pk=change.pk).update(applied_at=timezone.now()):
        subscription.list_cents = change.list_cents
        subscription.save(update_fields=["list_cents"])
