"""The list of invoices: filters, totals of what is filtered, pages."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from portal.backoffice import row_pages
from shop.billing.credit_notes import credit
from shop.billing.models import Invoice
from shop.billing.payments import enter_payment
from tests.factories import make_client, make_invoice, make_staff, make_subscription
from tests.pages import html, visitor, words

pytestmark = pytest.mark.django_db

LIST = "/staff/invoices/"


def numbers(browser: Client, query: str = "") -> list[str]:
    page = browser.get(f"{LIST}?{query}")
    return [invoice.number for invoice in page.context["invoices"]]


def pay(invoice: Invoice, cents: int) -> None:
    enter_payment(invoice, None, amount_cents=cents, currency="EUR", paid_on=timezone.localdate())


def test_each_state_lists_its_invoices_alone() -> None:
    subscription = make_subscription(make_client(name="Bavaria Filmpark"))
    opened, paid, cancelled = (make_invoice(subscription) for _each in range(3))
    overdue = make_invoice(subscription, due_on=timezone.localdate() - timedelta(days=1))
    pay(paid, paid.gross_cents)
    note = credit(cancelled, make_staff(), reason="Doppelt")
    browser = visitor(make_staff("viewer"))
    assert numbers(browser) == [each.number for each in (note, overdue, cancelled, paid, opened)]
    assert numbers(browser, "state=open") == [opened.number]
    assert numbers(browser, "state=overdue") == [overdue.number]
    assert numbers(browser, "state=paid") == [paid.number]
    assert numbers(browser, "state=cancelled") == [cancelled.number]
    assert numbers(browser, "kind=credit_note") == [note.number]


def test_invoices_are_found_by_number_client_and_day() -> None:
    film = make_subscription(make_client(name="Bavaria Filmpark"))
    first, other = make_invoice(film), make_invoice()
    old = make_invoice(film, issued_on=date(2025, 12, 31))
    browser = visitor(make_staff("viewer"))
    assert numbers(browser, f"q={first.number.lower()}") == [first.number]
    assert numbers(browser, "q=filmpark") == [old.number, first.number]
    assert numbers(browser, f"client={other.client_id}") == [other.number]
    assert numbers(browser, "until=2025-12-31") == [old.number]
    assert numbers(browser, "since=2026-01-01&q=bavaria") == [first.number]
    # What is no day, no state and no number is ignored.
    assert len(numbers(browser, "since=2026-02-30&state=x&client=x&after=%00")) == 3


def test_totals_are_those_of_what_is_filtered() -> None:
    first, second = make_invoice(), make_invoice()
    pay(first, 1000)
    note = credit(second, make_staff(), reason="Kulanz", net_cents=500)
    page = visitor(make_staff("viewer")).get(LIST)
    net = first.net_cents + second.net_cents - 500
    gross = first.gross_cents + second.gross_cents - note.gross_cents
    assert page.context["totals"] == [("EUR", 3, net, gross - net, gross, gross - 1000)]
    page = visitor(make_staff("viewer")).get(f"{LIST}?q={first.number}")
    one = (first.net_cents, first.vat_cents, first.gross_cents, first.gross_cents - 1000)
    assert page.context["totals"] == [("EUR", 1, *one)]


def test_pages_neither_skip_nor_repeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_pages, "A_PAGE", 2)
    subscription = make_subscription()
    made = [make_invoice(subscription).number for _each in range(5)]
    browser = visitor(make_staff("viewer"))
    found, query = [], "q=20"
    pages = [browser.get(f"{LIST}?{query}")]
    while pages[-1].context["older"]:
        pages.append(browser.get(f"{LIST}?{pages[-1].context['older']}"))
    for page in pages:
        found += [invoice.number for invoice in page.context["invoices"]]
    assert found == made[::-1]
    back = browser.get(f"{LIST}?{pages[-1].context['newer']}")
    assert [invoice.number for invoice in back.context["invoices"]] == [made[2], made[1]]
    assert back.context["newer"]
    first = browser.get(f"{LIST}?{back.context['newer']}")
    assert [invoice.number for invoice in first.context["invoices"]] == [made[4], made[3]]
    assert first.context["newer"] == ""


def test_list_takes_as_many_queries_for_many_invoices(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make_invoice()
    browser = visitor(make_staff("viewer"))
    browser.get(LIST)
    with django_assert_num_queries(6):
        browser.get(LIST)
    for _each in range(4):
        make_invoice()
    with django_assert_num_queries(6):
        browser.get(LIST)


def test_list_says_if_nothing_matches_and_leads_back() -> None:
    browser = visitor(make_staff("viewer"))
    assert "No invoice has been issued yet." in words(browser.get(LIST))
    make_invoice()
    page = browser.get(f"{LIST}?q=nothing")
    assert "No invoice matches." in words(page)
    assert f'href="{LIST}"' in html(page)
