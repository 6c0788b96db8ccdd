from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Index, Q

from shop.concurrent_indexes import AddIndexConcurrently
from shop.orders.order_count_triggers import create_triggers, drop_triggers

OF_APPLICATION = Q(application__isnull=False)
OF_USER = Q(placed_by__isnull=False)
INDEXES = {
    "order_list": (["application", "created_at", "id"], OF_APPLICATION),
    "order_list_by_state": (["application", "state", "created_at", "id"], OF_APPLICATION),
    "order_list_by_tier": (["application", "product", "created_at", "id"], OF_APPLICATION),
    "order_list_by_both": (["application", "product", "state", "created_at", "id"], OF_APPLICATION),
    "order_list_changed": (["application", "updated_at"], OF_APPLICATION),
    "order_list_of_user": (["placed_by", "created_at", "id"], OF_USER),
}


def of_count(to: str, **options: Any) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name="+",
        to=to,
        **options,
    )


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
    # Indexes are created CONCURRENTLY, and the triggers at once with the first count.
    atomic = False

    dependencies = [
        ("access", "0003_limits_and_cache"),
        ("catalogue", "0004_line_ends"),
        ("orders", "0008_unreachable_since"),
        ("tenancy", "0005_staff_invitation"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        *(
            AddIndexConcurrently("order", Index(fields=fields, name=name, condition=condition))
            for name, (fields, condition) in INDEXES.items()
        ),
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
        migrations.CreateModel(
            "OrderCount",
            [
                ("id", models.BigAutoField(primary_key=True, serialize=False, auto_created=True, verbose_name="ID")),
                ("application", of_count("access.application", null=True)),
                ("placed_by", of_count(settings.AUTH_USER_MODEL, null=True)),
                ("product", of_count("catalogue.product")),
                ("state", models.CharField(max_length=20)),
                ("number", models.IntegerField()),
                ("folded", models.BooleanField(db_default=False, default=False)),
            ],
            options={
                "indexes": [
                    Index(
                        fields=["application", "state", "product", "number"],
                        name="order_count_of_application",
                        condition=OF_APPLICATION,
                    ),
                    Index(
                        fields=["placed_by", "state", "product", "number"],
                        name="order_count_of_user",
                        condition=OF_USER,
                    ),
                    Index(fields=["id"], name="order_count_to_fold", condition=Q(folded=False)),
                ],
            },
        ),
        migrations.RunPython(
            lambda apps, schema_editor: create_triggers(schema_editor.connection),
            lambda apps, schema_editor: drop_triggers(schema_editor.connection),
        ),
    ]
