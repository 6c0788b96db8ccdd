"""Alerts, dashboard and runbook: checked by Prometheus' own tool, and against what is exposed."""

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from django.conf import settings
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from portal.backoffice.reports.work_health import MAILS_TOO_LATE, WEBHOOKS_TOO_LATE
from portal.backoffice.reports.worker_health import LEAST_BYTES, LEAST_SHARE, LOW_SHARE
from shop.access.measurements import Metric, count, count_start, measurements, observe
from shop.billing.models import Invoice
from shop.notifications.emails.models import Message
from shop.notifications.webhooks.models import Attempt, Delivery
from shop.operations.backup_health import ACT, LOOK
from shop.packing.step_runner import StepOutcome
from shop.process_starts import ProcessKind

MONITORING = Path(settings.BASE_DIR) / "deploy" / "monitoring"
DOCS = Path(settings.BASE_DIR) / "docs" / "operators"
RUNBOOK = DOCS / "runbook.md"
NAME = re.compile(r"\bshop_[a-z_]+")
SELECTOR = re.compile(r"\b(shop_[a-z_]+)\{([^}]*)\}")
MATCHER = re.compile(r'(\w+)(?:=~|!~|!=|=)"([^"]*)"')
GROUPING = re.compile(r"\bby \(([^)]*)\)")
LIMIT = re.compile(r"[<>] ([\d.]+)")
RUNBOOK_URL = "docs/operators/runbook.md#{}"


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["promtool", *arguments], cwd=MONITORING, capture_output=True, text=True, check=False
    )


def alerts(path: Path = MONITORING / "rules.yml") -> list[dict[str, Any]]:
    groups = yaml.safe_load(path.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def expressions() -> Iterator[str]:
    """The expressions of all alerts, and of all panels."""
    yield from (alert["expr"] for alert in alerts())
    dashboard = json.loads((MONITORING / "dashboard.json").read_text())
    for panel in dashboard["panels"]:
        yield from (target["expr"] for target in panel.get("targets", []))


@pytest.mark.once
def test_rules_and_scraping_are_read_by_prometheus() -> None:
    for arguments in (("rules", "rules.yml"), ("config", "--syntax-only", "prometheus.yml")):
        result = promtool("check", *arguments)
        assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.once
def test_alerts_fire_and_are_quiet_when_they_should(tmp_path: Path) -> None:
    result = promtool("test", "rules", "rules_test.yml")
    assert result.returncode == 0, result.stdout + result.stderr
    tests = yaml.safe_load((MONITORING / "rules_test.yml").read_text())["tests"]
    names = [test["name"] for test in tests]
    plain = [name for name in names if name.endswith((" fires", " is quiet"))]
    assert plain == [f"{a['alert']} {how}" for a in alerts() for how in ("fires", "is quiet")]
    # The tool would tell: with another limit, its tests fail.
    rules = (MONITORING / "rules.yml").read_text().replace("> 900", "> 9000")
    (tmp_path / "rules.yml").write_text(rules)
    late = [test for test in tests if test["name"].startswith("ShopOrdersLate")]
    files = {"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": late}
    (tmp_path / "tests.yml").write_text(yaml.safe_dump(files))
    failed = promtool("test", "rules", str(tmp_path / "tests.yml"))
    assert failed.returncode == 1
    assert "ShopOrdersLate" in failed.stdout + failed.stderr


def exposed() -> dict[str, dict[str, set[str]]]:
    """The values of `/metrics` once everything has happened, by sample and label."""
    for path in ("/livez", "/readyz", "/metrics", "/static/missing.css", "/", "/nowhere/"):
        Client().get(path)
    for outcome in StepOutcome:
        observe(Metric.STEPS, 0.01, "client", outcome)
    for outcome in (*Attempt.Failure, Delivery.State.DELIVERED):
        observe(Metric.WEBHOOKS, 0.01, outcome)
    for state in Message.State:
        count(Metric.MAILS, Message.Kind.RECEIVED, state)
    for kind in Invoice.Kind:
        count(Metric.INVOICES, kind)
    for process in get_args(ProcessKind):
        count_start(process)
    measurements.write()
    found: dict[str, dict[str, set[str]]] = {}
    for family in text_string_to_metric_families(Client().get("/metrics").content.decode()):
        for sample in family.samples:
            labels = found.setdefault(sample.name, {})
            for label, value in sample.labels.items():
                labels.setdefault(label, set()).add(value)
    return {name: labels for name, labels in found.items() if not name.endswith("_created")}


def metric_of(name: str) -> str:
    """The metric that a sample of a histogram or a summary belongs to."""
    return re.sub("_(sum|count|bucket)$", "", name)


@pytest.mark.django_db
def test_every_expression_names_a_metric_that_is_exposed() -> None:
    shown = exposed()
    named = {name for expression in expressions() for name in NAME.findall(expression)}
    assert named <= shown.keys()
    # And none is exposed that nobody looks at.
    assert set(map(metric_of, shown)) == set(map(metric_of, named))


@pytest.mark.django_db
def test_every_expression_names_labels_and_values_that_the_shop_writes() -> None:
    shown = exposed()
    compared = set()
    for expression in expressions():
        for name, matchers in SELECTOR.findall(expression):
            for label, values in MATCHER.findall(matchers):
                compared.add((name, label))
                assert set(values.split("|")) <= shown[name][label], expression
        # `machine` is made by the expression itself.
        known = {label for name in NAME.findall(expression) for label in shown[name]} | {"machine"}
        for labels in GROUPING.findall(expression):
            assert set(labels.split(", ")) <= known, expression
    assert ("shop_packing_step_duration_seconds_count", "outcome") in compared
    assert ("shop_http_request_duration_seconds_bucket", "route") in compared


@pytest.mark.once
def test_each_alert_has_its_section_in_the_runbook_and_each_section_its_alert() -> None:
    sections = re.findall(r"^## (Shop\w+)$", RUNBOOK.read_text(), re.MULTILINE)
    assert sections == [alert["alert"] for alert in alerts()]
    for alert in alerts():
        assert alert["labels"]["severity"] in {"critical", "warning"}
        assert alert["annotations"]["summary"].endswith((".", "}}."))
        url = RUNBOOK_URL.format(alert["alert"].lower())
        assert alert["annotations"]["runbook_url"] == url


@pytest.mark.once
def test_documented_command_makes_links_to_the_runbook(tmp_path: Path) -> None:
    for name in ("rules.yml", "rules_test.yml"):
        shutil.copy(MONITORING / name, tmp_path)
    (command,) = re.findall(r"^sed .*$", (DOCS / "monitoring.md").read_text(), re.MULTILINE)
    subprocess.run(shlex.split(command), cwd=tmp_path, check=True)
    address = "https://docs.example.com/operators/runbook.html#{}"
    made = alerts(tmp_path / "rules.yml")
    assert [each["annotations"]["runbook_url"] for each in made] == [
        address.format(each["alert"].lower()) for each in made
    ]
    result = promtool("test", "rules", str(tmp_path / "rules_test.yml"))
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.once
def test_alerts_begin_where_the_health_page_changes_its_verdict() -> None:
    limits = {
        each["alert"]: [float(number) for number in LIMIT.findall(each["expr"])]
        for each in alerts()
    }
    expected = {
        "ShopOrdersLate": [settings.LATE_AFTER_MINUTES * 60],
        "ShopMailsLate": [MAILS_TOO_LATE.total_seconds()],
        "ShopWebhooksLate": [WEBHOOKS_TOO_LATE.total_seconds()],
        "ShopBackupLate": [LOOK.total_seconds()],
        "ShopBackupOld": [ACT.total_seconds()],
        "ShopDiskLow": [LOW_SHARE],
        "ShopDiskFull": [LEAST_SHARE, LEAST_BYTES],
    }
    assert {name: limits[name] for name in expected} == expected
