"""Bar charts as shapes: a template draws them, a style sheet colours them."""

from collections.abc import Sequence
from dataclasses import dataclass

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
    """The segments of all columns, and the value at the upper edge."""

    bars: list[Bar]
    top: float
    width: int = WIDTH
    height: int = HEIGHT


def stacked(
    columns: Sequence[Sequence[float]],
    kinds: Sequence[str],
    *,
    top: float = 0,
    height: int = HEIGHT,
) -> Chart:
    """Return a column for each of `columns`: its values stacked, the first at the bottom.

    `top` is the value at the upper edge; by default the highest column reaches it.
    """
    top = top or max((sum(column) for column in columns), default=0) or 1
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
    return Chart(bars, top, height=height)
