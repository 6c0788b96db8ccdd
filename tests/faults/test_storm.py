"""The short form of `make faults`: real processes, killed while orders come in."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings

DATABASE = "postgres" if os.environ.get("TEST_DATABASE") == "postgres" else "sqlite"


def trial(name: str, **parameters: str) -> dict[str, Any]:
    """The report of a trial on a database of its own, of the kind that this run is for."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.faults", name, DATABASE],
        cwd=settings.BASE_DIR,
        env={**os.environ, **parameters},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    print(done.stdout, done.stderr)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


@pytest.mark.long
def test_a_storm_of_faults_loses_nothing_and_does_nothing_twice() -> None:
    report = trial(
        "provisioning",
        FAULTS_SECONDS="10", FAULTS_PACE="0.8", FAULTS_LONGEST="2", FAULTS_SEED="1", FAULTS_BILLING="0",
    )  # fmt: skip
    assert report["complaints"] == []
    assert (report["lost"], report["duplicates"], report["not packed"]) == (0, 0, 0)
    orders = report["orders"]
    assert 0 < report["answers"]["api order 201"] < report["workspaces"] == orders
    assert report["mails"] + report["mails refused"] == 2 * orders
    assert report["webhooks"] >= 3 * report["answers"]["api order 201"]
    assert report["calls of the receiver"] > report["webhooks"]
    assert report["faults in all"] > 3
