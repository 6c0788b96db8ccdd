"""The guides for operators and adopters say what is so."""

from pathlib import Path

import pytest
from django.conf import settings

from shop.worker.management.commands.run import web_server

pytestmark = pytest.mark.once

DOCS = Path(settings.BASE_DIR) / "docs"


def test_the_unit_file_starts_the_web_server_as_the_demo_does() -> None:
    guide = (DOCS / "operators" / "processes.md").read_text()
    options = " ".join(web_server("127.0.0.1", 8000)[1:])
    assert options in " ".join(guide.replace("\\\n", " ").split())


def test_its_steps_are_the_shops_and_the_examples() -> None:
    steps = ",".join([*settings.PACKING_STEPS, "acme.provision.create_workspace"])
    assert f"PACKING_STEPS={steps}\n" in (DOCS / "adopters" / "steps.md").read_text()
