"""The trials: a storm of kills, and a long queue. Each gives a report."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import psutil
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F, Max

from shop.access.applications import create_application
from shop.access.tokens import issue
from shop.notifications.models import Message
from shop.orders.models import Order, OrderEvent, State
from shop.orders.placing import place_order
from tests.faults.kills import Killer
from tests.faults.orders import Partners, document
from tests.faults.shop import Shop, shop
from tests.faults.verdict import is_settled, judge
from tests.postgres import Server

START = 60.0  # seconds for all processes to come up on a busy machine
SETTLE = 240.0  # and to do all that is left, once nobody is killed any more
ORDERS_A_SECOND = 10.0
Report = dict[str, Any]


def wait_until(what: Callable[[], bool], running: Shop, seconds: float) -> bool:
    """Whether something came true in time; the processes are looked after meanwhile."""
    end = time.monotonic() + seconds
    while not (true := what()) and time.monotonic() < end:
        running.sleep(0.2)
    return true


def storm(seconds: float, pace: float, seed: int, server: Server | None) -> Report:
    """Place orders for `seconds` while processes are killed, one about every `pace` of them.

    `server` is the database's, to be crashed once.
    """
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    application, _secret = create_application("Storm")
    token = issue("Storm", holder=application)
    connection.close()
    with shop() as running:
        running.start_web()
        running.start_worker()
        killer = Killer(running, seed)
        partners = Partners(running.address, token, pace=ORDERS_A_SECOND)
        partners.start()
        try:
            assert wait_until(lambda: len(partners.acknowledged) > 0, running, START), "no web"
            assert wait_until(lambda: len(running.helpers()) >= 8, running, START), "no worker"
            killer.storm(seconds, pace, server)
            running.sleep(2)
        finally:
            partners.stop()
        over = time.monotonic()
        settled = wait_until(is_settled, running, SETTLE)
        settled_after = time.monotonic() - over
        complaints = [*partners.complaints, *running.stop()]
    if not settled:
        complaints.append("something is left to do")
    report = judge(partners.acknowledged)
    return {
        "seed": seed,
        **report,
        "kills": killer.count(),
        "kills in all": len(killer.kills),
        "answers": dict(sorted(partners.answers.items())),
        "slowest acknowledgement": round(partners.slowest, 1),
        "seconds to settle": round(settled_after, 1),
        **recovery(killer.kills),
        "complaints": complaints + report["complaints"],
    }


def recovery(kills: list[tuple[str, datetime]]) -> Report:
    """How long it took, after each kill, until an order that came later was packed.

    For each kind the worst; and the slowest order and mail.
    """
    ends = OrderEvent.objects.filter(state=State.PACKED)
    orders = list(ends.order_by("order__created_at").values_list("order__created_at", "at"))
    worst: dict[str, float] = {}
    for kind, moment in kills:
        later = [at for created_at, at in orders if created_at > moment]
        if later:
            took = (min(later) - moment).total_seconds()
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
    call_command("createcachetable", verbosity=0)
    acknowledged = {}
    with transaction.atomic():
        for number in range(1, orders + 1):
            acknowledged[number] = place_order(document(number)).order_hash
    memory = Memory()
    with shop() as running:
        began = time.monotonic()
        running.start_worker()
        packed_after = None
        while time.monotonic() < began + START + orders / 5:
            left = Order.objects.exclude(state=State.PACKED).count()
            if left < orders:
                memory.sample(running, counts=left < orders * 0.9)
            if left == 0:
                packed_after = packed_after or time.monotonic() - began
                if is_settled():
                    break
            running.sleep(0.5)
        settled_after = time.monotonic() - began
        complaints = running.stop()
    report = judge(acknowledged)
    return {
        **report,
        "seconds to pack": packed_after and round(packed_after, 1),
        "seconds to settle": round(settled_after, 1),
        **memory.report(),
        "complaints": complaints + report["complaints"],
    }


class Memory:
    """The resident memory of the worker's processes over time, in MB."""

    def __init__(self) -> None:
        self.first: dict[int, float] = {}
        self.most: dict[int, float] = {}

    def sample(self, running: Shop, *, counts: bool) -> None:
        """Look once; what is seen `counts` once all have done some work."""
        for process in running.everybody():
            try:
                size = process.memory_info().rss / 2**20
            except psutil.Error:
                continue
            if counts:
                self.first.setdefault(process.pid, size)
                self.most[process.pid] = max(size, self.most.get(process.pid, 0.0))

    def report(self) -> Report:
        """The most that one process has, and the most that one has grown by."""
        grown = [self.most[pid] - self.first[pid] for pid in self.first]
        return {
            "largest process": round(max(self.most.values()), 1),
            "largest growth": round(max(grown), 1),
        }
