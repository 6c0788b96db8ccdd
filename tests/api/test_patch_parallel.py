"""PATCH, cancelling, the order's page, packing and joining at the same moment: nothing is lost."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import count, pairwise
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from shop.notifications.webhooks.endpoints import register
from shop.orders.document import InvalidDocumentError, check_document
from shop.orders.missing_details import fill_in
from shop.orders.models import Order, OrderEvent, State
from shop.orders.order_billing import fill_in_billing
from shop.orders.placing import Caller, place_order
from shop.orders.states import TRANSITIONS
from shop.tenancy.joining import NewMember, join_as_new
from shop.tenancy.models import Invitation
from tests.api.calls import patch
from tests.api.test_cancel import cancel
from tests.factories import BILLING, make_application, make_token, pack_one

pytestmark = pytest.mark.django_db(transaction=True)

NAMES = {"client_name": "Film", "project_name": "Dreh", "user_email": "nina@example.com"}
NUMBERS = count()
Fields = dict[str, Any]


class Life:
    """One order, and what was written to it by whom."""

    def __init__(self, *, complete: bool) -> None:
        application = make_application()
        url = "https://partner.example/hooks"
        self.endpoint = register(application, {"url": url, "events": ["order.*"]})
        self.token = make_token(application)
        caller, members = (
            Caller(application=application),
            NAMES if complete else {"reference": "PO"},
        )
        document = check_document({"product": "s", **members})
        self.order = place_order(document, caller)
        self.written: Fields = {}
        self.changes = 0

    def now(self) -> Order:
        return Order.objects.select_related("product").get(pk=self.order.pk)

    def patched(self, **members: Any) -> Fields:
        answer = patch(self.token, self.order.order_hash, **members)
        assert answer.status_code in {200, 409, 422}, answer.content
        return members if answer.status_code == 200 else {}

    def changed_always(self, **members: Any) -> Fields:
        done = self.patched(**members)
        assert done, "the partner's own may be changed at any time"
        return done


def filled_in(life: Life) -> Fields:
    try:
        return dict(NAMES) if fill_in(life.now(), NAMES) else {}
    except InvalidDocumentError:
        return {}  # not asked for any more


def billed(life: Life) -> Fields:
    other = {**BILLING, "company": "Andere Film GmbH"}
    return {"billing": other} if fill_in_billing(life.now(), other) else {}


def packed(life: Life) -> Fields:
    pack_one(life.order)
    return {}


def cancelled(life: Life) -> Fields:
    answer = cancel(life.token, life.order.order_hash)
    return {"state": "cancelled"} if answer.status_code == 200 else {}


def joined(life: Life) -> Fields:
    for invitation in Invitation.objects.filter(order=life.order, used_at=None):
        seen = Invitation.objects.select_related("membership__user").get(pk=invitation.pk)
        join_as_new(seen, NewMember("quite a long phrase", "", "", "", "de"))
    return {}


# Each writes other fields than the rest, so that all that is written has to stay.
ACTIONS: dict[str, Callable[[Life], Fields]] = {
    "reference": lambda life: life.changed_always(reference=f"PO-{next(NUMBERS)}"),
    "metadata": lambda life: life.changed_always(metadata={"n": str(next(NUMBERS))}),
    "first name": lambda life: life.patched(user_first_name=f"Nina {next(NUMBERS)}"),
    "billing": lambda life: life.patched(billing={**BILLING, "reference": f"PO-{next(NUMBERS)}"}),
    "page": filled_in,
    "billing on its page": billed,
    "pack": packed,
    "cancel": cancelled,
    "join": joined,
}
CHANGES = ("reference", "metadata", "first name", "billing", "page", "billing on its page")
ROUNDS = st.lists(
    st.lists(st.sampled_from(sorted(ACTIONS)), min_size=2, max_size=5, unique=True),
    min_size=1,
    max_size=3,
)


def at_once(life: Life, names: list[str]) -> None:
    """Do what is named at the same moment, while somebody looks at the order again and again."""
    barrier, done = Barrier(len(names)), Event()

    def one(name: str) -> Fields:
        try:
            barrier.wait()
            return ACTIONS[name](life)
        finally:
            connection.close()

    def look() -> list[datetime]:
        times = []
        try:
            while not done.wait(0.001):
                times.append(Order.objects.get(pk=life.order.pk).updated_at)
        finally:
            connection.close()
        return times

    with ThreadPoolExecutor(len(names) + 1) as pool:
        looking = pool.submit(look)
        try:
            found = list(pool.map(one, names))
        finally:
            done.set()
    assert all(earlier <= later for earlier, later in pairwise(looking.result()))
    for name, fields in zip(names, found, strict=True):
        life.written |= fields
        life.changes += bool(fields) and name in CHANGES


def check(life: Life) -> None:
    """Nothing is lost, no state is forbidden, and each change was told once, in its order."""
    order = life.now()
    assert {name: getattr(order, name) for name in life.written} == life.written
    moves = list(order.events.filter(kind=OrderEvent.Kind.STATE).order_by("pk"))
    states = [move.state for move in moves]
    assert states[-1] == order.state
    assert all(State(to) in TRANSITIONS[State(since)] for since, to in pairwise(states))
    assert [move.previous for move in moves[1:]] == states[:-1]
    sent = list(life.endpoint.deliveries.order_by("pk"))
    told = [json.loads(delivery.payload)["data"]["order"] for delivery in sent]
    of_states = [
        shown["state"]
        for shown, delivery in zip(told, sent, strict=True)
        if delivery.type == "order.state_changed"
    ]
    assert of_states == states
    assert sum(delivery.type == "order.corrected" for delivery in sent) == life.changes
    # Joining changes nothing of the order, so its event may show it as it was a moment before.
    times = [
        shown["updated_at"]
        for shown, delivery in zip(told, sent, strict=True)
        if delivery.type != "order.member_joined"
    ]
    assert times == sorted(times)


@given(complete=st.booleans(), rounds=ROUNDS)
@example(complete=False, rounds=[["billing", "first name", "page", "reference"], ["pack"]])
@example(complete=True, rounds=[["cancel", "metadata", "pack", "reference"], ["join", "reference"]])
@settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # no shrinking: a race does not come again at will
    suppress_health_check=list(HealthCheck),
)
def test_nothing_is_lost_whoever_acts_at_the_same_moment(
    complete: bool, rounds: list[list[str]]
) -> None:
    life = Life(complete=complete)
    for names in rounds:
        at_once(life, names)
        check(life)
