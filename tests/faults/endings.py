"""The trial of contracts: they change and end while processes die. Each step is done once."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from acme.server import Workspaces
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from shop.billing.models import Invoice, Subscription
from shop.billing.tier_change_rows import SubscriptionEvent, TierChange
from shop.packing.contract_attempts import steps_of
from shop.packing.models import ContractRun
from shop.tenancy.models import Membership, User
from tests.faults.contracts import Clients, Plan, make_contracts, make_plans
from tests.faults.flaky import Service
from tests.faults.shop import Shop, shop
from tests.faults.trials import STUCK, Report, Surroundings
from tests.faults.verdict import complain_of_numbers
from tests.faults.weather import Weather

Kind, State = ContractRun.Kind, ContractRun.State


@dataclass(frozen=True)
class Draw:
    """The length of a storm, the pace of its faults, and the seed it is drawn from."""

    seconds: float
    pace: float
    seed: int


def endings(draw: Draw, number: int, given: Surroundings, service: Service) -> Report:
    """Have `number` contracts change and end while faults happen."""
    call_command("migrate", verbosity=0)
    seconds, pace, seed = draw.seconds, draw.pace, draw.seed
    with shop() as running:
        make_contracts(number)
        plans = make_plans(seed)
        clients = Clients(plans, seed, seconds)
        connection.close()  # it would not outlive the database's server
        weather = Weather(
            running, seed,
            server=given.server, redis=given.redis, mail=given.mail, full_disk=given.full_disk,
            longest=given.longest, without="web",
        )  # fmt: skip
        running.start_worker()
        clients.thread.start()
        weather.storm(seconds, pace)
        clients.thread.join()
        over = time.monotonic()
        settled = settle(running)
        settled_after = time.monotonic() - over
        complaints = [*clients.complaints, *running.stop()]
    if not settled:
        complaints.append("something is left to do")
    complaints += judge(plans, service)
    return {
        "seed": seed,
        "contracts": len(plans),
        "changes": TierChange.objects.count(),
        "ends": sum(plan.ends for plan in plans),
        "runs": ContractRun.objects.filter(state=State.DONE).count(),
        "tries again": sum(run.attempts - 1 for run in ContractRun.objects.filter(attempts__gt=1)),
        "acts tried again": clients.tried_again,
        "invoices": Invoice.objects.count(),
        "people erased": User.objects.filter(email__startswith="deleted-").count(),
        "calls of the service": sum(service.handler.moods.values()),
        "moods": dict(sorted(service.handler.moods.items())),
        "faults": weather.count(),
        "faults in all": len(weather.faults),
        "left out": given.left_out,
        "seconds to settle": round(settled_after, 1),
        "complaints": complaints,
    }


def settle(running: Shop) -> bool:
    """Wait until nothing is left to do, as long as something gets done."""
    done: tuple[int, ...] = ()
    changed = time.monotonic()
    while left := what_is_left():
        hurry()
        if left != done:
            done, changed = left, time.monotonic()
        if time.monotonic() > changed + STUCK:
            return False
        running.sleep(0.5)
    return True


def what_is_left() -> tuple[int, ...]:
    """The numbers of contracts to end and of runs; empty: nothing is left."""
    ending = Subscription.objects.filter(ended_at=None, ends_on__lt=timezone.localdate())
    runs = ContractRun.objects.filter(state__in=(State.WAITING, State.RUNNING))
    numbers = ending.count(), runs.count()
    return numbers if any(numbers) else ()


def hurry() -> None:
    """Have runs tried again at once: nothing is wrong any more."""
    ContractRun.objects.filter(state=State.WAITING).update(next_attempt_at=timezone.now())


def judge(plans: list[Plan], service: Service) -> list[str]:
    """A complaint for whatever is not as planned, is half done, or was done twice."""
    workspaces: Workspaces = service.handler.workspaces
    resized: dict[int, list[str]] = defaultdict(list)
    removed: Counter[int] = Counter(wish["project"] for wish in workspaces.removed)
    for wish in workspaces.resized:
        resized[wish["project"]].append(wish["tier"])
    contracts = Subscription.objects.select_related("project__product", "product").in_bulk()
    complaints = list(complain_of_numbers(Invoice.objects.values_list("number", flat=True)))
    for plan in plans:
        contract = contracts[plan.subscription]
        called = resized[contract.project_id], removed[contract.project_id]
        found = [*complain(plan, contract, *called), *complain_of_runs(contract)]
        complaints += [f"contract {contract.pk}: {each}" for each in found]
    return complaints


def complain(plan: Plan, contract: Subscription, resized: list[str], removed: int) -> Iterator[str]:
    """Complain of a contract that has not become what was planned, here or at the service."""
    changes = contract.tier_changes.order_by("pk").values_list("product__code", "state")
    if list(changes) != [(tier, TierChange.State.APPLIED) for tier in plan.tiers]:
        yield f"has the changes {list(changes)} and not {plan.tiers}"
    tier = ["s", *plan.tiers][-1]
    if (contract.product.code, contract.project.product.code) != (tier, tier):
        yield f"has {contract.product.code} for a project with {contract.project.product.code}"
    if resized != plan.tiers:
        yield f"was resized to {resized} and not to {plan.tiers}"
    if removed != plan.ends:
        yield f"was removed {removed} times"
    events = contract.events.filter(kind=SubscriptionEvent.Kind.ENDED).count()
    if (events, contract.ended_at is not None) != (plan.ends, plan.ends):
        yield f"has ended {events} times"
    project = contract.project
    is_over = (project.joins_closed_at, project.closed_at, project.erased_at)
    if [bool(moment) for moment in is_over] != [plan.ends] * 3:
        yield f"has a project that is {is_over}"
    members = Membership.objects.filter(project=project).count()
    if members != (0 if plan.ends else 3):
        yield f"has {members} members"


def complain_of_runs(contract: Subscription) -> Iterator[str]:
    """Complain of runs that are missing, too many, not done, or without all of their steps."""
    runs = list(contract.runs.order_by("pk").prefetch_related("steps"))
    changed = [run.change_id for run in runs if run.kind == Kind.CHANGING]
    if changed != list(contract.tier_changes.order_by("pk").values_list("pk", flat=True)):
        yield f"has runs for the changes {changed}"
    if sum(run.kind == Kind.ENDING for run in runs) != bool(contract.ended_at):
        yield "has not one run for its end"
    for run in runs:
        if (run.state, run.lease_token, run.last_error) != (State.DONE, None, ""):
            yield f"has a run that is {run.state}: {run.last_error}"
        steps = [step.name for step in run.steps.all()]
        if steps != [step.name for step in steps_of(run.kind) if not step.gate]:
            yield f"has a run with the steps {steps}"
