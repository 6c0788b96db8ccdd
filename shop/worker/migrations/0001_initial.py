from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("cluster", models.CharField(max_length=50, unique=True)),
                ("beat_at", models.DateTimeField(null=True)),
                ("restarts", models.PositiveIntegerField(default=0)),
            ],
        ),
    ]
