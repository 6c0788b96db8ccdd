"""The code keeps its shape: names, sizes, exceptions, docstrings."""

from pathlib import Path

import pytest
from django.conf import settings

from tests import shape
from tests.shape import Source

pytestmark = pytest.mark.once

PRODUCT = shape.sources(settings.BASE_DIR, *shape.PRODUCT)
TESTS = shape.sources(settings.BASE_DIR, "tests/**/*.py")


def test_no_two_product_modules_share_a_name() -> None:
    assert shape.doubled_names(PRODUCT) == []


def test_no_file_has_more_than_300_lines() -> None:
    assert shape.long_files([*PRODUCT, *TESTS]) == []


def test_no_function_has_more_than_50_lines() -> None:
    assert shape.long_functions([*PRODUCT, *TESTS]) == []


def test_exceptions_end_in_error_or_are_outcomes() -> None:
    assert shape.misnamed_exceptions(PRODUCT) == []


def test_no_docstring_begins_with_a_question_word() -> None:
    assert shape.riddles([*PRODUCT, *TESTS]) == []


def test_face_that_shares_a_noun_with_a_room_is_there() -> None:
    paths = {source.path for source in PRODUCT}
    assert {path for pair in shape.FACE_AND_ROOM for path in pair} <= paths


@pytest.fixture
def bad(tmp_path: Path) -> list[Source]:
    """Two rooms that break every rule once."""
    for room in ("shop", "portal"):
        (tmp_path / room).mkdir()
    long = "\n".join("    x = 1" for _line in range(50))
    (tmp_path / "shop" / "orders.py").write_text(
        f"def place():\n{long}\n\n\nclass Refused(Exception): pass\n"
    )
    (tmp_path / "portal" / "orders.py").write_text('"""What is shown."""\n' + "\n" * 300)
    return shape.sources(tmp_path, *shape.PRODUCT)


def test_rules_name_what_breaks_them(bad: list[Source]) -> None:
    assert shape.doubled_names(bad) == [["portal/orders.py", "shop/orders.py"]]
    assert shape.long_files(bad) == ["portal/orders.py 301"]
    assert shape.long_functions(bad) == ["shop/orders.py:1 place 51"]
    assert shape.misnamed_exceptions(bad) == ["shop/orders.py Refused"]
    assert shape.riddles(bad) == ["portal/orders.py What is shown."]


def test_report_counts_product_and_tests() -> None:
    lines = list(shape.report(settings.BASE_DIR))
    assert lines[0].startswith(f"product: {len(PRODUCT)} files, ")
    assert lines[1].startswith(f"tests: {len(TESTS)} files, ")
