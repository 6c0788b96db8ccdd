import django.db.models.deletion
import shop.orders.order_numbers
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0003_fill_canonical_email")]

    operations = [
        # Added without its default: all rows there already would get the same number.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.AddField(
                    "order",
                    "order_number",
                    models.CharField(editable=False, max_length=9, null=True, unique=True),
                )
            ],
            state_operations=[
                migrations.AddField(
                    "order",
                    "order_number",
                    models.CharField(
                        default=shop.orders.order_numbers.new_order_number,
                        editable=False,
                        max_length=9,
                        null=True,
                        unique=True,
                    ),
                )
            ],
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("word", models.BinaryField(max_length=400)),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="search_words",
                        to="orders.order",
                    ),
                ),
            ],
            options={
                "verbose_name": "search word",
                "verbose_name_plural": "search words",
                "indexes": [models.Index(fields=["word", "order"], name="search_word_begins")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("order", "word"), name="search_word_once_an_order"
                    )
                ],
            },
        ),
        migrations.RemoveIndex("order", name="order_email"),
        migrations.RemoveIndex("order", name="order_login"),
        migrations.RemoveIndex("order", name="order_client_name"),
        migrations.RemoveIndex("order", name="order_project_name"),
    ]
