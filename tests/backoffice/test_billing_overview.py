"""Billing at a glance, and reminders: each number leads to exactly its rows."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from shop.billing.models import InvoiceDispatch
from shop.billing.overdue_cases import open_case
from shop.billing.reminder_rows import OverdueCase, ReminderText
from shop.catalogue.seller import Seller
from tests.factories import make_invoice, make_seller, make_staff, make_subscription
from tests.pages import html, visitor, words

pytestmark = pytest.mark.django_db

PAGE, REMINDERS = "/staff/billing/", "/staff/reminders/"


def clerk() -> Client:
    return visitor(make_staff("billing"))


def test_numbers_lead_to_their_rows() -> None:
    make_seller()
    subscription = make_subscription(list_cents=4900)
    late = timezone.localdate() - timedelta(days=1)
    make_invoice(subscription)
    make_invoice(subscription, due_on=late)
    make_invoice(subscription, due_on=late)
    make_subscription(waits_for="billing", waits_since=late, next_period_on=None)
    browser = visitor(make_staff("viewer"))
    page = browser.get(PAGE)
    counts = {
        query: [(row.number, row.open_cents) for row in totals]
        for _label, query, totals in page.context["open"]
    }
    for query, [(number, cents)] in counts.items():
        listed = browser.get(f"/staff/invoices/?{query}").context["invoices"]
        assert (len(listed), sum(each.open_cents for each in listed)) == (number, cents)
    assert [number for [(number, _cents)] in counts.values()] == [2, 1]
    assert [(row["name"], row["number"]) for row in page.context["waiting"]] == [("billing", 1)]
    assert len(browser.get("/staff/subscriptions/?waits=billing").context["subscriptions"]) == 1
    ((currency, cents),) = page.context["revenue"]
    assert (currency, cents > 4900) == ("EUR", True)
    ((_currency, month),) = page.context["totals"]
    assert (month.invoices, month.credit_notes) == (3, 0)


def test_incomplete_seller_is_named_on_top() -> None:
    browser = clerk()
    make_seller()
    assert "no invoices are issued" not in words(browser.get(PAGE))
    Seller.objects.update(iban="")
    assert "The seller is incomplete: no invoices are issued." in words(browser.get(PAGE))


def test_month_can_be_chosen_and_nonsense_is_this_month() -> None:
    make_invoice()
    browser = clerk()
    assert browser.get(f"{PAGE}?month=2020-01").context["totals"].__len__() == 0
    assert len(browser.get(f"{PAGE}?month=x").context["totals"]) == 1


@pytest.mark.parametrize(
    ("language", "title", "option"),
    [
        ("en", "Issued in March 2026", "March 2026"),
        ("de", "Ausgestellt im März 2026", "März 2026"),
    ],
)
def test_month_is_named(language: str, title: str, option: str) -> None:
    page = visitor(make_staff("billing"), language).get(f"{PAGE}?month=2026-03")
    assert title in words(page)
    assert f'<option value="2026-03" selected>{option}</option>' in html(page)


def test_reminders_page_lists_whom_the_next_run_writes_to() -> None:
    due, later = make_invoice(due_on=timezone.localdate() - timedelta(days=8)), make_invoice()
    InvoiceDispatch.objects.update(filed_at=timezone.now())
    page = visitor(make_staff("viewer")).get(REMINDERS)
    text = words(page).partition("Clients after")[0]
    assert due.number in text
    assert later.number not in text


def test_text_is_changed_in_both_languages_and_none_may_be_empty() -> None:
    browser, path = clerk(), f"{REMINDERS}texts/2/"
    bystander = ReminderText.objects.values().get(level=1)
    empty = browser.post(path, {"text_de": "", "text_en": "Please pay."})
    assert empty.status_code == 422
    page = browser.post(
        path, {"text_de": "Bitte zahlen Sie.", "text_en": "Please pay."}, follow=True
    )
    assert "Bitte zahlen Sie." in words(page)
    changed = ReminderText.objects.values_list("text_de", "text_en").get(level=2)
    assert changed == ("Bitte zahlen Sie.", "Please pay.")
    assert ReminderText.objects.values().get(level=1) == bystander


def test_client_after_the_third_reminder_waits_is_closed_opened_and_exempted() -> None:
    client = make_invoice(due_on=timezone.localdate() - timedelta(days=60)).client
    open_case(client, timezone.localdate())
    case, browser = OverdueCase.objects.get(), clerk()
    path = f"{REMINDERS}cases/{case.pk}/"
    assert client.name in words(browser.get(REMINDERS)).partition("third reminder")[2]
    browser.post(f"{path}wait/")
    case.refresh_from_db()
    assert case.wait_until == timezone.localdate() + timedelta(days=14)
    assert "can no longer open its projects" in words(browser.get(f"{path}close/"))
    client.refresh_from_db()
    assert client.closed_at is None
    page = browser.post(f"{path}close/", follow=True)
    client.refresh_from_db()
    assert client.closed_at
    assert f'formaction="{path}reopen/"' in html(page)
    browser.post(f"{path}reopen/")
    client.refresh_from_db()
    assert client.closed_at is None
    browser.post(f"{path}exempt/")
    client.billing_profile.refresh_from_db()
    assert client.billing_profile.reminders_exempt
    assert "Somebody else was faster" in words(browser.post(f"{path}exempt/", follow=True))


def test_client_after_the_third_reminder_leads_to_its_subscriptions_to_be_ended() -> None:
    subscription, other = make_subscription(), make_subscription()
    open_case(subscription.client, timezone.localdate())
    browser = clerk()
    listed = f"/staff/subscriptions/?client={subscription.client_id}"
    assert f'href="{listed}"' in html(browser.get(REMINDERS))
    page = html(browser.get(listed))
    found = [
        each.pk for each in (subscription, other) if f"/staff/subscriptions/{each.pk}/" in page
    ]
    assert found == [subscription.pk]
