"""Let those who manage tiers manage features, and those who manage questions manage proof."""

from typing import Any

from django.db import migrations

BESIDE = {
    "change_product": [("catalogue", "feature"), ("catalogue", "featurevalue")],
    "change_question": [("content", "figure"), ("content", "quote"), ("content", "reference")],
}
VERBS = ("view", "add", "change", "delete")


def grant(apps: Any, schema_editor: Any) -> None:
    """Grant the permissions, whose rows are otherwise made after all else."""
    database = schema_editor.connection.alias
    content_types = apps.get_model("contenttypes", "ContentType").objects.using(database)
    permissions = apps.get_model("auth", "Permission").objects.using(database)
    groups = apps.get_model("auth", "Group").objects.using(database)
    for held, models in BESIDE.items():
        granted = []
        for app_label, model in models:
            kind, _new = content_types.get_or_create(app_label=app_label, model=model)
            granted += [
                permissions.get_or_create(
                    content_type=kind,
                    codename=f"{verb}_{model}",
                    defaults={"name": f"Can {verb} {model}"},
                )[0]
                for verb in VERBS
            ]
        for group in groups.filter(permissions__codename=held):
            group.permissions.add(*granted)


class Migration(migrations.Migration):
    """Groups are data; they are staff's to change afterwards."""

    dependencies = (
        ("backoffice", "0006_billing_group"),
        ("catalogue", "0008_features"),
        ("content", "0007_proof"),
    )

    operations = (migrations.RunPython(grant, migrations.RunPython.noop),)
