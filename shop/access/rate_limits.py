"""How often somebody may call: a bucket that fills steadily and may be emptied in a burst.

Counted in Redis where one is configured, else in each web process by itself.
"""

import math
import time
from dataclasses import dataclass
from ipaddress import ip_address

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse

# So few that they are counted where all processes see it.
RARE = frozenset({"orders", "codes"})


@dataclass(frozen=True)
class Limit:
    """`rate` calls a second in the long run, `burst` at once."""

    name: str
    rate: float
    burst: int


@dataclass(frozen=True)
class RateLimit:
    """What a call has left: `wait` is 0 where it may go on, else the seconds until it may."""

    limit: Limit
    remaining: int
    wait: float

    def write_headers(self, response: HttpResponse) -> None:
        """Tell the caller, by the headers `RateLimit-Policy`, `RateLimit` and `Retry-After`."""
        name, window = self.limit.name, math.ceil(self.limit.burst / self.limit.rate)
        refill = math.ceil((self.limit.burst - self.remaining) / self.limit.rate)
        response["RateLimit-Policy"] = f'"{name}";q={self.limit.burst};w={window}'
        response["RateLimit"] = f'"{name}";r={self.remaining};t={refill}'
        if self.wait:
            response["Retry-After"] = str(math.ceil(self.wait))


def hit(request: HttpRequest, name: str, holder: str = "") -> RateLimit | None:
    """Count a call of `holder` (else of the caller's address) against the limit called `name`.

    None where nothing is limited: from this machine itself, in the demo profile.
    """
    address = get_adapter(request).get_client_ip(request)
    if settings.DEMO and ip_address(address).is_loopback:
        return None
    limit = Limit(name, *settings.RATE_LIMITS[name])
    # Kept is the moment at which the bucket will be full again: one number tells all.
    key, now = f"limit:{name}:{holder or address}", time.time()
    cache = caches["default" if name in RARE else "limits"]
    full_at = max(cache.get(key, now), now) + 1 / limit.rate
    wait = full_at - now - limit.burst / limit.rate
    if wait > 0:
        return RateLimit(limit, 0, wait)
    cache.set(key, full_at, timeout=limit.burst / limit.rate + 1)
    return RateLimit(limit, int(limit.burst - (full_at - now) * limit.rate + 1e-6), 0)
