"""Health of what the shop has to do: orders, mails, webhooks, invoices, files."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from portal.backoffice.queue.queue_counts import MOST, count_waiting
from portal.backoffice.reports.health_lines import HealthLine, Verdict, by_lag, if_any, moment
from portal.backoffice.templatetags.backoffice import duration
from shop.backlogs import Backlog, backlog
from shop.billing.contract_end import failed_ends
from shop.billing.models import InvoiceDispatch, Subscription
from shop.content.models import PrintedVersion
from shop.health import order_lag
from shop.notifications.emails.models import Message
from shop.notifications.webhooks.models import Delivery, Receiver
from shop.tenancy.vat_id_check import VatIdCheck
from shop.worker.message_hold import message_hold

LATE = timedelta(minutes=5)  # of mails and webhooks
MAILS_TOO_LATE, WEBHOOKS_TOO_LATE = timedelta(minutes=10), timedelta(minutes=30)
NONE = pgettext_lazy("health", "none")
UNSENT = ("waiting", "sending")


def order_lines() -> Iterator[HealthLine]:
    """Look at orders that are due, and at those that wait for staff."""
    lag, queue = order_lag(), reverse("staff")
    act = timedelta(minutes=settings.LATE_AFTER_MINUTES)
    yield HealthLine(
        "orders",
        _("Oldest due order"),
        by_lag(lag, act / 5, act),
        _("waiting for %(time)s") % {"time": duration(lag.total_seconds())} if lag else NONE,
        _("The worker does not keep up or is not running: see “Worker” above."),
        f"{queue}?show=pending",
    )
    counts = count_waiting()
    number = counts.numbers["person"]
    yield HealthLine(
        "person",
        _("Orders that need attention"),
        if_any(number),
        counts.shown()["person"],
        _("Go through the list: the order that has waited longest comes first."),
        queue,
    )


def message_lines() -> Iterator[HealthLine]:
    """Look at mails and webhooks: what waits, and what was given up today."""
    if hold := message_hold():
        yield HealthLine(
            "hold",
            _("Held back after a restore"),
            Verdict.LOOK,
            _("since %(when)s; restored as of %(backup)s")
            % {"when": moment(hold.since), "backup": moment(hold.backup_made_at)},
            _(
                "Only new mails for signing in leave the shop. The person who runs it releases the "
                "others: manage.py release_messages."
            ),
        )
    queue, today = reverse("staff"), timezone.localtime().replace(hour=0, minute=0, second=0)
    mails = Message.objects.all()
    yield _waiting_line("mails", _("E-mails to be sent"), backlog(mails, UNSENT), MAILS_TOO_LATE)
    states = (Message.State.FAILED, Message.State.REFUSED)
    yield HealthLine(
        "failed-mails",
        _("E-mails given up or refused today"),
        if_any(number := _count(mails.filter(state__in=states, next_attempt_at__gte=today))),
        str(number),
        _("The orders' pages say why. If there are more than a few, check the mail server."),
        f"{queue}?failing=mail",
    )
    webhooks = Delivery.objects.all()
    waiting = backlog(webhooks, UNSENT)
    yield _waiting_line("webhooks", _("Webhooks to be sent"), waiting, WEBHOOKS_TOO_LATE)
    failed = webhooks.filter(
        order__isnull=False, state=Delivery.State.FAILED, next_attempt_at__gte=today
    )
    yield HealthLine(
        "failed-webhooks",
        _("Webhooks given up today"),
        if_any(number := _count(failed)),
        str(number),
        _("Tell the partner. They can be sent again on the application's page."),
        f"{queue}?failing=webhook",
    )
    paused = Receiver.objects.filter(paused_until__gt=timezone.now()).order_by("address")
    names = list(paused.values_list("address", flat=True)[:5])
    yield HealthLine(
        "receivers",
        _("Paused receivers of webhooks"),
        if_any(len(names)),
        ", ".join(names) or NONE,
        _("They have failed ten times in a row. They are tried again every 30 seconds."),
    )


def billing_lines() -> Iterator[HealthLine]:
    """Look at invoices that wait, ends that failed, files that could not be made, and VIES."""
    waiting = Subscription.objects.exclude(waits_for="").order_by().values_list("waits_for")
    held = dict(waiting.annotate(Count("pk")))
    labels = dict(Subscription.WaitsFor.choices)
    shown = ", ".join(f"{labels[name]}: {number}" for name, number in sorted(held.items()))
    seller = Subscription.WaitsFor.SELLER in held
    yield HealthLine(
        "held",
        _("Invoices that wait"),
        # That nobody has joined yet is how most subscriptions begin.
        Verdict.ACT if seller else if_any(len(held.keys() - {Subscription.WaitsFor.MEMBER})),
        shown or NONE,
        _("The seller's details are missing: no invoice can be issued.")
        if seller
        else _("The page of each subscription says what it waits for."),
        f"{reverse('staff_subscriptions')}?waits=any",
    )
    if number := _count(failed_ends()):
        yield HealthLine(
            "ends",
            _("Subscriptions whose end failed"),
            Verdict.LOOK,
            str(number),
            _(
                "They stay open meanwhile. The worker tries again every hour; its log names the error."
            ),
            f"{reverse('staff_subscriptions')}?needs=end",
        )
    failing = InvoiceDispatch.objects.filter(filed_at=None, next_attempt_at__isnull=False)
    number = _count(failing.exclude(last_error=""))
    yield HealthLine(
        "files",
        _("Invoices whose files could not be created"),
        if_any(number, Verdict.ACT),
        str(number),
        _("They are not sent until their files exist. The invoice's page shows the error."),
        f"{reverse('staff_invoices')}?files=failing",
    )
    yield _vies_line()
    unmade = PrintedVersion.objects.filter(next_attempt_at__isnull=False, attempts__gt=1)
    number = _count(unmade)
    yield HealthLine(
        "legal",
        _("Legal pages whose PDF could not be created"),
        if_any(number),
        str(number),
        _("Customers can read the page, but cannot download it. The worker's log names the error."),
    )


def _vies_line() -> HealthLine:
    unanswered = VatIdCheck.objects.filter(state=VatIdCheck.State.WAITING).exclude(last_error="")
    found = unanswered.aggregate(number=Count("pk"), since=Min("created_at"))
    if not found["number"]:
        return HealthLine("vies", _("VIES"), Verdict.FINE, _("answers"))
    waited = (timezone.now() - found["since"]).total_seconds()
    sentence = ngettext(
        "%(number)s VAT ID has been waiting for %(time)s",
        "%(number)s VAT IDs are waiting, the oldest for %(time)s",
        found["number"],
    )
    return HealthLine(
        "vies",
        _("VIES"),
        Verdict.LOOK,
        sentence % {"number": found["number"], "time": duration(waited)},
        _("The register does not answer. It is asked every hour; invoices that need it wait."),
        f"{reverse('staff_subscriptions')}?waits={Subscription.WaitsFor.VIES}",
    )


def _waiting_line(key: str, label: str, found: Backlog, act: timedelta) -> HealthLine:
    number = found.number("waiting") + found.number("sending")
    sentence = _("%(number)s, the oldest is %(time)s late") if found.lag else "%(number)s"
    return HealthLine(
        key,
        label,
        by_lag(found.lag, LATE, act),
        sentence % {"number": number, "time": duration(found.lag.total_seconds())},
        _("The worker does not keep up, or the other side does not respond."),
    )


def _count(rows: QuerySet[Any]) -> int:
    """Count rows, MOST at most."""
    return rows.order_by()[:MOST].count()
