"""Traces: an order placed on the web, its packing, mails and webhook are one trace."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from pytest_django import Settings

from shop import logs, tracing
from shop.access.models import TraceOrigin
from shop.notifications.emails.models import Message
from shop.notifications.emails.send import send
from shop.orders.models import Order
from shop.version import version
from tests.factories import make_application, make_order, make_token, pack_all
from tests.notifications.receiver import deliver_all, make_partner, receiving
from tests.sink import Sink, listening

pytestmark = pytest.mark.django_db
ADDRESS = "nina.nebenan@example.com"


@pytest.fixture
def sink(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    """A server that takes spans, which this process sends it while the test runs."""
    with listening() as server:
        settings.OTEL_EXPORTER_OTLP_ENDPOINT = f"http://127.0.0.1:{server.port}"
        settings.OTEL_EXPORTER_OTLP_HEADERS = {"X-Team": "for these tests"}
        monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=tests")
        tracing.start("web")
        tracing.observe_statements(connection)
        yield server
        connection.execute_wrappers.remove(tracing.trace_statement)
        tracing.stop()


def spans(sink: Sink) -> list[Span]:
    """The spans that were sent, in the order in which they began."""
    tracing._provider.force_flush()
    found = []
    for path, body in sink.received:
        assert path == "/v1/traces"
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            told = {each.key: each.value.string_value for each in resource.resource.attributes}
            assert told["service.name"] == "shop-web"
            assert told["service.version"] == version()
            assert told["deployment.environment"] == "tests"
            found += [span for scope in resource.scope_spans for span in scope.spans]
    return sorted(found, key=lambda span: span.start_time_unix_nano)


def attributes(span: Span) -> dict[str, object]:
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


def test_order_its_packing_mails_and_webhook_are_one_trace(sink: Sink) -> None:
    application = make_partner()
    with receiving() as receiver:
        document = {
            "product": "s",
            "client_name": "Nebenan Film",
            "project_name": "Nebenan",
            "user_email": ADDRESS,
            "redirection_uri": receiver.uri,
        }
        caller = Client(headers={"Authorization": f"Bearer {make_token(application)}"})
        answer = caller.post("/api/orders", {"order": document}, "application/json")
        assert answer.status_code == 201
        order = Order.objects.get()
        pack_all()
        for message in Message.objects.filter(order=order):
            send(message.pk)
        deliver_all()
    found = spans(sink)
    work = [span for span in found if span.kind in {Span.SPAN_KIND_SERVER, Span.SPAN_KIND_CONSUMER}]
    names = {span.name for span in work}
    assert names >= {"POST api_orders", "pack", "mail received", "mail invitation", "webhook"}
    placed = next(span for span in work if span.name == "POST api_orders")
    assert {span.trace_id for span in work} == {placed.trace_id}
    assert {span.parent_span_id for span in work if span != placed} == {placed.span_id}
    assert {attributes(span)["order.number"] for span in work} == {order.order_number}
    statements = [attributes(span)["db.query.text"] for span in found if span not in work]
    assert any("%s" in str(statement) for statement in statements)
    for secret in (order.order_hash, ADDRESS, "Nebenan", receiver.uri):
        assert secret.encode() not in b"".join(body for _path, body in sink.received)


def test_request_continues_the_trace_of_its_caller(sink: Sink) -> None:
    trace, parent = "1" * 32, "2" * 16
    Client(headers={"traceparent": f"00-{trace}-{parent}-01"}).get("/register/" + "0" * 32 + "/")
    (span,) = [each for each in spans(sink) if each.kind == Span.SPAN_KIND_SERVER]
    assert (span.trace_id.hex(), span.parent_span_id.hex()) == (trace, parent)
    assert span.name == "GET registration"
    assert attributes(span) == {
        "http.request.method": "GET",
        "http.route": "registration",
        "http.response.status_code": 404,
    }


def test_spans_are_sent_with_the_headers_of_the_setting(sink: Sink) -> None:
    with tracing.work_on(None, "pack"):
        pass
    assert len(spans(sink)) == 1
    assert [headers["X-Team"] for headers in sink.headers] == ["for these tests"]


def test_work_that_begins_hours_later_is_linked_instead(sink: Sink) -> None:
    with tracing.work_on(None, "place"):
        order = make_order()
    origin = TraceOrigin.objects.get(pk=order.pk)
    TraceOrigin.objects.update(created_at=origin.created_at - timedelta(hours=2))
    with tracing.work_on(order, "mail reminder"):
        assert set(logs.trace_fields()) == {"trace_id", "span_id"}
    late = next(span for span in spans(sink) if span.name == "mail reminder")
    assert late.parent_span_id == b""
    (link,) = late.links
    assert (link.trace_id.hex(), link.span_id.hex()) == tuple(origin.traceparent.split("-")[1:3])
    assert late.trace_id != link.trace_id


def test_failure_is_told_by_its_type_alone(sink: Sink) -> None:
    with pytest.raises(ValueError, match="nina"), tracing.work_on(None, "pack"):
        raise ValueError(ADDRESS)
    (span,) = spans(sink)
    assert attributes(span) == {"error.type": "ValueError"}
    assert list(span.events) == []


def test_old_origins_are_deleted(sink: Sink) -> None:
    with tracing.work_on(None, "place"):
        old, new = make_order(), make_order()
    before = TraceOrigin.objects.get(pk=old.pk).created_at - tracing.KEEP_ORIGINS
    TraceOrigin.objects.filter(pk=old.pk).update(created_at=before)
    tracing.delete_old_origins(lambda: None)
    assert [origin.order for origin in TraceOrigin.objects.all()] == [new.pk]


def test_nothing_is_kept_where_there_are_no_traces() -> None:
    make_application()
    make_order()
    assert not TraceOrigin.objects.exists()
    assert logs.trace_fields() == {}
