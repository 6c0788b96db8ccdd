"""The queue in Redis (BROKER=redis). Imported only then: its package is an extra."""

import logging
import time

import redis
from django.conf import settings
from django_q.brokers.redis_broker import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from shop.worker.ticks import TICK, Ticks

logger = logging.getLogger(__name__)


class RedisBroker(Redis):  # type: ignore[misc]  # django-q2 is not typed
    """The library's broker, taking the wake-ups of all clusters, and ticks while Redis is away.

    Its time-outs are short: placing an order must not wait for a wake-up.
    """

    def __init__(self, list_key: str | None = None) -> None:
        super().__init__(list_key)
        self.ticks = Ticks()
        self.keys = [f"django_q:{cluster}:q" for cluster in settings.WORKER_CLUSTERS]
        self.is_away = False

    def dequeue(self) -> list[tuple[None, str]] | None:
        """Take what is there; wait for it for a second at most."""
        if ticks := self.ticks.due():
            return ticks
        try:
            found = self.connection.blpop(self.keys, 1)
        except redis.RedisError as error:
            if not self.is_away:
                logger.warning("Wake-ups cannot be taken from Redis: %s", error)
            self.is_away = True
            time.sleep(TICK)
            return None
        self.is_away = False
        return [(None, found[1])] if found else None

    def ping(self) -> bool:
        """Start the pool also while Redis is away."""
        return True

    def set_stat(self, key: str, value: str, timeout: int) -> None:
        """Keep no status of the pool, which would be written each second: nobody reads it."""

    @staticmethod
    def get_connection(list_key: str | None = None) -> redis.Redis:  # noqa: ARG004 -- its signature
        """Connect to REDIS_URL, with time-outs of seconds and no retries."""
        return redis.Redis.from_url(
            settings.REDIS_URL,
            socket_connect_timeout=2,
            socket_timeout=5,  # above the second for which `dequeue` waits
            retry=Retry(NoBackoff(), 0),
        )
