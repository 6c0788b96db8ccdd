"""Cancelling a contract without signing in (contract, "Cancelling")."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from shop.billing.declaration_matching import match_received
from shop.billing.declaration_rows import Declaration, DeclarationCase
from shop.billing.declaration_words import moment
from tests.factories import make_subscription
from tests.notifications.sent import send_all
from tests.pages import (
    assert_escaped,
    assert_headers,
    error_beside,
    fields,
    html,
    summary,
    visitor,
    words,
)
from tests.stale_forms import assert_again, send_stale
from tests.storefront.declaring import ORDINARY, PATH, TYPED, cancel, number_of, receipt_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("language", "link", "button"),
    [
        ("de", "Verträge hier kündigen", "Jetzt kündigen"),
        ("en", "Cancel contracts here", "Cancel contract now"),
    ],
)
def test_footer_leads_to_the_form_with_its_button(language: str, link: str, button: str) -> None:
    browser = visitor(language=language)
    footer = html(browser.get("/")).partition("<footer")[2]
    assert f'<a href="{PATH}">{link}</a>' in footer
    page = browser.get(PATH)
    assert_headers(page)
    assert "no-store" in page.headers["Cache-Control"]
    assert f'<button class="button button--primary">{button}</button>' in html(page)


def test_form_asks_for_what_the_law_asks_for_and_nothing_else() -> None:
    asked = set(re.findall(r'<(?:input|textarea)[^>]* name="(\w+)"', html(visitor().get(PATH))))
    assert asked == {*ORDINARY, "form_token", "csrfmiddlewaretoken"}


def test_cancellation_is_kept_as_it_was_typed() -> None:
    answer = cancel(language="de", name="Nina  Nagel", contract="  mein Vertrag, Dreh 7 ")
    declaration = Declaration.objects.get()
    kept = (declaration.kind, declaration.name, declaration.contract, declaration.email)
    assert kept == ("cancellation", "Nina  Nagel", "mein Vertrag, Dreh 7", "nina@example.com")
    assert (declaration.for_cause, declaration.reason, declaration.wished_end) == (False, "", None)
    assert declaration.language == "de"
    assert timezone.now() - declaration.received_at < timedelta(minutes=5)
    assert answer.status_code == 302


def test_receipt_repeats_what_was_declared_and_when() -> None:
    end = timezone.localdate() + timedelta(days=40)
    answer = cancel(wished_end=end.isoformat(), for_cause="yes", reason="It was away.\r\nTwice.")
    assert Declaration.objects.get().wished_end == end
    page = receipt_of(answer)
    told = words(page)
    assert "We have received your cancellation." in told
    shown = re.findall(r"<dd>\s*<bdi>(.*?)</bdi>", html(page), re.DOTALL)
    assert shown[:5] == [
        *("Cancellation for cause", "Nina Nagel", "K7QM-3FZ2", "nina@example.com"),
        "It was away.\nTwice.",
    ]
    assert shown[5] == f"on {end.day} {end:%B %Y}"
    assert re.fullmatch(r"\d+ \w+ \d{4}, \d\d:\d\d \(UTC\+[12]\)", shown[6])
    assert len(shown) == 7


def test_receipt_says_the_time_in_the_shops_zone_with_its_offset() -> None:
    at = datetime(2026, 7, 3, 21, 59, tzinfo=UTC)
    assert moment(at) == "3 July 2026, 23:59 (UTC+2)"
    assert moment(at.replace(month=12)) == "3 December 2026, 22:59 (UTC+1)"


def test_receipt_without_a_date_says_as_soon_as_possible() -> None:
    assert "Gewünschtes Vertragsende zum nächstmöglichen Zeitpunkt" in words(
        receipt_of(cancel(language="de"), "de")
    )


def test_receipt_can_be_opened_again_without_declaring_again() -> None:
    answer = cancel()
    first, again = receipt_of(answer), receipt_of(answer)
    assert words(first) == words(again)
    assert Declaration.objects.count() == 1
    assert "no-store" in first.headers["Cache-Control"]
    assert first.headers["Referrer-Policy"] == "no-referrer"
    assert first.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_receipt_is_not_guessed_and_is_gone_after_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    address = cancel().headers["Location"]
    assert visitor().get(address).status_code == 200
    assert visitor().get(f"{address[:-2]}/").status_code == 404
    assert visitor().get("/declarations/received/1/").status_code == 404
    later = timezone.now() + timedelta(days=1, minutes=5)
    monkeypatch.setattr("time.time", later.timestamp)
    gone = visitor().get(address)
    assert gone.status_code == 410
    assert "nina@example.com" not in html(gone)


def test_answer_and_mails_to_the_typed_address_are_the_same_whatever_contract_is_named(
    mailoutbox: list[EmailMessage],
) -> None:
    order = make_subscription().order
    send_all()
    mailoutbox.clear()
    pages = []
    for contract in (number_of(order), "K7QM-3FZ2"):
        pages.append(words(receipt_of(cancel(contract=contract))).replace(contract, "…"))
        match_received(lambda: None)
        send_all()
    clock = re.compile(r"\d\d:\d\d")
    assert clock.sub("", pages[0]) == clock.sub("", pages[1])
    to_the_typed = [str(mail.body) for mail in mailoutbox if mail.to == ["nina@example.com"]]
    known, unknown = (clock.sub("", text) for text in to_the_typed)
    assert known.replace(number_of(order), "…") == unknown.replace("K7QM-3FZ2", "…")
    # There was something to tell: the contract's own person was written to, once.
    others = [mail.to for mail in mailoutbox if mail.to != ["nina@example.com"]]
    assert others == [[order.delivered_client.client_admin.email]]  # type: ignore[union-attr]


def test_statements_are_the_same_whatever_contract_is_named() -> None:
    order, taken = make_subscription().order, []
    for contract in (number_of(order), "K7QM-3FZ2", "my contract"):
        with CaptureQueriesContext(connection) as queries:
            cancel(contract=contract)
        taken.append([re.sub(r"'[^']*'|\d+", "", each["sql"]) for each in queries])
    assert taken[0]
    assert taken[0] == taken[1] == taken[2]


def test_stranger_changes_nothing() -> None:
    subscription = make_subscription()
    cancel(contract=number_of(subscription.order))
    match_received(lambda: None)
    subscription.refresh_from_db()
    assert (subscription.cancelled_at, subscription.ends_on) == (None, None)
    assert DeclarationCase.objects.get().state == "proof"


@pytest.mark.parametrize("name", ["name", "contract", "email"])
def test_what_is_missing_is_named_and_nothing_typed_is_lost(name: str) -> None:
    typed = {**ORDINARY, "for_cause": "yes", "reason": "It was away.", name: " "}
    page = cancel(None, "en", **typed)
    assert page.status_code == 422
    assert error_beside(page, name)
    assert error_beside(page, name) in summary(page)
    found = fields(page)
    for other in {"name", "contract", "email"} - {name}:
        assert found[other] == typed[other]
    assert "It was away.</textarea>" in html(page)
    assert not Declaration.objects.exists()


def test_cancellation_for_cause_needs_its_reason() -> None:
    page = cancel(for_cause="yes", reason=" ")
    assert page.status_code == 422
    assert "Please give the reason" in error_beside(page, "reason")
    assert not Declaration.objects.exists()


@pytest.mark.parametrize(
    ("day", "error"), [("2020-01-01", "cannot end in the past"), ("soon", "Please enter a date")]
)
def test_day_that_is_over_or_none_is_refused(day: str, error: str) -> None:
    page = cancel(wished_end=day)
    assert page.status_code == 422
    assert error in error_beside(page, "wished_end")
    assert not Declaration.objects.exists()


def test_date_is_read_as_germans_write_it() -> None:
    cancel(language="de", wished_end="31.12.2099")
    assert Declaration.objects.get().wished_end == date(2099, 12, 31)


@pytest.mark.parametrize("email", ["nina", "nina@", "nina@example.com x"])
def test_address_that_no_mail_can_go_to_is_refused(email: str) -> None:
    page = cancel(email=email)
    assert page.status_code == 422
    assert error_beside(page, "email")
    assert not Declaration.objects.exists()


@pytest.mark.parametrize(("name", "most"), [("name", 200), ("contract", 200), ("reason", 2000)])
def test_text_that_is_too_long_is_refused_with_its_limit(name: str, most: int) -> None:
    typed = {name: "x" * (most + 1)}
    page = cancel(None, "en", **typed)
    assert page.status_code == 422
    assert error_beside(page, name) == f"Please use at most {most} characters."
    assert cancel(None, "en", **{name: "x" * most}).status_code == 302


def test_form_that_is_sent_twice_declares_once() -> None:
    browser = visitor()
    token = fields(browser.get(PATH))["form_token"]
    sent = {"form_token": token, **ORDINARY}
    first, second = browser.post(PATH, sent), browser.post(PATH, sent)
    assert Declaration.objects.count() == 1
    assert words(receipt_of(first)) == words(receipt_of(second))


def test_form_that_was_changed_after_going_back_declares_anew() -> None:
    browser = visitor()
    token = fields(browser.get(PATH))["form_token"]
    for contract in ("K7QM-3FZ2", "K7QM-3FZ3"):
        browser.post(PATH, {"form_token": token, **ORDINARY, "contract": contract})
    named = Declaration.objects.order_by("pk").values_list("contract", flat=True)
    assert list(named) == ["K7QM-3FZ2", "K7QM-3FZ3"]


def test_two_forms_that_are_alike_declare_twice() -> None:
    cancel()
    cancel()
    assert Declaration.objects.count() == 2


def test_form_without_a_token_is_taken() -> None:
    answer = visitor().post(PATH, ORDINARY)
    assert "We have received your cancellation." in words(receipt_of(answer))


def test_what_was_typed_is_escaped() -> None:
    evil = "<b>Zebra</b>"
    assert_escaped(receipt_of(cancel(name=evil, contract=evil)), evil)


def test_language_can_be_changed_without_losing_what_was_typed() -> None:
    browser = visitor()
    page = browser.get(PATH)
    assert f'formaction="{PATH}?lang=de"' in html(page)
    sent = {"form_token": fields(page)["form_token"], **ORDINARY, "apply": "language"}
    german = browser.post(f"{PATH}?lang=de", sent)
    assert german.status_code == 200
    assert "Jetzt kündigen" in words(german)
    found = fields(german)
    assert {name: found[name] for name in TYPED} == TYPED
    assert not Declaration.objects.exists()


def test_form_of_an_outdated_page_comes_back_filled_in() -> None:
    browser = visitor()
    sent = {"form_token": fields(browser.get(PATH))["form_token"], **ORDINARY}
    assert_again(send_stale(browser, PATH, sent), **TYPED)
    assert not Declaration.objects.exists()


@pytest.fixture
def three_an_hour(settings: Settings, empty_cache: None) -> None:
    settings.DEMO = False
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "declarations": (3 / 3600, 3)}


@pytest.mark.usefixtures("three_an_hour")
def test_past_the_limit_nothing_typed_is_lost_and_another_way_is_named() -> None:
    browser = visitor()
    token = fields(browser.get(PATH))["form_token"]
    first = {"form_token": token, **ORDINARY}
    assert browser.post(PATH, first).status_code == 302
    # Neither a faulty form nor one that is sent again counts.
    for _again in range(5):
        assert browser.post(PATH, first).status_code == 302
        assert cancel(browser, name="").status_code == 422
    assert [cancel(browser).status_code for _each in range(3)] == [302, 302, 429]
    page = cancel(browser)
    assert page.status_code == 429
    assert int(page.headers["Retry-After"]) > 0
    assert "the imprint says where to" in summary(page)
    assert {name: fields(page)[name] for name in TYPED} == TYPED
    assert Declaration.objects.count() == 3
