"""Features are rows now, and one tier alone is recommended.

The version before still reads and writes the columns, which a later release drops.
"""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = (("catalogue", "0009_shipped_features"),)

    operations = (
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveField(model_name="product", name=name)
                for name in ("features_de", "features_en", "recommended")
            ]
        ),
    )
