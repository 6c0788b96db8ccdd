"""Changes at the same moment, of one subscription and beside the job that issues: one wins."""

from datetime import date

import pytest

from shop.billing.change_quotes import quote_change
from shop.billing.change_refusals import NoChangeError
from shop.billing.issuing import issue_all
from shop.billing.models import Invoice, Subscription
from shop.billing.tier_change_rows import TierChange
from shop.billing.tier_changes import QuoteChangedError, approve_change, change_tier, undo_change
from shop.catalogue.models import Product
from tests.billing.runs import beat, clock_at, running
from tests.billing.years import assert_numbers_are_whole
from tests.contract_factories import make_tier_change
from tests.factories import make_seller, make_staff, make_user
from tests.orders.test_parallel import CALLERS, at_once

pytestmark = pytest.mark.django_db(transaction=True)

BEGUN = date(2026, 3, 1)
DAY = date(2026, 3, 20)
NEXT = date(2026, 4, 1)


def test_of_several_who_confirm_one_wins_and_the_others_read_it() -> None:
    make_seller()
    subscription, admin = running(BEGUN), make_user()
    tiers = [Product.objects.get(code=code) for code in ("m", "l", "Starter")]
    with clock_at(DAY):
        quotes = [
            quote_change(Subscription.objects.get(), tiers[number % 3], "month")
            for number in range(CALLERS)
        ]

        def confirm(number: int) -> str:
            try:
                change_tier(quotes[number], quotes[number].hash, admin)
            except QuoteChangedError:
                return "changed"
            return "won"

        told = at_once(confirm)
    assert sorted(told) == ["changed"] * (CALLERS - 1) + ["won"]
    change = TierChange.objects.get()
    subscription.refresh_from_db()
    if change.state == "planned":
        assert (subscription.product.code, Invoice.objects.count()) == ("s", 1)
    else:
        assert (subscription.product, Invoice.objects.count()) == (change.product, 2)


@pytest.mark.parametrize("code", ["m", "Starter"])
def test_no_period_is_invoiced_twice_or_by_a_wrong_price(code: str) -> None:
    """At midnight, the job issues the next period while the client changes tier."""
    make_seller()
    subscription, admin = running(BEGUN), make_user()
    product = Product.objects.get(code=code)
    with clock_at(NEXT):
        quoted = Subscription.objects.get()

        def act(number: int) -> str:
            if number % 2:
                issue_all([subscription.pk], NEXT, beat)
                return ""
            try:
                quote = quote_change(quoted, product, "month")
                change_tier(quote, quote.hash, admin)
            except (QuoteChangedError, NoChangeError) as error:
                return type(error).__name__
            return "changed"

        at_once(act)
    issue_all([subscription.pk], date(2026, 5, 1), beat)
    found = list(
        Invoice.objects.order_by("period_start", "pk").values_list("period_start", "net_cents")
    )
    change = TierChange.objects.first()
    later = product.net_cents if change else 4900
    # The new tier counts from 1 May: until the period of April is invoiced nothing goes upwards.
    assert found == [(BEGUN, 4900), (NEXT, 4900), (date(2026, 5, 1), later)]
    assert_numbers_are_whole()


def test_undoing_at_the_moment_it_is_applied_has_one_winner() -> None:
    make_seller()
    subscription, admin = running(BEGUN), make_user()
    with clock_at(DAY):
        change = make_tier_change(subscription, "Starter")

    def act(number: int) -> bool:
        if number % 2:
            issue_all([subscription.pk], NEXT, beat)
            return False
        return undo_change(TierChange.objects.get(pk=change.pk), admin)

    undone = sum(at_once(act))
    change.refresh_from_db()
    last = Invoice.objects.get(period_start=NEXT)
    expected = ("undone", 4900) if undone else ("applied", 2900)
    assert (change.state, last.net_cents) == expected
    assert undone <= 1
    assert subscription.events.count() == 2


def test_approval_at_the_same_moment_has_one_winner() -> None:
    make_seller()
    subscription, staff = running(BEGUN), make_staff()
    with clock_at(DAY):
        change = make_tier_change(subscription, "xl")
        won = at_once(lambda _number: approve_change(TierChange.objects.get(pk=change.pk), staff))
    assert sorted(won) == [False] * (CALLERS - 1) + [True]
    assert Invoice.objects.count() == 2
    assert subscription.events.count() == 2
