from django.db import migrations
from django.db.models import Index, Q

from shop.concurrent_indexes import AddIndexConcurrently


class Migration(migrations.Migration):
    """Staff are few among all users, and each page of the back office lists them."""

    atomic = False  # as CONCURRENTLY demands

    dependencies = [("tenancy", "0012_factor_resets")]

    operations = [
        AddIndexConcurrently(
            "user", Index(fields=["email"], name="user_staff", condition=Q(is_staff=True))
        )
    ]
