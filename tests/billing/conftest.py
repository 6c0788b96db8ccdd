"""Files of every kind of invoice, made once."""

import pytest

from shop.billing.rendering import Rendered, render_all
from tests.billing.documents import DOCUMENTS, unsaved


@pytest.fixture(scope="session")
def rendered() -> dict[str, Rendered]:
    """The two files of each of DOCUMENTS, by its name, in German."""
    made = render_all([unsaved(document) for document in DOCUMENTS.values()])
    files = dict(zip(DOCUMENTS, made, strict=True))
    assert all(isinstance(file, Rendered) for file in made), files
    return {name: file for name, file in files.items() if isinstance(file, Rendered)}
