from django.db import migrations
from django.db.models import Index, Q

from shop.concurrent_indexes import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # as CONCURRENTLY demands

    dependencies = [("webhooks", "0003_webhook_endpoints")]

    operations = [
        AddIndexConcurrently(
            "delivery",
            Index(
                fields=["endpoint"],
                name="delivery_of_endpoint",
                condition=Q(endpoint__isnull=False),
            ),
        )
    ]
