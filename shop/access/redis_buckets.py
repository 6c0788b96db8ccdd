"""Buckets of rate limits in Redis. Imported only with REDIS_URL: its package is an extra."""

import time
from functools import lru_cache

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from shop.access.buckets import Charge, Spent
from shop.access.outages import Outage

# Redis runs a script as a whole, so no number of parallel calls passes more than there is room for.
# It keeps times by its own clock, which is by so much `ahead` of ours (`buckets.py`).
SPEND = """
local now, cost, latest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local ahead = time[1] + time[2] / 1e6 - tonumber(ARGV[4])
local full_at = tonumber(redis.call('GET', KEYS[1]) or '0')
if full_at > latest + ahead then return {0, string.format('%.6f', full_at - ahead)} end
full_at = math.max(full_at, now + ahead) + cost
local seconds = math.ceil(full_at - now - ahead) + 1
redis.call('SET', KEYS[1], string.format('%.6f', full_at), 'EX', seconds)
return {1, string.format('%.6f', full_at - ahead)}
"""
TIMEOUT = 0.5  # seconds

server = Outage("Redis", "Rate limits are counted in the database meanwhile.")


def charge_in_redis(charge: Charge) -> Spent | None:
    """Count a call in Redis; None while it does not answer."""
    if server.is_on():
        return None
    spend = connect(settings.REDIS_URL).register_script(SPEND)
    try:
        allowed, full_at = spend(
            keys=[f"limit:{charge.key}"],
            args=[*map(repr, (charge.now, charge.cost, charge.latest, time.time()))],
        )
    except (redis.RedisError, OSError) as error:
        server.begin(error)
        return None
    server.end()
    return Spent(allowed=bool(allowed), full_at=float(full_at))


def redis_problem() -> str | None:
    """Return why Redis is of no use just now, in words for operators, or None."""
    try:
        connect(settings.REDIS_URL).ping()
    except (redis.RedisError, OSError) as error:
        return f"redis does not answer: {type(error).__name__}"
    return None


@lru_cache(maxsize=1)
def connect(url: str) -> redis.Redis:
    """Return the pool of connections to `url`: short time-outs, no retries."""
    return redis.Redis.from_url(
        url,
        socket_connect_timeout=TIMEOUT,
        socket_timeout=TIMEOUT,
        retry=Retry(NoBackoff(), 0),
    )
