"""Questions to VIES, the EU's register of VAT ids."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.worker.leases import Leased


class VatIdCheck(Leased):
    """One question to VIES about a VAT id, and its answer; the worker asks."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for VIES")
        CONFIRMED = "confirmed", _("confirmed")
        UNKNOWN = "unknown", _("not known to VIES")

    vat_id = models.CharField(max_length=20)  # with prefix, capitals and digits alone
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    answered_on = models.DateField(null=True, blank=True)
    consultation_number = models.CharField(max_length=50, blank=True)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "tenancy"
        ordering: ClassVar = ["-pk"]
        verbose_name = _("check of a VAT id")
        verbose_name_plural = _("checks of VAT ids")
        constraints: ClassVar = [
            # However many customers and invoices ask at once, VIES is asked once.
            models.UniqueConstraint(
                fields=["vat_id"],
                name="one_question_a_vat_id",
                condition=models.Q(state="waiting"),
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["vat_id", "-id"], name="vat_id_check_newest"),
            models.Index(
                fields=["next_attempt_at"],
                name="vat_id_check_due",
                condition=models.Q(state="waiting"),
            ),
        ]

    def __str__(self) -> str:
        return f"check {self.pk} of a VAT id"
