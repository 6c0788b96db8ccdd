"""The withdrawal notice and the model withdrawal form, shown where CUSTOMERS=everyone.

As in the other shipped texts, what only the company knows stands in square brackets.
"""

from pathlib import Path
from typing import Any

from django.db import migrations, models

TEXTS = Path(__file__).parent / "shipped_texts"


def write(apps: Any, schema_editor: Any) -> None:
    """Write both pages in their first version, if they are not there yet."""
    alias = schema_editor.connection.alias
    pages = apps.get_model("content", "Page").objects.using(alias)
    versions = apps.get_model("content", "Version").objects.using(alias)
    for slug in ("withdrawal", "withdrawal-form"):
        page, is_new = pages.get_or_create(slug=slug)
        if is_new:
            versions.create(page=page, number=1, **_read(slug, "de"), **_read(slug, "en"))


def _read(slug: str, language: str) -> dict[str, str]:
    """Title and text of a page: the title is the first line."""
    source = (TEXTS / f"{slug}.{language}.md").read_text(encoding="utf-8")
    title, _, text = source.partition("\n")
    return {f"title_{language}": title.removeprefix("# "), f"text_{language}": text.strip()}


class Migration(migrations.Migration):
    """The version before does not show these pages, but for their rows in the admin."""

    dependencies = (("content", "0003_line_ends"),)

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
                ],
                primary_key=True,
                serialize=False,
            ),
        ),
        migrations.RunPython(write, migrations.RunPython.noop),
    )
