from django.db import migrations

import shop.email_columns


class Migration(migrations.Migration):
    dependencies = [("emails", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name=model,
            name="recipient",
            field=shop.email_columns.RecipientColumn(max_length=254),
        )
        for model in ("mailboxentry", "message")
    ]
