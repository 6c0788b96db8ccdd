"""Bar charts as shapes: a template draws them, a style sheet colours them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

WIDTH, HEIGHT = 600, 120
GAP = 0.2  # of a column's width


@dataclass(frozen=True)
class Bar:
    """A segment of a column, in units of the picture; `kind` decides its colour."""

    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True)
class Chart:
    """The segments of all columns, the value at the upper edge, and lines to compare with."""

    bars: list[Bar]
    top: float
    marks: list[Bar] = field(default_factory=list)
    width: int = WIDTH
    height: int = HEIGHT


def stacked(
    columns: Sequence[Sequence[float]],
    kinds: Sequence[str],
    *,
    top: float = 0,
    height: int = HEIGHT,
    marks: Sequence[float] = (),
) -> Chart:
    """Return a column for each of `columns`: its values stacked, the first at the bottom.

    `top` is the value at the upper edge; by default the highest column or mark reaches it. Of
    `marks` there is one for each column, or none at all; a mark of 0 is not drawn.
    """
    top = top or max([*(sum(column) for column in columns), *marks], default=0) or 1
    pitch = WIDTH / max(len(columns), 1)
    width = round(pitch * (1 - GAP), 2)
    bars = []
    for number, column in enumerate(columns):
        x, foot = round((number + GAP / 2) * pitch, 2), float(height)
        for value, kind in zip(column, kinds, strict=True):
            tall = value / top * height
            foot -= tall
            if value:
                bars.append(Bar(x, round(foot, 2), width, round(tall, 2), kind))
    lines = [
        Bar(
            round(number * pitch, 2), round(height - mark / top * height, 2), round(pitch, 2), 0, ""
        )
        for number, mark in enumerate(marks)
        if mark
    ]
    return Chart(bars, top, lines, height=height)
