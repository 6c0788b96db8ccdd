"""A running shop, observed from outside: one trace and one order's lines over web and worker."""

import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.journey.shop import running_shop
from tests.sink import Sink, listening
from tests.waiting import wait_for

pytestmark = [pytest.mark.long, pytest.mark.once]

ORDER = {
    "product": "s",
    "client_name": "Nebenan Film",
    "project_name": "Nebenan",
    "user_email": "nina.nebenan@example.com",
}


def place(address: str) -> str:
    """Place an order by the demo's partner; its number."""
    request = urllib.request.Request(
        f"{address}/api/orders",
        json.dumps({"order": ORDER}).encode(),
        {"Authorization": "Bearer example-token", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        number: str = json.load(answer)["data"]["order"]["order_number"]
        return number


def traces(sink: Sink, number: str) -> dict[bytes, set[tuple[str, str]]]:
    """Service and name of the spans about an order, by trace."""
    found: dict[bytes, set[tuple[str, str]]] = {}
    for _path, body in [*sink.received]:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            told = {each.key: each.value.string_value for each in resource.resource.attributes}
            for span in (span for scope in resource.scope_spans for span in scope.spans):
                about = {each.key: each.value.string_value for each in span.attributes}
                if about.get("order.number") == number:
                    spans = found.setdefault(span.trace_id, set())
                    spans.add((told["service.name"], span.name))
    return found


def lines(log: Path, number: str) -> list[dict[str, Any]]:
    """The lines of the log about an order; others may be plain, such as the demo's address."""
    found = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    return [entry for entry in found if entry.get("order") == number]


def test_order_is_followed_from_the_web_to_its_mail_over_all_processes(tmp_path: Path) -> None:
    with listening() as sink:
        endpoint = f"http://127.0.0.1:{sink.port}"
        with running_shop(
            tmp_path,
            LOG_FORMAT="json",
            LOG_REQUESTS="1",
            OTEL_EXPORTER_OTLP_ENDPOINT=endpoint,
            OTEL_BSP_SCHEDULE_DELAY="200",
        ) as address:
            number = place(address)
            wanted = {
                ("shop-web", "POST api_orders"),
                ("shop-worker", "pack"),
                ("shop-worker", "mail received"),
            }
            assert wait_for(lambda: any(wanted <= s for s in traces(sink, number).values()), 60)
        assert len(traces(sink, number)) == 1
    found = lines(tmp_path / "shop.log", number)
    told = {(entry["process"], entry["logger"]) for entry in found}
    assert told >= {
        ("shop-web", "shop.requests"),
        ("shop-packing", "shop.milestones"),
        ("shop-messages", "shop.milestones"),
    }
    (trace,) = traces(sink, number)
    assert trace.hex() in {entry.get("trace_id") for entry in found}
