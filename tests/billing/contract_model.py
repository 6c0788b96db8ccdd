"""A contract's life once more, written plainly with fractions: what an independent clerk would do.

Nothing is taken from `shop.billing`. Amounts are cents.
"""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

DAY = timedelta(days=1)
VAT = Fraction(19, 100)
MONTHS = {"month": 1, "year": 12}


@dataclass(frozen=True)
class Tier:
    """A tier as it is sold; by the year only if it has a price of a year."""

    code: str
    month: int
    year: int | None
    places: int
    manual: bool = False


@dataclass(frozen=True)
class Code:
    """A promotion: a share of the price or an amount of a month, for some months, for some tiers."""

    code: str
    percent: Fraction | None
    amount: int
    months: int | None
    tiers: tuple[str, ...]  # none: all


@dataclass
class Issued:
    """An invoice, with what is left of it to be credited."""

    start: date
    end: date
    net: int
    vat: int
    left_net: int
    left_vat: int


@dataclass(frozen=True)
class Plan:
    """A change that counts from a later day, or (without a day) waits for approval."""

    tier: Tier
    interval: str
    from_on: date | None


def rounded(exact: Fraction) -> int:
    """To whole cents, halves up."""
    return int((exact + Fraction(1, 2)) // 1)


def months_later(day: date, months: int) -> date:
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@dataclass
class Contract:
    """One contract as the clerk keeps it."""

    tier: Tier
    interval: str
    begun: date
    private: bool
    members: int
    code: Code | None
    anchor: date = date.min
    next: date | None = None  # the period to be invoiced next
    plan: Plan | None = None
    last_day: date | None = None
    cancelled: bool = False
    ended: bool = False
    invoices: list[Issued] = field(default_factory=list)
    notes: list[tuple[date, int, int]] = field(default_factory=list)  # last day, net, VAT

    def __post_init__(self) -> None:
        self.anchor = self.begun
        self.next = self.begun if self.list_price(self.tier, self.interval) else None

    # Periods and prices

    def starts_until(self, day: date) -> list[date]:
        """The first days of all periods that begin by a day, and of the one after it."""
        starts, number = [self.anchor], 0
        while starts[-1] <= day:
            number += 1
            starts.append(months_later(self.anchor, number * MONTHS[self.interval]))
        return starts

    def period(self, day: date) -> tuple[date, date]:
        *_earlier, start, following = self.starts_until(day)
        return start, following

    @staticmethod
    def list_price(tier: Tier, interval: str) -> int:
        return (tier.year or 0) if interval == "year" else tier.month

    def counts(self, tier: Tier) -> bool:
        return self.code is not None and (not self.code.tiers or tier.code in self.code.tiers)

    def price(self, tier: Tier, interval: str, start: date, anchor: date) -> int:
        """Net, of the period that begins on `start`."""
        price, code = self.list_price(tier, interval), self.code
        if code is None or not self.counts(tier):
            return price
        months = MONTHS[interval]
        if code.months is None:
            left = months
        else:
            until = months_later(self.begun, code.months)
            left = 12 * (until.year - start.year) + until.month - start.month
            left = max(0, min(left, months))
        if start == anchor:
            return price - self._off(code, price, Fraction(left, months), left)
        whole = self._off(code, price, Fraction(1), months)
        return price - rounded(whole * Fraction(left, months))

    @staticmethod
    def _off(code: Code, price: int, share: Fraction, months: int) -> int:
        if code.percent is not None:
            return rounded(price * code.percent / 100 * share)
        return min(code.amount * months, price)

    # What the shop does by itself

    def morning(self, today: date) -> None:
        """Invoice what is due, then end what has had its last day."""
        while self.next and self.next <= today and not self.ended:
            if self.last_day and self.next > self.last_day:
                self.next = None
                break
            start = self.next
            if self.plan and self.plan.from_on == start:
                self._follow_plan(start)
                if self.next is None:
                    break
            _same, following = self.period(start)
            self.next = following
            net = self.price(self.tier, self.interval, start, self.anchor)
            self._invoice(start, following - DAY, net)
        if self.last_day and self.last_day < today and not self.ended:
            self.ended, self.next = True, None
            self._credit_after(self.last_day)

    def _follow_plan(self, start: date) -> None:
        assert self.plan
        plan, self.plan = self.plan, None
        if self.members > plan.tier.places:
            return
        if plan.interval != self.interval:
            self.anchor = start
        self._take(plan.tier, plan.interval, start)
        if not self.list_price(plan.tier, plan.interval):
            self.next = None

    def _take(self, tier: Tier, interval: str, start: date) -> None:
        """From `start` on it is this tier; a promotion that is not for it is lost."""
        price = self.list_price(tier, interval)
        if price and self.price(tier, interval, start, self.anchor) == price:
            self.code = None
        self.tier, self.interval = tier, interval

    def _invoice(self, start: date, end: date, net: int) -> None:
        if net:
            vat = rounded(net * VAT)
            self.invoices.append(Issued(start, end, net, vat, net, vat))

    def _credit_after(self, last_day: date) -> None:
        for each in self.invoices:
            if each.end <= last_day:
                continue
            days = (each.end - each.start).days + 1
            beyond = min((each.end - last_day).days, days)
            net = min(rounded(Fraction(each.net * beyond, days)), each.left_net)
            if net:
                whole = net == each.left_net
                vat = each.left_vat if whole else min(rounded(net * VAT), each.left_vat)
                self.notes.append((each.end, net, vat))

    # What people do

    def refusal(self, tier: Tier, interval: str, *, approved: bool = False) -> str:
        free = not self.list_price(self.tier, self.interval)
        same = tier == self.tier and (interval == self.interval or (free and not tier.month))
        if self.ended:
            return "ended"
        if self.cancelled:
            return "cancelled"
        if self.plan and not approved:
            return "under_way"
        if same:
            return "same"
        if interval == "year" and not tier.year:
            return "interval"
        return "no_place" if self.members > tier.places else ""

    def change(self, tier: Tier, interval: str, today: date, *, approved: bool = False) -> str:
        """Change it; returns what becomes of it."""
        if refused := self.refusal(tier, interval, approved=approved):
            return refused
        if tier.manual and tier != self.tier and not approved:
            self.plan = Plan(tier, interval, None)
            return "approval"
        if not self.list_price(self.tier, self.interval):
            self.plan, self.anchor = None, today
            self._take(tier, interval, today)
            self.next = today if self.list_price(tier, interval) else None
            return "applied"
        start, following = self.period(today)
        if interval == self.interval:
            old = self.price(self.tier, interval, start, self.anchor)
            new = self.price(tier, interval, start, self.anchor)
            if new > old:
                left = Fraction((following - today).days, (following - start).days)
                self._invoice(today, following - DAY, rounded(new * left) - rounded(old * left))
                self.plan = None
                self._take(tier, interval, start)
                return "applied"
        self.plan = Plan(tier, interval, following)
        return "planned"

    def cancel(self, today: date, wished: date) -> None:
        self.cancelled, self.plan = True, None
        if not self.list_price(self.tier, self.interval):
            self.last_day = wished
            return
        _start, following = self.period(wished)
        self.last_day = following - DAY
        if self.private:
            a_year = months_later(self.begun, 12) - DAY
            self.last_day = min(self.last_day, max(a_year, months_later(today, 1), wished))

    def end_with(self, day: date) -> None:
        self.cancelled, self.plan, self.last_day = True, None, day

    def take_back(self) -> None:
        self.cancelled, self.last_day = False, None
