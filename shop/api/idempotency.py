"""`Idempotency-Key`: a repeated call gets the response of the first one.

Key, order and stored response commit together, so a crash leaves no key locked. A second call at the
same moment waits up to two seconds for the first, then answers like it, or 409 if it still runs.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from shop.access.tokens import Bearer
from shop.api.models import IdempotentResponse
from shop.api.responses import OWN_HEADERS, failure

KEPT = timedelta(hours=24)
LONGEST = 255
WAIT = "'2s'"


def idempotent(
    request: HttpRequest, body: bytes, bearer: Bearer, call: Callable[[], HttpResponse]
) -> HttpResponse:
    """The response of `call`, or the stored one of an equal request under the same key.

    A key belongs to an application, to one of its users, or to a user alone, for 24 hours. Only
    201 is stored (contract, "Orders API"). Another request under the key is 422.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return call()
    if not 1 <= len(key) <= LONGEST or not key.isascii() or not key.isprintable():
        return failure(422, f"The Idempotency-Key must be 1 to {LONGEST} printable characters.")
    hashed = hashlib.sha256(f"{request.method} {request.path}\n".encode() + body).hexdigest()
    if bearer.application and bearer.token.user:
        # The users of an application must not see each other's orders by a key.
        key = hashlib.sha256(f"{bearer.token.user.pk} {key}".encode()).hexdigest()
    user = None if bearer.application else bearer.user
    holder = {"application": bearer.application, "user": user, "key": key}
    if kept := _stored(holder):
        return _replay(kept, hashed)
    mine = None
    try:
        with transaction.atomic():
            mine = _reserve(holder, hashed)
            if mine is None:
                # The first call ended while this one waited, or was rolled back.
                kept = _stored(holder)
                return _replay(kept, hashed) if kept else _still_running()
            answer = call()
            if answer.status_code == 201 and isinstance(answer, JsonResponse):
                mine.body, mine.location = answer.content.decode(), answer["Location"]
                mine.save()
            else:
                transaction.set_rollback(True)
    except OperationalError:
        # The wait for the first call timed out: SQLite has one writer, PostgreSQL one row a key.
        if mine is None:
            return _still_running()
        raise
    return answer


def delete_expired_responses(beat: Callable[[], None]) -> None:
    """Delete responses older than 24 hours. The worker calls this every hour."""
    beat()
    IdempotentResponse.objects.filter(created_at__lt=timezone.now() - KEPT).delete()


def _stored(holder: dict[str, Any]) -> IdempotentResponse | None:
    fresh = IdempotentResponse.objects.filter(created_at__gte=timezone.now() - KEPT)
    return fresh.filter(**holder).first()


def _reserve(holder: dict[str, Any], fingerprint: str) -> IdempotentResponse | None:
    """A new row for the key, or None where another call holds it."""
    try:
        _set_patience(WAIT)
        IdempotentResponse.objects.filter(**holder, created_at__lt=timezone.now() - KEPT).delete()
        with transaction.atomic():
            mine = IdempotentResponse.objects.create(**holder, fingerprint=fingerprint)
    except IntegrityError:
        return None
    _set_patience("DEFAULT")
    return mine


def _set_patience(time: str) -> None:
    """Set how long PostgreSQL waits for a lock. SQLite has its own timeout."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout TO {time}")


def _still_running() -> HttpResponse:
    return failure(409, "The first call under this Idempotency-Key is still running.")


def _replay(kept: IdempotentResponse, fingerprint: str) -> HttpResponse:
    if kept.fingerprint != fingerprint:
        return failure(422, "This Idempotency-Key was used for another request.")
    headers = {"Location": kept.location, "Idempotency-Replayed": "true", **OWN_HEADERS}
    return HttpResponse(kept.body, "application/json", 201, headers=headers)
