"""Django's cache in a table of our own, from which nothing goes before its time.

Django's backends drop rows when they hold too many, whosever they are: a stranger who makes enough
rows wipes the locks of others' accounts. Here lie the counts of failed sign-ins, codes and second
factors, the codes of apps that were used, and the authorization codes of OAuth; in every
deployment, because Redis may lose what it holds.
"""

import json
import math
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from shop.access.models import CachedValue


class DurableCache(BaseCache):
    """A cache backend. Values are JSON: a row in the database must not be able to run code."""

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """Return the value of `key`, or `default` if there is none or it has expired."""
        value = self._live(key, version).values_list("value", flat=True).first()
        return default if value is None else json.loads(value)

    def set(
        self,
        key: str,
        value: Any,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> None:
        """Keep `value` for `timeout` seconds; None keeps it for ever."""
        CachedValue.objects.bulk_create(
            [self._row(key, value, timeout, version)],
            update_conflicts=True,
            unique_fields=["key"],
            update_fields=["value", "expires_at"],
        )

    def add(
        self,
        key: str,
        value: Any,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        """Keep `value` unless there is a live one; of several at once, one is told True."""
        row = self._row(key, value, timeout, version)
        CachedValue.objects.filter(key=row.key, expires_at__lte=time.time()).delete()
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            return False
        return True

    def touch(
        self,
        key: str,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        """Give a live value a new `timeout`; return whether there is one."""
        return bool(self._live(key, version).update(expires_at=self._expiry(timeout)))

    def delete(self, key: str, version: int | None = None) -> bool:
        """Delete the value; return whether there was one."""
        key = self.make_and_validate_key(key, version)
        return bool(CachedValue.objects.filter(key=key).delete()[0])

    def clear(self) -> None:
        """Delete all values."""
        CachedValue.objects.all().delete()

    def _live(self, key: str, version: int | None) -> QuerySet[CachedValue]:
        key = self.make_and_validate_key(key, version)
        return CachedValue.objects.filter(key=key, expires_at__gt=time.time())

    def _row(self, key: str, value: Any, timeout: float | None, version: int | None) -> CachedValue:
        key = self.make_and_validate_key(key, version)
        return CachedValue(key=key, value=json.dumps(value), expires_at=self._expiry(timeout))

    def _expiry(self, timeout: float | None) -> float:
        expiry: float | None = self.get_backend_timeout(timeout)
        return math.inf if expiry is None else expiry


def delete_expired_values(beat: Callable[[], None]) -> None:
    """Delete the values that have expired. The worker calls this every hour."""
    beat()
    CachedValue.objects.filter(expires_at__lte=time.time()).delete()
