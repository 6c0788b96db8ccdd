"""The queue in Redis (BROKER=redis). Imported only then: its package is an extra."""

import redis
from django.conf import settings
from django_q.brokers.redis_broker import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry


class FailFastRedis(Redis):  # type: ignore[misc]  # django-q2 is not typed
    """The library's broker with short time-outs: placing an order must not wait for a wake-up."""

    @staticmethod
    def get_connection(list_key: str | None = None) -> redis.Redis:  # noqa: ARG004 -- its signature
        """Connect to REDIS_URL, with time-outs of seconds and no retries."""
        return redis.Redis.from_url(
            settings.REDIS_URL,
            socket_connect_timeout=2,
            socket_timeout=5,  # above the second that a cluster waits for its next task
            retry=Retry(NoBackoff(), 0),
        )
