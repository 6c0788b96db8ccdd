"""Mail as rows: what is to be said to whom. A row never holds a body or a token."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.orders.models import Order, State
from shop.tenancy.models import User


class Message(models.Model):
    """A mail about an order, once for each kind and occasion; or one that a user asked for."""

    class Kind(models.TextChoices):
        RECEIVED = "received", _("order received")
        REMINDER = "reminder", _("reminder")
        INVITATION = "invitation", _("invitation")
        PASSWORD = "password", _("new password")
        CODE = "code", _("code")
        CHANGE = "change", _("change of sign-in")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("given up")
        OBSOLETE = "obsolete", _("no longer needed")

    order = models.ForeignKey(
        Order, null=True, blank=True, on_delete=models.CASCADE, related_name="messages"
    )
    # Whom a mail without an order is for; none where nobody has the address that was typed.
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    kind = models.CharField(max_length=20, choices=Kind)
    # What a mail without an order is about: the seed of a code; a change of sign-in, and from where.
    details = models.JSONField(default=dict, blank=True)
    # What tells two mails of one kind apart: for an invitation, the counter of its link.
    occasion = models.PositiveIntegerField(default=0)
    recipient = models.EmailField()
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_try = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "kind", "occasion"], name="message_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "next_try"]),
            models.Index(fields=["recipient", "sent_at"]),
        ]

    def __str__(self) -> str:
        return f"mail {self.pk} ({self.kind})"

    @property
    def is_obsolete(self) -> bool:
        """Whether it would lead nowhere: its link is used or replaced, or nobody is there."""
        if self.kind in {self.Kind.PASSWORD, self.Kind.CODE, self.Kind.CHANGE}:
            late = timezone.now() - timedelta(seconds=settings.CODE_SECONDS)
            too_late = self.kind == self.Kind.CODE and self.created_at < late
            return too_late or not (self.user and self.user.may_sign_in)
        if self.kind == self.Kind.REMINDER:
            return not self.order or self.order.complete or self.order.state != State.PENDING
        if self.kind != self.Kind.INVITATION or self.order is None:
            return False
        invitation = self.order.invitation
        return (
            invitation is None
            or invitation.used_at is not None
            or invitation.counter != self.occasion
        )


class MailboxEntry(models.Model):
    """A mail the demo profile kept instead of sending it."""

    recipient = models.CharField(max_length=254)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("kept mail")
        verbose_name_plural = _("kept mails")

    def __str__(self) -> str:
        return self.subject
