"""Changes are confirmed, carried out at once or planned, undone, approved; of two at once one wins."""

from datetime import date
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from shop.billing.change_quotes import quote_change
from shop.billing.change_refusals import NoChangeError
from shop.billing.invoice_document import InvoiceDocument
from shop.billing.invoice_expiry import delete_kept_long_enough
from shop.billing.models import Invoice, PriceChange, Subscription, TierChange
from shop.billing.price_changes import NoRaiseError, raise_price
from shop.billing.signals import invoice_issued, subscription_event, tier_changed
from shop.billing.tier_changes import (
    QuoteChangedError,
    approve_change,
    change_tier,
    refuse_change,
    undo_change,
    undo_changes,
)
from shop.catalogue.models import Product, Promotion
from shop.orders.models import Order
from shop.tenancy.models import Project
from tests.billing.runs import beat, clock_at, issue_on, running
from tests.contract_factories import make_tier_change
from tests.factories import make_membership, make_seller, make_staff, make_subscription
from tests.signals import heard

pytestmark = pytest.mark.django_db

BEGUN = date(2026, 3, 1)
DAY = date(2026, 3, 20)  # 12 of 31 days are left
NEXT = date(2026, 4, 1)


def tier(code: str) -> Product:
    return Product.objects.get(code=code)


def running_now(**fields: Any) -> Subscription:
    make_seller()
    return running(BEGUN, **fields)


def agreed(subscription: Subscription) -> tuple[Any, ...]:
    """What is agreed now, of the subscription and its project."""
    subscription.refresh_from_db()
    project = Project.objects.get(pk=subscription.project_id)
    return (
        *(subscription.product.code, subscription.interval, subscription.list_cents),
        *(subscription.anchor_on, subscription.next_period_on, project.product.code),
    )


def events(subscription: Subscription) -> list[str]:
    return [str(each.kind) for each in subscription.events.all()]


def test_change_upwards_is_invoiced_by_days_and_counts_at_once() -> None:
    subscription, other = running_now(), running_now()
    Order.objects.filter(pk=subscription.order_id).update(language="de")
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
    invoice = Invoice.objects.get(pk=change.invoice_id)
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
    assert (new.text, new.quantity, new.unit_cents) == (
        "Wechsel zum Tarif M, 12 von 31 Tagen",
        1,
        3832,
    )
    assert (old.text, old.quantity) == ("Tarif S bis jetzt, 12 von 31 Tagen", -1)
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
    free = {"list_cents": 0, "next_period_on": None, "product": tier("Yamdu FREE")}
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


def test_manual_tier_waits_until_staff_approve() -> None:
    subscription, staff = running_now(), make_staff()
    before = agreed(subscription)
    with clock_at(DAY):
        change = make_tier_change(subscription, "xl")
        assert (change.state, change.from_on, change.list_cents) == ("approval", None, 44900)
        assert agreed(subscription) == before
    Product.objects.filter(code="xl").update(net_cents=50000)
    with clock_at(date(2026, 3, 31)), heard(tier_changed) as told:
        assert approve_change(change, staff)
        assert not approve_change(change, staff)
    change.refresh_from_db()
    assert (change.state, change.from_on, change.decided_by) == (
        "applied",
        date(2026, 3, 31),
        staff,
    )
    assert change.invoice
    assert change.invoice.net_cents == 1613 - 158
    assert agreed(subscription)[2] == 50000
    assert events(subscription) == ["change_asked", "changed"]
    assert [each["change"] for each in told] == [change]


def test_approval_of_a_cheaper_manual_tier_plans_it() -> None:
    subscription, staff = running_now(list_cents=60000), make_staff()
    with clock_at(DAY):
        change = make_tier_change(subscription, "xl")
        assert approve_change(change, staff)
    change.refresh_from_db()
    assert (change.state, change.from_on) == ("planned", NEXT)
    assert events(subscription) == ["change_asked", "change_planned"]


def test_approval_that_is_not_possible_leaves_it_waiting() -> None:
    subscription, staff = running_now(), make_staff()
    with clock_at(DAY):
        change = make_tier_change(subscription, "xl")
        Product.objects.filter(code="xl").update(listed=False)
        with pytest.raises(NoChangeError) as refused:
            approve_change(change, staff)
    change.refresh_from_db()
    assert (refused.value.code, change.state, change.decided_by) == ("retired", "approval", None)


def test_refusal_of_a_manual_tier_tells_why() -> None:
    subscription, staff = running_now(), make_staff()
    with clock_at(DAY):
        change = make_tier_change(subscription, "xl")
        assert refuse_change(change, staff, "Zu groß")
        assert not refuse_change(change, staff, "Doch nicht")
        assert not approve_change(change, staff)
        assert not undo_change(change, staff)
    change.refresh_from_db()
    assert (change.state, change.decision_note, change.decided_by) == ("refused", "Zu groß", staff)
    assert events(subscription) == ["change_asked", "change_refused"]
    assert agreed(subscription)[0] == "s"


def test_staff_need_no_approval_and_give_a_reason() -> None:
    subscription, staff = running_now(), make_staff()
    with clock_at(DAY):
        change = make_tier_change(subscription, "xl", by=staff, by_staff=True, reason="Kulanz")
    assert (change.state, change.reason, change.asked_by) == ("applied", "Kulanz", staff)
    assert agreed(subscription)[0] == "xl"


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
    assert (change.state, change.invoice) == ("applied", None)
    assert not Invoice.objects.exists()
