"""A trial without faults but one: the shop fails for good, and is restored from a backup.

The backup is made while orders come in and are packed. The restored shop must say nothing before it is
let go, and then each thing once.
"""

from collections import Counter
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from shop.access.applications import create_application
from shop.access.signing_secrets import rotate
from shop.access.tokens import issue
from shop.notifications.emails.models import Message
from shop.notifications.webhooks.models import Delivery
from shop.operations.held_messages import held_messages
from shop.orders.models import Order, State
from tests.factories import make_seller
from tests.faults.answers import Answers
from tests.faults.mail_server import MailServer
from tests.faults.orders import Partners
from tests.faults.shop import Shop, shop
from tests.faults.trials import ORDERS_A_SECOND, settle
from tests.notifications.receiver import LocalReceiver, receiving

QUIET = 10.0  # seconds in which a restored shop is listened to
PACKED_WITHIN = 120.0  # seconds
Report = dict[str, Any]


def restored_shop(seconds: float, mail: MailServer) -> Report:
    """Place orders for `seconds`, back up in their middle, and restore after their end."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    make_seller()
    application, _secret = create_application("Restore")
    token = issue("Restore", holder=application)
    rotate(application)
    answers = Answers()
    with shop() as running, receiving() as receiver:
        partners = Partners(
            running.address, token, answers, told_at=receiver.uri, pace=ORDERS_A_SECOND
        )
        before = back_up_under_load(running, partners, seconds)
        complaints = [*answers.complaints, *running.stop()]
        said = len(mail.handler.taken), len(receiver.calls)
        (path,) = Path(settings.BACKUP_DIR).iterdir()
        call_command("backup", "--verify", str(path), stdout=StringIO())
        call_command("restore", str(path), "--replace", "--yes", stdout=StringIO())
        hashes = set(Order.objects.values_list("order_hash", flat=True))
        lost = [number for number, order_hash in before.items() if order_hash not in hashes]
        report = let_go(running, mail, receiver, said)
        complaints += [*report.pop("complaints"), *running.stop()]
    if lost:
        complaints.append(f"lost: {lost}")
    return {
        "acknowledged before the backup": len(before),
        "acknowledged in all": len(partners.acknowledged),
        "lost of those before": len(lost),
        "slowest acknowledgement": round(partners.slowest, 1),
        **report,
        "complaints": complaints,
    }


def back_up_under_load(running: Shop, partners: Partners, seconds: float) -> dict[int, str]:
    """Return the orders that were acknowledged before the backup began."""
    running.start_web()
    running.start_worker()
    partners.place_one()
    assert settle(running), "the first order is not packed"
    partners.start()
    running.sleep(seconds / 2)
    before = dict(partners.acknowledged)
    call_command("backup", stdout=StringIO())
    running.sleep(seconds / 2)
    partners.stop()
    assert settle(running), "something is left to do before the failure"
    connection.close()
    return before


def let_go(
    running: Shop, mail: MailServer, receiver: LocalReceiver, said: tuple[int, int]
) -> Report:
    """Start the restored shop, listen, and let the messages go."""
    complaints = []
    running.start_web()
    running.start_worker()
    unpacked = Order.objects.filter(state__in=(State.PENDING, State.PACKING))
    for _ in range(round(PACKED_WITHIN)):
        if not unpacked.exists():
            break
        running.sleep(1)
    else:
        complaints.append("not packed while messages are held")
    running.sleep(QUIET)
    if (len(mail.handler.taken), len(receiver.calls)) != said:
        complaints.append("the restored shop has said something before it was let go")
    assert held_messages()
    at = timezone.now()
    call_command("release_messages", "--send", stdout=StringIO())
    if not settle(running):
        complaints.append("something is left to do after it was let go")
    mails, calls = mail.handler.taken[said[0] :], receiver.calls[said[1] :]
    for what, number in Counter(call.headers["webhook-id"] for call in calls).items():
        if number > 1:
            complaints.append(f"{what} was told {number} times")
    ids = set(Delivery.objects.values_list("webhook_id", flat=True))
    complaints += [
        f"{call.headers['webhook-id']} is of no row"
        for call in calls
        if call.headers["webhook-id"] not in ids
    ]
    sent = Message.objects.filter(sent_at__gte=at).count()
    if len(mails) != sent:
        complaints.append(f"{sent} mails were to be sent, and {len(mails)} were")
    if left := Message.objects.filter(state="waiting").count():
        complaints.append(f"{left} mails still wait")
    return {"mails let go": len(mails), "webhooks let go": len(calls), "complaints": complaints}
