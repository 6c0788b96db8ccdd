"""Contracts whose clients change tiers and cancel, while a storm blows, and do not give up."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from shop.access.applications import create_application
from shop.billing.change_quotes import quote_change
from shop.billing.change_refusals import NoChangeError
from shop.billing.contract_cancellation import cancel_contract
from shop.billing.issuing import issue_all
from shop.billing.models import Subscription
from shop.billing.tier_changes import QuoteChangedError, change_tier
from shop.catalogue.models import Product
from shop.orders.document import check_document
from shop.orders.placing import Caller, place_order
from shop.packing.dispatch import run_due
from shop.tenancy.models import User
from tests.factories import make_membership, make_seller, make_staff
from tests.faults.orders import document

BEGUN = 10  # days before
PATIENCE = 120.0  # seconds for one act, over all its tries
# Upwards from s: each counts at once, as staff ask for it.
TIERS = ("m", "l", "xl")
CANCELLED = "cancelled"


@dataclass
class Plan:
    """The plan for one contract: the tiers it gets in turn, and whether it ends."""

    subscription: int
    tiers: list[str]
    ends: bool
    done: list[str] = field(default_factory=list)

    @property
    def acts(self) -> list[str]:
        """All that its client does, in order."""
        return [*self.tiers, *([CANCELLED] if self.ends else [])]


def make_contracts(number: int) -> None:
    """Begin contracts of tier s some days ago, each with a member of its own and one it shares."""
    make_seller()
    caller = Caller(application=create_application("Contracts")[0])
    for each in range(1, number + 1):
        place_order(check_document(document(each) | {"product": "s"}), caller)
    run_due(lambda: None)
    begun = timezone.localdate() - timedelta(days=BEGUN)
    Subscription.objects.update(started_on=begun, anchor_on=begun, next_period_on=begun)
    contracts = list(Subscription.objects.select_related("project").order_by("pk"))
    shared = None
    for place, contract in enumerate(contracts):
        make_membership(project=contract.project, user=make_member(f"own{place}"))
        if place % 2 == 0:
            shared = make_member(f"shared{place}")
        make_membership(project=contract.project, user=shared)
    today = timezone.localdate()
    issue_all([contract.pk for contract in contracts], today, lambda: None)


def make_member(name: str) -> User:
    """A user who has joined, without a password, which takes its time."""
    return User.objects.create(email=f"{name}@example.com", joined_at=timezone.now())


def make_plans(seed: int) -> list[Plan]:
    """A plan for each contract, drawn from a seed; some of them go on, or stay as they are."""
    random = Random(seed)
    return [
        Plan(pk, list(TIERS[: random.choice((0, 1, 2, 3))]), random.random() < 0.7)
        for pk in Subscription.objects.order_by("pk").values_list("pk", flat=True)
    ]


class Clients:
    """Carry the plans out, at a steady pace, until all are done."""

    def __init__(self, plans: list[Plan], seed: int, seconds: float) -> None:
        self.plans = plans
        self.random = Random(f"{seed} clients")
        self.pace = seconds / max(1, sum(len(plan.acts) for plan in plans))
        self.complaints: list[str] = []
        self.tried_again = 0
        self.staff: User = make_staff()
        self.thread = threading.Thread(target=self.work)

    def work(self) -> None:
        """Do one act after another, of contracts in any order, but of each in its own."""
        try:
            while waiting := [plan for plan in self.plans if len(plan.done) < len(plan.acts)]:
                began = time.monotonic()
                self.carry_on(self.random.choice(waiting))
                time.sleep(max(0.0, began + self.pace - time.monotonic()))
        finally:
            connection.close()

    def carry_on(self, plan: Plan) -> None:
        """Do the next act of a plan, trying again while the database is away."""
        act = plan.acts[len(plan.done)]
        until = time.monotonic() + PATIENCE
        while not self.succeeds(lambda: self.do(plan.subscription, act)):
            self.tried_again += 1
            if time.monotonic() > until:
                self.complaints.append(f"contract {plan.subscription} was not {act}")
                break
            time.sleep(0.2)
        plan.done.append(act)

    def succeeds(self, act: Callable[[], None]) -> bool:
        """Tell if an act was done; it may have been done by a try whose answer was lost."""
        try:
            act()
        except (DatabaseError, InterfaceError, QuoteChangedError):
            connection.close()
            return False
        except NoChangeError as refusal:
            # The first invoice, or the one before, may still be under way.
            return refusal.code == "same"
        return True

    def do(self, pk: int, act: str) -> None:
        """Have a contract end with yesterday, or change it to a tier."""
        contract = Subscription.objects.select_related("order", "client").get(pk=pk)
        if act == CANCELLED:
            yesterday = timezone.localdate() - timedelta(days=1)
            if contract.cancelled_at is None:
                cancel_contract(contract, by=self.staff, ends_on=yesterday)
            return
        quote = quote_change(contract, Product.objects.get(code=act), contract.interval)
        change_tier(quote, quote.hash, self.staff, by_staff=True)
