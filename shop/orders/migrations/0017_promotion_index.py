from django.db import migrations
from django.db.models import Index, Q

from shop.concurrent_indexes import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # as CONCURRENTLY demands

    dependencies = [("orders", "0016_mentions")]

    operations = [
        AddIndexConcurrently(
            "order",
            Index(
                fields=["promo_code", "id", "discount_cents"],
                name="order_promotion",
                condition=Q(promo_code__isnull=False),
            ),
        )
    ]
