"""Features as rows, and a mark of recommendation that one tier alone can have.

The version before still reads and writes the columns that these replace.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


def text(max_length: int, label: str, **options: object) -> "models.CharField[str, str]":
    return models.CharField(label, max_length=max_length, **options)  # type: ignore[arg-type]


class Migration(migrations.Migration):

    dependencies = (("catalogue", "0007_vat_rate_is_the_sellers"),)

    operations = (
        migrations.CreateModel(
            name="Feature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField("Code", help_text="Visitors never see it.", unique=True)),
                ("name_de", text(200, "Name (German)")),
                ("name_en", text(200, "Name (English)")),
                ("explanation_de", models.TextField("Explanation (German)", blank=True, help_text="One sentence; may be left out.")),
                ("explanation_en", models.TextField("Explanation (English)", blank=True)),
                ("position", models.PositiveSmallIntegerField("Position", default=0)),
            ],
            options={
                "ordering": ["position", "pk"],
                "verbose_name": "feature",
                "verbose_name_plural": "features",
            },
        ),
        migrations.CreateModel(
            name="FeatureValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("included", models.BooleanField("Included", default=False)),
                ("text_de", text(60, "How much (German)", blank=True, help_text="Such as 100 GB.")),
                ("text_en", text(60, "How much (English)", blank=True)),
                (
                    "feature",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="values",
                        to="catalogue.feature",
                        verbose_name="feature",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="values",
                        to="catalogue.product",
                        verbose_name="tier",
                    ),
                ),
            ],
            options={
                "ordering": ["feature__position", "feature_id"],
                "verbose_name": "feature of a tier",
                "verbose_name_plural": "features of tiers",
                "constraints": [
                    models.UniqueConstraint(fields=("feature", "product"), name="tier_has_a_feature_once"),
                    models.CheckConstraint(
                        condition=Q(included=True) | Q(text_de="", text_en=""),
                        name="feature_with_a_text_is_included",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="product",
            name="is_recommended",
            field=models.BooleanField(editable=False, null=True, unique=True),
        ),
        migrations.AlterField(
            model_name="product",
            name="family",
            field=models.CharField(
                choices=[
                    ("free", "Try it first"),
                    ("film", "By type of production"),
                    ("size", "By team size"),
                ],
                max_length=10,
            ),
        ),
        *(
            migrations.AlterField(
                model_name="product",
                name=name,
                field=models.TextField(db_default="", default="", help_text="One a line."),
            )
            for name in ("features_de", "features_en")
        ),
        migrations.AlterField(
            model_name="product",
            name="recommended",
            field=models.BooleanField(db_default=False, default=False),
        ),
    )  # fmt: skip
