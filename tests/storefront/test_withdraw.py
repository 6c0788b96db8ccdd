"""Withdrawing from a contract without signing in (contract, "Withdrawing")."""

import re
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from pytest_django import Settings

from shop.billing.declaration_matching import match_received
from shop.billing.declaration_rows import Declaration, DeclarationCase
from shop.orders.models import Order
from tests.factories import make_order, make_packed_order
from tests.notifications.sent import send_all
from tests.pages import assert_headers, error_beside, fields, html, summary, visitor, words
from tests.storefront.checkout import PRIVATE
from tests.storefront.declaring import number_of, receipt_of, withdraw

pytestmark = pytest.mark.django_db

PATH = "/withdraw/"
TYPED = {"name": "Camille Durand", "order_number": "K7QM-3FZ2", "email": "camille@example.com"}
BILLING = {name.removeprefix("billing_"): value for name, value in PRIVATE.items()}


@pytest.fixture(autouse=True)
def for_everyone(settings: Settings) -> None:
    settings.CUSTOMERS = "everyone"


@pytest.mark.parametrize(
    ("language", "link", "button"),
    [
        ("de", "Vertrag widerrufen", "Widerruf bestätigen"),
        ("en", "Withdraw from contract", "Confirm withdrawal"),
    ],
)
def test_footer_leads_to_two_steps_the_second_with_its_button(
    language: str, link: str, button: str
) -> None:
    browser = visitor(language=language)
    footer = html(browser.get("/")).partition("<footer")[2]
    assert f'<a href="{PATH}">{link}</a>' in footer
    first = browser.get(PATH)
    assert_headers(first)
    assert button not in words(first)
    second = browser.post(PATH, {"form_token": fields(first)["form_token"], **TYPED})
    assert second.status_code == 200
    assert f'name="confirm" value="1">{button}</button>' in html(second)
    assert not Declaration.objects.exists()


def test_withdrawal_is_kept_once_confirmed_and_has_its_receipt() -> None:
    answer = withdraw("K7QM-3FZ2", "camille@example.com")
    declaration = Declaration.objects.get()
    kept = (declaration.kind, declaration.name, declaration.contract, declaration.email)
    assert kept == ("withdrawal", *TYPED.values())
    page = receipt_of(answer)
    assert "We have received your withdrawal." in words(page)
    shown = re.findall(r"<dd>\s*<bdi>(.*?)</bdi>", html(page), re.DOTALL)
    assert shown[:4] == ["Withdrawal from the contract", *TYPED.values()]
    assert re.fullmatch(r"\d+ \w+ \d{4}, \d\d:\d\d \(UTC\+[12]\)", shown[4])
    assert len(shown) == 5


@pytest.mark.parametrize("name", TYPED)
def test_what_is_missing_is_named_and_nothing_typed_is_lost(name: str) -> None:
    page = visitor().post(PATH, {**TYPED, name: ""})
    assert page.status_code == 422
    assert error_beside(page, name) in summary(page)
    for other in TYPED.keys() - {name}:
        assert fields(page)[other] == TYPED[other]


def test_second_step_leads_back_with_what_was_typed() -> None:
    browser = visitor()
    second = browser.post(PATH, TYPED)
    assert 'name="apply" value="change"' in html(second)
    again = browser.post(PATH, {**TYPED, "apply": "change"})
    assert again.status_code == 200
    assert {name: fields(again)[name] for name in TYPED} == TYPED
    assert not Declaration.objects.exists()


def test_second_step_that_is_sent_twice_declares_once() -> None:
    sent = {**TYPED, "form_token": "x" * 32, "confirm": "1"}
    assert [visitor().post(PATH, sent).status_code for _each in range(2)] == [302, 302]
    assert Declaration.objects.count() == 1


def test_confirmation_of_a_faulty_form_declares_nothing() -> None:
    page = visitor().post(PATH, {**TYPED, "email": "camille", "confirm": "1"})
    assert page.status_code == 422
    assert not Declaration.objects.exists()


def test_page_is_not_there_where_private_persons_cannot_order(settings: Settings) -> None:
    settings.CUSTOMERS = "businesses"
    assert visitor().get(PATH).status_code == 404
    assert visitor().post(PATH, {**TYPED, "confirm": "1"}).status_code == 404
    assert not Declaration.objects.exists()


def test_order_is_proven_by_its_own_address_alone(mailoutbox: list[EmailMessage]) -> None:
    order = make_packed_order(
        billing=BILLING, user_email="camille@example.com", client_name="C", language="en"
    )
    send_all()
    mailoutbox.clear()
    for email in ("stranger@example.com", "camille@example.com"):
        withdraw(number_of(order), email)
    match_received(lambda: None)
    send_all()
    states = DeclarationCase.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["staff", "proof"]
    told = sorted((mail.to[0], mail.subject) for mail in mailoutbox)
    assert told == [
        ("camille@example.com", "Please confirm the withdrawal from your contract"),
        ("camille@example.com", "We have received your withdrawal"),
        ("stranger@example.com", "We have received your withdrawal"),
    ]


@pytest.mark.parametrize(("days", "state"), [(14, "proof"), (15, "staff")])
def test_day_of_the_declaration_decides(days: int, state: str) -> None:
    order = make_order(billing=BILLING, user_email="camille@example.com", client_name="C")
    placed = order.events.filter(state="pending")
    placed.update(at=placed.get().at - timedelta(days=days))
    assert Order.objects.filter(pk=order.pk).exists()
    withdraw(number_of(order), "camille@example.com")
    match_received(lambda: None)
    assert DeclarationCase.objects.get().state == state
