from django.db import migrations

import shop.email_columns


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="user",
            name="email",
            field=shop.email_columns.EmailColumn(max_length=254, unique=True),
        ),
        migrations.AddField(
            model_name="user",
            name="canonical_email",
            field=shop.email_columns.CanonicalEmailColumn(
                editable=False, max_length=254, null=True, of="email", unique=True
            ),
        ),
    ]
