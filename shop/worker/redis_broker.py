"""The queue in Redis (BROKER=redis). Loaded only then: its package is an extra."""

import redis
from django.conf import settings
from django_q.brokers.redis_broker import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry


class FailFastRedis(Redis):  # type: ignore[misc]  # django-q2 is not typed
    """The library's broker, but one that gives up soon: an order must not wait for a wake-up."""

    @staticmethod
    def get_connection(list_key: str | None = None) -> redis.Redis:  # noqa: ARG004 -- its signature
        """A connection to REDIS_URL; it waits for seconds at most, and once."""
        return redis.Redis.from_url(
            settings.REDIS_URL,
            socket_connect_timeout=2,
            socket_timeout=5,  # above the second that a cluster waits for its next task
            retry=Retry(NoBackoff(), 0),
        )
