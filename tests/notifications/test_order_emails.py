"""Mails about an order, and staff's alarm: what each says, to whom, and when it is obsolete."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.idp.oidc.models import Token
from django.core.mail import EmailMessage
from django.utils import timezone
from django.utils.formats import date_format
from pytest_django import Settings

from shop.catalogue.models import Promotion
from shop.content.models import Version
from shop.notifications.emails.kinds import email_for, render
from shop.notifications.emails.models import Message
from shop.orders.corrections import readdress
from shop.orders.models import Basket, Order, State
from shop.orders.placing import Caller
from shop.orders.states import transition
from shop.tenancy.models import User
from tests.factories import (
    BILLING,
    make_client,
    make_order,
    make_packed_order,
    make_project,
    make_seller,
    make_token,
    make_user,
    pack_all,
)
from tests.notifications.each_kind import make_message
from tests.notifications.sent import html_of, send_all

pytestmark = pytest.mark.django_db


def agree(order: Order) -> Version:
    terms = Version.objects.filter(page_id="terms").latest()
    Basket.objects.create(order=order, terms=terms, agreed_at=timezone.now())
    return terms


@pytest.mark.parametrize("language", ["de", "en"])
def test_confirmation_brings_the_terms_that_were_agreed_to(
    language: str, mailoutbox: list[EmailMessage], settings: Settings
) -> None:
    terms = agree(make_order(language=language))
    Version.objects.create(
        page=terms.page, number=terms.number + 1, title_de="N", title_en="N", text_de="Neu",
        text_en="New",
    )  # fmt: skip
    send_all()
    (mail,) = mailoutbox
    ((name, content, kind),) = [tuple(attachment) for attachment in mail.attachments]
    stem = "AGB-Fassung" if language == "de" else "Terms-version"
    assert (name, kind) == (f"{stem}-{terms.number}.txt", "text/plain")
    title, text = (getattr(terms, f"{part}_{language}") for part in ("title", "text"))
    absolute = text.replace("](/", f"]({settings.BASE_URL}/")
    assert content == f"{title}\n\n{absolute}\n"
    for text in (str(mail.body), html_of(mail)):
        assert f" {terms.number})" in text


def test_confirmation_without_consent_speaks_of_no_terms(mailoutbox: list[EmailMessage]) -> None:
    make_order()
    send_all()
    assert mailoutbox[0].attachments == []
    assert "AGB" not in str(mailoutbox[0].body)


def test_confirmation_says_price_net_and_gross(mailoutbox: list[EmailMessage]) -> None:
    make_order("s", language="en")
    make_order("Yamdu FREE", language="en", user_email="other@gmx.com")
    send_all()
    paid, free = (str(mail.body) for mail in mailoutbox)
    assert (
        "Price: €58.31 a month, including 19% VAT\nNet per month: €49.00\nVAT, 19%: €9.31\n" in paid
    )
    assert "Price: free of charge\n" in free
    assert "Net per month" not in free


def receipt(**fields: Any) -> str:
    """The receipt of a fresh order with these columns, in English."""
    order = make_order(language="en", user_email=f"a{Order.objects.count()}@gmx.com")
    Order.objects.filter(pk=order.pk).update(**fields)
    return render(Message.objects.get(kind="received", order=order)).text


def test_confirmation_says_when_the_first_invoice_comes_and_how_the_contract_ends() -> None:
    make_seller(due_days=10)
    text = receipt()
    assert (
        "First invoice: as soon as everything is set up, for the first month\n"
        "Payment: by bank transfer, within 10 days of the invoice date\n"
        "Duration: no fixed term; cancel any time, and it ends with the month you have paid for\n"
    ) in text
    assert "Promotion code" not in text


def test_confirmation_of_a_year_speaks_of_years() -> None:
    text = receipt(interval="year", net_cents=49000)
    assert "Price: €583.10 a year, including 19% VAT\nNet per year: €490.00\n" in text
    assert "First invoice: as soon as everything is set up, for the first year\n" in text
    assert "it ends with the year you have paid for\n" in text


def test_confirmation_without_vat_says_why() -> None:
    text = receipt(vat_rate=0, vat_rule="reverse_charge")
    assert "Price: €49.00 a month (no VAT: reverse charge)\n" in text
    assert "Net per month" not in text


@pytest.mark.parametrize(
    ("interval", "months", "said"),
    [
        ("month", None, "SUMMER: €9.00 off the net price, for as long as the contract runs\n"),
        (
            "month",
            3,
            "SUMMER: €9.00 off the net price for the first 3 months, then €69.02 a month\n",
        ),
        ("year", 3, "SUMMER: €9.00 off the net price for the first year, then €69.02 a year\n"),
        ("year", 13, "for the first 2 years, then €69.02 a year\n"),
    ],
)
def test_confirmation_says_how_long_a_discount_lasts(
    interval: str, months: int | None, said: str
) -> None:
    discount = {"promo_code": "SUMMER", "discount_cents": 900, "discount_months": months}
    assert said in receipt(interval=interval, **discount)


def test_confirmation_asks_for_the_billing_address_while_it_is_not_known() -> None:
    ask = "We don't have your billing address yet."
    assert ask in receipt()
    assert ask not in receipt(billing=BILLING)


def test_reason_of_staff_is_in_the_mail_and_in_no_row(settings: Settings) -> None:
    message = make_message("cancelled", "en", settings)
    assert "Ordered twice." in render(message).text
    assert "Ordered" not in str(Message.objects.filter(pk=message.pk).values().get())


def test_old_address_learns_neither_the_new_one_nor_a_way_in(settings: Settings) -> None:
    message = make_message("address", "en", settings)
    order = message.order
    assert order is not None
    assert message.recipient == "nicecustomer@gmx.com"
    for text in (render(message).text, render(message).html):
        assert "new@gmx.com" not in text
        assert order.order_hash not in text
        assert "Zebra" not in text


def test_who_ordered_for_somebody_else_is_told_in_their_own_language() -> None:
    orderer = make_user(language="de")
    make_order(caller=Caller(user=orderer), language="en")
    pack_all()
    message = Message.objects.get(kind="packed")
    assert (message.recipient, message.language) == (orderer.email, "de")
    assert "n…@g….com" in render(message).text
    assert "nicecustomer" not in render(message).text


def test_client_admin_by_token_is_told_of_a_member_of_somebody_else() -> None:
    admin = make_user()
    make_project(client=make_client(client_admin=admin))
    make_order(client_name=None, client_id=admin.administered_clients.get().pk,
               admin_user_access_token=make_token(admin))  # fmt: skip
    pack_all()
    assert Message.objects.get(kind="packed").recipient == admin.email


def test_who_orders_for_themselves_is_invited_and_told_no_more() -> None:
    orderer = make_user()
    make_order(caller=Caller(user=orderer), user_email=orderer.email)
    pack_all()
    assert set(Message.objects.values_list("kind", flat=True)) == {"received", "invitation"}


def test_need_for_a_person_is_told_once_whatever_the_cause() -> None:
    order = make_order("s", language="en")
    send_all()  # the receipt, before anybody knew
    transition(order, State.PACKING)
    transition(order, State.NEED_HUMAN, fault="no_place")
    message = Message.objects.get(kind="attention")
    assert "We are reviewing it and will get back to you" in render(message).text
    for fault in ("tries_used_up", "no_place"):
        transition(order, State.PENDING)
        transition(order, State.PACKING)
        transition(order, State.NEED_HUMAN, fault=fault)
    keys = Message.objects.filter(kind="attention").values_list("dedupe_key", flat=True)
    assert list(keys) == ["attention:need_human"]


def test_fault_that_is_ours_to_mend_is_no_mail() -> None:
    order = make_order(admin_user_access_token=make_token(make_user()))
    Token.objects.all().delete()
    pack_all()
    order.refresh_from_db()
    assert order.state == "has_packing_errors"
    assert not Message.objects.filter(kind="attention").exists()


def test_order_that_has_moved_on_needs_no_attention(
    settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    message = make_message("attention", "en", settings)
    order = Order.objects.get()
    transition(order, State.PENDING)
    send_all()
    message.refresh_from_db()
    assert message.state == "obsolete"
    # It comes to the same again: now it is told.
    pack_all()
    send_all()
    message.refresh_from_db()
    assert message.state == "sent"
    assert len(mailoutbox) == 2


def test_alarm_is_obsolete_once_nothing_in_it_waits(settings: Settings) -> None:
    message = make_message("alarm", "en", settings)
    assert not email_for(message).is_obsolete()
    assert "2 orders need attention" in render(message).subject
    assert "1 h 01 min" in render(message).text
    transition(Order.objects.get(), State.CANCELLED)
    assert email_for(message).is_obsolete()


def test_alarm_is_for_staff_only(settings: Settings) -> None:
    message = make_message("alarm", "en", settings)
    User.objects.filter(email=message.recipient).update(is_staff=False)
    assert email_for(Message.objects.get(kind="alarm")).is_obsolete()


def test_alarm_names_webhooks_that_were_given_up(settings: Settings) -> None:
    message = make_message("alarm", "en", settings)
    message.details["orders"][0]["reason"] = "webhook"
    assert "A webhook was given up." in render(message).text


def test_what_waits_for_an_address_that_was_corrected_is_not_sent() -> None:
    order = make_order()
    assert not email_for(Message.objects.get()).is_obsolete()
    Order.objects.filter(pk=order.pk).update(user_email="other@gmx.com")
    assert email_for(Message.objects.get()).is_obsolete()


def test_receipt_after_all_is_set_up_promises_no_more_than_the_link() -> None:
    order = make_packed_order(language="en")
    assert readdress(order, "right@example.com", actor=None)
    before, after = order.messages.filter(kind="received")
    before.order = make_order(language="en")
    sentence = "Everything is set up. Your sign-in link comes in a separate e-mail."
    assert "We are setting everything up now." in render(before).text
    assert sentence not in render(before).text
    assert sentence in render(after).text
    assert "We are setting everything up now." not in render(after).text


def test_receipt_says_who_sells_what_and_when_it_was_ordered() -> None:
    make_seller()
    order = make_order("s", language="en")
    text = render(Message.objects.get()).text
    day = date_format(timezone.localtime(order.created_at), "j F Y")
    assert f"Order number: {order.order_number}\nOrdered on: {day}\nPlan: S\nIncluded: " in text
    assert "\nSold by: Lichtspiel Software GmbH\n" in text


def test_receipt_names_what_the_code_is_for() -> None:
    for code, name in (("OTHER", "Another"), ("SUMMER", "Summer of film")):
        Promotion.objects.create(code=code, name=name, percent=10)
    text = receipt(promo_code="summer", discount_cents=900)
    assert "Promotion code: summer, “Summer of film”: €9.00 off the net price" in text


@pytest.mark.parametrize("kind", ["received", "reminder", "attention"])
def test_who_did_not_order_is_told_how_to_act(kind: str, settings: Settings) -> None:
    text = render(make_message(kind, "en", settings)).text
    assert "Didn't place this order? Please tell us, and we will stop it." in text
    assert f"Contact: {settings.BASE_URL}/contact/" in text


def test_reminder_names_the_day_on_which_the_order_is_cancelled(settings: Settings) -> None:
    message = make_message("reminder", "en", settings)
    assert message.order
    day = timezone.localtime(message.order.created_at + timedelta(days=60))
    assert (
        f"If we don't have them by {date_format(day, 'j F Y')}, we cancel" in render(message).text
    )
