from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0007_archive")]

    operations = [
        migrations.AddField(
            model_name="subscription",
            name="end_retry_at",
            field=models.DateTimeField(blank=True, null=True),
        )
    ]
