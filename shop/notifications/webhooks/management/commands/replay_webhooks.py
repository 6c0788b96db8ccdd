"""Replay webhooks from the command line."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from shop.access.models import Application
from shop.notifications.webhooks.models import Delivery
from shop.notifications.webhooks.replay import replay, replay_since
from shop.orders.archived_order import archived_with


class Command(BaseCommand):
    """`manage.py replay_webhooks --id … | --application … --since … | --receiver … --since …`."""

    help = "Sends webhooks again, with attempts counted from zero, under the ids they had."
    requires_system_checks = ()  # `doctor` tells of what they find

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--id", help="a single one, by its webhook-id")
        whose.add_argument("--application", help="name or client id of a partner's application")
        whose.add_argument("--receiver", metavar="HOST:PORT", help="where they go")
        parser.add_argument("--since", help="of changes since then, e.g. 2026-03-02T09:30")
        parser.add_argument(
            "--delivered", action="store_true", help="also those that arrived, not only the missed"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Send them again; raises CommandError with one sentence."""
        if options["id"]:
            delivery = Delivery.objects.filter(webhook_id=options["id"]).first()
            if delivery is None:
                raise CommandError(_why_not(options["id"]))
            number = int(replay(delivery))
        else:
            whose = options["receiver"] or _application(options["application"])
            moment = _moment(options["since"])
            number = replay_since(whose, moment, delivered=options["delivered"])
        self.stdout.write(f"{number} to be sent.")


def _why_not(webhook_id: str) -> str:
    archived = archived_with([webhook_id]).first()
    if archived is None:
        return f"There is no webhook {webhook_id}."
    return f"Webhook {webhook_id} is of order {archived.order_number}, which is archived."


def _application(named: str) -> Application:
    found = Application.objects.filter(Q(name=named) | Q(oauth_client_id=named))
    if len(found) != 1:
        raise CommandError(f"{len(found)} applications are called {named}: give a client id.")
    return found[0]


def _moment(text: str | None) -> datetime:
    try:
        moment = parse_datetime(text or "")
    except ValueError:  # well written, but there is no such day
        moment = None
    if moment is None:
        raise CommandError("--since must be a date and time, such as 2026-03-02T09:30.")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
