"""Several act on one contract at once: one wins, and the others see what it did."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from shop.billing.change_quotes import quote_change
from shop.billing.change_refusals import NoChangeError
from shop.billing.contract_cancellation import cancel_contract, take_back
from shop.billing.contract_end import end, end_due
from shop.billing.contract_withdrawal import withdraw
from shop.billing.declaration_matching import match_received
from shop.billing.declarations import assign, dismiss, prove
from shop.billing.issuing import issue_all
from shop.billing.models import Invoice, Subscription
from shop.billing.tier_change_rows import TierChange
from shop.billing.tier_changes import QuoteChangedError, change_tier
from shop.catalogue.models import Product
from tests.billing.runs import beat, begun_on
from tests.billing.test_contract_withdrawal import private_contract
from tests.contract_factories import make_declaration
from tests.factories import make_invoice, make_seller, make_staff, make_subscription
from tests.orders.test_parallel import CALLERS, at_once

pytestmark = pytest.mark.django_db(transaction=True)


def kinds(subscription: Subscription) -> list[str]:
    return [str(each.kind) for each in subscription.events.order_by("pk")]


def test_one_of_several_cancels() -> None:
    subscription = make_subscription()
    admin = subscription.client.client_admin
    won = at_once(lambda _number: cancel_contract(subscription, by=admin))
    assert sorted(won) == [False] * (CALLERS - 1) + [True]
    assert kinds(subscription) == ["cancelled"]


def test_contract_that_is_taken_back_while_it_ends_does_one_of_both() -> None:
    subscription, today = make_subscription(), timezone.localdate()
    admin = subscription.client.client_admin
    cancel_contract(subscription, by=admin, ends_on=today)
    # The clock of one worker is a day ahead.
    doing: tuple[Callable[[], bool], ...] = (
        lambda: take_back(subscription, admin),
        lambda: end(subscription.pk, today + timedelta(days=1)),
    )
    won = at_once(lambda number: doing[number % 2]())
    assert won.count(True) == 1
    subscription.refresh_from_db()
    if subscription.state == "ended":
        assert (kinds(subscription), subscription.ends_on) == (["cancelled", "ended"], today)
    else:
        assert (kinds(subscription), subscription.ends_on) == (["cancelled", "taken_back"], None)


def test_several_workers_end_and_credit_a_contract_once() -> None:
    make_seller()
    subscriptions = [begun_on(date(2026, 1, 1)) for _ in range(3)]
    for each in subscriptions:
        issue_all([each.pk], date(2026, 1, 1), beat)
        cancel_contract(each, by=None, ends_on=date(2026, 1, 20))
    at_once(lambda _number: end_due(beat))
    for each in subscriptions:
        assert kinds(each) == ["cancelled", "ended"]
        assert sorted(invoice.kind for invoice in each.invoices.all()) == ["credit_note", "invoice"]


def test_period_that_is_invoiced_while_the_contract_ends_is_credited_all_the_same() -> None:
    make_seller()
    subscription = begun_on(date(2026, 1, 1))
    cancel_contract(subscription, by=None, ends_on=date(2026, 2, 14))
    doing: tuple[Callable[[], object], ...] = (
        lambda: issue_all([subscription.pk], date(2026, 3, 1), beat),
        lambda: end(subscription.pk, date(2026, 3, 1)),
    )
    at_once(lambda number: doing[number % 2]())
    issue_all([subscription.pk], date(2026, 3, 1), beat)
    issued = [(each.kind, each.net_cents) for each in subscription.invoices.order_by("pk")]
    assert sorted(issued) == [("credit_note", 2450), ("invoice", 4900), ("invoice", 4900)]


def test_tier_that_is_changed_while_the_contract_is_cancelled_does_one_after_the_other() -> None:
    make_seller()
    subscription = make_subscription()
    issue_all([subscription.pk], timezone.localdate(), beat)
    subscription.refresh_from_db()
    admin = subscription.client.client_admin
    larger = Product.objects.get(code="m")

    def change() -> bool:
        try:
            quote = quote_change(Subscription.objects.get(pk=subscription.pk), larger, "month")
            change_tier(quote, quote.hash, admin)
        except (QuoteChangedError, NoChangeError):
            return False
        return True

    at_once(lambda number: change() if number % 2 else cancel_contract(subscription, by=admin))
    told = kinds(subscription)
    assert told in (["cancelled"], ["changed", "cancelled"])
    assert TierChange.objects.filter(state="applied").count() == len(told) - 1
    assert not TierChange.objects.filter(state__in=("planned", "approval")).exists()


def test_declaration_is_matched_once() -> None:
    subscription = make_subscription()
    case = make_declaration(subscription.order, matched=False)
    at_once(lambda _number: match_received(beat))
    case.refresh_from_db()
    assert case.state == "proof"
    assert subscription.order.messages.filter(kind="proof").count() == 1


def test_declaration_is_proven_or_decided_once() -> None:
    subscription, staff = make_subscription(), make_staff()
    case = make_declaration(subscription.order)
    doing: tuple[Callable[[], bool], ...] = (
        lambda: prove(case),
        lambda: dismiss(case, staff, "Not by them."),
        lambda: assign(case, subscription.order, staff, mail_proof=False),
    )
    seen = at_once(lambda number: doing[number % 3]())
    assert seen.count(True) == 1
    case.refresh_from_db()
    effects = 0 if case.state == "dismissed" else 1
    assert kinds(subscription) == ["cancelled"] * effects


def test_contract_is_withdrawn_from_once(settings: Settings) -> None:
    settings.CUSTOMERS = "everyone"
    make_seller()
    subscription = private_contract()
    make_invoice(subscription)
    won = at_once(lambda _number: withdraw(subscription.order))
    assert sorted(won) == [False] * (CALLERS - 1) + [True]
    assert kinds(subscription) == ["withdrawn", "ended"]
    assert Invoice.objects.filter(subscription=subscription).count() == 2
