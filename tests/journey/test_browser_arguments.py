"""The browser of the tests is started as Playwright would start it."""

import re
from pathlib import Path

import playwright
import pytest

from tests.journey.conftest import SWITCHED_OFF

pytestmark = pytest.mark.once

DRIVER = Path(playwright.__file__).parent / "driver" / "package" / "lib" / "coreBundle.js"


def test_all_that_playwright_switches_off_is_switched_off() -> None:
    found = re.search(r"disabledFeatures = \[(.*?)\]", DRIVER.read_text("utf-8"), re.DOTALL)
    assert found
    # Those of Edge and of Windows change nothing here.
    features = {
        each
        for each in re.findall(r'"(\w+)"', found[1])
        if not each.startswith("ms") and not each.endswith("Win")
    }
    assert "PaintHolding" in features
    assert features - set(SWITCHED_OFF) == set()
