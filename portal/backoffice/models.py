"""Exports, bulk jobs, and bank files between upload and import."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.backoffice.queue.saved_view import SavedView  # noqa: F401 -- Django finds it here
from shop.orders.models import Order
from shop.tenancy.models import User


class Export(models.Model):
    """A record of an export: by whom, of what, and how many rows."""

    class Subject(models.TextChoices):
        ORDERS = "orders", _("orders")
        INVOICES = "invoices", _("invoices")

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        JSON_LINES = "jsonl", "JSON lines"

    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    subject = models.CharField(
        max_length=10, choices=Subject, default=Subject.ORDERS, db_default=Subject.ORDERS
    )
    format = models.CharField(max_length=10, choices=Format)
    filter = models.TextField(blank=True)  # as a query string
    number = models.PositiveBigIntegerField(null=True)  # NULL until it is complete

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("export")
        verbose_name_plural = _("exports")

    def __str__(self) -> str:
        return f"export {self.pk}"


class BulkJob(models.Model):
    """An action that the worker does to many orders, chosen when it is created."""

    class Action(models.TextChoices):
        RETRY = "retry", _("Try again")
        APPROVE = "approve", _("Approve")
        CANCEL = "cancel", _("Cancel permanently")
        ASSIGN = "assign", _("Assign")
        FOLLOW_UP = "follow_up", _("Set follow-up")
        NOTE = "note", _("Add note")
        WEBHOOKS = "webhooks", _("Send webhooks again")

    action = models.CharField(max_length=10, choices=Action)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # For cancelling, or the note; for assigning; for the follow-up, where NULL takes it away.
    reason = models.TextField(blank=True)
    assignee = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    follow_up_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    stopped = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("bulk action")
        verbose_name_plural = _("bulk actions")
        indexes: ClassVar = [
            models.Index(fields=["id"], name="bulk_under_way", condition=models.Q(finished_at=None))
        ]

    def __str__(self) -> str:
        return f"bulk action {self.pk} ({self.action})"


class BulkItem(models.Model):
    """One order of a bulk job. Its outcome commits together with the action."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DONE = "done", _("done")
        LEFT = "left", _("left out: it had changed in the meantime")
        FAILED = "failed", _("failed: an error on our side")
        STOPPED = "stopped", _("left out: the bulk action was stopped")

    job = models.ForeignKey(BulkJob, on_delete=models.CASCADE, related_name="items")
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="bulk_items")
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.WAITING)

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = _("order of a bulk action")
        verbose_name_plural = _("orders of bulk actions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job", "order"], name="order_once_a_bulk_action")
        ]
        indexes: ClassVar = [models.Index(fields=["job", "outcome"])]

    def __str__(self) -> str:
        return f"order {self.order_id} of bulk action {self.job_id}"


class BankUpload(models.Model):
    """A bank file whose preview staff look at; deleted by its import, or by an upload days later."""

    file_name = models.CharField(max_length=200)
    content = models.BinaryField()
    uploaded_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = _("uploaded bank file")
        verbose_name_plural = _("uploaded bank files")

    def __str__(self) -> str:
        return f"bank file {self.pk}"
