"""Large exports, made by the worker: slice by slice, then as one file that is kept for some days.

A slice commits together with the place it ends at, so a killed worker leaves the rest to the next
one. The file replaces the slices in one transaction, fenced by the lease: there is never a second
one. The worker finds the functions by their dotted paths in the settings.
"""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from tempfile import TemporaryFile
from time import monotonic
from typing import IO, Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q, QuerySet
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import override

from portal.backoffice.exports.export_files import MOST_IN_WORKBOOK, write_export
from portal.backoffice.exports.export_sources import ExportSource
from portal.backoffice.exports.export_subjects import source_of
from portal.backoffice.models import Export, ExportFile, ExportPart
from shop.notifications.emails.export_emails import queue_export_ready
from shop.tenancy.erasure import address_erased, user_erased
from shop.tenancy.models import User
from shop.worker.leases import LeaseLostError, backoff, claim, fence, release
from shop.worker.shutdown import is_shutting_down

logger = logging.getLogger(__name__)

MAX_SECONDS = 5  # per wake-up; mail waits as long
WAITS = [30.0, 120.0, 600.0]  # seconds after an attempt that failed; then it is given up
PART_BYTES = 1_000_000

State = ExportFile.State


def begin_in_background(export: Export) -> ExportFile:
    """Have the worker make the file of `export`."""
    return ExportFile.objects.create(export=export)


def make_exports(beat: Callable[[], None]) -> None:
    """Go on with the exports under way for MAX_SECONDS, the longest waiting first."""
    until = monotonic() + MAX_SECONDS
    while file := _claim():
        try:
            _go_on(file, beat, until)
        except LeaseLostError:
            logger.warning("Lost the lease of %s.", file)
        except (OperationalError, InterfaceError):
            # The database is down or overloaded: another attempt follows when the lease ends.
            raise
        except Exception:
            logger.exception("Making %s failed.", file)
            _try_again(file)
        if monotonic() > until or is_shutting_down():
            return


def delete_old_files(beat: Callable[[], None]) -> None:
    """Delete the files that were ready KEEP_EXPORTS_DAYS ago; what was exported stays on record.

    Calls `beat`, the worker's heartbeat, before each file.
    """
    ends = timezone.now() - timedelta(days=settings.KEEP_EXPORTS_DAYS)
    for pk in ExportFile.objects.filter(state=State.READY, ready_at__lt=ends).values_list(
        "pk", flat=True
    ):
        beat()
        _delete(ExportFile.objects.filter(pk=pk, state=State.READY))


@receiver([user_erased, address_erased])
def delete_files_with_people(sender: type[User], **kwargs: Any) -> None:
    """Delete all files, which may hold the person's data; those under way begin again."""
    under_way = ExportFile.objects.filter(state=State.MAKING)
    # Without its token a worker that is at it writes no more. What it has finished before is ready.
    under_way.update(
        place="", rows_done=0, attempts=0, lease_token=None, lease_until=None,
        next_attempt_at=timezone.now(),
    )  # fmt: skip
    ExportPart.objects.filter(file__in=under_way).delete()
    _delete(ExportFile.objects.filter(state=State.READY))


def content_of(file: ExportFile) -> Iterator[bytes]:
    """Yield the parts of a file that is ready, one at a time."""
    for number in file.parts.values_list("number", flat=True):
        yield bytes(file.parts.get(number=number).content)


def _due() -> QuerySet[ExportFile]:
    now = timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    return ExportFile.objects.filter(free, state=State.MAKING, next_attempt_at__lte=now)


def _claim() -> ExportFile | None:
    pk = _due().order_by("next_attempt_at").values_list("pk", flat=True).first()
    if pk is None:
        return None
    claimed = claim(_due(), [pk], seconds=settings.EXPORT_LEASE_SECONDS)
    return claimed.select_related("export__user").first()


def _go_on(file: ExportFile, beat: Callable[[], None], until: float) -> None:
    export = file.export
    user, source = export.user, source_of(export)
    assert user is not None  # noqa: S101 -- only rows of old versions have none
    if not (user.is_staff and user.may_sign_in and user.has_perm(source.permission)):
        logger.warning("User %s may no longer export: %s is given up.", user.pk, export)
        _give_up(file)
        return
    columns = source.chosen(export.format, export.columns.split(","))
    with override(export.language), timezone.override(user.zone):
        if file.rows_expected is None:
            _fence(file, rows_expected=source.count())
        is_done = file.rows_done > 0 and not file.place
        while not is_done:
            beat()
            is_done = _add_slice(file, source, columns)
            if (monotonic() > until or is_shutting_down()) and not is_done:
                release(file, next_attempt_at=timezone.now(), attempts=0)
                return
        _finish(file, source, columns, beat)


def _add_slice(file: ExportFile, source: ExportSource, columns: Sequence[Any]) -> bool:
    """Store the next rows and the place they end at; return whether they were the last."""
    items, place = source.batch(file.place, [column.key for column in columns])
    rows = source.cells(columns, items)
    done = file.rows_done + len(rows)
    if file.export.format == Export.Format.XLSX and done > MOST_IN_WORKBOOK:
        place = ""  # grown since it was asked for
        rows = rows[: MOST_IN_WORKBOOK - file.rows_done]
        done = MOST_IN_WORKBOOK
    content = json.dumps(rows).encode()
    with transaction.atomic():
        _fence(file, place=place, rows_done=done)
        ExportPart.objects.create(file=file, number=file.parts.count(), content=content)
    return not place


def _finish(
    file: ExportFile, source: ExportSource, columns: Sequence[Any], beat: Callable[[], None]
) -> None:
    """Replace the slices by the file, and tell the person."""
    export = file.export
    with TemporaryFile() as written:
        number = write_export(written, export.format, source, columns, _rows(file, beat))
        size = written.tell() if written.seekable() else 0
        written.seek(0)
        with transaction.atomic():
            release(file, state=State.READY, ready_at=timezone.now(), rows_done=number, size=size)
            file.parts.all().delete()
            _store(file, written)
            Export.objects.filter(pk=export.pk).update(number=number)
            assert export.user is not None  # noqa: S101 -- looked at in `_go_on`
            queue_export_ready(export.user, export.pk, number)
    logger.info("User %s has %s: %d rows.", export.user.pk, export, number)


def _rows(file: ExportFile, beat: Callable[[], None]) -> Iterator[list[Any]]:
    for part in content_of(file):
        beat()
        yield from json.loads(part)


def _store(file: ExportFile, written: IO[bytes]) -> None:
    number = 0
    while content := written.read(PART_BYTES):
        ExportPart.objects.create(file=file, number=number, content=content)
        number += 1


def _fence(file: ExportFile, **changes: Any) -> None:
    fence(file, **changes)
    for name, value in changes.items():
        setattr(file, name, value)


def _try_again(file: ExportFile) -> None:
    wait = backoff(file.attempts, WAITS)
    try:
        if wait is None:
            _give_up(file)
        else:
            release(file, next_attempt_at=timezone.now() + wait)
    except LeaseLostError:
        logger.warning("Lost the lease of %s.", file)


def _give_up(file: ExportFile) -> None:
    with transaction.atomic():
        release(file, state=State.FAILED)
        file.parts.all().delete()


def _delete(files: QuerySet[ExportFile]) -> None:
    with transaction.atomic():
        ExportPart.objects.filter(file__in=files).delete()
        files.update(state=State.DELETED)
