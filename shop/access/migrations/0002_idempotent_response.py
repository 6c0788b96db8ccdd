import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """The table stays where it is; both APIs use it from here, and open orders keep keys, too."""

    dependencies = [
        ("access", "0001_initial"),
        ("api", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[
        migrations.CreateModel(
            name="IdempotentResponse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=255)),
                ("fingerprint", models.CharField(max_length=64)),
                ("body", models.TextField()),
                ("location", models.CharField(max_length=200)),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                (
                    "application",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="access.application",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "api_idempotentresponse",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("application", "key"), name="kept_once_an_application"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("application", None)),
                        fields=("user", "key"),
                        name="kept_once_a_user",
                    ),
                ],
            },
        ),

        ]),
        migrations.AddField(
            model_name="idempotentresponse",
            name="owner_key",
            field=models.CharField(max_length=64, null=True, unique=True),
        ),
        migrations.AddField(
            model_name="idempotentresponse",
            name="status",
            field=models.PositiveSmallIntegerField(db_default=201, default=201),
        ),
    ]
