"""Rows that are filled in are those that the template itself would render, for any text in them."""

from dataclasses import asdict
from pathlib import Path

import pytest
from django.template.autoreload import reset_loaders
from django.template.loader import render_to_string
from django.utils.translation import override
from pytest_django import Settings

from portal.backoffice.queue.queue_columns import COLUMNS
from portal.backoffice.queue.queue_rows import QueueRow
from shop.row_patterns import render_rows

ROW = "backoffice/queue_row.html"
TEXTS = ["Hafenfilm", "<b>x</b> & \"y\" 'z'", "{pk} {0} {nothing} }{", "100 % %s", "שלום", ""]


def row(text: str = "Hafenfilm", **flags: bool) -> QueueRow:
    names = [name for name, kind in QueueRow.__annotations__.items() if kind is str]
    is_set = {"is_late": False, "has_follow_up": False, **flags}
    return QueueRow(**dict.fromkeys(names, text), **is_set)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("flag", ["is_late", "has_follow_up", ""])
@pytest.mark.parametrize("flags", [(), ("may_mend", *COLUMNS)])
@pytest.mark.parametrize("language", ["de", "en"])
def test_rows_are_those_of_the_template(
    text: str, flag: str, flags: tuple[str, ...], language: str
) -> None:
    rows = [row("Before"), row(text, **({flag: True} if flag else {})), row("After")]
    with override(language):
        wanted = [
            render_to_string(ROW, {"row": asdict(each), **dict.fromkeys(flags, True)})
            for each in rows
        ]
        assert render_rows(ROW, rows, *flags) == "".join(wanted)


def test_markup_in_a_text_is_escaped() -> None:
    found = render_rows(ROW, [row("<script>x</script>")], "client")
    assert "&lt;script&gt;x" in found
    assert "<script>x" not in found


def test_text_of_one_row_is_not_in_the_next() -> None:
    found = [render_rows(ROW, [row(text)]) for text in ("Kranfilm", "Hafenfilm")]
    assert "Kranfilm" in found[0]
    assert "Kranfilm" not in found[1]


def test_edited_template_shows_at_once_in_debug(settings: Settings, tmp_path: Path) -> None:
    settings.DEBUG = True
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    for word in ("Before", "After"):
        (tmp_path / "row.html").write_text(f"{word} {{{{ row.number }}}}")
        reset_loaders()  # as `runserver` does
        assert render_rows("row.html", [row("7")]) == f"{word} 7"
