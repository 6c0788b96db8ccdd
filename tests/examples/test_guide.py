"""The pages for adopters say what is so."""

import ast
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from pytest_django import Settings

PAGES = Path(settings.BASE_DIR) / "docs" / "adopters"
EXAMPLE = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
EXAMPLES: list[tuple[str, str]] = [
    (page.stem, example)
    for page in sorted(PAGES.glob("*.md"))
    for example in EXAMPLE.findall(page.read_text(encoding="utf-8"))
]


def example_of(name: str) -> str:
    """Return the one example in Python on a page."""
    (example,) = (example for page, example in EXAMPLES if page == name)
    return example


@pytest.mark.once
def test_its_steps_are_the_shops_and_the_examples() -> None:
    steps = ",".join([*settings.PACKING_STEPS, "acme.provision.create_workspace"])
    assert f"PACKING_STEPS={steps}\n" in (PAGES / "steps.md").read_text(encoding="utf-8")


@pytest.mark.once
def test_all_that_its_examples_import_of_the_shop_exists() -> None:
    found = [
        (node.module, each.name)
        for _page, example in EXAMPLES
        for node in ast.walk(ast.parse(example))
        if isinstance(node, ast.ImportFrom) and node.module
        for each in node.names
    ]
    assert ("shop.packing.approvals", "ask_staff") in found
    ours = [(module, name) for module, name in found if module.startswith(("shop.", "tests."))]
    assert [each for each in ours if not hasattr(import_module(each[0]), each[1])] == []


@pytest.mark.django_db
def test_its_test_of_an_invoice_template_passes(settings: Settings) -> None:
    shipped = settings.INVOICE_TEMPLATE
    example = example_of("invoices").replace("/srv/kulisse/invoices/invoice.typ", str(shipped))
    names: dict[str, Any] = {}
    exec(example, names)
    names["test_our_template_sets_an_invoice"](settings)
