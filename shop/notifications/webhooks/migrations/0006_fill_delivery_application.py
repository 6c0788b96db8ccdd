from typing import Any

from django.db import migrations

from shop.notifications.webhooks.delivery_applications import fill_applications


def fill(apps: Any, schema_editor: Any) -> None:
    """Give each delivery the application of its order."""
    deliveries = apps.get_model("webhooks", "Delivery").objects.all()
    fill_applications(deliveries, apps.get_model("orders", "Order").objects.all(), lambda: None)


class Migration(migrations.Migration):
    # In batches: the version before goes on writing meanwhile.
    atomic = False

    dependencies = [("webhooks", "0005_delivery_application")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
