from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0010_features_are_rows")]

    operations = [
        migrations.AddField(
            model_name="promotion",
            name="switched_off_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
    ]
