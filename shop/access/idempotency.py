"""`Idempotency-Key`: a repeated call gets the response of the first one.

Key, order and stored response commit together, so a crash leaves no key locked. A second call at the
same moment waits up to two seconds for the first, then answers like it, or is refused if it still
runs. Only then: a database that is locked, full or away raises, and the answer is 503.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from shop.access.models import IdempotentResponse
from shop.access.running_calls import alone_in_transaction, delete_leftovers
from shop.compiled_inserts import insert
from shop.compiled_queries import CompiledQuery, Parameter
from shop.faults import Fault, fault

KEPT = timedelta(hours=24)
LONGEST = 255
PATIENCE = 2.0  # seconds that a second call waits for the first


class KeyRefusedError(Exception):
    """The key cannot be used: the status to answer with, and the fault."""

    def __init__(self, status: int, found: Fault) -> None:
        super().__init__(found)
        self.status = status
        self.fault = found


def idempotent(
    request: HttpRequest,
    document: Any,
    holder: dict[str, Any],
    call: Callable[[], HttpResponse],
    replay: Callable[[IdempotentResponse], HttpResponse],
) -> HttpResponse:
    """The response of `call`, or `replay` of the stored one of an equal request under the same key.

    A key belongs to its `holder` (an application, a user, or the owner of an open order) for 24
    hours; `document` is compared as JSON. Only 201 and 202 are stored (contract, "Orders API").
    Raises KeyRefusedError: 422 for a malformed key and for another document, 409 while the first
    call still runs.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return call()
    if not 1 <= len(key) <= LONGEST or not key.isascii() or not key.isprintable():
        raise KeyRefusedError(422, fault("invalid_idempotency_key"))
    row = _row(holder, key)
    fingerprint = _fingerprint(request, document)
    equal = {fingerprint, _fingerprint_of_bytes(request)}
    # SQLite can be read while somebody else writes, but no transaction of ours can begin.
    if connection.vendor == "sqlite" and (kept := _stored(row)) and _is_fresh(kept):
        return _replayed(kept, equal, replay)
    with alone_in_transaction(_name(row), PATIENCE) as is_alone:
        kept = _stored(row)
        if kept and _is_fresh(kept):
            return _replayed(kept, equal, replay)
        if not is_alone:
            raise KeyRefusedError(409, fault("idempotency_key_in_use"))
        if kept:
            kept.delete()
        answer = call()
        if answer.status_code in {201, 202}:
            response = {"status": answer.status_code, "body": answer.content.decode()}
            response |= {"location": answer["Location"], "fingerprint": fingerprint}
            insert(IdempotentResponse(**row, **response))
        else:
            transaction.set_rollback(True)
    return answer


def holder_of(application: Any, user: Any, owner_digest: str | None = None) -> dict[str, Any]:
    """The holder of a key: the application, else the user, else the owner of an open order.

    With both, the user as that application acts for them: users see nothing of each other's orders.
    """
    if application and user:
        owner_digest = f"application {application.pk} for user {user.pk}"
    elif application or user:
        return {"application": application, "user": None if application else user}
    return {"application": None, "user": None, "owner_digest": owner_digest}


def delete_expired_responses(beat: Callable[[], None]) -> None:
    """Delete responses older than 24 hours. The worker calls this every hour."""
    beat()
    IdempotentResponse.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    delete_leftovers()


def _row(holder: dict[str, Any], key: str) -> dict[str, Any]:
    """The columns by which the row of a key is found."""
    columns = {**holder, "key": key, "owner_key": None}
    if digest := columns.pop("owner_digest", None):
        columns["owner_key"] = hashlib.sha256(f"{digest}\n{key}".encode()).hexdigest()
    return columns


def _name(row: dict[str, Any]) -> str:
    """The name under which one call at a time may run: the key and its holder."""
    return "\n".join(f"{column}: {getattr(value, 'pk', value)}" for column, value in row.items())


def _fingerprint(request: HttpRequest, document: Any) -> str:
    """Equal for equal JSON, whatever its spacing, its escapes and the order of its members."""
    text = json.dumps(document, sort_keys=True)
    path = request.path.rstrip("/")
    return hashlib.sha256(f"{request.method} {path}\n{text}".encode()).hexdigest()


def _fingerprint_of_bytes(request: HttpRequest) -> str:
    """As version 1.0 stored it. A call may be repeated because an update cut off its answer."""
    begins = f"{request.method} {request.path}\n".encode()
    return hashlib.sha256(begins + request.body).hexdigest()


def _stored(row: dict[str, Any]) -> IdempotentResponse | None:
    (column,) = (column for column in _by_holder if row[column] is not None)
    holder = row[column]
    return _by_holder[column].first(holder=getattr(holder, "pk", holder), key=row["key"])


def _kept_for(column: str) -> CompiledQuery[IdempotentResponse]:
    others: dict[str, Any] = dict.fromkeys(("application", "user", "owner_key"))
    by = others | {column: Parameter("holder"), "key": Parameter("key")}
    return CompiledQuery(lambda: IdempotentResponse.objects.filter(**by))


# By the one column of a row that names its holder.
_by_holder = {column: _kept_for(column) for column in ("application", "user", "owner_key")}


def _is_fresh(kept: IdempotentResponse) -> bool:
    return kept.created_at >= timezone.now() - KEPT


def _replayed(
    kept: IdempotentResponse,
    equal: set[str],
    replay: Callable[[IdempotentResponse], HttpResponse],
) -> HttpResponse:
    if kept.fingerprint not in equal:
        first = kept.location.rpartition("/")[2]
        raise KeyRefusedError(422, fault("idempotency_key_reused", order_hash=first))
    response = replay(kept)
    response["Location"] = kept.location
    response["Idempotency-Replayed"] = "true"
    return response
