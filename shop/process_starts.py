"""The start of a process that serves requests or works, as the setting PROCESS_STARTS wants it."""

import multiprocessing
import os
from collections.abc import Iterable
from threading import Lock
from typing import Literal
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.utils.module_loading import import_string

ProcessKind = Literal["web", "worker"]


def process_starts(kind: ProcessKind) -> None:
    """Call the functions of PROCESS_STARTS in this process."""
    for path in settings.PROCESS_STARTS:
        import_string(path)(kind)


def report_errors(kind: str) -> None:
    """Begin to report errors in a process that is none of these, such as "supervisor"."""
    # By its name: it needs rooms that are above those that import this module.
    import_string("shop.sentry_reports.start")(kind)


def starting_with_first_request(shop: WSGIApplication) -> WSGIApplication:
    """Return `shop`, whose process starts with its first request.

    Not earlier: what starts are threads, and a process that has loaded the shop may still fork.
    """
    lock, started_in = Lock(), 0

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        nonlocal started_in
        if started_in != os.getpid():
            with lock:
                if started_in != os.getpid():
                    multiprocessing.current_process().name = "shop-web"
                    process_starts("web")
                    started_in = os.getpid()
        return shop(environ, start_response)

    return application
