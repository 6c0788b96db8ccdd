from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("content", "0008_questions_of_buyers")]

    operations = [
        migrations.AddField(
            model_name="version",
            name="effective_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
