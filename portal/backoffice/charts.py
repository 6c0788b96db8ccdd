"""Charts as shapes: drawn by a template, coloured by style sheets, each beside its table."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 600, 120
GAP = 0.2  # of a bar's place


@dataclass(frozen=True)
class Bar:
    """A piece of a bar, in units of the picture; `kind` is what it is coloured by."""

    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True)
class Chart:
    """Bars side by side, and the value that the highest one reaches."""

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
    """A bar for each of `columns`, piled up of its values, the first at the bottom.

    `top` is the value at the upper edge; without it the highest bar reaches there.
    """
    top = top or max((sum(column) for column in columns), default=0) or 1
    place = WIDTH / max(len(columns), 1)
    bars = []
    for number, column in enumerate(columns):
        foot = float(height)
        for value, kind in zip(column, kinds, strict=True):
            tall = value / top * height
            foot -= tall
            if value:
                x = (number + GAP / 2) * place
                bars.append(
                    Bar(
                        round(x, 2),
                        round(foot, 2),
                        round(place * (1 - GAP), 2),
                        round(tall, 2),
                        kind,
                    )
                )
    return Chart(bars, top, height=height)
