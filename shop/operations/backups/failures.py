"""Failures of backups and restores, each told in one sentence."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.core.management.base import CommandError
from django.db import Error

from shop.operations.backups.backup_file import BackupError
from shop.operations.error_lines import first_line


@contextmanager
def told_in_one_sentence() -> Iterator[None]:
    """Raise CommandError for whatever the block runs into: the database, a program, the disk."""
    try:
        yield
    except BackupError as error:
        raise CommandError(str(error)) from None
    except Error as error:
        raise CommandError(f"The database does not answer: {first_line(error)}.") from None
    # Not by way of Django: a copy is written, read or loaded. The disk is full, say.
    except (sqlite3.Error, psycopg.Error) as error:
        raise CommandError(f"The database cannot be copied: {first_line(error)}.") from None
    except OSError as error:
        raise CommandError(f"A file cannot be read or written: {error.strerror}.") from None
