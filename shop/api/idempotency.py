"""`Idempotency-Key`: a repeated call gets the response of the first one.

Key, order and stored response commit together, so a crash leaves no key locked. A second call at the
same moment waits up to two seconds for the first, then answers like it, or 409 if it still runs.
Only that is 409: a database that is locked, full or away raises, and the answer is 503.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from shop.access.tokens import Bearer
from shop.api.models import IdempotentResponse
from shop.api.responses import OWN_HEADERS, failure
from shop.api.running_calls import alone_in_transaction

KEPT = timedelta(hours=24)
LONGEST = 255
PATIENCE = 2.0  # seconds that a second call waits for the first


def idempotent(
    request: HttpRequest, body: bytes, bearer: Bearer, call: Callable[[], HttpResponse]
) -> HttpResponse:
    """The response of `call`, or the stored one of an equal request under the same key.

    A key belongs to an application, or to a user without one, for 24 hours. Only 201 is stored
    (contract, "Orders API"). Another request under the key is 422.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return call()
    if not 1 <= len(key) <= LONGEST or not key.isascii() or not key.isprintable():
        return failure(422, f"The Idempotency-Key must be 1 to {LONGEST} printable characters.")
    hashed = hashlib.sha256(f"{request.method} {request.path}\n".encode() + body).hexdigest()
    user = None if bearer.application else bearer.user
    holder = {"application": bearer.application, "user": user, "key": key}
    # SQLite can be read while somebody else writes, but no transaction of ours can begin.
    if connection.vendor == "sqlite" and (kept := _stored(holder)):
        return _replay(kept, hashed)
    name = f"{bearer.application and bearer.application.pk}:{user and user.pk}:{key}"
    with alone_in_transaction(name, PATIENCE) as is_alone:
        if kept := _stored(holder):
            return _replay(kept, hashed)
        if not is_alone:
            return failure(409, "The first call under this Idempotency-Key is still running.")
        IdempotentResponse.objects.filter(**holder).delete()  # older than 24 hours
        answer = call()
        if answer.status_code == 201 and isinstance(answer, JsonResponse):
            response = {"body": answer.content.decode(), "location": answer["Location"]}
            IdempotentResponse.objects.create(**holder, fingerprint=hashed, **response)
        else:
            transaction.set_rollback(True)
    return answer


def delete_expired_responses(beat: Callable[[], None]) -> None:
    """Delete responses older than 24 hours. The worker calls this every hour."""
    beat()
    IdempotentResponse.objects.filter(created_at__lt=timezone.now() - KEPT).delete()


def _stored(holder: dict[str, Any]) -> IdempotentResponse | None:
    fresh = IdempotentResponse.objects.filter(created_at__gte=timezone.now() - KEPT)
    return fresh.filter(**holder).first()


def _replay(kept: IdempotentResponse, fingerprint: str) -> HttpResponse:
    if kept.fingerprint != fingerprint:
        return failure(422, "This Idempotency-Key was used for another request.")
    headers = {"Location": kept.location, "Idempotency-Replayed": "true", **OWN_HEADERS}
    return HttpResponse(kept.body, "application/json", 201, headers=headers)
