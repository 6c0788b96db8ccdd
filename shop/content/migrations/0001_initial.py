import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Page",
            fields=[
                (
                    "slug",
                    models.SlugField(
                        choices=[
                            ("imprint", "Imprint"),
                            ("privacy", "Privacy"),
                            ("terms", "Terms"),
                        ],
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "verbose_name": "legal page",
                "verbose_name_plural": "legal pages",
                "ordering": ["slug"],
            },
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("question_de", models.CharField(max_length=200, verbose_name="Question (German)")),
                (
                    "question_en",
                    models.CharField(max_length=200, verbose_name="Question (English)"),
                ),
                (
                    "answer_de",
                    models.TextField(help_text="In Markdown.", verbose_name="Answer (German)"),
                ),
                (
                    "answer_en",
                    models.TextField(help_text="In Markdown.", verbose_name="Answer (English)"),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="Position")),
                (
                    "listed",
                    models.BooleanField(
                        default=True, help_text="Whether the page shows it.", verbose_name="Listed"
                    ),
                ),
            ],
            options={
                "verbose_name": "question",
                "verbose_name_plural": "questions",
                "ordering": ["position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("title_de", models.CharField(max_length=100)),
                ("title_en", models.CharField(max_length=100)),
                ("text_de", models.TextField()),
                ("text_en", models.TextField()),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "page",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="content.page",
                    ),
                ),
            ],
            options={
                "verbose_name": "version",
                "verbose_name_plural": "versions",
                "ordering": ["page", "-number"],
                "get_latest_by": "number",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("page", "number"), name="version_has_its_number"
                    )
                ],
            },
        ),
    ]
