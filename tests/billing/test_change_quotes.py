"""Quotes of changes of tier or interval: their price, their first day, and refusals."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shop.billing.change_quotes import ChangeQuote, quote_change, tiers_to_change_to
from shop.billing.change_refusals import REFUSALS, NoChangeError
from shop.billing.models import Subscription
from shop.catalogue.models import Product
from shop.tenancy.billing_profile import BillingProfile
from tests.billing.runs import begun_on, clock_at, issue_on
from tests.billing.tiers import sell_by_the_year, tier
from tests.contract_factories import make_tier_change
from tests.factories import BILLING, make_membership, make_seller, make_subscription

pytestmark = pytest.mark.django_db

BEGUN = date(2026, 1, 31)
# Of the period from 28 February to 30 March, 31 days, 12 are left.
DAY = date(2026, 3, 19)


def quote(subscription: Subscription, code: str = "m", interval: str = "month") -> ChangeQuote:
    return quote_change(subscription, tier(code), interval)


def refusal(subscription: Subscription, code: str = "m", interval: str = "month") -> str:
    with pytest.raises(NoChangeError) as refused:
        quote(subscription, code, interval)
    assert refused.value.text  # in the reader's language
    return refused.value.code


def in_period_of(day: date, begun: date = BEGUN, **fields: Any) -> Subscription:
    """A subscription whose periods up to `day` are invoiced."""
    make_seller()
    subscription = begun_on(begun, **fields)
    issue_on(day, subscription)
    subscription.refresh_from_db()
    return subscription


def of_free_project() -> Subscription:
    free: dict[str, Any] = {"list_cents": 0, "next_period_on": None, "product": tier("Yamdu FREE")}
    return make_subscription(started_on=BEGUN, anchor_on=BEGUN, **free)


def test_higher_tier_counts_at_once_and_its_days_are_invoiced() -> None:
    subscription = in_period_of(DAY)
    with clock_at(DAY):
        found = quote(subscription)
    assert (found.direction, found.at_once, found.from_on) == ("up", True, DAY)
    assert (found.days, found.of_days, found.period_end) == (12, 31, date(2026, 3, 30))
    # 9900 × 12/31 = 3832.26; 4900 × 12/31 = 1896.77
    assert (found.charged_cents, found.credited_cents) == (3832, 1897)
    assert (found.net_cents, found.vat_cents, found.gross_cents) == (1935, 368, 2303)
    assert (found.list_cents, found.discount_cents) == (9900, 0)
    assert (found.anchor_on, found.next_invoice_on) == (BEGUN, date(2026, 3, 31))
    assert (found.next_net_cents, found.next_gross_cents) == (9900, 11781)
    assert not found.needs_approval


def test_halves_of_a_cent_are_rounded_up_for_each_line() -> None:
    subscription = in_period_of(date(2026, 4, 1), begun=date(2026, 4, 1), list_cents=4901)
    Product.objects.filter(code="m").update(net_cents=9903)
    with clock_at(date(2026, 4, 16)):  # 15 of 30 days
        found = quote(subscription)
    assert (found.charged_cents, found.credited_cents) == (4952, 2451)


@pytest.mark.parametrize(("day", "days"), [(date(2026, 2, 28), 31), (date(2026, 3, 30), 1)])
def test_first_and_last_day_of_a_period_count(day: date, days: int) -> None:
    subscription = in_period_of(day)
    for hour, minute in [(0, 0), (23, 59)]:
        with clock_at(day, hour, minute):
            assert (quote(subscription).days, quote(subscription).of_days) == (days, 31)


@pytest.mark.parametrize("code", ["Starter", "s-like"])
def test_lower_or_equal_price_counts_from_the_next_period(code: str) -> None:
    if code == "s-like":
        Product.objects.filter(code="Commercial").update(net_cents=4900)
        code = "Commercial"
    subscription = in_period_of(DAY)
    with clock_at(DAY):
        found = quote(subscription, code)
    assert (found.direction, found.at_once, found.from_on) == ("down", False, date(2026, 3, 31))
    assert (found.net_cents, found.gross_cents, found.anchor_on) == (0, 0, BEGUN)
    assert found.next_invoice_on == date(2026, 3, 31)
    assert found.next_net_cents == tier(code).net_cents


def test_free_tier_has_no_further_invoice() -> None:
    subscription = in_period_of(DAY)
    with clock_at(DAY):
        found = quote(subscription, "Yamdu FREE")
    assert (found.from_on, found.next_invoice_on) == (date(2026, 3, 31), None)
    assert (found.list_cents, found.next_net_cents) == (0, 0)


def test_year_begins_with_the_next_period_on_an_anchor_of_its_own() -> None:
    sell_by_the_year("s", 49000)
    subscription = in_period_of(date(2026, 2, 10))
    with clock_at(date(2026, 2, 10)):
        found = quote(subscription, "s", "year")
    assert (found.direction, found.from_on) == ("down", date(2026, 2, 28))
    assert (found.anchor_on, found.list_cents) == (date(2026, 2, 28), 49000)


def test_from_free_a_whole_period_begins_today() -> None:
    make_seller()
    subscription = of_free_project()
    with clock_at(DAY):
        found = quote(subscription)
    assert (found.direction, found.at_once, found.from_on) == ("up", True, DAY)
    assert (found.anchor_on, found.next_invoice_on, found.next_net_cents) == (DAY, DAY, 9900)
    assert (found.charged_cents, found.credited_cents) == (0, 0)


def test_free_project_gets_another_free_tier_at_once() -> None:
    Product.objects.filter(code="s").update(net_cents=0)
    subscription = of_free_project()
    with clock_at(DAY):
        found = quote(subscription, "s")
    assert (found.direction, found.at_once, found.next_invoice_on) == ("down", True, None)


@pytest.mark.parametrize(
    ("fields", "code", "interval", "refused"),
    [
        ({}, "s", "month", "same"),
        ({"cancelled_at": timezone.now()}, "m", "month", "cancelled"),
        ({"ended_at": timezone.now()}, "m", "month", "ended"),
        ({"currency": "CHF"}, "m", "month", "currency"),
        ({}, "m", "year", "interval"),
        ({}, "l", "month", "retired"),
    ],
)
def test_change_is_refused(fields: dict[str, Any], code: str, interval: str, refused: str) -> None:
    Product.objects.filter(code="l").update(listed=False)
    subscription = in_period_of(DAY)
    with clock_at(DAY):
        assert quote(subscription, "Commercial")
        Subscription.objects.filter(pk=subscription.pk).update(**fields)
        subscription.refresh_from_db()
        assert refusal(subscription, code, interval) == refused


def test_tier_whose_places_are_too_few_is_refused_in_either_direction() -> None:
    subscription = in_period_of(DAY)
    for _each in range(5):
        make_membership(project=subscription.project)
    Product.objects.filter(code="Commercial").update(members=5)
    with clock_at(DAY):
        for code in ("Starter", "Commercial"):
            with pytest.raises(NoChangeError) as refused:
                quote(subscription, code)
            error = refused.value
            assert (error.code, error.members, error.places) == ("no_place", 6, 5)
            assert error.text == "The project has 6 members; this plan allows 5."
        # Somebody else's members do not count.
        assert quote(in_period_of(DAY), "Starter").direction == "down"


def test_second_change_is_refused_until_the_first_is_undone() -> None:
    subscription = in_period_of(DAY)
    with clock_at(DAY):
        assert quote(subscription)
        make_tier_change(subscription, "Starter")
        assert refusal(subscription) == "under_way"


@pytest.mark.parametrize("free", [True, False])
def test_change_upwards_needs_billing_data(free: bool) -> None:
    subscription = in_period_of(DAY)
    if free:
        now_free = {"list_cents": 0, "next_period_on": None, "product": tier("Yamdu FREE")}
        Subscription.objects.filter(pk=subscription.pk).update(**now_free)
    BillingProfile.objects.filter(client=subscription.client).delete()
    with clock_at(DAY):
        assert refusal(Subscription.objects.get()) == "billing"
        if not free:
            assert quote(Subscription.objects.get(), "Starter").vat_rate == 19
        BillingProfile.objects.create(client=subscription.client, **BILLING)
        assert quote(Subscription.objects.get()).at_once


def test_change_upwards_needs_a_complete_seller() -> None:
    subscription = in_period_of(DAY)
    make_seller(iban="")
    with clock_at(DAY):
        assert refusal(subscription) == "seller"


@pytest.mark.parametrize(("waits_for", "code"), [("", "due"), ("error", "error")])
def test_change_upwards_waits_for_the_invoice_of_the_period(waits_for: str, code: str) -> None:
    subscription = in_period_of(DAY)
    Subscription.objects.update(waits_for=waits_for, next_period_on=date(2026, 2, 28))
    subscription.refresh_from_db()
    with clock_at(DAY):
        assert refusal(subscription) == code
        # Downwards nothing is to be paid now; what is due will be invoiced by the old price.
        assert quote(subscription, "Starter").from_on == date(2026, 3, 31)


def test_hash_covers_the_day_and_all_that_decides_the_amounts() -> None:
    subscription = in_period_of(DAY)
    with clock_at(DAY):
        first, second = quote(subscription), quote(Subscription.objects.get())
        other = quote(subscription, "l")
        Product.objects.filter(code="m").update(net_cents=9901)
        dearer = quote(subscription)
    with clock_at(date(2026, 3, 20)):
        later = quote(subscription)
    assert len(first.hash) == 40
    assert first.hash == second.hash
    assert len({first.hash, other.hash, dearer.hash, later.hash}) == 4


def test_manual_tier_needs_approval_with_the_amounts_of_today() -> None:
    subscription = in_period_of(DAY)
    with clock_at(DAY):
        found = quote(subscription, "xl")
    assert found.needs_approval
    assert found.charged_cents == 17381


def test_all_tiers_are_quoted_with_few_queries() -> None:
    sell_by_the_year("m", 99000)
    Product.objects.filter(code="l").update(listed=False)
    Product.objects.filter(code="Dailies").update(currency="CHF")
    subscription = in_period_of(DAY)
    subscription = Subscription.objects.select_related(
        "order", "project", "client__billing_profile"
    ).get()
    for _each in range(5):
        make_membership(project=subscription.project)
    with clock_at(DAY), CaptureQueriesContext(connection) as asked:
        offers = tiers_to_change_to(subscription)
    assert len(asked) <= 6
    found = [
        (each.product.code, each.interval, each.refusal.code if each.refusal else "")
        for each in offers
    ]
    assert found == [
        ("Yamdu FREE", "month", "no_place"),
        ("Starter", "month", "no_place"),
        ("Commercial", "month", ""),
        ("Studio", "month", ""),
        ("s", "month", "same"),
        ("m", "month", ""),
        ("m", "year", ""),
        ("xl", "month", ""),
    ]
    assert offers[5].quote
    assert (offers[5].quote.product.code, offers[5].quote.net_cents) == ("m", 1935)
    assert {each.refusal.code for each in offers if each.refusal} <= REFUSALS.keys()
