"""Notes of colleagues about a client."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.tenancy.models import Client, User


class ClientNote(models.Model):
    """A note to colleagues about a client. A deleted one is kept for a day, for undo."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=4000)
    written_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "backoffice"
        ordering: ClassVar = ["-pk"]
        verbose_name = _("note about a client")
        verbose_name_plural = _("notes about clients")
        indexes: ClassVar = [
            models.Index(
                fields=["deleted_at"],
                name="client_note_deleted",
                condition=models.Q(deleted_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"note {self.pk} about client {self.client_id}"
