"""Error responses. A face may answer errors below its URLs in a shape of its own."""

import errno
import re
import sys
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers

from shop.faults import fault

# Given the request, the status and the exception, if any; None leaves it to the next shape.
ErrorShape = Callable[[HttpRequest, int, BaseException | None], HttpResponse | None]

RETRY_SECONDS = 30
# Too many open files, disk full, out of memory: the same request may succeed a moment later.
SHORTAGES = {
    *(errno.EMFILE, errno.ENFILE, errno.ENOSPC, errno.EDQUOT),
    *(errno.ENOMEM, errno.ENOBUFS, errno.EAGAIN),
}
FAULTS = {
    400: fault("bad_request"),
    403: fault("forbidden"),
    404: fault("address_not_found"),
    413: fault("body_too_large"),
    500: fault("server_error"),
    503: fault("unavailable"),
}
_shapes: list[tuple[re.Pattern[str], ErrorShape]] = []


def register_error_shape(path: str, shape: ErrorShape) -> None:
    """Answer errors with `shape` at paths that begin like the regular expression `path`.

    Apps register in `ready`, so the order of INSTALLED_APPS decides between two shapes.
    """
    _shapes.append((re.compile(path), shape))


def error(request: HttpRequest, exception: BaseException | None, *, status: int) -> HttpResponse:
    """The response with `status`.

    Rendered without the request: context processors may fail as the view did, and an unknown Host
    forbids `request.get_host()`.
    """
    return shaped_error(request, status, exception) or HttpResponse(
        render_to_string(f"errors/{status}.html"), status=status
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500; 503 with Retry-After while the database is away or this machine lacks something.

    Makes no query. A database that restarts or is overloaded says nothing about the request, and
    programs and search engines know to wait at a 503. The traceback is logged either way.
    """
    raised = sys.exception()
    if is_passing(raised):
        return unavailable(request, raised)
    return error(request, raised, status=500)


def unavailable(request: HttpRequest, raised: BaseException | None) -> HttpResponse:
    """503 with Retry-After."""
    response = error(request, raised, status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    add_never_cache_headers(response)
    return response


def is_passing(raised: BaseException | None) -> bool:
    """Return whether `raised`, or what caused it, says that the same request may succeed later."""
    if isinstance(raised, OperationalError | InterfaceError | MemoryError):
        return True
    if isinstance(raised, OSError) and raised.errno in SHORTAGES:
        return True
    return raised is not None and is_passing(raised.__cause__)


def shaped_error(
    request: HttpRequest, status: int, raised: BaseException | None
) -> HttpResponse | None:
    """The response in the shape of the face that `request` was made to, if that has its own."""
    for path, shape in _shapes:
        if path.match(request.path) and (response := shape(request, status, raised)):
            return response
    return None
