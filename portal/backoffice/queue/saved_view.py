"""A saved view of the queue: a list that its owner, or all colleagues, come back to."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.tenancy.models import User


class SavedView(models.Model):
    """A filter of the queue with its columns, under a name.

    Without a name it is the list that its owner arrives at: `query` then names a view
    (`view=12`), or columns, or both.
    """

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("Name"), max_length=60, blank=True)
    query = models.TextField(blank=True)
    is_shared = models.BooleanField(default=False, db_default=False)

    class Meta:
        app_label = "backoffice"
        ordering: ClassVar = ["name", "pk"]
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner"], name="one_arrival_each", condition=models.Q(name="")
            ),
            models.CheckConstraint(
                condition=~models.Q(name="", is_shared=True), name="shared_view_has_a_name"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["name"], name="view_shared", condition=models.Q(is_shared=True))
        ]

    def __str__(self) -> str:
        return f"saved view {self.pk}"
