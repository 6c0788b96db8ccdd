"""Bank files in the back office: upload, preview, import, assigning, refunds."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from portal.backoffice.models import BankUpload
from shop.billing.balances import balance_of
from shop.billing.bank_statements import import_statement
from shop.billing.credit_notes import credit
from shop.billing.ledger import BankEntry, BankStatement, Payment, Refund
from shop.billing.payments import enter_payment
from tests.accounts.factors import by_password_and_app
from tests.backoffice.test_recent_factor import age
from tests.billing.statements import camt, euros
from tests.factories import make_invoice, make_seller, make_staff
from tests.pages import Response, error_beside, visitor, words

pytestmark = pytest.mark.django_db

BANK, IMPORT = "/staff/payments/", "/staff/payments/import/"


@pytest.fixture(autouse=True)
def _seller() -> None:
    make_seller()


def clerk() -> Client:
    return visitor(make_staff("billing"))


def upload(browser: Client, content: bytes, name: str = "november.xml") -> Response:
    return browser.post(IMPORT, {"file": SimpleUploadedFile(name, content)}, follow=True)


def counts() -> tuple[int, int, int]:
    return BankStatement.objects.count(), BankEntry.objects.count(), Payment.objects.count()


def test_file_is_shown_first_then_imported_and_undone() -> None:
    invoice, browser = make_invoice(), clerk()
    page = upload(browser, camt(invoice.number, euros(invoice.gross_cents)))
    assert invoice.number in words(page).partition("will be entered")[2].partition("To be as")[0]
    assert counts() == (0, 0, 0)
    done = browser.post(page.request["PATH_INFO"], follow=True)
    assert "The file is imported: 1 payment is entered." in words(done)
    assert (balance_of(invoice).state, BankUpload.objects.count()) == ("paid", 0)
    again = browser.post(page.request["PATH_INFO"], follow=True)
    assert "already been imported" in words(again)
    undo = f"{BANK}statements/{BankStatement.objects.get().pk}/undo/"
    assert "1 payment is undone." in words(browser.get(undo))
    assert balance_of(invoice).state == "paid"
    assert "The import is undone" in words(browser.post(undo, follow=True))
    assert balance_of(invoice).state == "open"


def test_same_file_again_says_so_and_changes_nothing() -> None:
    invoice, browser = make_invoice(), clerk()
    content = camt(invoice.number, euros(invoice.gross_cents))
    import_statement(content, "x.xml", make_staff())
    before = counts()
    page = upload(browser, content)
    assert "importing it again changes nothing" in words(page)
    browser.post(page.request["PATH_INFO"])
    assert counts() == before


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"%PDF-1.7", "This is not a bank file"),
        (b"", "This is not a bank file"),
        (camt(iban="DE75512108001245126199"), "for another account: DE75512108001245126199"),
        (b"x" * 5_000_001, "This file is too large"),
    ],
)
def test_file_that_is_none_of_ours_is_refused_beside_the_field(content: bytes, text: str) -> None:
    page = upload(clerk(), content)
    assert page.status_code == 422
    assert text in error_beside(page, "file")
    assert (counts(), BankUpload.objects.count()) == ((0, 0, 0), 0)


def test_upload_without_the_token_of_the_form_is_refused() -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(make_staff("billing"))
    answer = browser.post(IMPORT, {"file": SimpleUploadedFile("x.xml", camt())})
    assert answer.status_code == 403
    assert not BankUpload.objects.exists()


def test_upload_is_shown_to_nobody_else() -> None:
    upload(clerk(), camt())
    kept = BankUpload.objects.get()
    other = clerk().post(f"{IMPORT}{kept.pk}/", follow=True)
    assert "no longer kept" in words(other)
    assert counts() == (0, 0, 0)


def test_import_asks_for_the_factor_again_and_keeps_the_file(settings: Settings) -> None:
    settings.DEMO = False
    invoice, browser = make_invoice(), by_password_and_app(make_staff("billing"))
    age(browser, 301)
    page = upload(browser, camt(invoice.number, euros(invoice.gross_cents)))
    answer = browser.post(page.request["PATH_INFO"])
    assert answer.headers["Location"].startswith("/account/2fa/reauthenticate/")
    assert counts() == (0, 0, 0)
    age(browser, -301)
    browser.post(page.request["PATH_INFO"])
    assert balance_of(invoice).state == "paid"


def entry_of(number: str, cents: int) -> BankEntry:
    import_statement(camt(number, euros(cents)), "x.xml", make_staff())
    return BankEntry.objects.get()


def test_entry_is_searched_for_split_and_assigned() -> None:
    first, second = make_invoice(), make_invoice()
    entry = entry_of("", first.gross_cents + 500)
    browser, path = clerk(), f"{BANK}entries/{entry.pk}/"
    assert f'href="{path}"' in browser.get(BANK).content.decode()
    page = browser.get(f"{path}?q={first.number}")
    (row,) = page.context["invoices"]
    assert (row["invoice"], row["amount"]) == (first, euros(first.gross_cents))
    form = {"invoice": first.number, "amount": row["amount"]}
    page = browser.post(path, form, follow=True)
    assert page.context["entry"].left_cents == 500
    too_much = browser.post(path, {"invoice": second.number, "amount": "5,01"}, follow=True)
    assert "Nothing was assigned" in words(too_much)
    browser.post(path, {"invoice": second.number, "amount": "5"})
    assert (balance_of(first).open_cents, balance_of(second).paid_cents) == (0, 500)
    assert "This entry is already fully assigned" in words(browser.get(path, follow=True))


def test_entry_that_pays_nothing_is_set_aside_and_put_back() -> None:
    make_invoice()
    entry, browser = entry_of("", 700), clerk()
    assert [each.line for each in browser.get(BANK).context["proposals"]] == [entry]
    page = browser.post(f"{BANK}entries/{entry.pk}/aside/", follow=True)
    assert page.context["proposals"] == []
    assert "Set aside" in words(page)
    page = browser.post(f"{BANK}entries/{entry.pk}/back/", follow=True)
    assert [each.line for each in page.context["proposals"]] == [entry]


def refund_form(cents: int, **changes: Any) -> dict[str, Any]:
    return {"paid_on": timezone.localdate().isoformat(), "seen_cents": str(cents), **changes}


def test_refund_is_listed_with_its_iban_and_noted_once() -> None:
    invoice, browser = make_invoice(), clerk()
    cents, today = invoice.gross_cents + 300, timezone.localdate()
    enter_payment(invoice, None, amount_cents=cents, currency="EUR", paid_on=today)
    due = Refund.objects.get()
    Refund.objects.update(iban="DE89370400440532013000")
    assert "paid in excess DE89370400440532013000" in words(browser.get(BANK))
    path = f"{BANK}refunds/{due.pk}/"
    assert "The shop does not transfer any money." in words(browser.get(path))
    late = browser.post(path, refund_form(300, paid_on="2999-01-01"))
    assert (late.status_code, Refund.objects.get().paid_on) == (422, None)
    stale = browser.post(path, refund_form(200), follow=True)
    assert "Somebody else was faster" in words(stale)
    assert "marked as paid" in words(browser.post(path, refund_form(300), follow=True))
    assert Refund.objects.get().paid_on == timezone.localdate()
    assert browser.post(path, refund_form(300)).status_code == 404


def test_refund_shows_the_reason_of_its_newest_credit_note() -> None:
    invoice, excess, browser = make_invoice(), make_invoice(), clerk()
    for paid, cents in ((invoice, 0), (excess, 300)):
        enter_payment(
            paid,
            None,
            amount_cents=paid.gross_cents + cents,
            currency="EUR",
            paid_on=timezone.localdate(),
        )
    credit(invoice, make_staff(), reason="Halber Monat.", net_cents=100)
    credit(invoice, make_staff(), reason="Widerruf des Vertrags")
    due = Refund.objects.get(invoice=invoice)
    listed = browser.get(BANK).context["refunds"]
    assert {each.invoice_id: each.reason for each in listed} == {
        invoice.pk: "Widerruf des Vertrags",
        excess.pk: None,
    }
    assert "Widerruf des Vertrags" in words(browser.get(f"{BANK}refunds/{due.pk}/"))
