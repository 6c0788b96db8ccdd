"""Packing's answers to signals: orders to pack, and contracts whose steps are to be run."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.dispatch import receiver
from django.utils import timezone

from shop.billing.models import Subscription
from shop.billing.signals import subscription_ended, tier_changed
from shop.billing.tier_change_rows import TierChange
from shop.orders.models import Order, State
from shop.orders.order_erasure import orders_erased
from shop.orders.states import state_changed
from shop.packing.models import AttemptRecord, ContractRun, Packing
from shop.tenancy.models import Project
from shop.tenancy.signals import export_waived
from shop.worker.wake_up import wake


@receiver(state_changed)
def wake_for(sender: type[Order], orders: Sequence[Order], **kwargs: Any) -> None:
    """Wake the worker for `orders`. If this is lost, the next tick finds them."""
    if any(order.state == State.PENDING and order.complete for order in orders):
        wake("packing")


@receiver(orders_erased)
def erase_errors(sender: type[Order], orders: list[int], **kwargs: Any) -> None:
    """Delete the error texts of erased orders: they may name the person."""
    Packing.objects.filter(order__in=orders).update(last_error="", customer_text="")
    ContractRun.objects.filter(subscription__order__in=orders).update(last_error="")
    for attempts in (
        AttemptRecord.objects.filter(order__in=orders),
        AttemptRecord.objects.filter(run__subscription__order__in=orders),
    ):
        attempts.update(error="", family="")


@receiver(subscription_ended)
def run_ending_steps(sender: type[Subscription], subscription: Subscription, **kwargs: Any) -> None:
    """Have the steps of the end run, once for each contract."""
    run = ContractRun(subscription=subscription, kind=ContractRun.Kind.ENDING)
    ContractRun.objects.bulk_create([run], ignore_conflicts=True)
    wake("packing")


@receiver(tier_changed)
def run_changing_steps(sender: type[TierChange], change: TierChange, **kwargs: Any) -> None:
    """Have the steps of a change run, where there are any."""
    if settings.CHANGING_STEPS:
        kind = ContractRun.Kind.CHANGING
        run = ContractRun(subscription_id=change.subscription_id, kind=kind, change=change)
        ContractRun.objects.bulk_create([run], ignore_conflicts=True)
        wake("packing")


@receiver(export_waived)
def end_export_time(sender: type[Project], project: Project, **kwargs: Any) -> None:
    """Have the steps of the end go on that wait for the time of export to be over."""
    waiting = ContractRun.objects.filter(
        subscription__project=project,
        kind=ContractRun.Kind.ENDING,
        state=ContractRun.State.WAITING,
        last_step="",  # not for another attempt at a step
    )
    waiting.update(next_attempt_at=timezone.now())
    wake("packing")
