from django.db import migrations
from django.db.models import F, Index, Q
from django.db.models.functions import Coalesce

from shop.concurrent_indexes import AddIndexConcurrently, RemoveIndexConcurrently

OF_APPLICATION = Q(application__isnull=False)
INDEXES = [
    Index(
        fields=["application", "reference", "created_at", "id"],
        name="order_list_by_reference",
        condition=Q(reference__isnull=False),
    ),
    Index(
        fields=["application", "canonical_email", "created_at", "id"],
        name="order_list_by_mailbox",
        condition=OF_APPLICATION,
    ),
    Index(
        F("application"),
        Coalesce("delivered_client", "client_id"),
        F("created_at"),
        F("id"),
        name="order_list_by_client",
        condition=OF_APPLICATION,
    ),
    Index(
        fields=["application", "updated_at", "id"],
        name="order_list_by_change",
        condition=OF_APPLICATION,
    ),
    Index(
        fields=["placed_by", "updated_at", "id"],
        name="order_list_of_user_changed",
        condition=Q(placed_by__isnull=False),
    ),
]


class Migration(migrations.Migration):
    atomic = False  # as CONCURRENTLY demands

    dependencies = [("orders", "0019_reference_and_metadata")]

    operations = [
        *(AddIndexConcurrently("order", index) for index in INDEXES),
        # Another one begins with its columns now.
        RemoveIndexConcurrently("order", "order_list_changed"),
    ]
