"""Partners' applications, signing secrets, kept responses, limits, counts, traces, and the cache.

Tokens are rows of allauth's provider.
"""

from typing import ClassVar

from allauth.idp.oidc.models import Client as OAuthClient
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Application(models.Model):
    """A partner's program. It sees only the orders it placed."""

    name = models.CharField(max_length=100)
    oauth_client = models.OneToOneField(
        OAuthClient, on_delete=models.CASCADE, related_name="application"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    active = models.BooleanField(
        default=True, editable=False, help_text=_("One that is switched off may do nothing.")
    )
    demo = models.BooleanField(
        default=False, editable=False, help_text=_("Works in the demo profile only.")
    )
    # Its own rate limit: calls a second, and at once. NULL: as the settings say.
    rate = models.PositiveIntegerField(null=True, blank=True)
    burst = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name = _("application")
        verbose_name_plural = _("applications")

    def __str__(self) -> str:
        return self.name


class SigningSecret(models.Model):
    """A key that signs an application's webhooks. Stored in clear, because signing needs it."""

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="signing_secrets"
    )
    secret = models.CharField(max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)
    # NULL while it is the newest one.
    valid_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("signing secret")
        verbose_name_plural = _("signing secrets")

    def __str__(self) -> str:
        return f"of application {self.application_id}"


class RateLimitBucket(models.Model):
    """The bucket of a rate limit, as the time at which it will be full again."""

    key = models.CharField(max_length=255, primary_key=True)
    full_at = models.FloatField()  # Unix time, in seconds

    def __str__(self) -> str:
        return self.key


class CallCount(models.Model):
    """The number of calls of an application that an operation answered with a status on a day."""

    # Without a constraint: counts are written seconds after the calls.
    application = models.ForeignKey(
        Application,
        on_delete=models.CASCADE,
        related_name="+",
        db_constraint=False,
        db_index=False,  # the constraint below begins with it
    )
    day = models.DateField()  # in the shop's time zone
    operation = models.CharField(max_length=150)  # such as "POST /api/orders"
    status = models.PositiveSmallIntegerField()
    number = models.PositiveBigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "day", "operation", "status"], name="call_counted_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.status}: {self.number}"


class Measurement(models.Model):
    """A number for `/metrics`: of a metric, its labels and a bucket, summed over all processes."""

    metric = models.CharField(max_length=60)
    labels = models.CharField(max_length=200)  # their values, each after a line break but the first
    bucket = models.CharField(max_length=10)  # the upper limit of a histogram's; "" of a counter
    number = models.PositiveBigIntegerField()
    total = (
        models.FloatField()
    )  # of what was measured, such as seconds; 0 where it was counted alone

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["metric", "labels", "bucket"], name="measurement_once_a_bucket"
            )
        ]

    def __str__(self) -> str:
        return self.metric


class TraceOrigin(models.Model):
    """The span in which an order was placed, so that the worker's work on it joins that trace.

    Written only where traces are. Without a foreign key: orders are a floor above.
    """

    order = models.BigIntegerField(primary_key=True)
    traceparent = models.CharField(max_length=55)  # W3C Trace Context
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"of order {self.order}"


class CachedValue(models.Model):
    """A value of Django's cache (`durable_cache.py`)."""

    key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()  # as JSON
    expires_at = models.FloatField()  # Unix time, in seconds; may be infinite

    def __str__(self) -> str:
        return self.key


class IdempotentResponse(models.Model):
    """The response to a call with an `Idempotency-Key`, replayed when the call is repeated."""

    application = models.ForeignKey(
        Application, null=True, on_delete=models.CASCADE, related_name="+"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    # For the owner of an open order who is neither: a digest of the OwnerId and the key.
    owner_key = models.CharField(max_length=64, null=True, unique=True)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)  # of method, path and document
    status = models.PositiveSmallIntegerField(default=201, db_default=201)
    body = models.TextField()
    location = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        db_table = "api_idempotentresponse"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["application", "key"], name="kept_once_an_application"),
            models.UniqueConstraint(
                fields=["user", "key"],
                condition=models.Q(application=None),
                name="kept_once_a_user",
            ),
        ]

    def __str__(self) -> str:
        return f"answer {self.pk}"
