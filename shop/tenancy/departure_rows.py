"""People who wish to leave: to be deleted, or to have staff appoint somebody in their place."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class DeletionWish(models.Model):
    """A user's wish to be deleted, kept until it can be carried out (contract, "Who is who")."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="deletion_wish",
    )
    asked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "tenancy"
        verbose_name = _("wish to be deleted")
        verbose_name_plural = _("wishes to be deleted")


class AppointmentRequest(models.Model):
    """A client_admin's request that staff appoint somebody else in their place."""

    client = models.ForeignKey("tenancy.Client", on_delete=models.CASCADE, related_name="+")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    note = models.TextField(max_length=1000, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        app_label = "tenancy"
        ordering: ClassVar = ["pk"]
        verbose_name = _("request to appoint")
        verbose_name_plural = _("requests to appoint")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["client"],
                name="one_appointment_request_a_client",
                condition=models.Q(done_at=None),
            )
        ]
