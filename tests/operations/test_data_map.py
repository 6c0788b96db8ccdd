"""The data map names every column that holds something about people, and docs/operators/privacy.md has it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings as current
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import models
from django.utils.translation import override

from shop.email_columns import CanonicalEmailColumn, EmailColumn
from shop.operations.data_map import PersonalData, described
from shop.operations.kept_rows import KEPT
from shop.operations.personal_columns import PERSONAL_DATA
from shop.operations.retention_periods import PERIODS
from tests.accounts.traces import TRACES, leave_traces
from tests.contract_factories import make_declaration
from tests.factories import make_client, make_invoice, make_profile, make_subscription
from tests.pages import visitor

TABLES = {each.table: each for each in PERSONAL_DATA}
# The seller is the shop itself, and quotes are published; both name people of the company's choice.
PUBLISHED = {"catalogue.seller", "content.quote"}


def model_of(each: PersonalData) -> type[models.Model]:
    return apps.get_model(each.table)


def be_billed_and_write() -> None:
    """They also get an invoice, write to support, and cancel without signing in."""
    client = make_client(name="Quendolin Zwiebelfisch")
    make_profile(client, name="Quendolin Zwiebelfisch", email="quendolin@example.com")
    make_invoice(make_subscription(client=client))
    make_declaration(name="Quendolin Zwiebelfisch", email="quendolin@example.com")
    text = {"name": "Quendolin", "email": "quendolin@example.com", "text": "Zwiebelfisch?"}
    visitor().post("/contact/", text)


def columns_with_traces() -> Iterator[tuple[str, str]]:
    """Each model and column in which the person is found."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            values = model._base_manager.values_list(field.attname, flat=True)
            if any(trace.lower() in text(model, value) for value in values for trace in TRACES):
                yield model._meta.label_lower, field.attname


def text(model: type[models.Model], value: object) -> str:
    if model is Session and isinstance(value, str):
        return f"{value} {Session(session_data=value).get_decoded()}".lower()
    return str(value).lower()


@pytest.mark.django_db
@pytest.mark.usefixtures("empty_cache", "mailoutbox")
def test_every_column_in_which_a_person_is_found_is_on_the_map() -> None:
    leave_traces()
    be_billed_and_write()
    found = set(columns_with_traces())
    assert len(found) > 25
    assert {
        (table, column)
        for table, column in found
        if table not in TABLES or column not in TABLES[table].columns
    } == set()


def test_each_row_names_columns_that_exist() -> None:
    missing = [
        (each.table, name)
        for each in PERSONAL_DATA
        for name in each.columns
        if name not in {field.attname for field in model_of(each)._meta.concrete_fields}
    ]
    assert (missing, len(TABLES)) == ([], len(PERSONAL_DATA))


def test_each_column_of_an_address_is_on_the_map() -> None:
    kinds = (models.EmailField, models.GenericIPAddressField, EmailColumn, CanonicalEmailColumn)
    columns = {
        (model._meta.label_lower, field.attname)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, kinds) and model._meta.label_lower not in PUBLISHED
    }
    assert ("usersessions.usersession", "ip") in columns
    assert {each for each in columns if each[1] not in TABLES[each[0]].columns} == set()


def test_each_row_is_kept_as_the_retention_table_says() -> None:
    known = {table for each in (*PERIODS, *KEPT) for table in each.tables}
    assert {each.table for each in PERSONAL_DATA} - known == set()
    mails = TABLES["emails.message"]
    assert mails.kept == "90 days from writing the mail; 30 days from writing the mail"


@pytest.mark.once
def test_document_has_the_map_as_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("data_map")
    printed = capsys.readouterr().out.strip()
    with override("en"):
        assert printed == described(PERSONAL_DATA)
    document = Path(current.BASE_DIR) / "docs" / "operators" / "privacy.md"
    assert printed in document.read_text(encoding="utf-8")
