from django.db import migrations
from django.db.models import Index, Q

from shop.concurrent_indexes import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # as CONCURRENTLY demands

    dependencies = [("orders", "0014_words_for_review_and_assignment")]

    operations = [
        AddIndexConcurrently(
            "order",
            Index(
                fields=["fault", "state", "updated_at"],
                name="order_fault",
                condition=Q(fault__gt=""),
            ),
        )
    ]
