"""Exports as staff make them, for tests."""

import csv
import io
from typing import Any

from django.contrib.auth.models import Group
from openpyxl import load_workbook

from shop.tenancy.models import User
from tests.factories import make_staff
from tests.pages import visitor

NEW = "/staff/exports/new/"


def exporter(*groups: str, **fields: Any) -> User:
    """One of staff who may export orders, and what `groups` may."""
    person = make_staff(*(groups or ("agent",)), **fields)
    person.groups.add(Group.objects.get(name="export"))
    return person


def ask(
    query: str = "",
    file_format: str = "csv",
    *,
    user: User | None = None,
    language: str = "en",
    **form: Any,
) -> Any:
    """Post the form of a new export of the orders that `query` finds."""
    given = {"filter": query, "format": file_format, "set": "all", **form}
    return visitor(user or exporter(), language=language).post(NEW, given)


def content(answer: Any) -> bytes:
    """The content of a file that an answer sends."""
    assert answer.status_code == 200
    assert answer.streaming
    return bytes(answer.getvalue())


def csv_rows(answer: Any, delimiter: str = ",") -> list[dict[str, str]]:
    """The rows of a CSV file by their headings."""
    text = content(answer).decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=delimiter))


def sheet_of(answer: Any) -> Any:
    """The one sheet of a workbook, as another program reads it."""
    return load_workbook(io.BytesIO(content(answer))).worksheets[0]
