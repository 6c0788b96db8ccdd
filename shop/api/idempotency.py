"""`Idempotency-Key`: a call that is sent again gets the first answer again.

The key, the order and the kept answer commit together, so a crash leaves neither, and a second
call at the same moment waits for the first: it sees its answer, or is the first itself.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from shop.access.bearer import Bearer
from shop.api.envelope import failure
from shop.api.models import KeptAnswer

KEPT = timedelta(hours=24)
LONGEST = 255


def once(
    request: HttpRequest, body: bytes, bearer: Bearer, call: Callable[[], HttpResponse]
) -> HttpResponse:
    """The answer of `call`, or the one it gave before to the same request under the same key.

    Keys are an application's own, for 24 hours; only 201 is kept (contract, "Orders API").
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return call()
    if not 1 <= len(key) <= LONGEST or not key.isascii() or not key.isprintable():
        return failure(422, f"The Idempotency-Key must be 1 to {LONGEST} printable characters.")
    fingerprint = hashlib.sha256(f"{request.method} {request.path}\n".encode() + body)
    holder = {
        "application": bearer.application,
        "user": None if bearer.application else bearer.user,
        "key": key,
    }
    KeptAnswer.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    with transaction.atomic():
        try:
            with transaction.atomic():
                kept = KeptAnswer.objects.create(**holder, fingerprint=fingerprint.hexdigest())
        except IntegrityError:
            return _again(KeptAnswer.objects.get(**holder), fingerprint.hexdigest())
        answer = call()
        if answer.status_code == 201 and isinstance(answer, JsonResponse):
            kept.body, kept.location = answer.content.decode(), answer["Location"]
            kept.save()
        else:
            transaction.set_rollback(True)
    return answer


def _again(kept: KeptAnswer, fingerprint: str) -> HttpResponse:
    if kept.fingerprint != fingerprint:
        return failure(422, "This Idempotency-Key was used for another request.")
    answer = HttpResponse(kept.body, status=201, content_type="application/json")
    answer["Location"] = kept.location
    answer["Cache-Control"] = "no-store"
    answer["Idempotency-Replayed"] = "true"
    return answer
