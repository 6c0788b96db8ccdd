from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def of_order(to: str, on_delete: Any) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        blank=True, db_index=False, null=True, on_delete=on_delete, related_name="+", to=to
    )


def drop_indexes_of_keys(apps: Any, schema_editor: Any) -> None:
    """Drop the indexes that the foreign keys had; others begin with their columns now.

    Not by AlterField, which on SQLite writes the whole table anew.
    """
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "orders_order")
    for name, constraint in found.items():
        alone = constraint["columns"] in (["application_id"], ["placed_by_id"])
        if constraint["index"] and not constraint["foreign_key"] and alone:
            schema_editor.execute(f'DROP INDEX "{name}"')


def create_indexes_of_keys(apps: Any, schema_editor: Any) -> None:
    """For a way back."""
    for column in ("application_id", "placed_by_id"):
        schema_editor.execute(f"CREATE INDEX orders_order_{column} ON orders_order ({column})")


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0009_list_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex("order", "orders_orde_applica_a37e86_idx"),
        migrations.SeparateDatabaseAndState(
            [migrations.RunPython(drop_indexes_of_keys, create_indexes_of_keys)],
            [
                migrations.AlterField(
                    "order",
                    "application",
                    of_order("access.application", django.db.models.deletion.PROTECT),
                ),
                migrations.AlterField(
                    "order",
                    "placed_by",
                    of_order(settings.AUTH_USER_MODEL, django.db.models.deletion.SET_NULL),
                ),
            ],
        ),
    ]
