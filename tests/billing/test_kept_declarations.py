"""The database keeps declarations as they were received, and lets them go after some years."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from pytest_django import Settings

from shop.billing.declaration_rows import Declaration, DeclarationCase
from shop.billing.declarations import delete_kept_long_enough
from tests.billing.runs import beat
from tests.contract_factories import make_declaration

pytestmark = pytest.mark.django_db
LONG_AGO = date(2020, 12, 31)
TABLE = "billing_declaration"
REFUSED = "what was declared never changes"


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


WAYS: list[Callable[[Declaration], object]] = [
    lambda declaration: Declaration.objects.filter(pk=declaration.pk).update(name="Else"),
    lambda declaration: Declaration.objects.update(keep_until=LONG_AGO),
    lambda declaration: declaration.save(),
    lambda declaration: sql(f"UPDATE {TABLE} SET received_at = received_at"),
    lambda declaration: sql(f"DELETE FROM {TABLE}"),
    lambda declaration: declaration.delete(),
]


@pytest.mark.parametrize("way", WAYS)
def test_declaration_cannot_be_changed_or_deleted(way: Callable[[Declaration], object]) -> None:
    case = make_declaration()
    before = list(Declaration.objects.values())
    assert len(before) == 1
    with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
        way(case.declaration)
    assert list(Declaration.objects.values()) == before
    assert DeclarationCase.objects.count() == 1


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL has no REPLACE")
def test_declaration_cannot_be_replaced() -> None:
    make_declaration()
    with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
        sql(f"REPLACE INTO {TABLE} SELECT * FROM {TABLE}")


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no TRUNCATE")
@pytest.mark.django_db(transaction=True)
def test_declaration_cannot_be_truncated() -> None:
    sql(f"TRUNCATE {TABLE} CASCADE")  # empty
    make_declaration()
    with pytest.raises(IntegrityError, match=REFUSED):
        sql(f"TRUNCATE {TABLE} CASCADE")
    assert Declaration.objects.count() == 1


def test_declaration_is_deleted_once_it_was_kept_long_enough(settings: Settings) -> None:
    settings.KEEP_DECLARATIONS_YEARS = -1
    old = make_declaration()
    settings.KEEP_DECLARATIONS_YEARS = 3
    kept = make_declaration()
    assert old.declaration.keep_until < timezone.localdate() < kept.declaration.keep_until
    delete_kept_long_enough(beat)
    assert list(Declaration.objects.all()) == [kept.declaration]
    assert list(DeclarationCase.objects.all()) == [kept]


def test_declaration_is_kept_to_the_end_of_its_last_day(settings: Settings) -> None:
    settings.KEEP_DECLARATIONS_YEARS = 0
    case = make_declaration()
    assert case.declaration.keep_until == date(timezone.localdate().year, 12, 31)
    delete_kept_long_enough(beat)
    assert Declaration.objects.count() == 1
