"""The data processing agreement (Art. 28 GDPR). What only the company knows stands in square brackets."""

from pathlib import Path
from typing import Any

from django.db import migrations, models

TEXTS = Path(__file__).parent / "shipped_texts"
SLUG = "data-processing"


def write(apps: Any, schema_editor: Any) -> None:
    """Write the page in its first version, if it is not there yet."""
    alias = schema_editor.connection.alias
    pages = apps.get_model("content", "Page").objects.using(alias)
    versions = apps.get_model("content", "Version").objects.using(alias)
    page, is_new = pages.get_or_create(slug=SLUG)
    if is_new:
        versions.create(page=page, number=1, **_read("de"), **_read("en"))


def _read(language: str) -> dict[str, str]:
    """Title and text of the page: the title is the first line."""
    source = (TEXTS / f"{SLUG}.{language}.md").read_text(encoding="utf-8")
    title, _, text = source.partition("\n")
    return {f"title_{language}": title.removeprefix("# "), f"text_{language}": text.strip()}


class Migration(migrations.Migration):
    """The version before does not show this page, but for its row in the admin."""

    dependencies = (("content", "0009_version_effective_at"),)

    operations = (
        migrations.AlterField(
            model_name="page",
            name="slug",
            field=models.SlugField(
                choices=[
                    ("imprint", "Imprint"),
                    ("privacy", "Privacy"),
                    ("terms", "Terms"),
                    ("withdrawal", "Right of withdrawal"),
                    ("withdrawal-form", "Model withdrawal form"),
                    ("accessibility", "Accessibility"),
                    ("data-processing", "Data processing"),
                ],
                primary_key=True,
                serialize=False,
            ),
        ),
        migrations.RunPython(write, migrations.RunPython.noop),
    )
