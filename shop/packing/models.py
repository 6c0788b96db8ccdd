"""Progress of packing: attempts and their lease, steps that are done, counters."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.billing.models import Subscription
from shop.billing.tier_change_rows import TierChange
from shop.orders.models import Order, optional
from shop.tenancy.models import User
from shop.worker.leases import Leased


class StepWork(Leased):
    """A row whose steps are run, and why its last attempt came to nothing."""

    class ErrorKind(models.TextChoices):
        """The remedy for an error."""

        PERSON = "person", _("needs review")
        PASSING = "passing", _("probably temporary")
        BUG = "bug", _("an error of ours")

    # The step that the current attempt has reached; empty until its work begins, and for an order
    # that is packed together with others.
    last_step = models.CharField(max_length=100, blank=True)
    last_error = models.TextField(blank=True)
    last_error_kind = models.CharField(max_length=10, choices=ErrorKind, blank=True)

    class Meta:
        abstract = True


class Packing(StepWork):
    """One per order, created at its first attempt."""

    order = models.OneToOneField(
        Order, on_delete=models.CASCADE, primary_key=True, related_name="packing"
    )
    # Null: no retry is planned; an order that is pending is then due at once.
    next_attempt_at = models.DateTimeField(null=True, blank=True)  # type: ignore[assignment]
    # Packed by itself, step by step, since an attempt at it has failed or the worker has died at it
    # or at another order of its batch: what is wrong with one must not hold up others.
    alone = models.BooleanField(default=False, db_default=False, editable=False)
    # What a step tells the customer, in the order's language; shown while the order has a fault.
    customer_text = models.TextField(blank=True)
    # The fields of the order that the customer may correct while the order has a fault.
    mendable = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = _("packing record")
        verbose_name_plural = _("packing records")
        indexes: ClassVar = [
            models.Index(
                fields=["next_attempt_at"],
                name="packing_again",
                condition=models.Q(next_attempt_at__isnull=False),
            ),
            models.Index(
                fields=["lease_until"],
                name="packing_leased",
                condition=models.Q(lease_until__isnull=False),
            ),
        ]


class StepRecord(models.Model):
    """A step that is done; committed in one transaction with what the step wrote."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="steps")
    name = models.CharField(max_length=100)
    done_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "name"], name="step_once_an_order")
        ]


class ContractRun(StepWork):
    """A run of steps over a subscription: of its end (ENDING_STEPS) or of a change of its tier."""

    class Kind(models.TextChoices):
        """The occasions of a run."""

        ENDING = "ending", _("end of the subscription")
        CHANGING = "changing", _("change of tier")

    class State(models.TextChoices):
        """The state of a run."""

        WAITING = "waiting", _("waiting")  # for the worker, until `next_attempt_at`
        RUNNING = "running", _("running")  # under a lease
        NEED_HUMAN = "need_human", _("needs review")
        DONE = "done", _("done")

    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="runs")
    kind = models.CharField(max_length=10, choices=Kind)
    change = models.OneToOneField(
        TierChange, null=True, blank=True, on_delete=models.PROTECT, related_name="run"
    )
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)
    # The member of staff who last had it tried again, or skipped a step.
    handled_by = optional(User, on_delete=models.PROTECT)

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("run of steps")
        verbose_name_plural = _("runs of steps")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subscription"], name="one_ending", condition=models.Q(kind="ending")
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_attempt_at"],
                name="run_due",
                condition=models.Q(state__in=("waiting", "running")),
            ),
            models.Index(
                fields=["state"], name="run_stuck", condition=models.Q(state="need_human")
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.pk} ({self.kind})"


class ContractStep(models.Model):
    """A step of a run that is done; committed in one transaction with what the step wrote."""

    run = models.ForeignKey(ContractRun, on_delete=models.CASCADE, related_name="steps")
    name = models.CharField(max_length=100)
    done_at = models.DateTimeField(auto_now_add=True)
    skipped_by = optional(User, on_delete=models.PROTECT)  # of staff: it was not run

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = _("step of a run")
        verbose_name_plural = _("steps of runs")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "name"], name="step_once_a_run")
        ]


class AttemptRecord(models.Model):
    """An attempt that has ended, kept with its order or run; erasure alone changes it.

    Orders that were packed together with others have none of that: their events tell the same.
    """

    class Outcome(models.TextChoices):
        """The end of an attempt."""

        DONE = "done", _("done")
        RETRY = "retry", _("failed")
        GIVEN_UP = "given_up", _("given up")
        DECISION = "decision", _("needs review")
        CORRECTION = "correction", _("needs a correction")
        WAITS = "waits", _("waits until a set time")
        NOT_BEGUN = "not_begun", _("not started")

    # One of the two.
    order = models.ForeignKey(
        Order, null=True, on_delete=models.CASCADE, related_name="attempt_records"
    )
    run = models.ForeignKey(
        ContractRun, null=True, on_delete=models.CASCADE, related_name="attempt_records"
    )
    number = models.PositiveIntegerField()  # as counted; from one again once staff had it tried
    began_at = models.DateTimeField(null=True)  # unknown for a run
    ended_at = models.DateTimeField(default=timezone.now)
    step = models.CharField(max_length=100, blank=True)  # empty: at a gate
    outcome = models.CharField(max_length=10, choices=Outcome)
    # The code of the order that fails so in the end; empty where nothing failed.
    fault = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=10, choices=StepWork.ErrorKind, blank=True)
    error = models.TextField(blank=True)  # its beginning
    # The error without numbers, names and addresses: errors of one cause have the same.
    family = models.CharField(max_length=100, blank=True)
    alone = models.BooleanField()  # as `Packing.alone`
    worker = models.CharField(max_length=100, blank=True)  # host and process; empty: it died

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(order=None) ^ models.Q(run=None), name="attempt_of_one"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["ended_at"], name="attempt_ended"),
            models.Index(fields=["fault", "step", "ended_at"], name="attempt_group"),
        ]

    def __str__(self) -> str:
        return f"attempt {self.pk} ({self.outcome})"


class Counter(models.Model):
    """The number of times that something has happened since the first start; for `/metrics`."""

    name = models.CharField(max_length=50, primary_key=True)
    total = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("counter")
        verbose_name_plural = _("counters")
