"""Another tier in the back office: quoted, confirmed with a reason, approved, refused, undone."""

import pytest
from django.utils import timezone

from portal.backoffice.audit_log import Act
from shop.billing.contract_cancellation import cancel_contract
from shop.billing.tier_change_rows import SubscriptionEvent, TierChange
from shop.billing.tier_changes import undo_change
from shop.catalogue.models import Product
from tests.backoffice.test_contract_pages import SURE, clerk, invoiced, logged, page_of
from tests.contract_factories import make_tier_change
from tests.factories import (
    make_staff,
    make_subscription,
)
from tests.pages import Response, error_beside, fields, html, shown, visitor, words

pytestmark = pytest.mark.django_db


def confirmed(page: Response) -> dict[str, str]:
    """The form of the page as it found it, with reason and box."""
    return {"quote": fields(page)["quote"], **SURE}


def test_larger_tier_is_quoted_then_counts_at_once() -> None:
    subscription, bystander = invoiced(), make_subscription()
    browser, path = clerk(), page_of(subscription)
    quoted = browser.get(f"{path}tier/?tier=m&interval=month", follow=True)
    assert "Invoiced now" in words(quoted)
    assert not TierChange.objects.exists()
    page = browser.post(f"{path}tier/m/month/", confirmed(quoted), follow=True)
    assert "The tier is changed." in words(page)
    assert "S → M" in words(page)
    subscription.refresh_from_db()
    bystander.refresh_from_db()
    assert (subscription.product.code, bystander.product.code) == ("m", "s")
    change = TierChange.objects.get()
    assert (change.state, change.reason) == (TierChange.State.APPLIED, SURE["reason"])
    assert logged(subscription, Act.TIER_CHANGED) == 1


def test_change_without_a_reason_or_with_another_quote_changes_nothing() -> None:
    subscription, browser = invoiced(), clerk()
    path = f"{page_of(subscription)}tier/m/month/"
    form = confirmed(browser.get(path))
    refused = browser.post(path, {**form, "reason": ""})
    assert refused.status_code == 422
    assert error_beside(refused, "reason")
    old = browser.post(path, {**form, "quote": "0" * 40}, follow=True)
    assert "The amounts have changed in the meantime" in words(old)
    subscription.refresh_from_db()
    assert (subscription.product.code, TierChange.objects.count()) == ("s", 0)


def test_smaller_tier_is_planned_and_undone() -> None:
    subscription = invoiced()
    make_tier_change(subscription)
    subscription.refresh_from_db()
    browser, path = clerk(), page_of(subscription)
    form = confirmed(browser.get(f"{path}tier/s/month/"))
    page = browser.post(f"{path}tier/s/month/", form, follow=True)
    assert subscription.next_period_on
    assert f"is planned for {shown(subscription.next_period_on)}" in words(page)
    assert "M → S" in words(page)
    change = TierChange.objects.get(state=TierChange.State.PLANNED)
    undone = browser.post(f"{path}changes/{change.pk}/undo/", follow=True)
    assert "The change is undone." in words(undone)
    again = browser.post(f"{path}changes/{change.pk}/undo/", follow=True)
    assert "Somebody else was faster" in words(again)
    assert logged(subscription, Act.CHANGE_UNDONE) == 1


def test_tier_that_cannot_be_chosen_is_refused_with_the_reason() -> None:
    subscription = make_subscription(cancelled_at=timezone.now())
    page = clerk().get(f"{page_of(subscription)}tier/m/month/", follow=True)
    assert "The contract is cancelled." in words(page)
    assert "/tier/" not in html(clerk().get(page_of(subscription)))


def waiting_change() -> TierChange:
    """A change to a tier that staff approve, as the client has asked for it."""
    subscription = invoiced()
    Product.objects.filter(code="m").update(packing=Product.Packing.MANUAL)
    return make_tier_change(subscription)


def test_change_that_waits_is_listed_and_approved_at_todays_amounts() -> None:
    change, bystander = waiting_change(), make_subscription()
    browser, path = clerk(), page_of(change.subscription)
    found = browser.get("/staff/subscriptions/?needs=approval").context["subscriptions"]
    assert [each.pk for each in found] == [change.subscription_id] != [bystander.pk]
    asked = words(browser.get(f"{path}changes/{change.pk}/approve/"))
    assert "Invoiced now" in asked
    page = browser.post(f"{path}changes/{change.pk}/approve/", follow=True)
    assert "The change is approved." in words(page)
    change.refresh_from_db()
    assert change.state == TierChange.State.APPLIED
    assert change.decided_by is not None
    again = browser.post(f"{path}changes/{change.pk}/approve/", follow=True)
    assert "Somebody else was faster" in words(again)
    assert logged(change.subscription, Act.CHANGE_APPROVED) == 1


def test_change_that_waits_is_refused_with_a_reason() -> None:
    change, browser = waiting_change(), clerk()
    path = f"{page_of(change.subscription)}changes/{change.pk}/refuse/"
    assert browser.post(path, {"note": ""}).status_code == 422
    page = browser.post(path, {"note": "Erst die Rechnung zahlen."}, follow=True)
    assert "Erst die Rechnung zahlen." in words(page)
    change.refresh_from_db()
    assert (change.state, change.decision_note) == (
        TierChange.State.REFUSED,
        "Erst die Rechnung zahlen.",
    )


def test_change_undone_meanwhile_is_not_refused() -> None:
    change, browser = waiting_change(), clerk()
    undo_change(change, change.subscription.client.client_admin)
    path = f"{page_of(change.subscription)}changes/{change.pk}/refuse/"
    assert "Somebody else was faster" in words(browser.post(path, {"note": "Nein."}, follow=True))
    change.refresh_from_db()
    assert change.state == TierChange.State.UNDONE


def test_history_tells_events_and_their_actors_the_newest_first() -> None:
    change = waiting_change()
    subscription, staff = change.subscription, make_staff(first_name="Ada", last_name="Amt")
    cancel_contract(subscription, by=staff, reason="Ist umgezogen.")
    page = visitor(make_staff("viewer")).get(page_of(subscription))
    kinds = [entry.title for entry in page.context["history"]]
    assert kinds == ["subscription cancelled", "change undone", "change asked for"]
    assert SubscriptionEvent.objects.count() == 3
    assert "Ist umgezogen." in words(page)
    assert staff.get_full_name() in words(page)
