"""The way back to an order's page for people who have only its number, or half a link."""

import re
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from shop.notifications.emails.models import Message
from shop.orders.models import State
from shop.orders.open_orders import Owner, open_order
from shop.orders.states import transition
from tests.factories import bystander, make_bare_order, make_order
from tests.notifications.sent import send_all
from tests.pages import Response, error_beside, html, summary, visitor, words

pytestmark = pytest.mark.django_db

HASH = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    "pasted",
    [
        HASH,
        HASH.upper(),
        f"  {HASH}\n",
        f"{HASH[:20]}\n{HASH[20:]}",
        f"{HASH[:9]} {HASH[9:]}",
        f"https://shop.example/register/{HASH}/",
        f"http://localhost:8000/register/{HASH}/join/{'ab' * 20}:x/?lang=de",
        f"<https://shop.example/register/{HASH}>.",
        f"Bestellnummer {HASH}",
        f"https://www.google.com/url?q=https%3A%2F%2Fshop.example%2Fregister%2F{HASH}%2F&sa=D",
    ],
)
def test_number_or_link_leads_to_the_orders_page(pasted: str) -> None:
    answer = visitor().get("/register/", {"order": pasted})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/register/{HASH}/")


def test_answer_is_the_same_whether_or_not_there_is_such_an_order() -> None:
    order = make_order()
    for number in (order.order_hash, HASH):
        answer = visitor().get("/register/", {"order": number})
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/register/{number}/")


@pytest.mark.parametrize(
    "pasted", ["17", "g" * 32, HASH[:31], HASH + "0", f"{HASH}{HASH}", "<b>", "a " * 900, "a@b@c"]
)
def test_what_names_no_order_is_told_beside_the_field(pasted: str) -> None:
    sentence = "This is no order number, link or e-mail address. Please copy all of it."
    for page in (visitor().get("/register/", {"order": pasted}), post(pasted)):
        assert page.status_code == 422
        assert error_beside(page, "order") == sentence
        assert sentence in summary(page)
        assert "<b>" not in html(page)
    assert not Message.objects.exists()


def test_nothing_typed_is_told_beside_the_field() -> None:
    page = post(" ")
    assert page.status_code == 422
    sentence = "Please enter an order number, a link or an e-mail address."
    assert error_beside(page, "order") == sentence


def post(typed: str, language: str = "en") -> Response:
    return visitor(language=language).post("/register/", {"order": typed})


def mailed(outbox: list[EmailMessage]) -> list[EmailMessage]:
    """Send what is due, without what placing the orders has caused."""
    Message.objects.exclude(kind="links").delete()
    outbox.clear()
    send_all()
    return outbox


def test_number_has_the_link_mailed_to_the_address_of_the_order(
    mailoutbox: list[EmailMessage],
) -> None:
    with bystander():
        order = make_order(language="de")
        for written in (order.order_number or "", (order.order_number or "").lower()[:4]):
            page = visitor().get("/register/", {"order": written})
            assert page.status_code == (200 if len(written) == 9 else 422)
        assert not Message.objects.filter(kind="links").exists()
        answer = post((order.order_number or "").lower().replace("-", " "))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/register/?asked=1")
    assert "is on its way to the order's e-mail address" in words(
        visitor().get("/register/?asked=1")
    )
    (mail,) = mailed(mailoutbox)
    assert mail.to == ["nicecustomer@gmx.com"]
    assert mail.subject == "Der Link zu Ihrer Bestellung"
    assert f"/register/{order.order_hash}/" in str(mail.body)
    assert str(order.order_number) in str(mail.body)


def test_address_has_the_links_of_its_orders_mailed_however_it_is_typed(
    mailoutbox: list[EmailMessage],
) -> None:
    with bystander() as other:
        first = make_order(user_email="Mia@bücher.example")
        second = make_order(user_email="mia@xn--bcher-kva.example")
        cancelled = make_order(user_email="mia@bücher.example")
        transition(cancelled, State.CANCELLED)
        assert post("Mia <MIA@Bücher.example>").status_code == 302
    (mail,) = mailed(mailoutbox)
    assert mail.to == ["mia@xn--bcher-kva.example"]
    assert mail.subject == "The links to your orders"
    links = re.findall(r"/register/([0-9a-f]{32})/", str(mail.body))
    assert links == [cancelled.order_hash, second.order_hash, first.order_hash]
    assert "cancelled" in str(mail.body)
    assert other.order_hash not in mail.body


def test_answer_does_not_tell_whether_there_is_an_order(
    mailoutbox: list[EmailMessage],
) -> None:
    order = make_order()
    there = (order.order_number or "", order.user_email or "")
    for known, unknown in zip(there, ("AAAA-AAAA", "nobody@gmx.com"), strict=True):
        browser, other = visitor(), visitor()
        asked: list[tuple[int, str]] = []
        for each, typed in ((browser, known), (other, unknown)):
            with CaptureQueriesContext(connection) as queries:
                answer = each.post("/register/", {"order": typed})
            assert answer.headers["Location"] == "/register/?asked=1"
            asked.append((len(queries), answer.content.decode()))
        assert asked[0] == asked[1]
    assert len(mailed(mailoutbox)) == 2
    states = Message.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["sent", "obsolete", "sent", "obsolete"]


def test_order_without_an_address_and_an_open_one_get_no_mail(
    mailoutbox: list[EmailMessage],
) -> None:
    bare = make_bare_order()
    opened, _owner = open_order(Owner("5d6a3a1c-95fb-4c52-8b7c-0d5a3a1f2b11"))
    for order in (bare, opened):
        assert post(order.order_number or "").status_code == 302
    assert mailed(mailoutbox) == []


def test_links_are_mailed_three_times_an_hour_to_an_address(
    mailoutbox: list[EmailMessage],
) -> None:
    make_order()
    for _ in range(4):
        post("nicecustomer@gmx.com")
    assert len(mailed(mailoutbox)) == 3


def test_links_that_are_being_sent_at_this_moment_count(mailoutbox: list[EmailMessage]) -> None:
    make_order(user_email="nicecustomer@gmx.com")
    for _each in range(4):
        post("nicecustomer@gmx.com")
    links = Message.objects.filter(kind=Message.Kind.LINKS).order_by("pk")
    others = list(links.values_list("pk", flat=True)[:3])
    sending = {"state": Message.State.SENDING, "lease_until": timezone.now() + timedelta(minutes=1)}
    Message.objects.filter(pk__in=others).update(**sending)  # by other workers
    assert mailed(mailoutbox) == []
    assert [each.state for each in links] == ["sending"] * 3 + ["obsolete"]


def test_links_are_limited_by_ip_address(settings: Settings, empty_cache: None) -> None:
    settings.DEMO = False
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "links": (1 / 3600, 2)}
    for _ in range(2):
        assert post("nobody@gmx.com").status_code == 302
    page = post("nobody@gmx.com")
    assert page.status_code == 429
    sentence = "There were too many requests from here. Please wait a while."
    assert error_beside(page, "order") == sentence
    assert Message.objects.count() == 2


def test_hash_in_capitals_leads_to_the_page() -> None:
    order = make_order()
    capitals = order.order_hash.upper()
    assert capitals != order.order_hash
    for rest in ("", "progress/?seen=x", "nothing/"):
        answer = visitor().get(f"/register/{capitals}/{rest}")
        assert answer.status_code == 302
        assert answer.headers["Location"] == f"/register/{order.order_hash}/{rest}"
    assert visitor().get(f"/register/{order.order_hash}/nothing/").status_code == 404


def test_page_by_itself_asks_and_blames_nobody() -> None:
    page = visitor(language="de").get("/register/")
    assert page.status_code == 200
    assert "Bestellung finden" in words(page)
    assert "error-summary" not in html(page)


def test_page_that_is_not_there_offers_the_tiers_and_the_way_to_an_order() -> None:
    for path in ("/nothing/", f"/register/{HASH}/", "/tiers/nothing/"):
        page = visitor().get(path)
        assert page.status_code == 404
        assert '<a class="button" href="/">View plans</a>' in html(page)
        assert '<a class="button button--quiet" href="/register/">Find your order</a>' in html(page)


def test_page_is_kept_out_of_caches_and_referrers() -> None:
    answer = visitor().get("/register/", {"order": HASH})
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer.headers["Cache-Control"]


def test_number_is_read_with_the_words_around_it() -> None:
    with bystander():
        order = make_order()
        assert post(f"Bestellnummer: {order.order_number}").status_code == 302
    links = Message.objects.filter(kind="links")
    assert [message.recipient for message in links] == [order.user_email]
