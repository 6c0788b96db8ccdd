import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0007_deliveries_of_applications")]

    operations = [
        migrations.AddField("webhookendpoint", "previous_secrets", models.JSONField(null=True)),
        migrations.AddField("webhookendpoint", "deleted_at", models.DateTimeField(null=True)),
        migrations.AlterField(
            "delivery",
            "order",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deliveries",
                to="orders.order",
            ),
        ),
    ]
