"""Mails as rows, each with its state and attempts, and the demo profile's mailbox."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.email_columns import RecipientColumn
from shop.orders.models import Order
from shop.tenancy.models import User
from shop.worker.leases import Leased


class Message(Leased):
    """A mail about an order, unique by kind and dedupe key; or one about a user's account.

    A row never holds a body or a token. What a kind says stands in its class (`kinds.py`).
    """

    class Kind(models.TextChoices):
        RECEIVED = "received", _("order received")
        REMINDER = "reminder", _("reminder")
        INVITATION = "invitation", _("invitation")
        PACKED = "packed", _("order done")
        ATTENTION = "attention", _("order held up")
        CANCELLED = "cancelled", _("order cancelled")
        ADDRESS = "address", _("address corrected")
        PASSWORD = "password", _("new password")
        CODE = "code", _("code")
        CHANGE = "change", _("change of sign-in")
        LINKS = "links", _("links to orders")
        COLLEAGUE = "colleague", _("invitation to the back office")
        ASSIGNED = "assigned", _("order assigned to a colleague")
        MENTION = "mention", _("note that mentions a colleague")
        FACTOR_RESET = "factor_reset", _("second step to be reset")
        ALARM = "alarm", _("orders that wait for staff")
        IBAN = "iban", _("another IBAN on invoices")
        INVOICE = "invoice", _("invoice")
        INVOICE_REMINDER = "invoice_reminder", _("payment reminder")
        PRICE_CHANGE = "price_change", _("change of price")
        ACCESS = "access", _("closed for members")
        TIER_CHANGE = "tier_change", _("change of tier")
        CANCELLATION = "cancellation", _("contract cancelled")
        RECEIPT = "receipt", _("receipt of a declaration")
        PROOF = "proof", _("link that proves a declaration")
        WITHDRAWAL = "withdrawal", _("withdrawal from a contract")
        ENDS_SOON = "ends_soon", _("contract ends soon")
        ENDED = "ended", _("contract has ended")
        CANCEL_ORDER = "cancel_order", _("link to cancel an order")
        CONTACT = "contact", _("message to support")
        DELETED = "deleted", _("account deleted")
        EXPORT = "export", _("export is ready")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("given up")
        REFUSED = "refused", _("refused")  # by the recipient's mail server, for good
        OBSOLETE = "obsolete", _("no longer needed")

    order = models.ForeignKey(
        Order, null=True, blank=True, on_delete=models.CASCADE, related_name="messages"
    )
    # The reader, if known by more than the address. NULL also for mails to unknown addresses.
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    kind = models.CharField(max_length=20, choices=Kind)
    # What the kind needs besides order and user, as its class describes it.
    details = models.JSONField(default=dict, blank=True)
    # The reason for this mail, if its kind may have several: "invitation:3", "email_change:2".
    dedupe_key = models.CharField(max_length=80, blank=True)
    recipient = RecipientColumn()
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "kind", "dedupe_key"], name="message_once"),
            models.UniqueConstraint(
                fields=["user", "dedupe_key"], name="alarm_once", condition=models.Q(kind="alarm")
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "next_attempt_at"], name="message_due"),
            models.Index(fields=["recipient", "sent_at"]),
        ]

    def __str__(self) -> str:
        return f"mail {self.pk} ({self.kind})"

    @property
    def can_be_sent_again(self) -> bool:
        """Return whether staff are offered to send it, once more or at once.

        Of those that are no longer needed, only one that says why: it was dropped after a restore.
        """
        if self.state == self.State.OBSOLETE:
            return bool(self.last_error)
        return self.state != self.State.SENDING


class ContactRequest(models.Model):
    """A message by the contact form, until it is mailed to support and for some days."""

    name = models.CharField(max_length=200, blank=True)
    email = RecipientColumn()
    order_number = models.CharField(max_length=40, blank=True)
    text = models.TextField(max_length=5000)
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("contact request")
        verbose_name_plural = _("contact requests")


class MailboxEntry(models.Model):
    """A mail that the demo profile has kept instead of sending it."""

    recipient = RecipientColumn()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    # Name and text of each file; of one that is no text base64, and its content type after it.
    attached = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("kept mail")
        verbose_name_plural = _("kept mails")
