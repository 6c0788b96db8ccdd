"""What the back office keeps of itself."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.tenancy.models import User


class Export(models.Model):
    """Orders that left the house as a file: who took them, which, and how many."""

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        JSON_LINES = "jsonl", "JSON lines"

    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    format = models.CharField(max_length=10, choices=Format)
    filter = models.TextField(blank=True)  # as the address has it
    number = models.PositiveBigIntegerField(null=True)  # none while, or because, it was cut short

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("export")
        verbose_name_plural = _("exports")

    def __str__(self) -> str:
        return f"export {self.pk}"
