"""Webhooks: endpoints, deliveries, the log of their attempts, and the health of receivers."""

import secrets
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shop.access.models import Application
from shop.orders.models import Order, OrderEvent
from shop.worker.leases import Leased

ORDER_STATE_CHANGED = "order.state_changed"
ENDPOINT_TEST = "webhook_endpoint.test"


def new_webhook_id() -> str:
    """A random id without a full stop (Standard Webhooks); the same in each attempt."""
    return f"msg_{secrets.token_hex(16)}"


class Registered(models.Manager["WebhookEndpoint"]):
    """The endpoints that were not deleted."""

    def get_queryset(self) -> models.QuerySet["WebhookEndpoint"]:
        """Leave out those that were deleted."""
        return super().get_queryset().filter(deleted_at=None)


class WebhookEndpoint(models.Model):
    """A URL of an application, and the events about its orders that are sent there."""

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="webhook_endpoints"
    )
    url = models.CharField(max_length=2000)
    events = models.JSONField()  # names of events, or of all of a kind: ["order.*"]
    # Signs what is sent there. Stored in clear, because signing needs it.
    secret = models.CharField(max_length=100)
    # Those it replaced, newest first, each with the moment until which it signs as well; or NULL.
    previous_secrets = models.JSONField(null=True)
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # The row is removed later: events that are being written at this moment may still name it.
    deleted_at = models.DateTimeField(null=True)

    objects = Registered()
    with_deleted: ClassVar = models.Manager["WebhookEndpoint"]()

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = _("webhook endpoint")
        verbose_name_plural = _("webhook endpoints")

    def __str__(self) -> str:
        return self.url

    def wants(self, event: str) -> bool:
        """Return whether it asks for events of this name."""
        return event in self.events or f"{event.partition('.')[0]}.*" in self.events


class Delivery(Leased):
    """A webhook: one event, sent to an endpoint, or to the order's `redirection_uri`."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("given up")
        GONE = "gone", _("no longer wanted")

    # NULL: a test of the endpoint.
    order = models.ForeignKey(Order, null=True, on_delete=models.CASCADE, related_name="deliveries")
    # Of the order, which never changes it; here as well, for an index. NULL where the version before
    # has written the row, until it is filled.
    application = models.ForeignKey(
        Application,
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,  # `delivery_of_application` begins with it
    )
    # NULL: it goes to the order's own `redirection_uri`.
    endpoint = models.ForeignKey(
        WebhookEndpoint,
        null=True,
        on_delete=models.CASCADE,
        related_name="deliveries",
        db_index=False,  # it has a partial one
    )
    type = models.CharField(
        max_length=40, default=ORDER_STATE_CHANGED, db_default=ORDER_STATE_CHANGED
    )
    # The change that `redirection_uri` is told of, once; NULL for what goes to an endpoint.
    event = models.OneToOneField(
        OrderEvent, null=True, on_delete=models.CASCADE, related_name="delivery"
    )
    webhook_id = models.CharField(
        max_length=40, unique=True, default=new_webhook_id, editable=False
    )
    # The text that is signed and sent, made at the change: a later attempt tells of then, not of now.
    payload = models.TextField()
    # Host and port. One that is slow or away does not hold up the others.
    receiver = models.CharField(max_length=260, db_index=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    created_at = models.DateTimeField(auto_now_add=True)

    last_attempts: "list[Attempt]"  # where `endpoint_log` has read them

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        indexes: ClassVar = [
            models.Index(fields=["state", "next_attempt_at"], name="delivery_due"),
            # The type last: lists of a rare one walk along the index, and leave the rows alone.
            models.Index(
                fields=["application", "state", "created_at", "id", "type"],
                name="delivery_of_application",
            ),
            models.Index(
                fields=["endpoint", "created_at", "id"],
                name="delivery_to_endpoint",
                condition=Q(endpoint__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"webhook {self.pk} to {self.receiver}"

    @property
    def url(self) -> str:
        """Return where it is sent."""
        if self.endpoint:
            return self.endpoint.url
        return (self.order and self.order.redirection_uri) or ""

    @property
    def subject(self) -> str:
        """Return what it tells, for staff: the new state of the order, or the name of the event."""
        return self.event.get_state_display() if self.event else self.type


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

    @property
    def told_failure(self) -> "Attempt.Failure | None":
        """Return the failure as the application may know it.

        It is not told which names are known in our own network.
        """
        failure = self.Failure.ADDRESS if self.failure == self.Failure.NAME else self.failure
        return self.Failure(failure) if failure else None


class Receiver(models.Model):
    """A host that webhooks go to and that has failed; it is paused while it fails in a row."""

    address = models.CharField(max_length=260, unique=True)
    failures = models.PositiveIntegerField(default=0)  # since it last answered
    paused_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "webhooks_endpoint"  # as it was called before applications had endpoints
        verbose_name = _("receiver of webhooks")
        verbose_name_plural = _("receivers of webhooks")
