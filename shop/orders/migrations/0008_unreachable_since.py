from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0007_actors_are_protected")]

    operations = [
        migrations.AddField(
            model_name="order",
            name="unreachable_since",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("unreachable_since__isnull", False)),
                fields=["unreachable_since"],
                name="order_unreachable",
            ),
        ),
    ]
