"""`python -m tests.upgrades.verdict`: judges the rows after an upgrade, with today's code.

Reads the hashes of the acknowledged orders and of the incomplete ones as JSON, prints complaints as JSON.
"""

import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator

import django

django.setup()

from django.db.models import Count  # noqa: E402 -- needs the settings

from shop.notifications.emails.models import MailboxEntry, Message  # noqa: E402
from shop.orders.models import Order, State  # noqa: E402
from shop.packing.step_names import recorded_steps  # noqa: E402
from shop.tenancy.models import Client, Project  # noqa: E402
from tests.waiting import wait_for  # noqa: E402

SETTLES_WITHIN = 60.0  # seconds, on a quiet machine
LINK = re.compile("/register/([0-9a-f]{32})/(join/[^\\s/]+/)?")
MAILS = {Message.Kind.INVITATION, Message.Kind.RECEIVED}


def settled(hashes: list[str]) -> bool:
    """Tell if the orders are packed and their mails sent."""
    orders = Order.objects.filter(order_hash__in=hashes)
    waiting = Message.objects.filter(order__in=orders).exclude(state=Message.State.SENT)
    return not orders.exclude(state=State.PACKED).exists() and not waiting.exists()


def complaints(
    acknowledged: list[str], incomplete: list[str], mailed: Counter[tuple[str, str]]
) -> Iterator[str]:
    """Complain of whatever was lost, done twice or tried in vain."""
    orders = Order.objects.filter(order_hash__in=acknowledged).prefetch_related("steps", "messages")
    found = {order.order_hash: order for order in orders}
    for order_hash in set(acknowledged) - found.keys():
        yield f"an acknowledged order is missing: {order_hash}"
    for order in found.values():
        yield from (f"{order.client_name} {each}" for each in of_order(order))
    for is_invitation in (False, True):
        mails = Counter(each for each, way in mailed.elements() if bool(way) == is_invitation)
        for order_hash, order in found.items():
            if mails[order_hash] != 1:
                yield f"{order.client_name} got {mails[order_hash]} mails {is_invitation=}"
    names = [order.client_name for order in found.values()]
    for model in (Client, Project):
        field = "client_name" if model is Client else "project_name"
        wanted = [getattr(order, field) for order in found.values()]
        twice = model.objects.filter(name__in=wanted).values("name").annotate(times=Count("pk"))
        yield from (
            f"{each['name']} was made {each['times']} times" for each in twice.filter(times__gt=1)
        )
    for name, times in Counter(names).items():
        if times > 1:
            yield f"the order of {name} was written {times} times"
    waiting = Order.objects.filter(order_hash__in=incomplete, state=State.PENDING).count()
    if waiting != len(incomplete):
        yield f"{len(incomplete) - waiting} incomplete orders no longer wait"


def of_order(order: Order) -> Iterator[str]:
    """Complain of one order."""
    if order.state != State.PACKED:
        yield f"is {order.state} {order.fault}"
        return
    if order.packing.attempts != 1:
        yield f"was packed in {order.packing.attempts} attempts"
    if sorted(step.name for step in order.steps.all()) != sorted(recorded_steps()):
        yield f"has the steps {[step.name for step in order.steps.all()]}"
    kinds = Counter(message.kind for message in order.messages.all())
    if kinds != Counter(MAILS):
        yield f"has the mails {dict(kinds)}"
    for message in order.messages.all():
        if message.state != Message.State.SENT:
            yield f"has a mail that is {message.state}"


def links() -> Counter[tuple[str, str]]:
    """Count the mails that arrived with each link: its hash, and "" or the way to join."""
    texts = MailboxEntry.objects.order_by("pk").values_list("text", flat=True)
    return Counter((found[1], found[2] or "") for text in texts for found in LINK.finditer(text))


def main() -> None:
    """Wait until all is settled, then judge."""
    given = json.load(sys.stdin)
    began = time.monotonic()
    wait_for(lambda: settled(given["acknowledged"]), SETTLES_WITHIN)
    mailed, known = links(), set(given["acknowledged"])
    report = {
        "settled after": round(time.monotonic() - began, 1),
        "complaints": list(complaints(given["acknowledged"], given["incomplete"], mailed)),
        "links": [f"/register/{each}/{way}" for each, way in mailed if way and each in known],
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
