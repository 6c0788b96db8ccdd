from django.db import migrations, models

import shop.email_columns


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="order",
            name="canonical_email",
            field=shop.email_columns.CanonicalEmailColumn(
                editable=False, max_length=254, null=True, of="user_email"
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["canonical_email"], name="order_mailbox"),
        ),
    ]
