"""Subscriptions in the back office: what waits, and what staff decide."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from shop.billing.models import Subscription
from shop.billing.price_changes import PriceChange
from shop.notifications.emails.models import Message
from tests.factories import make_client, make_invoice, make_staff, make_subscription
from tests.pages import error_beside, html, visitor, words

pytestmark = pytest.mark.django_db

LIST = "/staff/subscriptions/"


def clerk() -> Client:
    return visitor(make_staff("billing"))


def listed(browser: Client, query: str) -> list[int]:
    return [each.pk for each in browser.get(f"{LIST}?{query}").context["subscriptions"]]


def waiting(waits_for: str) -> Subscription:
    since = timezone.localdate() - timedelta(days=20)
    return make_subscription(waits_for=waits_for, waits_since=since)


def test_each_filter_lists_its_subscriptions_alone() -> None:
    plain = make_subscription(make_client(name="Bavaria Filmpark"))
    member, staff = waiting("member"), waiting("staff")
    ended = make_subscription(ended_at=timezone.now())
    browser = visitor(make_staff("viewer"))
    everything = [ended.pk, staff.pk, member.pk, plain.pk]
    assert listed(browser, "") == everything
    assert listed(browser, "waits=any") == [staff.pk, member.pk]
    assert listed(browser, "waits=staff") == [staff.pk]
    assert listed(browser, "waits=never_joined") == [member.pk]
    assert listed(browser, "state=ended") == [ended.pk]
    assert listed(browser, "q=filmpark") == [plain.pk]
    assert listed(browser, f"q={staff.order.order_number}") == [staff.pk]
    assert listed(browser, f"client={plain.client_id}") == [plain.pk]
    assert listed(browser, f"tier={plain.product.code}") == everything
    assert listed(browser, "tier=nothing") == []


def test_viewer_sees_a_subscription_without_a_button() -> None:
    subscription = waiting("member")
    page = visitor(make_staff("viewer")).get(f"{LIST}{subscription.pk}/")
    main = html(page).partition("<main")[2].partition("</main>")[0]
    assert "<form" not in main
    assert "nobody has joined yet" in words(page)


def test_stranger_is_released_once() -> None:
    subscription, browser = waiting("member"), clerk()
    path = f"{LIST}{subscription.pk}/"
    assert f'action="{path}release/"' in html(browser.get(path))
    page = browser.post(f"{path}release/", follow=True)
    assert "is released" in words(page)
    subscription.refresh_from_db()
    assert (subscription.waits_for, subscription.released_by is not None) == ("", True)
    assert "Somebody else was faster" in words(browser.post(f"{path}release/", follow=True))


def test_subscription_nobody_has_joined_ends_without_an_invoice() -> None:
    subscription, bystander = waiting("member"), waiting("member")
    path, browser = f"{LIST}{subscription.pk}/end/", clerk()
    assert "It will never be invoiced." in words(browser.get(path))
    subscription.refresh_from_db()
    assert subscription.ended_at is None
    assert "The subscription has ended." in words(browser.post(path, follow=True))
    subscription.refresh_from_db()
    bystander.refresh_from_db()
    assert (subscription.state, bystander.state) == ("ended", "active")


def test_staff_decide_about_a_vat_id_that_vies_does_not_answer_about() -> None:
    charged, waits, browser = waiting("staff"), waiting("staff"), clerk()
    assert "charge-vat/" in html(browser.get(f"{LIST}{charged.pk}/"))
    browser.post(f"{LIST}{charged.pk}/charge-vat/")
    browser.post(f"{LIST}{waits.pk}/wait/")
    charged.refresh_from_db()
    waits.refresh_from_db()
    assert (charged.waits_for, charged.vat_anyway_by is not None) == ("", True)
    assert (waits.waits_for, waits.waits_since) == ("vies", timezone.localdate())


def test_price_is_raised_with_notice_and_taken_back() -> None:
    subscription, browser = make_subscription(list_cents=4900), clerk()
    path = f"{LIST}{subscription.pk}/raise/"
    asked = words(browser.get(path))
    assert "It costs €49.00 net a month" in asked
    low = browser.post(path, {"amount": "49", "confirm": "on"})
    assert low.status_code == 422
    assert "must be higher" in error_beside(low, "amount")
    assert not PriceChange.objects.exists()
    page = browser.post(path, {"amount": "59", "confirm": "on"}, follow=True)
    change = PriceChange.objects.get()
    assert (change.list_cents, change.from_on >= timezone.localdate() + timedelta(days=42)) == (
        *(5900, True),
    )
    assert Message.objects.filter(kind="price_change").count() == 1
    assert "€49.00 → €59.00" in words(page)
    again = browser.post(path, {"amount": "69", "confirm": "on"}, follow=True)
    assert "cannot be raised now" in words(again)
    browser.post(f"{path}{change.pk}/undo/")
    change.refresh_from_db()
    assert change.undone_at
    assert browser.get(path).status_code == 200


def test_order_page_shows_price_subscription_and_invoices() -> None:
    subscription = make_subscription()
    invoice = make_invoice(subscription)
    page = visitor(make_staff("viewer")).get(f"/staff/orders/{subscription.order_id}/")
    assert f"{LIST}{subscription.pk}/" in html(page)
    assert f"{invoice.number}" in words(page).partition("Subscription")[2]
    assert "€9.31 VAT (19 %)" in words(page)
