"""The rate of VAT is the seller's and the buyer's: tiers have none any more.

The version before still reads and writes the column, which a later release drops.
"""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("catalogue", "0006_shipped_seller_and_rates")]

    operations = [
        migrations.AlterField(
            model_name="product",
            name="vat_rate",
            field=models.DecimalField(
                db_default=19, decimal_places=2, default=19, help_text="In percent.", max_digits=4
            ),
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField(model_name="product", name="vat_rate")]
        ),
    ]
