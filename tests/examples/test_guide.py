"""The guide for adopters says what is so."""

from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.once

GUIDE = (Path(settings.BASE_DIR) / "docs" / "adopters" / "steps.md").read_text()


def test_its_steps_are_the_shops_and_the_examples() -> None:
    steps = ",".join([*settings.PACKING_STEPS, "acme.provision.create_workspace"])
    assert f"PACKING_STEPS={steps}\n" in GUIDE
