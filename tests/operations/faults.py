"""Faults to plant in a deployment that is well, one each."""

from datetime import timedelta

from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from pytest_django import Settings

from shop.catalogue.seller import Seller
from shop.content.models import Version
from shop.notifications.emails.models import Message
from shop.operations.models import Backup
from shop.orders.models import Order
from shop.worker.models import Heartbeat, MessageHold, WorkerInstance
from tests.factories import make_order, make_staff

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def make_backup(age: timedelta) -> None:
    """Let the newest backup be so old."""
    Backup.objects.all().delete()
    made_at = timezone.now() - age
    Backup.objects.create(made_at=made_at, name="x", size=1, encrypted=True, verified_at=made_at)


def no_worker(settings: Settings) -> None:
    Heartbeat.objects.all().delete()
    WorkerInstance.objects.all().delete()


def frozen_worker(settings: Settings) -> None:
    Heartbeat.objects.filter(cluster="packing").update(beat_at=timezone.now() - 5 * MINUTE)


def old_worker(settings: Settings) -> None:
    WorkerInstance.objects.update(version="1.0.0")


def no_hourly_work(settings: Settings) -> None:
    Heartbeat.objects.update(hourly_at=timezone.now() - timedelta(hours=5))


def late_orders(settings: Settings) -> None:
    make_order()
    Order.objects.update(updated_at=timezone.now() - 30 * MINUTE)


def late_mails(settings: Settings) -> None:
    user, due = make_staff(), timezone.now() - 40 * MINUTE
    Message.objects.create(
        kind="code", user=user, recipient=user.email, language="en", next_attempt_at=due
    )


def missing_migration(settings: Settings) -> None:
    MigrationRecorder.Migration.objects.filter(app="orders", name="0001_initial").delete()


def newer_migration(settings: Settings) -> None:
    MigrationRecorder.Migration.objects.create(app="orders", name="9999_later")


def redis_away(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"


def placeholders(settings: Settings) -> None:
    Version.objects.filter(page="imprint").update(text_de="[Firma und Rechtsform]")


def no_seller(settings: Settings) -> None:
    Seller.objects.all().delete()


def no_support(settings: Settings) -> None:
    settings.SUPPORT_EMAIL = ""


def demo(settings: Settings) -> None:
    settings.DEMO = True


def no_factor_key(settings: Settings) -> None:
    settings.FACTOR_KEY = ""


def kept_key(settings: Settings) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]


def late_backup(settings: Settings) -> None:
    make_backup(27 * HOUR)


def old_backup(settings: Settings) -> None:
    make_backup(51 * HOUR)


def hold(settings: Settings) -> None:
    MessageHold.objects.create(since=timezone.now(), backup_made_at=timezone.now())


def no_redirect(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = False
