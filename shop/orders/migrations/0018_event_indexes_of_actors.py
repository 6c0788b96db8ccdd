from django.db import migrations
from django.db.models import Index, Q

from shop.concurrent_indexes import AddIndexConcurrently

OF_ACTORS = Q(actor__isnull=False)


class Migration(migrations.Migration):
    atomic = False  # as CONCURRENTLY demands

    dependencies = [("orders", "0017_promotion_index")]

    operations = [
        AddIndexConcurrently(
            "orderevent", Index(fields=["at", "id"], name="event_of_actors", condition=OF_ACTORS)
        ),
        AddIndexConcurrently(
            "orderevent",
            Index(fields=["actor", "at", "id"], name="event_of_actor", condition=OF_ACTORS),
        ),
    ]
