"""The group `privacy`: its people give out and erase a person's data."""

from typing import Any

from django.db import migrations


def make_group(apps: Any, schema_editor: Any) -> None:
    """Make the group with its permission, whose row is otherwise made after all migrations."""
    database = schema_editor.connection.alias
    content_types = apps.get_model("contenttypes", "ContentType").objects.using(database)
    permissions = apps.get_model("auth", "Permission").objects.using(database)
    user, _new = content_types.get_or_create(app_label="tenancy", model="user")
    permission, _new = permissions.get_or_create(
        content_type=user,
        codename="erase_person",
        defaults={"name": "Can give out and erase a person's data"},
    )
    group, _new = apps.get_model("auth", "Group").objects.using(database).get_or_create(
        name="privacy"
    )
    group.permissions.add(permission)


class Migration(migrations.Migration):
    """Groups are data; they are staff's to change afterwards."""

    dependencies = (
        ("backoffice", "0003_actors_are_protected"),
        ("tenancy", "0005_staff_invitation"),
    )

    operations = (migrations.RunPython(make_group, migrations.RunPython.noop),)
