"""Requests to reset the second factors of somebody who has lost them."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

OPEN_FOR = timedelta(hours=24)


class FactorReset(models.Model):
    """A request by one of staff, which a second one confirms within OPEN_FOR, or refuses."""

    class Outcome(models.TextChoices):
        OPEN = "", _("waits for a colleague")
        CONFIRMED = "confirmed", _("reset")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")
        EXPIRED = "expired", _("not confirmed in time")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    reason = models.TextField(max_length=1000)
    identity = models.TextField(max_length=1000)  # how it was checked that it is this person
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True, default=Outcome.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "tenancy"
        ordering: ClassVar = ["-pk"]
        verbose_name = _("reset of second factors")
        verbose_name_plural = _("resets of second factors")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user"], name="one_open_factor_reset", condition=models.Q(outcome="")
            )
        ]

    def __str__(self) -> str:
        return f"factor reset {self.pk}"

    @property
    def open_until(self) -> datetime:
        """Return when it can no longer be confirmed."""
        return self.asked_at + OPEN_FOR

    @property
    def is_open(self) -> bool:
        """Return whether a colleague can still confirm it."""
        return not self.outcome and timezone.now() < self.open_until
