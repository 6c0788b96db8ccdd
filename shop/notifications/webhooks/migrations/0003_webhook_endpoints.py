import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0003_limits_and_cache"),
        ("webhooks", "0002_headers_failure"),
    ]

    operations = [
        # The version before knows the table by its name.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameModel("Endpoint", "Receiver"),
                migrations.AlterModelTable("Receiver", "webhooks_endpoint"),
            ]
        ),
        migrations.CreateModel(
            name="WebhookEndpoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("url", models.CharField(max_length=2000)),
                ("events", models.JSONField()),
                ("secret", models.CharField(max_length=100)),
                ("enabled", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="webhook_endpoints",
                        to="access.application",
                    ),
                ),
            ],
            options={
                "verbose_name": "webhook endpoint",
                "verbose_name_plural": "webhook endpoints",
                "ordering": ["pk"],
            },
        ),
        migrations.AddField(
            model_name="delivery",
            name="endpoint",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deliveries",
                to="webhooks.webhookendpoint",
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="type",
            field=models.CharField(
                db_default="order.state_changed", default="order.state_changed", max_length=40
            ),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="event",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="delivery",
                to="orders.orderevent",
            ),
        ),
    ]
