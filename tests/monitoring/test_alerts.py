"""Alerts, dashboard and runbook: checked by Prometheus' own tool, and against what is exposed."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from portal.backoffice.reports.work_health import MAILS_TOO_LATE, WEBHOOKS_TOO_LATE
from portal.backoffice.reports.worker_health import LEAST_BYTES, LEAST_SHARE, LOW_SHARE
from shop.access.measurements import Metric, count, measurements, observe
from shop.operations.backup_health import ACT, LOOK

MONITORING = Path(settings.BASE_DIR) / "deploy" / "monitoring"
RUNBOOK = Path(settings.BASE_DIR) / "docs" / "operators" / "runbook.md"
NAME = re.compile(r"\bshop_[a-z_]+")
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


@pytest.mark.django_db
def test_every_expression_names_a_metric_that_is_exposed() -> None:
    observe(Metric.REQUESTS, 0.01, "GET", "tiers", "2xx")
    observe(Metric.STEPS, 0.01, "client", "done")
    observe(Metric.WEBHOOKS, 0.01, "delivered")
    for metric in (Metric.MAILS, Metric.INVOICES, Metric.STARTS):
        count(metric, *(["packed", "sent"] if metric == Metric.MAILS else ["web"]))
    measurements.write()
    text = Client().get("/metrics").content.decode()
    exposed = {
        sample.name
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if not sample.name.endswith("_created")
    }
    named = {name for expression in expressions() for name in NAME.findall(expression)}
    assert named <= exposed
    # And none is exposed that nobody looks at.
    parts = {
        name.removesuffix("_sum").removesuffix("_count").removesuffix("_bucket") for name in named
    }
    shown = {n.removesuffix("_sum").removesuffix("_count").removesuffix("_bucket") for n in exposed}
    assert shown - parts == set()


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
