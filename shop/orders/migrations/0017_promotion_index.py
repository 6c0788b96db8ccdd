from django.db import migrations
from django.db.models import F, Index, Q
from django.db.models.functions import Upper

from shop.concurrent_indexes import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # as CONCURRENTLY demands

    dependencies = [("orders", "0016_mentions")]

    operations = [
        AddIndexConcurrently(
            "order",
            Index(
                Upper("promo_code"),
                F("id"),
                name="order_promotion",
                condition=Q(promo_code__isnull=False),
            ),
        )
    ]
