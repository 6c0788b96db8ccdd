"""Rate limits by token bucket, counted in Redis, or in each web process by itself."""

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
RARE = frozenset({"orders", "codes", "links"})


@dataclass(frozen=True)
class RateLimit:
    """A limit after a hit: `rate` calls per second in the long run, `burst` at once.

    `retry_after` is 0, or the seconds until the next call is allowed.
    """

    name: str
    rate: float
    burst: int
    remaining: int = 0
    retry_after: float = 0

    def write_headers(self, response: HttpResponse) -> None:
        """Set the headers `RateLimit-Policy`, `RateLimit` and, if refused, `Retry-After`."""
        window = math.ceil(self.burst / self.rate)
        refill = math.ceil((self.burst - self.remaining) / self.rate)
        response["RateLimit-Policy"] = f'"{self.name}";q={self.burst};w={window}'
        response["RateLimit"] = f'"{self.name}";r={self.remaining};t={refill}'
        if self.retry_after:
            response["Retry-After"] = str(math.ceil(self.retry_after))


def hit_by(request: HttpRequest, caller: Model | None) -> RateLimit | None:
    """Count a call of an application or user; of anybody else by their IP address."""
    if caller is None:
        return hit(request, "anonymous")
    return hit(request, "application", f"{type(caller).__name__}-{caller.pk}")


def hit(request: HttpRequest, name: str, holder: str = "") -> RateLimit | None:
    """Count a call of `holder`, else of the IP address; None if the demo does not limit it."""
    ip = get_adapter(request).get_client_ip(request)
    if settings.DEMO and ip_address(ip).is_loopback:
        return None
    rate, burst = settings.RATE_LIMITS[name]
    # The cache holds only the time at which the bucket will be full again.
    key, now = f"limit:{name}:{holder or ip}", time.time()
    cache = caches["default" if name in RARE else "limits"]
    full_at = max(cache.get(key, now), now) + 1 / rate
    wait = full_at - now - burst / rate
    if wait > 0:
        return RateLimit(name, rate, burst, retry_after=wait)
    cache.set(key, full_at, timeout=burst / rate + 1)
    return RateLimit(name, rate, burst, int(burst - (full_at - now) * rate + 1e-6))
