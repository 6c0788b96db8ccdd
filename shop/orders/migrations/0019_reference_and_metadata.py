from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0018_event_indexes_of_actors")]

    operations = [
        migrations.AddField(
            "order", "reference", models.CharField(max_length=100, null=True, blank=True)
        ),
        migrations.AddField("order", "metadata", models.JSONField(null=True, blank=True)),
    ]
