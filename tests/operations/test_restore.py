"""`manage.py restore`: all is there again, and nothing is said twice until an operator lets it go."""

import json
import os
import shutil
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from pytest_django import Settings

from shop.billing.invoice_files import invoice_file
from shop.billing.models import Invoice, NumberSeries
from shop.billing.numbering import next_number
from shop.notifications.emails.models import Message
from shop.notifications.emails.send import send_due
from shop.notifications.webhooks.models import Delivery
from shop.operations.held_messages import DROPPED
from shop.operations.models import Restoration
from shop.orders.cancellation import ActedBy, cancel_in_any_state
from shop.orders.models import Order
from shop.worker.models import Heartbeat, MessageHold
from tests.factories import make_invoice, make_order, make_user
from tests.notifications.mail_server import Replies, mail_server
from tests.notifications.receiver import deliver_all, make_order_for, receiving, status
from tests.pages import html, visitor
from tests.postgres import programs
from tests.worker.instance_rows import make_instance

pytestmark = [pytest.mark.django_db(transaction=True)]

SKIPPED_IDS = 1_000_000


@pytest.fixture(autouse=True)
def places(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder for backups, and PostgreSQL's programs, which may be a wheel's."""
    settings.BACKUP_DIR, settings.BACKUP_RECIPIENT = tmp_path / "backups", []
    if connection.vendor == "postgresql":
        monkeypatch.setenv("PATH", f"{programs()}:{os.environ['PATH']}")


def backup(settings: Settings) -> Path:
    call_command("backup", stdout=StringIO())
    (path,) = settings.BACKUP_DIR.iterdir()
    return Path(path)


def restore(path: Path, **options: object) -> str:
    out = StringIO()
    call_command("restore", path, stdout=out, **{"replace": True, "yes": True, **options})
    return out.getvalue()


def refused(path: Path, **options: object) -> str:
    with pytest.raises(CommandError) as error:
        restore(path, **options)
    return str(error.value)


def release(*arguments: str) -> str:
    out = StringIO()
    call_command("release_messages", *arguments, stdout=out)
    return out.getvalue()


def work() -> None:
    """Do what the worker does with mails and webhooks."""
    send_due(lambda: None)
    deliver_all()


def test_restore_brings_back_rows_and_files(settings: Settings) -> None:
    order, invoice = make_order(), make_invoice()
    _name, pdf = invoice_file(invoice, "pdf")
    visitor(make_user())
    assert Session.objects.exists()
    path = backup(settings)
    later = make_order()
    stored = (
        Path(settings.INVOICE_STORAGE_OPTIONS["location"]) / invoice.files.get(format="pdf").name
    )
    stored.unlink()
    said = restore(path)
    assert " and 1 file as of " in said
    assert set(Order.objects.values_list("pk", flat=True)) >= {order.pk}
    assert not Order.objects.filter(pk=later.pk).exists()
    assert stored.read_bytes() == pdf
    # What was signed out since must not be signed in again.
    assert not Session.objects.exists()
    # An id may stand in a link or in a partner's program: it is not given out again.
    assert make_order().pk > later.pk + SKIPPED_IDS / 2
    assert "Type the host name" not in said
    assert "another" not in said


def test_numbers_of_invoices_that_customers_may_hold_are_left_out(settings: Settings) -> None:
    year = timezone.localdate().year
    NumberSeries.objects.create(year=year, last=124)
    path = backup(settings)
    said = restore(path)
    assert f"Invoice numbers {year}-000125 to {year}-001124 are left out." in said
    assert next_number(timezone.localdate())[0] == f"{year}-001125"
    assert Restoration.objects.get().skipped_numbers == {str(year): [125, 1124]}
    said = restore(path, skip_invoice_numbers=0)
    assert "are left out" not in said
    assert next_number(timezone.localdate())[0] == f"{year}-000125"
    assert not Invoice.objects.exists()


def test_nothing_is_said_after_a_restore_until_it_is_let_go_and_then_once(
    settings: Settings,
) -> None:
    with receiving(status(200)) as partner, mail_server(Replies()) as server:
        order = make_order_for(partner.uri)
        kinds = list(Message.objects.values_list("kind", flat=True))
        assert (kinds, Delivery.objects.count()) == (["received"], 1)
        path = backup(settings)
        work()  # said before the failure
        assert (len(server.taken), len(partner.calls)) == (1, 1)
        restore(path)
        work()
        assert (len(server.taken), len(partner.calls)) == (1, 1)
        listed = release()
        assert "mails    received                    1  due " in listed
        assert "webhooks order.state_changed         1  due " in listed
        release("--send")
        work()
        assert (len(server.taken), len(partner.calls)) == (2, 2)
        # The receiver can tell by the id that it knows it.
        assert len(set(partner.ids)) == 1
        work()
        assert (len(server.taken), len(partner.calls)) == (2, 2)
        assert Order.objects.get(pk=order.pk).messages.get().state == "sent"
    with pytest.raises(CommandError, match=r"^No messages are held back\.$"):
        release()


def test_what_is_dropped_is_never_said(settings: Settings) -> None:
    with receiving(status(200)) as partner, mail_server(Replies()) as server:
        make_order_for(partner.uri)
        # The backup finds both in the middle of being sent.
        leased = {"state": "sending", "lease_until": timezone.now() - timedelta(minutes=1)}
        Message.objects.update(**leased)
        Delivery.objects.update(**leased)
        restore(backup(settings))
        assert "Dropped 0 messages." in release("--drop-due-before", "2026-01-01T00:00Z")
        assert "Dropped 1 message." in release("--drop-due-before", "now", "--only", "webhooks")
        assert "Dropped 1 message." in release("--drop-due-before", "now", "--send")
        work()
        assert (server.taken, partner.calls) == ([], [])
    message = Message.objects.get()
    assert (message.state, message.last_error) == ("obsolete", DROPPED)
    assert Delivery.objects.get().state == "gone"
    assert not MessageHold.objects.exists()


def test_webhook_that_was_dropped_does_not_end_those_to_come(settings: Settings) -> None:
    with receiving(status(200)) as partner:
        order = make_order_for(partner.uri)
        restore(backup(settings))
        release("--drop-due-before", "now", "--send")
        order.refresh_from_db()
        assert cancel_in_any_state(order, None, by=ActedBy.PROGRAM)
        deliver_all()
        (call,) = partner.calls
    assert json.loads(call.body)["data"]["order"]["state"] == "cancelled"


def test_moment_that_is_none_and_an_option_without_its_other_are_refused() -> None:
    now = timezone.now()
    MessageHold.objects.create(since=now, backup_made_at=now)
    with pytest.raises(CommandError, match="must be a moment, such as 2026"):
        release("--drop-due-before", "yesterday")
    with pytest.raises(CommandError, match="--only goes with --drop-due-before"):
        release("--only", "mails")


def test_restore_refuses_a_database_that_is_in_use(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = backup(settings)
    order = make_order()
    assert refused(path, replace=False).startswith("The database is not empty.")
    monkeypatch.setattr("builtins.input", lambda: "other.example")
    assert refused(path, yes=False) == "Nothing was changed."
    assert refused(path, skip_invoice_numbers=-1) == "--skip-invoice-numbers must not be negative."
    make_instance("host-9")
    assert refused(path).startswith("A worker is running on this database (host-9")
    assert Order.objects.filter(pk=order.pk).exists()
    assert not MessageHold.objects.exists()


def test_restore_refuses_a_backup_of_a_newer_version_or_of_another_database(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    MigrationRecorder.Migration.objects.create(app="orders", name="9999_later")
    path = backup(settings)
    MigrationRecorder.Migration.objects.filter(name="9999_later").delete()
    assert refused(path).endswith("is newer than this one: it has the migration orders.9999_later.")
    (tmp_path / "half.tar").write_bytes(path.read_bytes()[:5000])
    assert refused(tmp_path / "half.tar") == "The file is damaged, or no backup of the shop."
    assert not MessageHold.objects.exists()


def test_another_secret_key_is_told(settings: Settings) -> None:
    path = backup(settings)
    key, settings.SECRET_KEY = (
        settings.SECRET_KEY,
        "another-key-that-is-long-enough-for-all-of-this",
    )
    assert "The backup was made under another SECRET_KEY" in restore(path)
    settings.SECRET_KEY_FALLBACKS = [key]
    assert "another" not in restore(path)


def test_another_factor_key_is_told(settings: Settings) -> None:
    settings.FACTOR_KEY = "f" * 50
    path = backup(settings)
    settings.FACTOR_KEY = ""
    assert "another FACTOR_KEY: second factors do not work unless" in restore(path)


def test_hold_is_told_by_readyz(settings: Settings) -> None:
    restore(backup(settings))
    for cluster in settings.WORKER_CLUSTERS:
        Heartbeat.objects.update_or_create(cluster=cluster, defaults={"beat_at": timezone.now()})
    answer = visitor().get("/readyz")
    assert answer.status_code == 200
    since = MessageHold.objects.get().since.isoformat(timespec="seconds")
    assert html(answer) == f"ok\nmails and webhooks are held back since a restore at {since}"


@pytest.mark.skipif(connection.vendor == "sqlite", reason="PostgreSQL's programs are not used")
def test_programs_of_a_newer_version_restore_into_an_older_server(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    order = make_order()
    path = backup(settings)
    Order.objects.all().delete()
    newer = tmp_path / "pg_restore"
    newer.write_text(
        f"""#!/bin/sh
        [ "$1" = --version ] && exec echo 'pg_restore (PostgreSQL) 17.2'
        echo 'SET transaction_timeout = 0;'
        exec {shutil.which("pg_restore")} "$@"
        """
    )
    newer.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    restore(path)
    assert Order.objects.filter(pk=order.pk).exists()
