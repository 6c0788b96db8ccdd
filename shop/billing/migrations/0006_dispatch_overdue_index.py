from django.db import migrations
from django.db.models import Index, Q

from shop.concurrent_indexes import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # as CONCURRENTLY demands

    dependencies = [("billing", "0005_subscription_ends_index")]

    operations = [
        AddIndexConcurrently(
            "invoicedispatch",
            Index(
                fields=["overdue_told_at"],
                name="dispatch_overdue",
                condition=Q(overdue_told_at__isnull=False, paid_told_at=None),
            ),
        )
    ]
