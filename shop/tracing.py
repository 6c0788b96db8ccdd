"""Traces by OpenTelemetry, where OTEL_EXPORTER_OTLP_ENDPOINT is set: one from an order to its mails.

The spans are our own. The libraries that instrument Django write paths and client addresses into
them, and a path of ours may hold an order hash. The standard OTEL_* variables hold, but for those.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.util import Finalize
from typing import Any

from django.conf import settings
from django.db.backends.signals import connection_created
from django.db.backends.utils import CursorWrapper
from django.http import HttpRequest
from django.utils import timezone

from shop import logs
from shop.access.models import TraceOrigin
from shop.log_context import Numbered, about_order, current_order
from shop.version import version

# Work that begins later than this after its order was placed gets a trace of its own, with a link.
JOINS_FOR = timedelta(hours=1)
KEEP_ORIGINS = timedelta(days=7)
LONGEST_STATEMENT = 2000

_tracer: Any = None  # None: no traces; else opentelemetry's Tracer of this process
_provider: Any = None


def start(kind: str) -> None:
    """Begin to trace in this process, "web" or "worker", if it is wanted; a second call does nothing.

    Called in processes that fork no others: the exporter is a thread.
    """
    global _tracer, _provider
    if not settings.OTEL_EXPORTER_OTLP_ENDPOINT or _tracer is not None:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    ours = Resource.create({"service.name": f"shop-{kind}", "service.version": version()})
    provider = TracerProvider(resource=ours.merge(OTELResourceDetector().detect()))
    # Told to the library, which reads the environment alone: the settings may come from files.
    below_base = f"{settings.OTEL_EXPORTER_OTLP_ENDPOINT.rstrip('/')}/v1/traces"
    exporter = OTLPSpanExporter(
        endpoint=settings.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT or below_base,
        headers=settings.OTEL_EXPORTER_OTLP_TRACES_HEADERS or settings.OTEL_EXPORTER_OTLP_HEADERS,
    )
    provider.add_span_processor(BatchSpanProcessor(exporter))
    # Processes of `multiprocessing` end without `atexit`.
    Finalize(None, stop, exitpriority=1)
    _tracer, _provider = provider.get_tracer("shop"), provider
    connection_created.connect(observe_statements)
    logs.trace_fields = _log_fields


def stop() -> None:
    """Send what is still to be sent, and trace no more in this process."""
    global _tracer, _provider  # noqa: PLW0603 -- one for a process
    if _provider is not None:
        _provider.shutdown()
    _tracer = _provider = None
    connection_created.disconnect(observe_statements)
    logs.trace_fields = dict


@contextmanager
def request_span(request: HttpRequest) -> Iterator[Any]:
    """A span around a request, which continues its caller's trace; None where there are no traces."""
    if _tracer is None:
        yield None
        return
    from opentelemetry.trace import SpanKind

    sent = {"traceparent": request.headers.get("traceparent", "")}
    with _span(request.method or "", _context(sent), SpanKind.SERVER) as span:
        yield span


def end_request(span: Any, method: str, route: str, status: int) -> None:
    """Name the span of a request by its route, and say how it ended."""
    if span is None:
        return
    from opentelemetry.trace import StatusCode

    span.update_name(f"{method} {route}")
    attributes: dict[str, str | int] = {
        "http.request.method": method,
        "http.route": route,
        "http.response.status_code": status,
    }
    if number := current_order.get():
        attributes["order.number"] = number
    span.set_attributes(attributes)
    if status >= 500:
        span.set_status(StatusCode.ERROR)


@contextmanager
def work_on(order: Numbered | None, name: str) -> Iterator[None]:
    """Have the log name `order` within the block, and a span that belongs to the order's trace."""
    with work_span(order, name, origin_of(order)):
        yield


def origin_of(order: Numbered | None) -> TraceOrigin | None:
    """Return the span in which `order` was placed; None if it is not kept. A query if traces are on."""
    if _tracer is None or order is None:
        return None
    return TraceOrigin.objects.filter(pk=order.pk).first()


@contextmanager
def work_span(order: Numbered | None, name: str, origin: TraceOrigin | None) -> Iterator[None]:
    """Do as `work_on`, for threads that make no queries."""
    with about_order(order):
        if _tracer is None:
            yield
            return
        from opentelemetry.trace import Link, SpanKind, get_current_span

        parent = _context({"traceparent": origin.traceparent}) if origin else None
        links = []
        if origin and timezone.now() - origin.created_at > JOINS_FOR:
            links.append(Link(get_current_span(parent).get_span_context()))
            parent = None
        number = current_order.get()
        attributes = {"order.number": number} if number else {}
        with _span(name, parent, SpanKind.CONSUMER, attributes, links):
            yield


def keep_origin(order: Numbered) -> None:
    """Remember the span of this moment as the one in which `order` was placed."""
    if _tracer is None:
        return
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    sent: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(sent)
    if "traceparent" in sent:
        TraceOrigin.objects.update_or_create(
            order=order.pk, defaults={"traceparent": sent["traceparent"]}
        )


def delete_old_origins(beat: Callable[[], None]) -> None:
    """Delete the origins of orders that were placed KEEP_ORIGINS ago. Called every hour."""
    beat()
    TraceOrigin.objects.filter(created_at__lt=timezone.now() - KEEP_ORIGINS).delete()


@contextmanager
def _span(
    name: str,
    context: Any,
    kind: Any,
    attributes: Mapping[str, Any] | None = None,
    links: list[Any] | None = None,
) -> Iterator[Any]:
    """A span that tells of an exception its type alone: its text may hold anything."""
    from opentelemetry.trace import StatusCode

    with _tracer.start_as_current_span(
        name,
        context=context,
        kind=kind,
        attributes=attributes,
        links=links,
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        try:
            yield span
        except Exception as error:
            span.set_attribute("error.type", type(error).__name__)
            span.set_status(StatusCode.ERROR)
            raise


def _context(sent: Mapping[str, str]) -> Any:
    from opentelemetry.context import Context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract(dict(sent), context=Context())


def observe_statements(connection: Any, **_kwargs: object) -> None:
    """Have each statement of a connection be a span of the request or the work that makes it."""
    if trace_statement not in connection.execute_wrappers:
        connection.execute_wrappers.append(trace_statement)


def trace_statement(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Run a statement in a span, which shows it without its parameters."""
    from opentelemetry.trace import SpanKind, get_current_span

    if not get_current_span().is_recording():  # the worker looks for work each second
        return execute(sql, params, many, context)
    cursor: CursorWrapper = context["cursor"]
    attributes = {"db.system.name": cursor.db.vendor, "db.query.text": sql[:LONGEST_STATEMENT]}
    with _span(sql.split(None, 1)[0], None, SpanKind.CLIENT, attributes):
        return execute(sql, params, many, context)


def _log_fields() -> dict[str, str]:
    from opentelemetry.trace import get_current_span

    span = get_current_span().get_span_context()
    if not span.is_valid:
        return {}
    return {"trace_id": f"{span.trace_id:032x}", "span_id": f"{span.span_id:016x}"}
