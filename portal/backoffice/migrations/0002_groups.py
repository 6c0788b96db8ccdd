"""The groups staff are put into: viewer looks, agent mends, admin manages; export is apart."""

from typing import Any

from django.db import migrations

LOOKS = {("orders", "order"): ["view_order"]}
MENDS = LOOKS | {("orders", "order"): ["view_order", "mend_order"]}
MANAGES = MENDS | {
    ("access", "application"): ["view_application", "add_application", "change_application"],
    ("catalogue", "product"): ["view_product", "add_product", "change_product"],
    ("catalogue", "promotion"): ["view_promotion", "add_promotion", "change_promotion"],
    ("content", "page"): ["view_page", "change_page"],
    ("content", "question"): [
        "view_question",
        "add_question",
        "change_question",
        "delete_question",
    ],
    ("tenancy", "client"): ["view_client", "change_client"],
    ("tenancy", "project"): ["view_project"],
    ("tenancy", "user"): ["view_user"],
}
GROUPS = {
    "viewer": LOOKS,
    "agent": MENDS,
    "admin": MANAGES,
    "export": {("orders", "order"): ["export_order"]},
}


def make_groups(apps: Any, schema_editor: Any) -> None:
    """The groups with what they may do; the permissions' rows are otherwise made after all else."""
    database = schema_editor.connection.alias
    content_types = apps.get_model("contenttypes", "ContentType").objects.using(database)
    permissions = apps.get_model("auth", "Permission").objects.using(database)
    groups = apps.get_model("auth", "Group").objects.using(database)
    for name, allowed in GROUPS.items():
        group, _new = groups.get_or_create(name=name)
        for (app_label, model), codenames in allowed.items():
            kind, _new = content_types.get_or_create(app_label=app_label, model=model)
            for codename in codenames:
                permission, _new = permissions.get_or_create(
                    content_type=kind,
                    codename=codename,
                    defaults={"name": f"Can {codename.replace('_', ' ')}"},
                )
                group.permissions.add(permission)


class Migration(migrations.Migration):
    """Groups are data; they are staff's to change afterwards."""

    dependencies = (
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("access", "0001_initial"),
        ("backoffice", "0001_initial"),
        ("catalogue", "0002_shipped_tiers"),
        ("content", "0002_shipped_texts"),
        ("orders", "0001_initial"),
        ("tenancy", "0001_initial"),
    )

    operations = (migrations.RunPython(make_groups, migrations.RunPython.noop),)
