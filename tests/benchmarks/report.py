"""Tables of results in Markdown, and docs/contributors/benchmarks.md, which shows them."""

import platform
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENT = ROOT / "docs" / "contributors" / "benchmarks.md"


@dataclass
class Table:
    """One part's results."""

    title: str
    note: str
    columns: list[str]
    rows: list[list[str]] = field(default_factory=list)

    def markdown(self) -> str:
        """The table as docs/contributors/benchmarks.md shows it."""
        lines = [f"### {self.title}", "", self.note, ""]
        lines.append(f"| {' | '.join(self.columns)} |")
        lines.append("| --- |" + " --: |" * (len(self.columns) - 1))
        lines += [f"| {' | '.join(row)} |" for row in self.rows]
        return "\n".join([*lines, ""])


def write(database: str, tables: list[str], document: Path = DOCUMENT) -> None:
    """Put the tables between the document's two marks for the database."""
    text = document.read_text()
    begin, end = f"<!-- begin {database} -->\n", f"<!-- end {database} -->"
    before, _, rest = text.partition(begin)
    _old, _, after = rest.partition(end)
    said = f"{machine()}\n\n" + "\n".join(table.strip() + "\n" for table in tables)
    document.write_text(f"{before}{begin}\n{said}\n{end}{after}")


def machine() -> str:
    """The day, the commit and the machine of a run."""
    cpus = [
        line.partition(": ")[2]
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=DOCUMENT.parent,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    ).stdout.strip()
    today = datetime.now(UTC).date()
    return (
        f"Measured on {today} at commit {commit or 'unknown'}: {len(cpus)} × {cpus[0]}, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}."
    )
