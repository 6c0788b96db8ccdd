"""Two versions of a text side by side in one: words that went, words that came."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

WORDS = re.compile(r"\s+|\w+|[^\w\s]")
AROUND = 1  # lines that stay around what changed


@dataclass(frozen=True)
class Piece:
    """Some words: `same`, `old` or `new`."""

    kind: str
    text: str


@dataclass(frozen=True)
class Line:
    """A line of the text in pieces; or, without any, a number of lines that are left out."""

    pieces: tuple[Piece, ...] = ()
    left_out: int = 0


def compared(old: str, new: str) -> list[Line]:
    """Return the lines that changed with what is around them; none if the texts are the same."""
    before, after = ([each for each in text.split("\n") if each.strip()] for text in (old, new))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    lines: list[Line] = []
    codes = matcher.get_opcodes()
    if all(code == "equal" for code, *_places in codes):
        return []
    for number, (code, i1, i2, j1, j2) in enumerate(codes):
        if code == "equal":
            is_first, is_last = number == 0, number == len(codes) - 1
            lines += _around(before[i1:i2], is_first=is_first, is_last=is_last)
        else:
            lines += _changed(before[i1:i2], after[j1:j2])
    return lines


def _around(same: list[str], *, is_first: bool, is_last: bool) -> list[Line]:
    shown = [Line((Piece("same", each),)) for each in same]
    head = [] if is_first else shown[:AROUND]
    tail = [] if is_last else shown[-AROUND:]
    left_out = len(shown) - len(head) - len(tail)
    if left_out <= 0:
        return shown
    return [*head, Line(left_out=left_out), *tail]


def _changed(old: list[str], new: list[str]) -> list[Line]:
    """Compare line by line by words, as far as there are pairs; the rest came or went whole."""
    pairs = min(len(old), len(new))
    lines = [Line(tuple(_words(a, b))) for a, b in zip(old[:pairs], new[:pairs], strict=True)]
    lines += [Line((Piece("old", each),)) for each in old[pairs:]]
    return lines + [Line((Piece("new", each),)) for each in new[pairs:]]


def _words(old: str, new: str) -> list[Piece]:
    before, after = WORDS.findall(old), WORDS.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < 0.3:  # another sentence
        return [Piece("old", old), Piece("new", new)]
    pieces = []
    for code, i1, i2, j1, j2 in matcher.get_opcodes():
        gone, come = "".join(before[i1:i2]), "".join(after[j1:j2])
        if code == "equal":
            pieces.append(Piece("same", gone))
            continue
        pieces += [Piece(kind, text) for kind, text in (("old", gone), ("new", come)) if text]
    return pieces
