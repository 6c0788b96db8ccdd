"""Large exports: made by the worker slice by slice, one file whatever happens, kept for some days."""

import io
import json
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone
from openpyxl import load_workbook
from pytest_django import Settings

from portal.backoffice.exports import background_exports, export_files, export_pages, export_sources
from portal.backoffice.exports.background_exports import delete_old_files, make_exports
from portal.backoffice.models import Export, ExportFile, ExportPart
from shop.notifications.emails.models import Message
from shop.notifications.emails.send import send_due
from shop.orders.models import Order
from shop.tenancy.erasure import erase_address
from shop.tenancy.models import User
from shop.worker.leases import claim
from tests.backoffice.exports import NEW, ask, content, csv_rows, exporter
from tests.factories import make_order, make_user
from tests.pages import html, visitor, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six orders are many: two make a slice."""
    monkeypatch.setattr(export_sources, "SMALL", 3)
    monkeypatch.setattr(export_sources, "AT_ONCE", 2)


def nothing() -> None:
    """The beat of no worker."""


def begin(file_format: str = "csv", user: User | None = None, language: str = "en") -> ExportFile:
    """A large export of five orders, asked for by the form."""
    for _number in range(5):
        make_order()
    user = user or exporter()
    answer = ask("show=all", file_format, user=user, language=language, set="support")
    file = ExportFile.objects.latest("pk")
    assert answer["Location"] == f"/staff/exports/{file.pk}/"
    return file


def download(file: ExportFile, user: User | None = None) -> Any:
    assert file.export.user
    return visitor(user or file.export.user).get(f"/staff/exports/{file.pk}/file/")


def numbers() -> list[str | None]:
    return list(Order.objects.order_by("pk").values_list("order_number", flat=True))


def test_few_rows_come_at_once_and_many_in_the_background() -> None:
    for _number in range(3):
        make_order()
    assert len(csv_rows(ask("show=all"))) == 3
    make_order()
    assert ask("show=all").status_code == 302
    assert ExportFile.objects.get().state == "making"


def test_worker_makes_the_file_and_the_page_leads_to_it() -> None:
    file = begin()
    browser = visitor(file.export.user)
    page = browser.get(f"/staff/exports/{file.pk}/")
    assert "Your export begins in a moment" in words(page)
    assert "data-live" in html(page)
    make_exports(nothing)
    file.refresh_from_db()
    assert (file.state, file.rows_done, file.rows_expected) == ("ready", 5, 5)
    assert Export.objects.get().number == 5
    page = browser.get(f"/staff/exports/{file.pk}/")
    assert f'href="/staff/exports/{file.pk}/file/"' in html(page)
    assert "data-live" not in html(page)
    rows = csv_rows(download(file))
    assert [row["Order number"] for row in rows] == numbers()


def test_person_gets_a_mail_with_the_way_to_it(mailoutbox: list[EmailMessage]) -> None:
    file = begin()
    Message.objects.all().delete()
    make_exports(nothing)
    send_due(nothing)
    (mail,) = mailoutbox
    assert file.export.user
    assert mail.to == [file.export.user.email]  # type: ignore[attr-defined]
    assert mail.subject == "Your export is ready"  # type: ignore[attr-defined]
    assert f"/staff/exports/{file.pk}/" in str(mail.body)  # type: ignore[attr-defined]
    assert "It has 5 rows." in str(mail.body)  # type: ignore[attr-defined]


def test_workbook_and_words_are_in_the_language_of_the_page() -> None:
    file = begin("xlsx", language="de")
    make_exports(nothing)
    book = load_workbook(io.BytesIO(content(download(file))))
    sheet = book.worksheets[0]
    assert book.sheetnames == ["Bestellungen"]
    assert [row[0].value for row in sheet.rows] == ["Bestellnummer", *numbers()]
    assert sheet["C2"].value == "eingegangen"


def test_program_gets_an_object_a_line() -> None:
    file = begin("jsonl")
    make_exports(nothing)
    found = [json.loads(line) for line in content(download(file)).splitlines()]
    assert [each["order_number"] for each in found] == numbers()


def killed_at(monkeypatch: pytest.MonkeyPatch, beat: int) -> None:
    """A worker that dies at its beat of this number, and whose lease then ends."""
    beats = iter(range(1, 100))

    def die() -> None:
        if next(beats) == beat:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_exports(die)
    ExportFile.objects.update(lease_until=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize("beat", [1, 2, 3, 4, 6])
def test_killed_worker_leaves_the_rest_to_the_next_one(
    beat: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = begin()
    killed_at(monkeypatch, beat)
    made_before = ExportPart.objects.count()
    assert made_before == min(beat - 1, 3)
    make_exports(nothing)
    rows = csv_rows(download(file))
    assert [row["Order number"] for row in rows] == numbers()
    assert ExportPart.objects.filter(file=file).count() == 1
    assert Message.objects.filter(kind="export").count() == 1


def test_wake_up_that_takes_too_long_stops_after_a_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    file = begin()
    monkeypatch.setattr(background_exports, "MAX_SECONDS", -1)
    done = []
    for _wake_up in range(4):
        make_exports(nothing)
        file.refresh_from_db()
        done.append((file.rows_done, file.state, file.attempts))
    assert done[:2] == [(2, "making", 0), (4, "making", 0)]
    assert done[3][:2] == (5, "ready")


def test_worker_that_was_too_slow_writes_nothing_more() -> None:
    file = begin()
    taken = False

    def overtake() -> None:
        nonlocal taken
        if not taken:
            taken = True
            rows = ExportFile.objects.filter(pk=file.pk)
            claim(rows, [file.pk], seconds=60)

    make_exports(overtake)
    file.refresh_from_db()
    assert (taken, file.state, file.rows_done) == (True, "making", 0)
    assert ExportPart.objects.count() == 0


def test_export_that_fails_again_and_again_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    file = begin()

    def fail(*args: object) -> int:
        raise ValueError

    monkeypatch.setattr(background_exports, "write_export", fail)
    for _attempt in range(4):
        make_exports(nothing)
        ExportFile.objects.update(next_attempt_at=timezone.now())
    file.refresh_from_db()
    assert (file.state, ExportPart.objects.count()) == ("failed", 0)
    page = words(visitor(file.export.user).get(f"/staff/exports/{file.pk}/"))
    assert "The export could not be prepared" in page


def test_only_who_asked_for_it_downloads_it() -> None:
    file, other = begin(), exporter()
    make_exports(nothing)
    assert download(file, other).status_code == 404
    page = visitor(other).get(f"/staff/exports/{file.pk}/")
    assert "Only the person who asked for it can download it." in words(page)
    assert "/file/" not in html(page)
    assert len(csv_rows(download(file))) == 5


def test_person_who_may_no_longer_export_gets_no_file() -> None:
    file = begin()
    assert file.export.user
    file.export.user.groups.remove(Group.objects.get(name="export"))
    make_exports(nothing)
    file.refresh_from_db()
    assert (file.state, ExportPart.objects.count()) == ("failed", 0)


def test_file_is_deleted_after_some_days_and_its_record_stays(settings: Settings) -> None:
    settings.KEEP_EXPORTS_DAYS = 7
    old, recent = begin(), begin()
    make_exports(nothing)
    ExportFile.objects.filter(pk=old.pk).update(ready_at=timezone.now() - timedelta(days=8))
    delete_old_files(nothing)
    assert set(ExportPart.objects.values_list("file", flat=True)) == {recent.pk}
    assert download(old).status_code == 404
    assert Export.objects.filter(pk=old.pk).exists()
    page = words(visitor(old.export.user).get(f"/staff/exports/{old.pk}/"))
    assert "The file of this export has been deleted" in page


def test_erasing_a_person_deletes_files_and_begins_those_under_way_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ready = begin()
    make_exports(nothing)
    under_way = begin()
    killed_at(monkeypatch, 2)
    assert ExportPart.objects.filter(file=under_way).count() == 1
    erase_address("nicecustomer@gmx.com")
    assert ExportPart.objects.count() == 0
    assert ExportFile.objects.get(pk=ready.pk).state == "deleted"
    make_exports(nothing)
    assert len(csv_rows(download(under_way))) == Order.objects.count()


def test_workbook_that_would_be_too_long_is_refused_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (export_pages, background_exports, export_files):
        monkeypatch.setattr(module, "MOST_IN_WORKBOOK", 4)
    for _number in range(5):
        make_order()
    answer = ask("show=all", "xlsx")
    assert answer.status_code == 422
    assert "An Excel workbook holds at most 4 rows." in words(answer)
    assert ExportFile.objects.count() == 0
    assert ask("show=all", "csv").status_code == 302


def test_progress_is_told_only_when_it_has_changed() -> None:
    file = begin()
    browser = visitor(file.export.user)
    path = f"/staff/exports/{file.pk}/progress/"
    assert browser.get(f"{path}?seen=making-0").status_code == 204
    make_exports(nothing)
    answer = browser.get(f"{path}?seen=making-0")
    assert answer.status_code == 200
    assert "The export is ready" in words(answer)


def test_page_of_an_export_that_came_at_once_is_none() -> None:
    make_order()
    person = exporter()
    content(ask("show=all", user=person))
    export = Export.objects.get()
    assert visitor(person).get(f"/staff/exports/{export.pk}/").status_code == 404
    assert visitor(make_user()).get(NEW).status_code == 404
