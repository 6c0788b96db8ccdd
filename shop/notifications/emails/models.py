"""Mail as rows: what is to be said to whom, and how that went."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.orders.models import Order, State
from shop.tenancy.email_addresses import user_by_email
from shop.tenancy.models import User


class Message(models.Model):
    """A mail about an order, once for each kind and occasion; or one that a user asked for.

    A row never holds a body or a token.
    """

    class Kind(models.TextChoices):
        RECEIVED = "received", _("order received")
        REMINDER = "reminder", _("reminder")
        INVITATION = "invitation", _("invitation")
        PACKED = "packed", _("order done")
        ATTENTION = "attention", _("needs attention")
        CANCELLED = "cancelled", _("order cancelled")
        ADDRESS = "address", _("address corrected")
        PASSWORD = "password", _("new password")
        CODE = "code", _("code")
        CHANGE = "change", _("change of sign-in")
        ALARM = "alarm", _("orders that wait for staff")

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
            models.UniqueConstraint(fields=["order", "kind", "occasion"], name="message_once"),
            models.UniqueConstraint(
                fields=["user", "occasion"],
                name="alarm_once",
                condition=models.Q(kind="alarm"),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "next_try"]),
            models.Index(fields=["recipient", "sent_at"]),
        ]

    def __str__(self) -> str:
        return f"mail {self.pk} ({self.kind})"

    @property
    def is_obsolete(self) -> bool:
        """Whether it would lead nowhere: nobody is there, or the order has moved on since."""
        order = self.order
        if self.kind == self.Kind.ALARM:
            staff = self.user is not None and self.user.is_staff and self.user.may_sign_in
            return not (staff and self._some_order_waits())
        if order is None:
            late = timezone.now() - timedelta(seconds=settings.CODE_SECONDS)
            too_late = self.kind == self.Kind.CODE and self.created_at < late
            # Whoever reads an address that was given up since must not choose a password.
            given_up = (
                self.kind == self.Kind.PASSWORD and user_by_email(self.recipient) != self.user
            )
            return too_late or given_up or not (self.user and self.user.may_sign_in)
        moved = order.user_email is not None and self.recipient != order.user_email.lower()
        match self.kind:
            case self.Kind.RECEIVED:
                return moved
            case self.Kind.REMINDER:
                return moved or order.complete or order.state != State.PENDING
            case self.Kind.ATTENTION:
                return moved or order.state != self.details.get("state", order.state)
            case self.Kind.INVITATION:
                invitation = order.invitation
                if invitation is None or invitation.used_at:
                    return True
                return moved or invitation.counter != self.occasion
            case self.Kind.PACKED:
                return self.user is not None and not self.user.may_sign_in
        return False

    def _some_order_waits(self) -> bool:
        told = {order["pk"]: order["state"] for order in self.details["orders"]}
        now = Order.objects.filter(pk__in=told).values_list("pk", "state")
        return any(told[pk] == state for pk, state in now)


class MailboxEntry(models.Model):
    """A mail the demo profile kept instead of sending it."""

    recipient = models.CharField(max_length=254)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    attached = models.JSONField(default=list)  # name and text of each
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("kept mail")
        verbose_name_plural = _("kept mails")

    def __str__(self) -> str:
        return self.subject
