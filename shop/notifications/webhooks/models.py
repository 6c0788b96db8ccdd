"""Webhooks: deliveries, the log of their attempts, and the health of the hosts they go to."""

import secrets
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.orders.models import Order, OrderEvent
from shop.worker.leases import Leased


def new_webhook_id() -> str:
    """A random id without a full stop (Standard Webhooks); the same in each attempt."""
    return f"msg_{secrets.token_hex(16)}"


class Delivery(Leased):
    """A webhook: one change of an order's state, sent to the order's `redirection_uri`."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("given up")
        GONE = "gone", _("no longer wanted")

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="deliveries")
    event = models.OneToOneField(OrderEvent, on_delete=models.CASCADE, related_name="delivery")
    webhook_id = models.CharField(
        max_length=40, unique=True, default=new_webhook_id, editable=False
    )
    # The text that is signed and sent, made at the change: a later attempt tells of then, not of now.
    payload = models.TextField()
    # Host and port. One that is slow or away does not hold up the others.
    receiver = models.CharField(max_length=260, db_index=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        indexes: ClassVar = [models.Index(fields=["state", "next_attempt_at"], name="delivery_due")]

    def __str__(self) -> str:
        return f"webhook {self.pk} to {self.receiver}"


class Attempt(models.Model):
    """One attempt at a delivery. Written once, never changed."""

    class Failure(models.TextChoices):
        """Those of `shop.worker.http_client.Failure`, and our own."""

        ADDRESS = "address", _("address not public")
        NAME = "name", _("name not found")
        CONNECTION = "connection", _("no connection")
        HEADERS = "headers", _("too many or too long headers")
        TLS = "tls", _("no trust in its certificate")
        TIMEOUT = "timeout", _("took too long")
        REDIRECT = "redirect", _("points elsewhere")
        STATUS = "status", _("not accepted")
        GONE = "gone", _("no longer wanted")
        UNSIGNED = "unsigned", _("no signing secret")
        STOPPED = "stopped", _("the worker stopped in the middle")
        ERROR = "error", _("an error of ours")

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempt_log")
    at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(blank=True)  # its beginning
    failure = models.CharField(max_length=10, choices=Failure, blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = _("delivery attempt")
        verbose_name_plural = _("delivery attempts")


class Endpoint(models.Model):
    """A host that webhooks go to and that has failed; it is paused while it fails in a row."""

    address = models.CharField(max_length=260, unique=True)
    failures = models.PositiveIntegerField(default=0)  # since it last answered
    paused_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("receiver of webhooks")
        verbose_name_plural = _("receivers of webhooks")
