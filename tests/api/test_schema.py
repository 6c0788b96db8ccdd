"""The running API does what its description says, whatever is sent."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.api.schema_hooks import BEYOND_A_RESOURCE, BEYOND_A_SCHEMA
from tests.journey.shop import running_shop

pytestmark = [pytest.mark.long, pytest.mark.once]

CONFIG = Path(__file__).with_name("schemathesis.toml")
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")


def test_answers_are_as_described_whatever_is_sent(tmp_path: Path) -> None:
    # In a process and a directory of its own: it leaves files behind. So does its shop, whose
    # hundreds of orders would be in the way of other tests.
    with running_shop(tmp_path) as shop:
        run = schemathesis(shop, tmp_path)
    assert run.returncode == 0, run.stdout
    for phase in ("Examples", "Coverage", "Fuzzing", "Stateful"):
        assert f"✅  {phase} " in run.stdout


def schemathesis(shop: str, directory: Path) -> subprocess.CompletedProcess[str]:
    """Run schemathesis on a running shop, with SCHEMA_TIMES the examples that its file names."""
    times = os.environ.get("SCHEMA_TIMES")
    # Always the same calls, unless many are asked for.
    seed = [] if times else ["--seed", "20261129"]
    config = directory / CONFIG.name
    config.write_text(
        re.sub(
            r"(?<=max-examples = )\d+",
            lambda n: str(int(times or 1) * int(n[0])),
            CONFIG.read_text(),
        )
    )
    return subprocess.run(
        [
            *(str(SCHEMATHESIS), "--no-color", "--config-file", str(config)),
            *("run", f"{shop}/api/openapi.json", *seed),
            *("--header", "Authorization: Bearer example-token"),
        ],
        cwd=directory,
        env={**os.environ, "PYTHONPATH": str(settings.BASE_DIR), "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=3600,
        check=False,
    )


def test_each_rule_beyond_a_schema_says_why() -> None:
    for sentences in (*BEYOND_A_SCHEMA.values(), *BEYOND_A_RESOURCE.values()):
        assert all(sentences.values())
