"""Records of backups and of restores."""

from typing import ClassVar

from django.db import models


class Backup(models.Model):
    """A backup that was made. The file may have been moved or deleted since."""

    made_at = models.DateTimeField()  # the moment whose data it holds
    name = models.CharField(max_length=255)  # of the file, without its folder
    size = models.BigIntegerField()  # bytes
    encrypted = models.BooleanField()
    verified_at = models.DateTimeField(null=True)  # read back and restored beside the database

    class Meta:
        ordering: ClassVar = ["-made_at"]

    def __str__(self) -> str:
        return self.name


class Restoration(models.Model):
    """A restore of this database, kept for the books: it leaves out numbers of invoices."""

    restored_at = models.DateTimeField()
    backup_made_at = models.DateTimeField()
    # By year the first and the last number that are left out: {"2026": [125, 1124]}.
    skipped_numbers = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["-restored_at"]

    def __str__(self) -> str:
        return f"of {self.backup_made_at:%Y-%m-%d %H:%M}"
