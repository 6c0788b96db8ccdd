"""Indexes by time of what the activity lists; that of Django's log is made here, too."""

from typing import Any

from django.db import migrations, models


def index_log(apps: Any, schema_editor: Any) -> None:
    """Index Django's log by time; its own model has no such index."""
    schema_editor.execute(
        "CREATE INDEX IF NOT EXISTS activity_log_at ON django_admin_log (action_time, id)"
    )


def drop_index(apps: Any, schema_editor: Any) -> None:
    """Drop the index again."""
    schema_editor.execute("DROP INDEX IF EXISTS activity_log_at")


class Migration(migrations.Migration):
    dependencies = [
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("backoffice", "0011_client_notes"),
    ]

    operations = [
        migrations.AlterField(
            model_name="export",
            name="subject",
            field=models.CharField(
                choices=[
                    ("orders", "orders"),
                    ("invoices", "invoices"),
                    ("activity", "activity"),
                ],
                db_default="orders",
                default="orders",
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="export", index=models.Index(fields=["at", "id"], name="export_at")
        ),
        migrations.AddIndex(
            model_name="bulkjob",
            index=models.Index(fields=["created_at", "id"], name="bulk_begun"),
        ),
        migrations.RunPython(index_log, drop_index),
    ]
