"""Exports with their files, bulk jobs, and bank files between upload and import."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.backoffice.clients.note_rows import ClientNote  # noqa: F401 -- Django finds it here
from portal.backoffice.queue.saved_view import SavedView  # noqa: F401 -- Django finds it here
from shop.orders.models import Order
from shop.tenancy.models import User
from shop.worker.leases import Leased


class Export(models.Model):
    """A record of an export: by whom, of what, and how many rows."""

    class Subject(models.TextChoices):
        ORDERS = "orders", _("orders")
        INVOICES = "invoices", _("invoices")
        ACTIVITY = "activity", _("activity")

    class Format(models.TextChoices):
        XLSX = "xlsx", _("Excel workbook")
        CSV = "csv", "CSV"
        JSON_LINES = "jsonl", "JSON Lines"

    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    subject = models.CharField(
        max_length=10, choices=Subject, default=Subject.ORDERS, db_default=Subject.ORDERS
    )
    format = models.CharField(max_length=10, choices=Format)
    filter = models.TextField(blank=True)  # as a query string
    columns = models.TextField(blank=True, default="", db_default="")  # their names, with commas
    # Of its headings, words, numbers and dates.
    language = models.CharField(
        max_length=2, choices=settings.LANGUAGES, default="de", db_default="de"
    )
    number = models.PositiveBigIntegerField(null=True)  # NULL until it is complete

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        indexes: ClassVar = [models.Index(fields=["at", "id"], name="export_at")]

    def __str__(self) -> str:
        return f"export {self.pk}"


class ExportFile(Leased):
    """The file of a large export: made by the worker slice by slice, kept for some days."""

    class State(models.TextChoices):
        MAKING = "making", _("being prepared")
        READY = "ready", _("ready")
        FAILED = "failed", _("could not be prepared")
        DELETED = "deleted", _("deleted")

    export = models.OneToOneField(
        Export, on_delete=models.CASCADE, primary_key=True, related_name="file"
    )
    state = models.CharField(max_length=10, choices=State, default=State.MAKING)
    rows_done = models.PositiveBigIntegerField(default=0)
    rows_expected = models.PositiveBigIntegerField(null=True)  # about, once they were counted
    place = models.CharField(max_length=60, blank=True)  # the last row done
    size = models.PositiveBigIntegerField(null=True)  # in bytes, once it is ready
    ready_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("file of an export")
        verbose_name_plural = _("files of exports")
        indexes: ClassVar = [
            models.Index(
                fields=["next_attempt_at"],
                name="export_under_way",
                condition=models.Q(state="making"),
            ),
            models.Index(
                fields=["ready_at"], name="export_kept", condition=models.Q(state="ready")
            ),
        ]

    def __str__(self) -> str:
        return f"file of export {self.pk}"


class ExportPart(models.Model):
    """A slice of rows while an export is made, as JSON; then a part of its file."""

    file = models.ForeignKey(ExportFile, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        ordering: ClassVar = ["number"]
        verbose_name = _("part of an export")
        verbose_name_plural = _("parts of exports")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["file", "number"], name="part_once_an_export")
        ]

    def __str__(self) -> str:
        return f"part {self.number} of export {self.file_id}"


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
    # Orders that were chosen, and those that it was done to. NULL: of an old version; not ended yet.
    number = models.PositiveIntegerField(null=True)
    number_done = models.PositiveIntegerField(null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("bulk action")
        verbose_name_plural = _("bulk actions")
        indexes: ClassVar = [
            models.Index(
                fields=["id"], name="bulk_under_way", condition=models.Q(finished_at=None)
            ),
            models.Index(fields=["created_at", "id"], name="bulk_begun"),
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


class IncidentNote(models.Model):
    """A note by staff about a group of failures, shown with each of its orders."""

    # The group: the code, and the step at which orders stopped (empty: a gate).
    fault = models.CharField(max_length=40)
    step = models.CharField(max_length=100, blank=True)
    text = models.TextField(max_length=4000)
    # It is about attempts that ended from then until it was closed.
    began_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    written_at = models.DateTimeField(auto_now_add=True)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("incident note")
        verbose_name_plural = _("incident notes")
        indexes: ClassVar = [models.Index(fields=["fault", "step"], name="incident_group")]

    def __str__(self) -> str:
        return f"incident note {self.pk}"
