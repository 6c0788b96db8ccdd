from typing import Any

from django.db import migrations

from shop.tenancy.email_conflicts import settle


def fill(apps: Any, schema_editor: Any) -> None:
    """Give each user their canonical address; of two with one mailbox, the older keeps it."""
    users = apps.get_model("tenancy", "User").objects.all()
    settle(users, apps.get_model("account", "EmailAddress").objects.all(), lambda: None)


class Migration(migrations.Migration):
    # In batches: the version before goes on writing meanwhile.
    atomic = False

    dependencies = [
        ("account", "0009_emailaddress_unique_primary_email"),
        ("tenancy", "0002_canonical_email"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
