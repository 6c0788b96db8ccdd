"""The group `billing`, which handles billing; those who look at orders look at invoices, too."""

from typing import Any

from django.db import migrations

LOOKERS = ("viewer", "agent", "admin")


def make_group(apps: Any, schema_editor: Any) -> None:
    """Make the group and grant the permissions, whose rows are otherwise made after all else."""
    database = schema_editor.connection.alias
    content_types = apps.get_model("contenttypes", "ContentType").objects.using(database)
    permissions = apps.get_model("auth", "Permission").objects.using(database)
    groups = apps.get_model("auth", "Group").objects.using(database)

    def permission(app_label: str, model: str, codename: str, name: str) -> Any:
        kind, _new = content_types.get_or_create(app_label=app_label, model=model)
        return permissions.get_or_create(
            content_type=kind, codename=codename, defaults={"name": name}
        )[0]

    look = permission("billing", "invoice", "view_invoice", "Can view invoice")
    handle = permission(
        *("billing", "invoice", "handle_billing"),
        "Can handle the seller, invoices, payments and reminders",
    )
    orders = permission("orders", "order", "view_order", "Can view order")
    group, _new = groups.get_or_create(name="billing")
    group.permissions.add(look, handle, orders)
    for looker in groups.filter(name__in=LOOKERS):
        looker.permissions.add(look)


class Migration(migrations.Migration):
    """Groups are data; they are staff's to change afterwards."""

    dependencies = (
        ("backoffice", "0005_bank_uploads_export_subject"),
        ("billing", "0003_handle_billing"),
    )

    operations = (migrations.RunPython(make_group, migrations.RunPython.noop),)
