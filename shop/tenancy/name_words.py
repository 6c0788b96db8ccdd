"""The table of words by which clients, projects and users are found."""

from typing import ClassVar

from django.db import models
from django.db.models import Index, Q, UniqueConstraint

KINDS = ("client", "project", "user")


def _is_of(kind: str) -> Q:
    return Q(**{f"{kind}__isnull": False})


class NameWord(models.Model):
    """A beginning by which one client, project or user is found; `name_index` writes them."""

    client = models.ForeignKey(
        "tenancy.Client", null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    project = models.ForeignKey(
        "tenancy.Project", null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    # No constraint in the database: 1.5, which runs on during the update, deletes users who never
    # joined, and does not know their words.
    user = models.ForeignKey(
        "tenancy.User",
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    # UTF-8, as the words of orders are.
    word = models.BinaryField(max_length=400)

    class Meta:
        app_label = "tenancy"
        verbose_name = "name word"
        verbose_name_plural = "name words"
        indexes: ClassVar = [
            Index(fields=["word", kind], name=f"{kind}_word_begins", condition=_is_of(kind))
            for kind in KINDS
        ]
        constraints: ClassVar = [
            UniqueConstraint(
                fields=[kind, "word"], name=f"{kind}_word_once", condition=_is_of(kind)
            )
            for kind in KINDS
        ]

    def __str__(self) -> str:
        return f"of client {self.client_id}, project {self.project_id} or user {self.user_id}"
