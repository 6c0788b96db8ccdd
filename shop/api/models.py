"""Stored responses of calls with an `Idempotency-Key`."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from shop.access.models import Application


class IdempotentResponse(models.Model):
    """The response to a call with an `Idempotency-Key`, replayed when the call is repeated."""

    application = models.ForeignKey(
        Application, null=True, on_delete=models.CASCADE, related_name="+"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)  # of method, path and body
    body = models.TextField()
    location = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
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
