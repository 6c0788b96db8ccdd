"""Rate limits by token bucket: it fills steadily and may be emptied in a burst.

Counted in Redis if one is configured, else in each web process by itself.
"""

import math
import time
from dataclasses import dataclass
from ipaddress import ip_address

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import caches
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

# So rare that they are counted in the cache that all processes share.
RARE = frozenset({"orders", "codes"})


@dataclass(frozen=True)
class Limit:
    """Allows `rate` calls per second in the long run, and `burst` at once."""

    name: str
    rate: float
    burst: int


@dataclass(frozen=True)
class RateLimit:
    """The result of a hit: calls left, and 0 or the seconds until the next call is allowed."""

    limit: Limit
    remaining: int
    retry_after: float

    def write_headers(self, response: HttpResponse) -> None:
        """Set the headers `RateLimit-Policy`, `RateLimit` and, if refused, `Retry-After`."""
        name, window = self.limit.name, math.ceil(self.limit.burst / self.limit.rate)
        refill = math.ceil((self.limit.burst - self.remaining) / self.limit.rate)
        response["RateLimit-Policy"] = f'"{name}";q={self.limit.burst};w={window}'
        response["RateLimit"] = f'"{name}";r={self.remaining};t={refill}'
        if self.retry_after:
            response["Retry-After"] = str(math.ceil(self.retry_after))


def hit_by(request: HttpRequest, caller: Model | None) -> RateLimit | None:
    """Count a call of an application or user; of anybody else by their IP address."""
    if caller is None:
        return hit(request, "anonymous")
    return hit(request, "application", f"{type(caller).__name__}-{caller.pk}")


def hit(request: HttpRequest, name: str, holder: str = "") -> RateLimit | None:
    """Count a call of `holder` (else of the caller's IP address) against the limit `name`.

    Returns None if nothing is limited: calls from this machine in the demo profile.
    """
    ip = get_adapter(request).get_client_ip(request)
    if settings.DEMO and ip_address(ip).is_loopback:
        return None
    limit = Limit(name, *settings.RATE_LIMITS[name])
    # The cache holds only the time at which the bucket will be full again.
    key, now = f"limit:{name}:{holder or ip}", time.time()
    cache = caches["default" if name in RARE else "limits"]
    full_at = max(cache.get(key, now), now) + 1 / limit.rate
    wait = full_at - now - limit.burst / limit.rate
    if wait > 0:
        return RateLimit(limit, 0, wait)
    cache.set(key, full_at, timeout=limit.burst / limit.rate + 1)
    return RateLimit(limit, int(limit.burst - (full_at - now) * limit.rate + 1e-6), 0)
