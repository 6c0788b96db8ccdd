"""Rate limits by token bucket, counted for all processes together.

Calls of the API are counted in Redis where there is one, else in the database; a process that is
called often reserves some at once (`reserved_calls.py`). What guards orders and codes is counted in
the database always, one by one. No number of parallel calls passes more than a limit allows
(contract, "Orders API").
"""

import math
import time
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

from shop.access.buckets import Charge, Spent, charge_row, charge_row_if_possible
from shop.access.client_address import client_ip, counted_address, is_exempt
from shop.access.models import Application
from shop.access.reserved_calls import reserves

# Counted at each call of the API: in Redis if possible, and not at all if nothing can be written.
FREQUENT = frozenset({"application", "anonymous"})


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
    """Count a call of an application or user; of anybody else by their IP address.

    Raises UnknownClientAddressError.
    """
    if caller is None:
        return hit(request, "anonymous")
    own = own_limit(caller) if isinstance(caller, Application) else None
    return hit(request, "application", f"{type(caller).__name__}-{caller.pk}", own)


def own_limit(application: Application) -> tuple[int, int] | None:
    """Return calls a second and at once, where staff have set them for this application."""
    if application.rate and application.burst:
        return application.rate, application.burst
    return None


def limit_of(application: Application) -> tuple[float, int]:
    """Return how many calls a second, and how many at once, an application may make."""
    return own_limit(application) or settings.RATE_LIMITS["application"]


def hit(
    request: HttpRequest, name: str, holder: str = "", own: tuple[int, int] | None = None
) -> RateLimit | None:
    """Count a call of `holder`, else of the IP address; None if it is not limited.

    The demo does not limit its own machine, but where the holder has a limit of its `own`, so that
    programs can be tried against one (contract). Raises UnknownClientAddressError.
    """
    ip = client_ip(request)
    if is_exempt(ip) and own is None:
        return None
    rate, burst = own or settings.RATE_LIMITS[name]
    if burst < 1:  # switched off
        return RateLimit(name, rate, burst, retry_after=1 / rate)
    now, key = time.time(), f"{name}:{holder or counted_address(ip)}"
    charge = Charge(key, now, cost=1 / rate, room=burst / rate)
    spent = reserves.spend(charge, burst, _spend) if name in FREQUENT else charge_row(charge)
    if spent is None:
        return None
    if not spent.allowed:
        wait = max(spent.full_at - charge.latest, 0.001)
        return RateLimit(name, rate, burst, retry_after=wait)
    left = int(burst - (spent.full_at - now) * rate + 1e-3)
    return RateLimit(name, rate, burst, remaining=max(left, 0))


def _spend(charge: Charge) -> Spent | None:
    if settings.REDIS_URL:
        from shop.access.redis_buckets import charge_in_redis

        if spent := charge_in_redis(charge):
            return spent
    return charge_row_if_possible(charge)
