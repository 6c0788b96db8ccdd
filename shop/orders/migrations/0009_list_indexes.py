from django.db import migrations
from django.db.models import Index, Q

from shop.concurrent_indexes import AddIndexConcurrently

OF_APPLICATION = Q(application__isnull=False)
OF_USER = Q(placed_by__isnull=False)
INDEXES = {
    "order_list": (["application", "created_at", "id"], OF_APPLICATION),
    "order_list_by_state": (["application", "state", "created_at", "id"], OF_APPLICATION),
    "order_list_by_tier": (["application", "product", "created_at", "id"], OF_APPLICATION),
    "order_list_by_both": (["application", "product", "state", "created_at", "id"], OF_APPLICATION),
    "order_list_changed": (["application", "updated_at"], OF_APPLICATION),
    "order_list_of_user": (["placed_by", "created_at", "id"], OF_USER),
}


class Migration(migrations.Migration):
    atomic = False  # as CONCURRENTLY demands

    dependencies = [("orders", "0008_unreachable_since")]

    operations = [
        AddIndexConcurrently("order", Index(fields=fields, name=name, condition=condition))
        for name, (fields, condition) in INDEXES.items()
    ]
