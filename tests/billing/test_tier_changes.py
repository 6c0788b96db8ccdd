"""Changes are carried out at once or planned, undone or given up."""

from datetime import date
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from shop.billing.invoice_document import InvoiceDocument
from shop.billing.invoice_expiry import delete_kept_long_enough
from shop.billing.models import Invoice, Subscription
from shop.billing.price_changes import NoRaiseError, PriceChange, raise_price
from shop.billing.signals import invoice_issued, subscription_event, tier_changed
from shop.billing.subscriptions import end_without_invoice
from shop.billing.tier_change_rows import TierChange
from shop.billing.tier_changes import (
    undo_change,
    undo_changes,
)
from shop.catalogue.models import Product, Promotion
from shop.orders.models import Order
from tests.billing.runs import beat, clock_at, issue_on, running
from tests.billing.tiers import agreed, events, tier
from tests.contract_factories import make_tier_change
from tests.factories import make_packed_order, make_seller, make_staff, make_subscription
from tests.signals import heard

pytestmark = pytest.mark.django_db

BEGUN = date(2026, 3, 1)
DAY = date(2026, 3, 20)  # 12 of 31 days are left
NEXT = date(2026, 4, 1)


def running_now(**fields: Any) -> Subscription:
    make_seller()
    return running(BEGUN, **fields)


def test_change_upwards_is_invoiced_by_days_and_counts_at_once() -> None:
    subscription, other = running_now(), running_now()
    Order.objects.filter(pk=subscription.order.pk).update(language="de")
    admin = subscription.client.client_admin
    with (
        clock_at(DAY),
        heard(tier_changed) as told,
        heard(invoice_issued) as issued,
        heard(subscription_event) as history,
    ):
        change = make_tier_change(subscription)
    assert agreed(subscription) == ("m", "month", 9900, BEGUN, NEXT, "m")
    assert agreed(other) == ("s", "month", 4900, BEGUN, NEXT, "s")
    assert (change.state, change.from_on, change.asked_by) == ("applied", DAY, admin)
    assert (change.old_product.code, change.old_list_cents, change.list_cents) == ("s", 4900, 9900)
    invoice = Invoice.objects.get(whole_period=False)
    assert change.invoice == invoice
    assert [each["change"] for each in told] == [change]
    assert told[0]["change"].subscription.product.code == "m"
    assert [each["invoice"] for each in issued] == [invoice]
    (event,) = (each["event"] for each in history)
    assert (event.kind, event.actor, event.change) == ("changed", admin, change)
    assert event.subscription.list_cents == 9900
    assert (invoice.period_start, invoice.period_end) == (DAY, date(2026, 3, 31))
    assert (invoice.whole_period, invoice.kind, invoice.issued_on) == (False, "invoice", DAY)
    assert (invoice.net_cents, invoice.vat_cents, invoice.gross_cents) == (1935, 368, 2303)
    new, old = InvoiceDocument.model_validate(invoice.document).lines
    assert (new.text, new.net_cents) == ("Wechsel zum Tarif M, 12 von 31 Tagen", 3832)
    assert old.text == "Tarif S bis jetzt, 12 von 31 Tagen"
    assert [new.quantity, old.quantity] == [1, -1]
    assert (old.unit_cents, old.net_cents) == (1897, -1897)
    assert new.detail == old.detail == "OSD Yamdu Free, 20.03.2026 – 31.03.2026"
    following = issue_on(NEXT, subscription)[-1]
    assert (following.period_start, following.net_cents) == (NEXT, 9900)
    assert following.document["lines"][0]["text"] == "Tarif M, ein Monat"


def test_change_upwards_on_the_first_day_and_again_credits_what_was_charged() -> None:
    subscription = running_now()
    with clock_at(BEGUN):
        first = make_tier_change(subscription)
        second = make_tier_change(Subscription.objects.get(), "l")
    assert first.invoice
    assert second.invoice
    lines = [each["net_cents"] for each in second.invoice.document["lines"]]
    assert (first.invoice.net_cents, lines) == (5000, [19900, -9900])
    assert sum(Invoice.objects.values_list("net_cents", flat=True)) == 19900


def test_change_upwards_that_costs_no_cent_is_not_invoiced() -> None:
    subscription = running_now(list_cents=4900)
    Product.objects.filter(code="m").update(net_cents=4901)
    with clock_at(date(2026, 3, 31)):
        change = make_tier_change(subscription)
    assert (change.state, change.invoice) == ("applied", None)
    assert Invoice.objects.count() == 1


def test_period_free_of_charge_so_far_has_no_line_to_credit() -> None:
    off = {"discount_cents": 4900, "discount_ends_on": NEXT}
    subscription = running_now(promo_code="GONE", **off)
    with clock_at(DAY):
        change = make_tier_change(subscription)
    assert change.invoice
    assert [each["net_cents"] for each in change.invoice.document["lines"]] == [3832]
    subscription.refresh_from_db()
    assert (subscription.discount_cents, subscription.promo_code) == (0, "")


def test_promotion_that_is_kept_is_taken_off_the_next_invoices() -> None:
    Promotion.objects.create(code="HALB", name="Halb", percent=50, months=2)
    off = {"discount_cents": 2450, "discount_ends_on": date(2026, 5, 1)}
    subscription = running_now(promo_code="HALB", **off)
    with clock_at(DAY):
        make_tier_change(subscription)
    nets = [each.net_cents for each in issue_on(date(2026, 5, 1), subscription)]
    assert nets == [2450, 1916 - 948, 4950, 9900]


def test_from_free_the_ordinary_job_invoices_a_whole_period() -> None:
    make_seller()
    free: dict[str, Any] = {"list_cents": 0, "next_period_on": None, "product": tier("Yamdu FREE")}
    subscription = make_subscription(started_on=BEGUN, anchor_on=BEGUN, **free)
    with clock_at(DAY):
        change = make_tier_change(subscription)
    assert (change.state, change.invoice) == ("applied", None)
    assert agreed(subscription) == ("m", "month", 9900, DAY, DAY, "m")
    (invoice,) = issue_on(DAY, subscription)
    assert (invoice.period_start, invoice.period_end) == (DAY, date(2026, 4, 19))
    assert (invoice.net_cents, invoice.whole_period) == (9900, True)


def test_change_downwards_is_planned_and_can_be_undone_once() -> None:
    subscription = running_now()
    before = agreed(subscription)
    with clock_at(DAY), heard(tier_changed) as told:
        change = make_tier_change(subscription, "Starter")
        assert (change.state, change.from_on, change.applied_at) == ("planned", NEXT, None)
        admin = subscription.client.client_admin
        assert undo_change(change, admin)
        assert not undo_change(change, admin)
    assert (change.state, change.decided_by) == ("undone", admin)
    assert agreed(subscription) == before
    assert events(subscription) == ["change_planned", "change_undone"]
    assert told == []
    assert issue_on(NEXT, subscription)[-1].net_cents == 4900


def test_cancelling_gives_up_what_is_under_way() -> None:
    subscription, other = running_now(), running_now()
    with clock_at(DAY):
        for each in (subscription, other):
            make_tier_change(each, "Starter")
        undo_changes(subscription, None)
        undo_changes(subscription, None)
    states = list(TierChange.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["undone", "planned"]
    assert events(subscription) == ["change_planned", "change_undone"]


def test_contract_that_nobody_joined_ends_without_the_change_that_staff_planned() -> None:
    make_seller()
    order = make_packed_order()
    subscription, staff = Subscription.objects.get(order=order), make_staff()
    today = timezone.localdate()
    assert issue_on(today, subscription) == []
    subscription.refresh_from_db()
    change = make_tier_change(subscription, "Starter", by=staff, by_staff=True, reason="Wunsch")
    assert end_without_invoice(subscription, staff)
    change.refresh_from_db()
    assert change.state == "undone"
    assert events(subscription) == ["change_planned", "change_undone", "ended"]


def test_raise_that_was_announced_is_taken_back() -> None:
    subscription, other, staff = running_now(), running_now(), make_staff()
    with clock_at(DAY):
        raises = [raise_price(each, 5900, staff) for each in (subscription, other)]
        make_tier_change(subscription)
    for each in raises:
        each.refresh_from_db()
    assert [each.undone_at is not None for each in raises] == [True, False]
    assert issue_on(date(2026, 6, 1), subscription)[-1].net_cents == 9900


def test_raise_of_a_price_that_was_changed_meanwhile_is_refused() -> None:
    subscription, staff = running_now(), make_staff()
    seen = Subscription.objects.get()
    with clock_at(DAY):
        make_tier_change(subscription)
        with pytest.raises(NoRaiseError):
            raise_price(seen, 5900, staff)
    assert not PriceChange.objects.exists()


def test_invoice_of_a_change_goes_after_its_years_and_the_change_stays(
    settings: Settings,
) -> None:
    settings.KEEP_INVOICES_YEARS = 0
    make_seller()
    subscription = running(date(2024, 3, 1))
    with clock_at(date(2024, 3, 20)):
        change = make_tier_change(subscription)
    assert change.invoice
    delete_kept_long_enough(beat)
    change.refresh_from_db()
    assert (change.state, change.invoice_id) == ("applied", None)
    assert not Invoice.objects.exists()
