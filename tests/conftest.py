"""Fixtures for all tests, and the order in which tests run."""

import os
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connection
from django.test import TransactionTestCase
from django.utils import timezone, translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

from portal.registration import kept_status
from shop import kept_fragments, remembered_rows
from shop.access.call_counts import counts
from shop.access.measurements import measurements
from shop.access.reserved_calls import reserves
from shop.billing import filing, rendering
from shop.catalogue.features import INCLUDED
from shop.content import proof, questions
from shop.notifications.emails import send
from shop.packing import batches, dispatch
from shop.worker import hourly_work
from tests.buckets import full_buckets
from tests.database import drop_database, kept_copy
from tests.journey.shop import running_shop
from tests.migrated_database import (
    copy_migrated_database,
    copy_migrated_file,
    forget_migrated_file,
)

# However long an example takes: the machine may be slow.
hypothesis_settings.register_profile(
    "patient", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("patient")

LONG = 3600.0  # seconds
# Run first: no worker of xdist is left alone with one of them at the end.
LONGEST_FIRST = (
    *(
        "api/test_schema",
        "faults/test_storm",
        "faults/test_contract_storm",
        "upgrades/test_upgrades",
        "worker/test_supervisor",
        "packing/test_kills",
    ),
    *("worker/test_redis", "worker/test_run", "journey/"),
)


def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are cores: some tests wait for processes of their own."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """Forget what was counted last: at exit, the database is gone."""
    counts.forget()
    measurements.forget()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest tests first, in the order of LONGEST_FIRST."""

    def place(item: pytest.Item) -> int:
        found = (n for n, part in enumerate(LONGEST_FIRST) if f"tests/{part}" in item.nodeid)
        return next(found, len(LONGEST_FIRST))

    items.sort(key=place)


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings: None, django_db_createdb: bool) -> bool:
    """Have a migrated database where Django looks for one to keep; it goes away with the run."""
    name = connection.creation._get_test_db_name()  # type: ignore[attr-defined] # of each backend
    if connection.vendor == "postgresql":
        copy_migrated_database(name)
        return True
    if django_db_createdb:
        forget_migrated_file()
    copy_migrated_file(Path(name))
    return True


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Restore the whole database after each test that commits.

    Django would empty the tables instead, and an ordinary test after that would miss the tiers.
    """
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        with django_db_blocker.unblock():
            restore = stack.enter_context(kept_copy())
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: restore())
        yield


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Tests speak English unless they say otherwise, and leave no language behind."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def without_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what another test left in this process, and remember rows to the end of this one."""
    monkeypatch.setattr(remembered_rows, "SECONDS", 1_000_000)
    for remembered in (questions.LISTED, INCLUDED, *proof.LISTED):
        remembered.clear()
    kept_fragments.clear()
    kept_status.clear()
    for cluster in [*hourly_work.questions._last]:
        hourly_work.questions.forget(cluster)


@pytest.fixture(scope="session", autouse=True)
def time_to_render() -> None:
    """Let the renderer of invoices work for long; its tests set a limit of their own."""
    rendering.TIMEOUT = 600


@pytest.fixture(autouse=True)
def time_to_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let runs of the worker end their work in one go, however slow the machine is."""
    monkeypatch.setattr(dispatch, "AT_MOST", LONG)
    monkeypatch.setattr(filing, "AT_MOST", LONG)
    monkeypatch.setattr(send, "AT_MOST", LONG)
    monkeypatch.setattr(batches, "HOLD", LONG)
    monkeypatch.setattr(batches, "TOO_LONG", LONG)


@pytest.fixture
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """The time at which Django's clock stands: nothing grows older and no day ends meanwhile.

    The defaults of columns (`default=timezone.now`) are still those of the real clock.
    """
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    return now


@pytest.fixture(autouse=True)
def without_reserved_calls() -> None:
    """Forget the calls that another test reserved or counted."""
    reserves.forget()
    counts.forget()
    measurements.forget()


@pytest.fixture
def empty_cache(db: None) -> None:
    """Start rate limits anew."""
    full_buckets()


@pytest.fixture(scope="session")
def shop_variables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a running shop: its files and its database, of the kind under test."""
    settings = {"DJANGO_SETTINGS_MODULE": "tests.journey.patient_settings"}
    directory = str(tmp_path_factory.mktemp("shop"))
    if os.environ.get("TEST_DATABASE") != "postgres":
        yield {**settings, "VAR_DIR": directory}
        return
    name = f"journey_{uuid.uuid4().hex[:8]}"
    url = os.environ["TEST_DATABASE_URL"].replace("/postgres?", f"/{name}?")
    copy_migrated_database(name)
    yield {**settings, "VAR_DIR": directory, "DATABASE_URL": url}
    drop_database(name)


@pytest.fixture(scope="session")
def shop(shop_variables: dict[str, str]) -> Iterator[str]:
    """The address of a running shop in the demo profile, on the kind of database under test."""
    variables = {**shop_variables}
    with running_shop(Path(variables.pop("VAR_DIR")), **variables) as address:
        yield address
