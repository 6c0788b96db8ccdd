"""The running API does what its description says, whatever is sent."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.api.schema_hooks import BEYOND_A_RESOURCE, BEYOND_A_SCHEMA

pytestmark = pytest.mark.once

CONFIG = Path(__file__).with_name("schemathesis.toml")
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")


def test_answers_are_as_described_whatever_is_sent(shop: str, tmp_path: Path) -> None:
    # In a process and a directory of its own: it leaves files behind.
    run = subprocess.run(
        [
            *(str(SCHEMATHESIS), "--no-color", "--config-file", str(CONFIG)),
            *("run", f"{shop}/api/openapi.json"),
            *("--header", "Authorization: Bearer example-token"),
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(settings.BASE_DIR), "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    for phase in ("Examples", "Coverage", "Fuzzing", "Stateful"):
        assert f"✅  {phase} " in run.stdout


def test_each_rule_beyond_a_schema_says_why() -> None:
    for sentences in (*BEYOND_A_SCHEMA.values(), *BEYOND_A_RESOURCE.values()):
        assert all(sentences.values())
