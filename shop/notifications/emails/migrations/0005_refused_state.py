from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("emails", "0004_mail_to_colleagues")]

    operations = [
        migrations.AlterField(
            model_name="message",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "waiting"),
                    ("sending", "being sent"),
                    ("sent", "sent"),
                    ("failed", "given up"),
                    ("refused", "refused"),
                    ("obsolete", "no longer needed"),
                ],
                default="waiting",
                max_length=10,
            ),
        ),
    ]
