"""Rate limits as if nobody had called yet."""

from django.core.cache import cache

from shop.access.models import RateLimitBucket


def full_buckets() -> None:
    """Fill the buckets of all limits, ours and allauth's, and empty the cache."""
    RateLimitBucket.objects.all().delete()
    cache.clear()
