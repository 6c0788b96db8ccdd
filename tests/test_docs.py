"""The documents lead to files that exist."""

import re
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.once

ROOT = Path(settings.BASE_DIR)
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)#:]+)(?:#[\w-]+)?\)")
PATH = re.compile(r"`((?:shop|portal|tests|docs|templates|static|locale)/[\w./]*)`")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_and_paths_of_a_document_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    links = {document.parent / link for link in LINK.findall(text)}
    # The changelog names files as they were called at the time.
    paths = {ROOT / path for path in PATH.findall(text) if document.name != "CHANGELOG.md"}
    assert [path for path in sorted(links | paths) if not path.exists()] == []


def test_a_document_has_links_and_paths_to_check() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert "docs/contributors/architecture.md" in LINK.findall(text)
    assert "shop/orders/states.py" in PATH.findall(text)
