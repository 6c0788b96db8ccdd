"""The retention table names every model, every job that deletes and every period."""

import re
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from allauth.idp.oidc.models import Token
from django.apps import apps
from django.core.management import call_command
from django.utils import timezone

from portal.backoffice.billing.bank_upload import delete_old_uploads
from portal.backoffice.models import BankUpload
from shop.access.expired_tokens import delete_expired_tokens
from shop.notifications.emails.models import ContactRequest, Message
from shop.notifications.retention import delete_expired
from shop.operations.kept_rows import KEPT
from shop.operations.retention_periods import PERIODS
from shop.operations.retention_table import described
from shop.orders.archive_trimming import trim_archived
from shop.orders.archived_order import ArchivedOrder
from shop.orders.archiving import bring_back
from shop.settings import keep_periods as periods
from shop.settings import worker
from tests.factories import make_staff, make_user
from tests.operations.archived import archive_all, make_finished_order

DOCS = Path(__file__).parents[2] / "docs" / "operators" / "retention.md"
# Verbs of jobs that delete; other hourly jobs remind, tell or mend.
DELETING = re.compile(r"\.(delete|purge|expire|trim)_\w+$")


def nothing() -> None:
    """The beat of a test."""


def test_every_model_has_a_period_or_a_reason() -> None:
    models = {model._meta.label_lower for model in apps.get_models(include_auto_created=True)}
    named = {label for each in (*PERIODS, *KEPT) for label in each.tables}
    assert models - named == set()
    assert named - models == set()


@pytest.mark.once
def test_every_job_that_deletes_is_in_the_table() -> None:
    hourly = worker.WORKER_CLUSTERS["messages"]["hourly"]
    assert isinstance(hourly, list)
    jobs = {job for job in hourly if DELETING.search(job)}
    assert len(jobs) > 10
    assert jobs == {each.job for each in PERIODS}


@pytest.mark.once
def test_every_period_of_the_settings_is_in_the_table() -> None:
    names = {name for name in vars(periods) if name.isupper()} - {"REMIND_AFTER_DAYS"}
    assert names == {each.setting for each in PERIODS} - {""}


@pytest.mark.once
def test_documentation_has_the_table_as_it_is() -> None:
    assert described(PERIODS, KEPT) in DOCS.read_text(encoding="utf-8")


@pytest.mark.once
@pytest.mark.parametrize("given", ["0", "-1", "7"])
def test_period_below_its_minimum_stops_the_start(
    given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEEP_INVOICES_YEARS", given)
    with pytest.raises(SystemExit, match=r"^KEEP_INVOICES_YEARS must be at least 8\.$"):
        periods.period("KEEP_INVOICES_YEARS", 8, 8)
    monkeypatch.setenv("KEEP_INVOICES_YEARS", "10")
    assert periods.period("KEEP_INVOICES_YEARS", 8, 8) == 10


def printed() -> dict[str, int]:
    """The numbers that the command prints, by what they are of."""
    out = StringIO()
    call_command("retention", stdout=out)
    *lines, _last = out.getvalue().splitlines()[1:]
    return {line[35:]: int(line[:9]) for line in lines}


@pytest.mark.django_db
def test_command_counts_what_is_past_its_period_until_the_jobs_have_run() -> None:
    assert set(printed().values()) == {0}
    long_ago = timezone.now() - timedelta(days=400)
    ContactRequest.objects.create(email="a@example.com", text="Hello", language="en")
    ContactRequest.objects.update(created_at=long_ago)
    Message.objects.create(kind="code", recipient="a@example.com", language="en", state="sent")
    Message.objects.update(created_at=long_ago)
    BankUpload.objects.create(file_name="x", content=b"", uploaded_by=make_staff())
    BankUpload.objects.update(uploaded_at=long_ago)
    found = {what: number for what, number in printed().items() if number}
    assert found == {
        "Mails about signing in, and alarms (KEEP_ACCOUNT_MESSAGES_DAYS)": 1,
        "Messages to support (KEEP_CONTACT_REQUESTS_DAYS)": 1,
        "Bank files that nobody imported": 1,
    }
    delete_expired(nothing)
    delete_old_uploads(nothing)
    assert set(printed().values()) == {0}


def make_token(user: Any, days_ago: float, **data: Any) -> Token:
    ended = timezone.now() - timedelta(days=days_ago)
    return Token.objects.create(
        type=Token.Type.ACCESS_TOKEN, user=user, hash=str(days_ago), expires_at=ended, data=data
    )


@pytest.mark.django_db
def test_expired_tokens_go_but_for_named_and_lately_used_ones() -> None:
    user = make_user()
    kept = [
        make_token(user, -1),
        make_token(user, 29),
        make_token(user, 400, name="Script"),
        make_token(user, 31, spent=True, family="a"),
    ]
    make_token(user, 30.5)
    make_token(user, 91, spent=True, family="b")
    Token.objects.create(type=Token.Type.ACCESS_TOKEN, user=user, hash="x", data=None)
    delete_expired_tokens(nothing)
    left = Token.objects.exclude(hash="x").order_by("pk")
    assert list(left) == kept
    assert Token.objects.filter(hash="x").exists()


@pytest.mark.django_db
def test_mails_expire_in_archived_orders_too() -> None:
    order = make_finished_order()
    kinds = [mail.kind for mail in order.messages.all()]
    assert kinds == ["received", "invitation"]
    Message.objects.filter(kind="received").update(
        created_at=timezone.now() - timedelta(days=91), recipient="old@example.com"
    )
    archive_all()
    assert ArchivedOrder.objects.get().keys.filter(key="email:old@example.com").exists()
    trim_archived(nothing)
    archived = ArchivedOrder.objects.get()
    assert archived.trim_at is not None
    assert archived.trim_at > timezone.now()
    assert [mail.kind for mail in archived.order.messages.all()] == ["invitation"]
    assert not archived.keys.filter(key="email:old@example.com").exists()
    trim_archived(nothing)
    bring_back([order.pk])
    assert [mail.kind for mail in order.messages.all()] == ["invitation"]
