"""`make bench`, in small: each part runs through and fills its table."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.benchmarks import report
from tests.benchmarks.__main__ import PARTS

pytestmark = [pytest.mark.long, pytest.mark.once]

SMALL = {
    "web": "--orders 100 --passes 1 --seconds 0.05",
    "growth": "--orders 100 --many 150 --passes 1 --seconds 0.05",
    "packing": "--backlog 20 --arrivals 0.5",
    "idle": "--settle 0 --idle 1 --placed 20",
}


def rows_of(part: str) -> dict[str, list[str]]:
    """The table of a part, by what its rows are about."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", part, *SMALL[part].split()],
        cwd=settings.BASE_DIR,
        env={name: text for name, text in os.environ.items() if name != "TEST_DATABASE_URL"},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith("| ")][2:]
    cells = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return {name: rest for name, *rest in cells}


def test_web_paths_are_measured_beside_limits_that_answer_the_same_bytes() -> None:
    # It ends with an error where a limit answers other bytes than the shop.
    rows = rows_of("web")
    assert len(rows) == 18
    for name, cells in rows.items():
        shop, limit, ratio = (float(cell.strip("*")) for cell in cells[:3])
        assert min(shop, limit, ratio) > 0, name
    assert rows["`GET` of an order"][3] == "≤ 1.7"


def test_growth_is_measured_with_few_orders_and_with_many() -> None:
    assert {"list: page 1", "staff search, by hash", "`POST` of an order"} <= rows_of(
        "growth"
    ).keys()


def test_packing_is_measured_from_a_backlog_and_at_a_steady_rate() -> None:
    assert {"packed orders a second", "acknowledged → packed, median"} <= rows_of("packing").keys()


def test_everything_that_make_run_starts_is_measured() -> None:
    assert {"processes", "idle CPU, of one core", "memory after 20 more"} <= rows_of("idle").keys()


def test_each_part_has_a_small_run() -> None:
    assert SMALL.keys() == set(PARTS)


def test_tables_are_written_between_the_marks_of_their_database(tmp_path: Path) -> None:
    document = tmp_path / "benchmarks.md"
    document.write_text(
        "Before\n<!-- begin SQLite -->\nold\n<!-- end SQLite -->\n"
        "<!-- begin PostgreSQL -->\nkept\n<!-- end PostgreSQL -->\nAfter\n"
    )
    report.write("SQLite", ["### Web\n", "### Idle\n"], document)
    text = document.read_text()
    assert text.startswith("Before\n<!-- begin SQLite -->\n\nMeasured on ")
    assert text.endswith(
        "### Web\n\n### Idle\n\n<!-- end SQLite -->\n"
        "<!-- begin PostgreSQL -->\nkept\n<!-- end PostgreSQL -->\nAfter\n"
    )
    assert "old" not in text


def test_the_document_has_the_marks_of_both_databases() -> None:
    text = report.DOCUMENT.read_text()
    for database in ("SQLite", "PostgreSQL"):
        assert text.count(f"<!-- begin {database} -->\n") == 1
        assert text.count(f"<!-- end {database} -->") == 1
