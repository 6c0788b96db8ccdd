"""Rate limits as if nobody had called yet."""

from django.core.cache import cache

from shop.access.models import RateLimitBucket
from shop.access.reserved_calls import reserves


def full_buckets() -> None:
    """Fill the buckets of all limits, ours and allauth's, and empty the cache."""
    RateLimitBucket.objects.all().delete()
    reserves.forget()
    cache.clear()
