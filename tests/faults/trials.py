"""The trials: a storm of kills, and a long queue. Each gives a report."""

import time
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F, Max, Min
from django.utils import timezone

from shop.access.applications import create_application
from shop.access.signing_secrets import rotate
from shop.access.tokens import issue
from shop.billing.models import InvoiceDispatch
from shop.notifications.emails.models import MailboxEntry, Message
from shop.notifications.webhooks.models import Delivery
from shop.orders.document import check_document
from shop.orders.models import Order, OrderEvent, State
from shop.orders.placing import place_order
from tests.factories import make_seller
from tests.faults.answers import Answers
from tests.faults.hooks import judge_webhooks, moody
from tests.faults.mail_server import MailServer
from tests.faults.orders import Partners, document
from tests.faults.shop import Shop, shop
from tests.faults.verdict import is_settled, judge
from tests.faults.visitors import Visitors
from tests.faults.weather import Weather
from tests.notifications.receiver import receiving
from tests.postgres import Server
from tests.redis_server import Server as Redis

STUCK = 180.0  # seconds in which nothing gets done; above the longest gap before another try
MOST_GROWTH = 20.0  # MB of one process, over the whole backlog
GROWN_UP = 20.0  # seconds after which a process has loaded what it needs
ORDERS_A_SECOND = 6.0
VISITORS_A_SECOND = 2.0
Report = dict[str, Any]


@dataclass(frozen=True)
class Surroundings:
    """The servers that a storm may spoil, and the disk that it may fill."""

    server: Server | None  # the database's
    redis: Redis
    mail: MailServer
    full_disk: Path | None
    longest: float  # seconds that one fault may last
    left_out: str
    workers: int = 1


def settle(running: Shop, watch: Callable[[int], None] = lambda packed: None) -> bool:
    """Wait until nothing is left to do, as long as something gets done; return whether it worked.

    Calls `watch` now and then with the number of orders packed.
    """
    done, changed = (0, 0, 0), time.monotonic()
    while not is_settled():
        packed = Order.objects.filter(state=State.PACKED).count()
        watch(packed)
        sent = Message.objects.filter(state=Message.State.SENT).count()
        told = Delivery.objects.filter(state=Delivery.State.DELIVERED).count()
        now = (packed, sent, told)
        hurry()
        if now != done:
            done, changed = now, time.monotonic()
        if time.monotonic() > changed + STUCK:
            return False
        running.sleep(0.5)
    return True


def hurry() -> None:
    """Have mails tried again at once: their waits grow to hours, and nothing is wrong any more."""
    waiting = Message.objects.filter(state=Message.State.WAITING)
    waiting.update(next_attempt_at=timezone.now())
    InvoiceDispatch.objects.exclude(next_attempt_at=None).update(next_attempt_at=timezone.now())


def storm(seconds: float, pace: float, seed: int, given: Surroundings) -> Report:
    """Place orders for `seconds` while faults happen, one about every `pace` of them."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    make_seller()
    application, _secret = create_application("Storm")
    token = issue("Storm", holder=application)
    secret = rotate(application)
    answers = Answers()
    with shop() as running, receiving(moody(seed)) as receiver:
        partners = Partners(
            running.address, token, answers, told_at=receiver.uri, pace=ORDERS_A_SECOND
        )
        visitors = Visitors(running.address, token, answers, seed, VISITORS_A_SECOND)
        weather = Weather(
            running, seed,
            server=given.server, redis=given.redis, mail=given.mail, full_disk=given.full_disk,
            longest=given.longest, several=given.workers > 1,
        )  # fmt: skip
        blow(weather, seconds, pace, (partners, visitors), given.workers)
        over = time.monotonic()
        settled = settle(running)
        settled_after = time.monotonic() - over
        complaints = [*answers.complaints, *running.stop()]
    if not settled:
        complaints.append("something is left to do")
    mails = given.mail.handler
    texts = [text for _, text in mails.taken]
    report = judge(partners.acknowledged | visitors.acknowledged, texts, mails.refused)
    told = judge_webhooks(receiver.calls, secret)
    return {
        "seed": seed,
        "workers": given.workers,
        **report,
        **told,
        "faults": weather.count(),
        "faults in all": len(weather.faults),
        "left out": given.left_out,
        "answers": dict(sorted(answers.count.items())),
        "behaviour of the mail server": dict(sorted(mails.moods.items())),
        "slowest acknowledgement": round(partners.slowest, 1),
        "seconds to settle": round(settled_after, 1),
        **recovery(weather.faults),
        "complaints": complaints + report["complaints"] + told["complaints"],
    }


def blow(
    weather: Weather,
    seconds: float,
    pace: float,
    callers: tuple[Partners, Visitors],
    workers: int,
) -> None:
    """Start the shop, and have orders and faults come at the same time."""
    running, (partners, _) = weather.shop, callers
    running.start_web()
    for _ in range(workers):
        running.start_worker()
    partners.place_one()
    assert settle(running), "the first order is not packed"
    connection.close()  # it would not outlive the database's server
    for each in callers:
        each.start()
    try:
        weather.storm(seconds, pace)
        running.sleep(2)
    finally:
        for each in callers:
            each.stop()


def recovery(faults: list[tuple[str, datetime, datetime]]) -> Report:
    """For each kind the longest time from the end of a fault to the next order that was packed.

    Other faults go on meanwhile: an upper bound. And the slowest order and mail.
    """
    ends = OrderEvent.objects.filter(state=State.PACKED).order_by("at", "pk")
    last = Order.objects.aggregate(last=Max("created_at"))["last"]
    packed = list(ends.values_list("at", flat=True))
    worst: dict[str, float] = {}
    for kind, _, end in faults:
        place = bisect_left(packed, end)
        # Once no order comes any more, that none is packed says nothing.
        if end < last and place < len(packed):
            took = (packed[place] - end).total_seconds()
            worst[kind] = round(max(worst.get(kind, 0.0), took), 1)
    order = ends.aggregate(longest=Max(F("at") - F("order__created_at")))["longest"]
    mail = Message.objects.aggregate(longest=Max(F("sent_at") - F("created_at")))["longest"]
    return {
        "worst recovery": max(worst.values(), default=None),
        "worst recovery by kind": dict(sorted(worst.items())),
        "slowest order": round(order.total_seconds(), 1) if order else None,
        "slowest mail": round(mail.total_seconds(), 1) if mail else None,
    }


def backlog(orders: int) -> Report:
    """Queue orders with the worker off, then start it and watch its memory."""
    call_command("migrate", verbosity=0)
    acknowledged = {}
    with transaction.atomic():
        for number in range(1, orders + 1):
            acknowledged[number] = place_order(check_document(document(number))).order_hash
    memory = Memory()
    with shop() as running:
        began = time.monotonic()
        running.start_worker()
        settled = settle(running, lambda packed: memory.sample(running, packed / orders))
        settled_after = time.monotonic() - began
        complaints = running.stop()
    if not settled:
        complaints.append("something is left to do")
    if memory.growth > MOST_GROWTH:
        complaints.append(f"a process has grown by {memory.growth} MB")
    report = judge(acknowledged, MailboxEntry.objects.values_list("text", flat=True))
    return {
        **report,
        "seconds to settle": round(settled_after, 1),
        "largest process": round(max(memory.most.values(), default=0.0), 1),
        "largest growth": memory.growth,
        **speed(),
        "complaints": complaints + report["complaints"],
    }


def speed() -> Report:
    """Orders a second, from the first that was packed to the last."""
    packed = OrderEvent.objects.filter(state=State.PACKED)
    took = packed.aggregate(took=Max("at") - Min("at"))["took"].total_seconds()
    return {"orders a second": round(packed.count() / took, 1)}


class Memory:
    """The resident memory of the worker's processes over time, in MB."""

    def __init__(self) -> None:
        self.first: dict[int, float] = {}
        self.most: dict[int, float] = {}

    def sample(self, running: Shop, packed: float) -> None:
        """Look once; what is seen counts from when a tenth is `packed`: all have worked by then."""
        for process in running.everybody() if packed > 0.1 else []:
            try:
                size = process.memory_info().rss / 2**20
                age = time.time() - process.create_time()
            except psutil.Error:
                continue
            if age < GROWN_UP:
                continue
            self.first.setdefault(process.pid, size)
            self.most[process.pid] = max(size, self.most.get(process.pid, 0.0))

    @property
    def growth(self) -> float:
        """The most that one process has grown by."""
        grown = [self.most[pid] - self.first[pid] for pid in self.first]
        return round(max(grown, default=0.0), 1)
