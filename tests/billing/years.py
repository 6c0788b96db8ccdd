"""Many subscriptions at little cost, and what must be true of their invoices after any time."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from shop.billing.issuing import AT_ONCE, due, issue_all
from shop.billing.models import Invoice, NumberSeries, Subscription
from shop.billing.periods import period_start
from shop.orders.models import Order, new_hash
from shop.orders.order_numbers import new_order_number
from tests.billing.runs import beat


@dataclass(frozen=True)
class Begun:
    """A subscription to make: when it begins, and what it costs."""

    on: date
    interval: str = "month"
    list_cents: int = 4900
    discount_cents: int = 0
    discount_ends_on: date | None = None


def copies(template: Subscription, begun: Iterable[Begun]) -> list[Subscription]:
    """Subscriptions of orders like the template's, written in two statements."""
    wanted = list(begun)
    orders: list[Order] = []
    for _each in wanted:
        order = Order.objects.get(pk=template.order.pk) if not orders else _copy(orders[0])
        order.pk, order.invitation = None, None
        order.order_hash, order.order_number = new_hash(), new_order_number()
        orders.append(order)
    Order.objects.bulk_create(orders)
    return Subscription.objects.bulk_create(
        [
            Subscription(
                order=order,
                client=template.client,
                project=template.project,
                product=template.product,
                interval=each.interval,
                list_cents=each.list_cents,
                discount_cents=each.discount_cents,
                discount_ends_on=each.discount_ends_on,
                currency="EUR",
                started_on=each.on,
                anchor_on=each.on,
                next_period_on=each.on,
            )
            for order, each in zip(orders, wanted, strict=True)
        ]
    )


def _copy(order: Order) -> Order:
    return Order(**{field.attname: getattr(order, field.attname) for field in order._meta.fields})


def run_worker(today: date) -> None:
    """Do the worker's work of some seconds of a day."""
    while found := due.all(day=today):
        issue_all([pk for (pk,) in found], today, beat)
        assert len(found) <= AT_ONCE


def assert_numbers_are_whole() -> None:
    """No number is missing or given twice, and numbers go the way of the days."""
    invoices = list(Invoice.objects.order_by("pk").values_list("number", "issued_on"))
    by_year: defaultdict[int, list[str]] = defaultdict(list)
    for number, issued_on in invoices:
        by_year[issued_on.year].append(number)
    for year, numbers in by_year.items():
        assert numbers == [f"{year}-{n:06d}" for n in range(1, len(numbers) + 1)]
        assert NumberSeries.objects.get(year=year).last == len(numbers)
    assert NumberSeries.objects.count() == len(by_year)
    days = [issued_on for _number, issued_on in invoices]
    assert days == sorted(days)


def assert_each_period_once(subscriptions: Sequence[Subscription], latest: date) -> None:
    """Each period that began by the `latest` day and costs something has one invoice."""
    found: defaultdict[int, list[date]] = defaultdict(list)
    rows = Invoice.objects.order_by("pk").values_list("subscription", "period_start")
    for number, start in rows:
        found[number].append(start)
    for subscription in subscriptions:
        expected, turn = [], 0
        while (start := _start(subscription, turn)) <= latest:
            if subscription.net_cents_on(start):
                expected.append(start)
            turn += 1
        assert found[subscription.pk] == expected


def _start(subscription: Subscription, turn: int) -> date:
    return period_start(subscription.anchor_on, subscription.interval, turn)
