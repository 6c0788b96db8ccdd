"""Error reports to Sentry, where SENTRY_DSN is set: the error and its place, nothing about people.

What is sent is picked, not weeded: a new version of the library adds nothing by itself.
"""

import time
from multiprocessing.util import Finalize
from typing import Any

from django.conf import settings

from shop.log_context import current_order
from shop.logs import is_database_away
from shop.masking import mask
from shop.request_id import current_id
from shop.version import version

KEPT = frozenset(
    {
        *("event_id", "timestamp", "level", "logger", "platform", "release", "environment"),
        *("server_name", "sdk", "modules", "exception", "logentry", "transaction", "tags"),
    }
)
KEPT_OF_FRAME = frozenset(
    {
        *("filename", "abs_path", "function", "module", "lineno", "in_app"),
        *("pre_context", "context_line", "post_context"),
    }
)
SEND_WITHIN = 2.0  # seconds, at the end of the process
AWAY_EVERY = 60.0  # seconds between two reports that the database is away

_away_next_at = 0.0


def start(kind: str) -> None:
    """Begin to report the errors of this process, if it is wanted; `kind` names it, such as "web".

    Called in processes that fork no others: reports are sent by a thread.
    """
    if not settings.SENTRY_DSN:
        return
    import sentry_sdk
    from sentry_sdk.integrations.logging import LoggingIntegration

    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        release=version(),
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        # Errors reach the log in all our processes: no other integration is needed.
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[LoggingIntegration(level=None, sentry_logs_level=None)],
        before_send=report,  # type: ignore[arg-type] # typed as an Event, which is a dictionary
    )
    sentry_sdk.get_global_scope().set_tag("process", kind)  # other scopes are each thread's own
    # Processes of `multiprocessing` end without `atexit`. What ends one is reported last.
    Finalize(None, sentry_sdk.flush, args=(SEND_WITHIN,), exitpriority=1)


def report(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any] | None:
    """Return what is sent of `event`: None where the database is away, but for once a minute."""
    raised = hint["exc_info"][1] if hint.get("exc_info") else None
    if raised is not None and is_database_away(raised) and not _may_tell_of_database():
        return None
    kept = {name: value for name, value in event.items() if name in KEPT}
    if entry := kept.get("logentry"):
        text = entry.get("formatted") or entry.get("message") or ""
        kept["logentry"] = {"message": mask(str(text))}
    if "exception" in kept:
        kept["exception"] = {"values": [_masked(each) for each in kept["exception"]["values"]]}
    ours = {"request_id": current_id.get().strip("-"), "order": current_order.get()}
    tags = {**kept.get("tags", {}), **ours}
    kept["tags"] = {name: value for name, value in tags.items() if value}
    return kept


def _masked(raised: dict[str, Any]) -> dict[str, Any]:
    frames = (raised.get("stacktrace") or {}).get("frames", [])
    return {
        "type": raised.get("type"),
        "module": raised.get("module"),
        "value": mask(str(raised.get("value") or "")),
        "stacktrace": {
            "frames": [
                {name: value for name, value in frame.items() if name in KEPT_OF_FRAME}
                for frame in frames
            ]
        },
    }


def _may_tell_of_database() -> bool:
    global _away_next_at  # noqa: PLW0603 -- one for a process
    now = time.monotonic()
    if now < _away_next_at:
        return False
    _away_next_at = now + AWAY_EVERY
    return True
