"""Tables of results, in Markdown."""

from dataclasses import dataclass, field


@dataclass
class Table:
    """One part's results."""

    title: str
    note: str
    columns: list[str]
    rows: list[list[str]] = field(default_factory=list)

    def markdown(self) -> str:
        """The table as docs/benchmarks.md shows it."""
        lines = [f"### {self.title}", "", self.note, ""]
        lines.append(f"| {' | '.join(self.columns)} |")
        lines.append("| --- |" + " --: |" * (len(self.columns) - 1))
        lines += [f"| {' | '.join(row)} |" for row in self.rows]
        return "\n".join([*lines, ""])
