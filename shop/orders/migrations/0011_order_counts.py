from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Index, Q

from shop.orders.order_count_triggers import create_triggers, drop_triggers


def of_count(to: str, **options: Any) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name="+",
        to=to,
        **options,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0003_limits_and_cache"),
        ("catalogue", "0004_line_ends"),
        ("orders", "0010_drop_replaced_indexes"),
        ("tenancy", "0005_staff_invitation"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
                        condition=Q(placed_by__isnull=True),
                    ),
                    Index(
                        fields=["placed_by", "state", "product", "number"],
                        name="order_count_of_user",
                        condition=Q(placed_by__isnull=False),
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
