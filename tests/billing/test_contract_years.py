"""Contracts that change, end and go on for years cost what an independent clerk has reckoned."""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest

from shop.billing.change_quotes import quote_change
from shop.billing.change_refusals import NoChangeError
from shop.billing.contract_cancellation import cancel_contract, take_back
from shop.billing.contract_end import end_due, end_now
from shop.billing.models import Invoice, Subscription
from shop.billing.tier_change_rows import TierChange
from shop.billing.tier_changes import approve_change, change_tier, undo_change
from shop.catalogue.models import Product, Promotion
from shop.orders.models import Order
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.models import Client, Membership, Project, User
from tests.billing.contract_model import Code, Contract, Tier, months_later
from tests.billing.runs import beat, clock_at
from tests.billing.years import Begun, assert_numbers_are_whole, copies, run_worker
from tests.factories import BILLING, make_seller, make_staff, make_subscription, make_user

pytestmark = pytest.mark.django_db

# Three years of 200 contracts: `python -m tests.billing_years`.
CONTRACTS = int(os.environ.get("CONTRACTS") or 16)
DAYS = int(os.environ.get("CONTRACT_DAYS") or 200)
# Days between two acts of one contract, on average.
PACE = int(os.environ.get("CONTRACT_PACE") or 15)
SEED = int(os.environ.get("CONTRACT_SEED") or 5)
FIRST = date(2027, 8, 30)  # changes of the clock, a leap day and turns of the year follow

TIERS = (
    Tier("Yamdu FREE", 0, None, 3),
    Tier("Starter", 2900, 29001, 5),
    Tier("s", 4900, 49000, 8),
    Tier("m", 9900, 99000, 20),
    Tier("l", 19900, None, 50),
    Tier("xl", 44900, 448999, 150, manual=True),
)
CODES = (
    None,
    None,
    Code("HALB", Fraction(50), 0, 5, ("s", "m")),
    Code("DRITTEL", Fraction(3333, 100), 0, 14, ()),
    Code("IMMER", None, 1001, None, ("Starter", "s", "l")),
    Code("ALLES", Fraction(100), 0, 2, ()),
)


@pytest.fixture
def staff() -> User:
    make_seller()
    for tier in TIERS:
        product = Product.objects.filter(code=tier.code)
        product.update(net_cents=tier.month, yearly_net_cents=tier.year, members=tier.places)
    for code in filter(None, CODES):
        promotion = Promotion.objects.create(
            code=code.code,
            name=code.code,
            percent=Decimal(code.percent.numerator) / code.percent.denominator
            if code.percent is not None
            else None,
            amount_cents=code.amount or None,
            months=code.months,
        )
        promotion.tiers.set(Product.objects.filter(code__in=code.tiers))
    return make_staff()


class Simulation:
    """The shop's contracts, each beside its clerk's page, and people who do something at random."""

    def __init__(self, staff: User, draw: Random) -> None:
        self.staff, self.draw = staff, draw
        self.template = make_subscription(next_period_on=None)
        self.member = make_user()
        self.pages: dict[int, Contract] = {}
        self.happened: Counter[str] = Counter()

    def begin(self, today: date) -> None:
        """A contract begins as packing would begin it, in a project of its own."""
        draw = self.draw
        tier = draw.choice(TIERS[:-1])
        interval = draw.choice(["month", "month", "year"]) if tier.year else "month"
        code = draw.choice(CODES)
        if code and code.tiers and tier.code not in code.tiers:
            code = None
        page = Contract(tier, interval, today, draw.random() < 0.3, 1, code)
        net = page.list_price(tier, interval)
        off = net - page.price(tier, interval, today, today)
        ends_on = months_later(today, code.months) if off and code and code.months else None
        (subscription,) = copies(
            self.template,
            [Begun(today, interval, net, discount_cents=off, discount_ends_on=ends_on)],
        )
        product = Product.objects.get(code=tier.code)
        admin = self.template.client.client_admin
        client = Client.objects.create(name=f"Film {subscription.pk}", client_admin=admin)
        kind = "private" if page.private else "company"
        BillingProfile.objects.create(client=client, **{**BILLING, "customer_type": kind})
        project = Project.objects.create(client=client, name="Dreh", product=product)
        Membership.objects.create(project=project, user=self.member)
        months = code.months if code else None
        Order.objects.filter(pk=subscription.order.pk).update(
            product=product, discount_months=months
        )
        Subscription.objects.filter(pk=subscription.pk).update(
            client=client,
            project=project,
            product=product,
            promo_code=code.code if code else "",
            next_period_on=today if net else None,
        )
        self.pages[subscription.pk] = page

    def act(self, pk: int, today: date) -> None:
        """Somebody does something, and the clerk writes it down."""
        subscription, page = self.load(pk), self.pages[pk]
        acts: Sequence[Callable[[Subscription, Contract, date], str]]
        acts = [self.change] * 6 + [self.cancel] + [self.undo_or_decide] * 2 + [self.add_member] * 2
        if page.cancelled and not page.ended:
            acts = [self.take_back, self.take_back, self.change]
        self.happened[self.draw.choice(acts)(subscription, page, today)] += 1

    def change(self, subscription: Subscription, page: Contract, today: date) -> str:
        tier, interval = self.draw.choice(TIERS), self.draw.choice(["month", "year"])
        expected = page.change(tier, interval, today)
        try:
            quote = quote_change(subscription, Product.objects.get(code=tier.code), interval)
            found = str(change_tier(quote, quote.hash, self.staff).state)
        except NoChangeError as refusal:
            found = refusal.code
        assert found == expected, (subscription.pk, today, tier, interval)
        return found

    def undo_or_decide(self, subscription: Subscription, page: Contract, today: date) -> str:
        waiting = TierChange.objects.filter(
            subscription=subscription, state__in=("planned", "approval")
        )
        change, plan = waiting.first(), page.plan
        assert (change is None) == (plan is None)
        if change is None or plan is None:
            return "nothing to undo"
        if plan.from_on is None and self.draw.random() < 0.7:
            expected = page.change(plan.tier, plan.interval, today, approved=True)
            assert approve_change(change, self.staff)
            change.refresh_from_db()
            assert change.state == expected
            return "approved"
        assert undo_change(change, self.staff)
        page.plan = None
        return "undone"

    def add_member(self, subscription: Subscription, page: Contract, today: date) -> str:
        more = min(self.draw.randint(1, 4), page.tier.places - page.members)
        for _each in range(more):
            Membership.objects.create(project=subscription.project, user=make_user())
        page.members += more
        return "member"

    def cancel(self, subscription: Subscription, page: Contract, today: date) -> str:
        wished = today + timedelta(days=self.draw.choice([0, 0, 0, 1, 40]))
        if page.ended:
            assert not cancel_contract(subscription, by=self.staff, wished=wished)
            return "too late"
        if self.draw.random() < 0.2:  # by staff, in the middle of what is paid
            assert end_now(subscription, self.staff, "Kulanz")
            page.end_with(today)
            return "ended at once"
        assert cancel_contract(subscription, by=self.staff, wished=wished)
        page.cancel(today, wished)
        assert self.load(subscription.pk).ends_on == page.last_day
        return "cancelled"

    def take_back(self, subscription: Subscription, page: Contract, today: date) -> str:
        assert take_back(subscription, self.staff)
        page.take_back()
        return "taken back"

    def morning(self, today: date) -> None:
        """The worker's part of a day, and the clerk's."""
        run_worker(today)
        end_due(beat)
        for page in self.pages.values():
            page.morning(today)

    def compare(self) -> None:
        """Each contract and its documents are as on the clerk's page."""
        for pk, page in self.pages.items():
            found = self.load(pk)
            agreed = (found.product.code, found.interval, found.anchor_on, found.next_period_on)
            assert agreed == (page.tier.code, page.interval, page.anchor, page.next), pk
            assert found.project.product.code == page.tier.code
            assert (found.ended_at is not None, found.ends_on) == (page.ended, page.last_day), pk
            columns = ("period_start", "period_end", "net_cents", "vat_cents")
            invoices = found.invoices.filter(kind="invoice").order_by("pk").values_list(*columns)
            expected = [(each.start, each.end, each.net, each.vat) for each in page.invoices]
            assert list(invoices) == expected, pk
            notes = found.invoices.filter(kind="credit_note").order_by("pk")
            assert list(notes.values_list(*columns[1:])) == page.notes, pk

    def load(self, pk: int) -> Subscription:
        related = ("order", "project__product", "product", "client__billing_profile")
        return Subscription.objects.select_related(*related).get(pk=pk)


def test_invoices_and_credit_notes_are_those_of_an_independent_model(staff: User) -> None:
    draw = Random(SEED)
    simulation = Simulation(staff, draw)
    begins = sorted(draw.randrange(DAYS // 2) for _each in range(CONTRACTS))
    for number in range(DAYS):
        today = FIRST + timedelta(days=number)
        with clock_at(today, hour=draw.choice([0, 12, 23]), minute=59):
            for _begun in range(begins.count(number)):
                simulation.begin(today)
            simulation.morning(today)
            for pk in simulation.pages:
                if draw.random() < 1 / PACE:
                    simulation.act(pk, today)
    simulation.compare()
    assert_numbers_are_whole()
    pages = simulation.pages.values()
    issued = sum(each.net + each.vat for page in pages for each in page.invoices)
    credited = sum(net + vat for page in pages for _end, net, vat in page.notes)
    sums = Counter[str]()
    for kind, gross in Invoice.objects.values_list("kind", "gross_cents"):
        sums[kind] += gross
    assert sums == {"invoice": issued, "credit_note": credited}
    # Something of everything has happened.
    assert simulation.happened.keys() >= {
        *("applied", "planned", "approval", "approved", "undone", "no_place"),
        *("cancelled", "taken back", "ended at once"),
    }
    assert credited
    assert TierChange.objects.filter(state="refused", decided_by=None).exists()
