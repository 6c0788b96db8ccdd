"""The kept numbers of orders are those of the orders there are, whatever happens to these."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from shop.billing.models import Subscription
from shop.catalogue.models import Product
from shop.orders import order_counts
from shop.orders.basket import update_document
from shop.orders.cancellation import expire_incomplete
from shop.orders.document import check_document
from shop.orders.models import PLACED_STATES, Order, State
from shop.orders.open_orders import Owner, delete_open, locked_basket, open_order
from shop.orders.order_count_triggers import create_missing_triggers, drop_triggers
from shop.orders.order_counts import KEY, OrderCount, counts_of, fold_counts, placed_by_state
from shop.orders.placing import Caller, submit_open_order
from shop.orders.states import TRANSITIONS, transition
from tests.factories import DETAILS, make_application, make_order, make_user, pack_all
from tests.orders.test_parallel import at_once

pytestmark = pytest.mark.django_db

CALLER = st.integers(0, 5)
PICKED = st.sets(st.integers(0, 5), min_size=1, max_size=3)
TIERS = ("s", "m", "xl")
TIER = st.sampled_from(TIERS)


def fold() -> None:
    fold_counts(lambda: None)


@pytest.fixture
def fold_a_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fold at once, three rows at a time."""
    monkeypatch.setattr(order_counts, "ENOUGH", 1)
    monkeypatch.setattr(order_counts, "AT_ONCE", 3)


def kept() -> dict[Any, int]:
    """The numbers other than zero by application or user, tier and state."""
    rows = OrderCount.objects.values_list(*KEY).annotate(total=Sum("number")).order_by()
    return {tuple(key): number for *key, number in rows if number}


def real() -> dict[Any, int]:
    found = Counter[Any]()
    for order in Order.objects.exclude(state=State.NEW):
        found[order.application_id, None, order.product_id, order.state] += 1
        if order.placed_by_id:
            found[None, order.placed_by_id, order.product_id, order.state] += 1
    return dict(found)


class Orders(RuleBasedStateMachine):
    """Every way in which orders come, change and go."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        applications = [make_application("One"), make_application("Two")]
        people = [make_user(), make_user()]
        self.callers = [
            *(Caller(application=each) for each in applications),
            *(Caller(user=each) for each in people),
            Caller(application=applications[0], user=people[0]),
            Caller(),
        ]

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def picked(self, picked: set[int]) -> list[Order]:
        return [order for n, order in enumerate(Order.objects.order_by("pk")) if n in picked]

    @rule(caller=CALLER, tier=TIER, complete=st.booleans())
    def place(self, caller: int, tier: str, complete: bool) -> None:
        details = {} if complete else {"user_email": None}
        make_order(tier, self.callers[caller], **details)

    @rule(caller=CALLER, tier=TIER, ending=st.sampled_from(["placed", "deleted", "left"]))
    def open(self, caller: int, tier: str, ending: str) -> None:
        order, _owner = open_order(Owner())
        Order.objects.filter(pk=order.pk).update(product=Product.objects.get(code=tier))
        if ending == "deleted":
            delete_open(order)
        if ending == "placed":
            document = {"product": tier, **DETAILS}
            with locked_basket(order) as basket:
                update_document(basket, document)
                submit_open_order(basket, check_document(document), self.callers[caller])

    @rule(picked=PICKED, to=st.sampled_from(PLACED_STATES))
    def move(self, picked: set[int], to: State) -> None:
        for order in self.picked(picked):
            if order.state != State.NEW and to in TRANSITIONS[State(order.state)]:
                assert transition(order, to)

    @rule()
    def pack(self) -> None:
        pack_all()

    @rule()
    def expire(self) -> None:
        late = timezone.now() - timedelta(days=100)
        Order.objects.filter(complete=False).update(created_at=late, updated_at=late)
        expire_incomplete(lambda: None)

    @rule(picked=PICKED, state=st.sampled_from(PLACED_STATES), tier=TIER, caller=CALLER)
    def change_by_hand(self, picked: set[int], state: State, tier: str, caller: int) -> None:
        to = self.callers[caller]
        Order.objects.filter(pk__in=[order.pk for order in self.picked(picked)]).update(
            state=state,
            product=Product.objects.get(code=tier),
            application=to.application,
            placed_by=to.user,
        )

    @rule(picked=PICKED)
    def delete_by_hand(self, picked: set[int]) -> None:
        for order in self.picked(picked):
            Subscription.objects.filter(order=order).delete()
            order.delete()

    @rule()
    def fold(self) -> None:
        fold()
        assert not OrderCount.objects.filter(folded=False).exists()
        assert OrderCount.objects.count() == len(kept())

    @invariant()
    def numbers_are_true(self) -> None:
        assert kept() == real()


def test_numbers_are_true_after_every_change(fold_a_few: None) -> None:
    run_state_machine_as_test(
        Orders,
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_counts_of_are_those_of_the_holder() -> None:
    mine, other = make_application("Mine"), make_application("Other")
    person = make_user()
    for caller in (Caller(mine), Caller(mine, person), Caller(other), Caller(user=person)):
        make_order(caller=caller)
    totals = [
        counts and counts.aggregate(total=Sum("number"))["total"]
        for counts in (counts_of(mine, None), counts_of(None, person), counts_of(mine, person))
    ]
    assert totals == [2, 2, None]


def test_all_placed_orders_are_counted_by_state() -> None:
    open_order(Owner())
    for caller in (Caller(make_application()), Caller(user=make_user()), Caller()):
        make_order(caller=caller)
    pack_all()
    make_order("xl")
    assert placed_by_state() == {"packed": 3, "pending": 1, "packing": 0}


def test_few_rows_are_left_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_counts, "ENOUGH", 3)
    application = make_application()
    orders = [make_order(caller=Caller(application)) for _each in range(2)]
    fold()
    assert list(OrderCount.objects.values_list("number", "folded")) == [(1, False)] * 2
    assert transition(orders[0], State.PACKING)
    fold()
    assert sorted(OrderCount.objects.values_list("state", "number", "folded")) == [
        ("packing", 1, True),
        ("pending", 1, True),
    ]


def test_folding_leaves_out_others_and_what_is_zero(fold_a_few: None) -> None:
    bystander = make_application("Bystander")
    make_order(caller=Caller(bystander))
    fold()
    [before] = OrderCount.objects.values()
    order = make_order(caller=Caller(make_application()))
    order.delete()
    assert OrderCount.objects.count() == 3
    fold()
    assert list(OrderCount.objects.values()) == [before]


@pytest.mark.django_db(transaction=True)
def test_numbers_are_true_while_several_place_pack_and_fold(fold_a_few: None) -> None:
    application, person = make_application(), make_user()

    def work(number: int) -> None:
        for turn in range(4):
            if number < 3:
                make_order(TIERS[turn % 2], Caller(application, person))
            elif number < 5:
                fold()
            else:
                pack_all()

    at_once(work)
    pack_all()
    assert kept() == real()
    assert sum(kept().values()) == 2 * 12
    fold()
    assert kept() == real()
    assert OrderCount.objects.count() == len(kept())


@pytest.mark.django_db(transaction=True)
def test_missing_triggers_are_created_and_all_orders_counted_by_the_next_migrate() -> None:
    application = make_application()
    order = make_order(caller=Caller(application))
    drop_triggers(connection)
    assert transition(order, State.PACKING)
    make_order("m", Caller(application))
    assert kept() != real()
    create_missing_triggers(using="default")
    assert kept() == real()
    make_order(caller=Caller(application))
    assert transition(order, State.PACKED)
    create_missing_triggers(using="default")
    assert kept() == real()
    assert len(real()) == 3


@pytest.mark.django_db(transaction=True)
def test_orders_placed_while_the_triggers_are_created_are_counted_once() -> None:
    application = make_application()
    drop_triggers(connection)

    def work(number: int) -> None:
        if not number:
            create_missing_triggers(using="default")
            return
        for _turn in range(3):
            make_order(caller=Caller(application))

    at_once(work)
    assert sum(real().values()) == 15
    assert kept() == real()
