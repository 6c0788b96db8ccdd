from typing import Any

from django.db import migrations

from shop.orders.canonical_emails import fill_canonical_emails


def fill(apps: Any, schema_editor: Any) -> None:
    """Give each order the canonical form of its e-mail address."""
    fill_canonical_emails(apps.get_model("orders", "Order").objects.all(), lambda: None)


class Migration(migrations.Migration):
    # In batches: the version before goes on writing meanwhile.
    atomic = False

    dependencies = [("orders", "0002_canonical_email")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
