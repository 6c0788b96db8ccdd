"""Metrics of backups, and of what a restored shop holds back."""

import math
from collections.abc import Iterator

from django.db.models import Max
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric

from shop.operations.held_messages import held_mails, held_webhooks
from shop.operations.models import Backup
from shop.worker.message_hold import message_hold


def backup_metrics() -> Iterator[Metric]:
    """Yield the age of the last backup, the age of a hold, and what it holds back."""
    now, hold = timezone.now(), message_hold()
    made_at = Backup.objects.aggregate(last=Max("made_at"))["last"]
    yield GaugeMetricFamily(
        "shop_backup_age_seconds",
        "Time since the last backup was made; infinite if there was none.",
        value=(now - made_at).total_seconds() if made_at else math.inf,
    )
    yield GaugeMetricFamily(
        "shop_message_hold_seconds",
        "Time since a restore began to hold mails and webhooks back; 0 if none are held.",
        value=(now - hold.since).total_seconds() if hold else 0,
    )
    held = GaugeMetricFamily(
        "shop_messages_held",
        "Mails and webhooks that wait for manage.py release_messages.",
        labels=["kind"],
    )
    for kind, rows in (("mail", held_mails()), ("webhook", held_webhooks())):
        held.add_metric([kind], rows.count() if hold else 0)
    yield held
