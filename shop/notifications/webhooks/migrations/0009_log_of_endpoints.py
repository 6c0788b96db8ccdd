from django.db import migrations
from django.db.models import Index, Q

from shop.concurrent_indexes import AddIndexConcurrently, RemoveIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # as CONCURRENTLY demands

    dependencies = [("webhooks", "0008_tests_and_rotation")]

    operations = [
        AddIndexConcurrently(
            "delivery",
            Index(
                fields=["endpoint", "created_at", "id"],
                name="delivery_to_endpoint",
                condition=Q(endpoint__isnull=False),
            ),
        ),
        RemoveIndexConcurrently("delivery", name="delivery_of_endpoint"),
    ]
