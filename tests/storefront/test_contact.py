"""`/contact/`: how to reach a person, and the form that writes to support."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.mail import EmailMessage
from django.utils import timezone
from pytest_django import Settings

from shop import kept_fragments
from shop.data_export import export_of_address
from shop.notifications.emails.models import ContactRequest, Message
from shop.notifications.retention import delete_expired
from shop.tenancy.erasure import erase_address
from tests.factories import make_order, make_user
from tests.notifications.sent import html_of, send_all
from tests.pages import Response, error_beside, fields, html, visitor, words
from tests.registration.states import order_in, wait

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

TYPED = {
    "name": "Nina Nagel",
    "email": "nina@example.com",
    "order_number": "k7qm3fz2",
    "text": "Wann ist es so weit?\r\nSiehe https://evil.example/x",
}


def write(**changes: Any) -> Response:
    return visitor().post("/contact/", {**TYPED, **changes}, follow=True)


def test_message_is_mailed_to_support_with_the_writers_address(
    mailoutbox: list[EmailMessage],
) -> None:
    page = write()
    assert page.redirect_chain == [("/contact/?sent=1", 302)]
    assert "Thank you. We have your message and will answer by e-mail." in words(page)
    send_all()
    (mail,) = mailoutbox
    assert (mail.to, mail.reply_to) == (["hilfe@slate.example"], ["nina@example.com"])
    number = ContactRequest.objects.get().pk
    assert mail.subject == f"Nachricht über das Kontaktformular, Nr. {number}"
    for text in (str(mail.body), html_of(mail)):
        for told in ("Nina Nagel", "nina@example.com", "K7QM-3FZ2", "Wann ist es so weit?\nSiehe"):
            assert told in text
        assert "evil.example" not in text  # whole, and yet no link


@pytest.mark.parametrize("number", ["", "K7QM-3FZ2", "no number at all"])
def test_answer_does_not_tell_whether_there_is_such_an_order(number: str) -> None:
    real = make_order(user_email="nina@example.com").order_number
    told = words(write(order_number=real))
    assert words(write(order_number=number, text="Another one.")) == told
    assert ContactRequest.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [
        ({"email": ""}, "email", "Please enter the e-mail address that our answer is to go to."),
        ({"email": "nina@"}, "email", "Please give an e-mail address like name@example.com."),
        ({"text": " \n "}, "text", "Please write your message."),
        ({"text": "x" * 5001}, "text", "Please use at most 5000 characters."),
    ],
)
def test_faulty_message_is_shown_again_and_not_sent(
    changes: dict[str, str], field: str, told: str
) -> None:
    page = write(**changes)
    assert (page.status_code, error_beside(page, field)) == (422, told)
    assert fields(page)["name"] == "Nina Nagel"
    assert not Message.objects.exists()


def test_same_message_sent_twice_is_mailed_once() -> None:
    for _ in range(2):
        write()
    assert Message.objects.filter(kind="contact").count() == 1
    write(text="Something else.")
    assert Message.objects.filter(kind="contact").count() == 2


def test_too_many_messages_are_refused_and_what_was_typed_stays(settings: Settings) -> None:
    settings.DEMO = False
    settings.BASE_URL = "http://testserver"
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"contact": (0.001, 1)}
    assert write().status_code == 200
    page = write(text="Once more.")
    assert page.status_code == 429
    assert "Too many messages came from your connection." in words(page)
    assert "Once more." in words(page)
    assert int(page.headers["Retry-After"]) > 0
    assert ContactRequest.objects.count() == 1


def test_form_knows_who_is_signed_in_and_the_order_of_the_link() -> None:
    user = make_user(first_name="Uta", last_name="Unger")
    page = visitor(user).get("/contact/?order_number=k7qm-3fz2")
    found = fields(page)
    assert (found["name"], found["email"], found["order_number"]) == (
        "Uta Unger",
        user.email,
        "K7QM-3FZ2",
    )
    assert fields(visitor().get("/contact/?order_number=<b>"))["order_number"] == ""


def test_other_language_keeps_what_was_typed() -> None:
    page = visitor().post("/contact/?lang=de", {**TYPED, "apply": "language"})
    assert "Nachricht senden" in words(page)
    assert fields(page)["email"] == "nina@example.com"
    assert "Wann ist es so weit?" in words(page)
    assert not ContactRequest.objects.exists()


@pytest.mark.parametrize(("language", "hours"), [("de", "Mo–Fr, 9–17 Uhr"), ("en", "Mon–Fri, 9")])
def test_page_names_the_ways_to_reach_a_person(language: str, hours: str) -> None:
    page = visitor(language=language).get("/contact/")
    assert 'href="mailto:hilfe@slate.example"' in html(page)
    assert 'href="tel:+49895550124">+49 89 5550124' in html(page)
    assert hours in words(page)


def test_without_an_address_of_support_there_is_no_form(settings: Settings) -> None:
    assert run_checks(tags=["support"]) == []
    settings.DEMO, settings.SUPPORT_EMAIL = False, ""
    (warning,) = run_checks(tags=["support"])
    assert warning.id == "support.W001"
    settings.DEMO = True
    kept_fragments.clear()
    page = visitor().post("/contact/", TYPED)
    assert "Our postal address: Imprint" in words(page)
    assert "mailto:" not in html(page)
    assert 'name="text"' not in html(page)
    assert not ContactRequest.objects.exists()


@pytest.mark.parametrize("situation", ["has_packing_errors", "need_human", "cancelled", "packing"])
def test_order_that_waits_says_how_to_reach_us_and_names_itself(situation: str) -> None:
    order = order_in(situation)
    if situation == "packing":
        wait(order, minutes=6)
    page = html(visitor().get(f"/register/{order.order_hash}/")).partition("<footer")[0]
    assert "mailto:hilfe@slate.example" in page
    assert f'href="/contact/?order_number={order.order_number}"' in page


@pytest.mark.parametrize("path", ["/", "/nothing/", "/register/", "/account/login/"])
def test_every_page_says_how_to_reach_a_person(path: str) -> None:
    footer = html(visitor().get(path)).partition("<footer")[2]
    for told in ('href="/contact/"', "mailto:hilfe@slate.example", 'href="/accessibility/"'):
        assert told in footer


def test_message_is_erased_with_its_writer_and_after_90_days() -> None:
    write()
    write(email="otto@example.com")
    (written,) = export_of_address("nina@example.com")["messages_to_support"]
    assert (written["name"], written["order_number"]) == ("Nina Nagel", "K7QM-3FZ2")
    erase_address("nina@example.com")
    assert ContactRequest.objects.get().email == "otto@example.com"
    send_all()
    states = Message.objects.filter(kind="contact").order_by("pk").values_list("state", flat=True)
    assert list(states) == ["obsolete", "sent"]
    ContactRequest.objects.update(created_at=timezone.now() - timedelta(days=89))
    delete_expired(lambda: None)
    assert ContactRequest.objects.exists()
    ContactRequest.objects.update(created_at=timezone.now() - timedelta(days=91))
    delete_expired(lambda: None)
    assert not ContactRequest.objects.exists()
