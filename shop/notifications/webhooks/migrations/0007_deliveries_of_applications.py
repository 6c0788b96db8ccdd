from django.db import migrations
from django.db.models import Index

from shop.concurrent_indexes import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # as CONCURRENTLY demands

    dependencies = [("webhooks", "0006_fill_delivery_application")]

    operations = [
        AddIndexConcurrently(
            "delivery",
            Index(
                fields=["application", "state", "created_at", "id", "type"],
                name="delivery_of_application",
            ),
        )
    ]
