"""Of two who confirm a change one wins; a quote that is no longer true does not count."""

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from shop.billing.change_quotes import quote_change
from shop.billing.change_refusals import NoChangeError
from shop.billing.models import Invoice, Subscription
from shop.billing.tier_change_rows import TierChange
from shop.billing.tier_changes import (
    QuoteChangedError,
    change_tier,
)
from shop.catalogue.models import Product
from tests.billing.runs import clock_at, running
from tests.billing.tiers import agreed, tier
from tests.contract_factories import make_tier_change
from tests.factories import make_membership, make_seller

pytestmark = pytest.mark.django_db

BEGUN = date(2026, 3, 1)
DAY = date(2026, 3, 20)  # 12 of 31 days are left
NEXT = date(2026, 4, 1)


def running_now(**fields: Any) -> Subscription:
    make_seller()
    return running(BEGUN, **fields)


def test_second_of_two_who_have_seen_the_same_quote_changes_nothing() -> None:
    subscription = running_now()
    admin = subscription.client.client_admin
    with clock_at(DAY):
        quotes = [quote_change(Subscription.objects.get(), tier(code), "month") for code in "mml"]
        change_tier(quotes[0], quotes[0].hash, admin)
        for late in quotes[1:]:
            with pytest.raises(QuoteChangedError):
                change_tier(late, late.hash, admin)
    assert agreed(subscription)[0] == "m"
    assert (TierChange.objects.count(), Invoice.objects.count()) == (1, 2)


def test_second_of_two_reads_it_where_the_first_is_planned() -> None:
    subscription = running_now()
    admin = subscription.client.client_admin
    with clock_at(DAY):
        late = quote_change(Subscription.objects.get(), tier("m"), "month")
        make_tier_change(subscription, "Starter")
        with pytest.raises(QuoteChangedError):
            change_tier(late, late.hash, admin)
    assert TierChange.objects.get().product.code == "Starter"
    assert Invoice.objects.count() == 1


@pytest.mark.parametrize(
    "meanwhile",
    [
        {"cancelled_at": timezone.now()},
        {"next_period_on": date(2026, 5, 1)},
        {"list_cents": 5900},
        {"discount_ends_on": date(2026, 5, 1)},
        {"ended_at": timezone.now()},
    ],
)
def test_quote_of_a_subscription_that_changed_meanwhile_does_not_count(
    meanwhile: dict[str, Any],
) -> None:
    subscription = running_now()
    with clock_at(DAY):
        quote = quote_change(subscription, tier("m"), "month")
        Subscription.objects.update(**meanwhile)
        with pytest.raises(QuoteChangedError):
            change_tier(quote, quote.hash, subscription.client.client_admin)
    assert not TierChange.objects.exists()


def test_price_of_the_catalogue_or_a_day_later_is_another_quote() -> None:
    subscription = running_now()
    admin = subscription.client.client_admin
    with clock_at(DAY):
        quote = quote_change(subscription, tier("m"), "month")
    with clock_at(date(2026, 3, 21)), pytest.raises(QuoteChangedError):
        change_tier(quote, quote.hash, admin)
    Product.objects.filter(code="m").update(net_cents=9800)
    with clock_at(DAY):
        with pytest.raises(QuoteChangedError):
            change_tier(quote, quote.hash, admin)
        Product.objects.filter(code="m").update(net_cents=9900)
        with pytest.raises(QuoteChangedError):
            change_tier(quote, "another hash", admin)
        assert change_tier(quote, quote.hash, admin).state == "applied"


def test_member_who_joins_after_the_quote_leaves_no_place() -> None:
    subscription = running_now()
    with clock_at(DAY):
        quote = quote_change(subscription, tier("Starter"), "month")
        for _each in range(5):
            make_membership(project=subscription.project)
        with pytest.raises(NoChangeError) as refused:
            change_tier(quote, quote.hash, subscription.client.client_admin)
    assert (refused.value.code, refused.value.members) == ("no_place", 6)
    assert not TierChange.objects.exists()
