"""The special registration page: what it says in each state, and what it keeps to itself."""

import re

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from shop.orders.models import Order, State
from shop.orders.states import transition
from shop.tenancy.models import Invitation
from tests.factories import (
    make_bare_order,
    make_order,
    make_packed_order,
    make_project,
    make_token,
    make_user,
)
from tests.pages import assert_headers, assert_left_out, html, visitor, words
from tests.registration.states import order_in

pytestmark = pytest.mark.django_db

SITUATIONS = {
    "pending": (
        "Eingegangen. Wir fangen gleich an.",
        "Order received. We'll start in a moment.",
    ),
    "details": (
        "Es fehlen noch Angaben von Ihnen.",
        "We need a few more details from you.",
    ),
    "packing": (
        "Wird gerade eingerichtet. Sie müssen nichts tun.",
        "We're setting up your project. Nothing for you to do.",
    ),
    "packed": (
        "Fertig. Ihr Zugang ist bereit; der Link ist unterwegs an n…@g….com.",
        "All set. We've sent your sign-in link to n…@g….com.",
    ),
    "has_packing_errors": (
        "Bei uns hakt es. Ihre Bestellung ist sicher gespeichert; wir kümmern uns und schreiben Ihnen.",
        "Something went wrong on our side. Your order is safe; we're on it and will e-mail you.",
    ),
    "need_human": (
        "Wir prüfen Ihre Bestellung persönlich und melden uns spätestens am nächsten Werktag.",
        "We're reviewing your order and will get back to you by the next working day.",
    ),
    "cancelled": ("Storniert.", "Cancelled."),
}
LIVE = {"pending", "packing", "packed", "has_packing_errors", "need_human"}


def look(order: Order, language: str = "en", path: str = "") -> str:
    page = visitor(language=language).get(f"/register/{order.order_hash}/{path}")
    assert page.status_code == 200
    return html(page)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_page_says_how_the_order_stands(situation: str) -> None:
    order = order_in(situation)
    page = visitor().get(f"/register/{order.order_hash}/")
    assert page.status_code == 200
    assert SITUATIONS[situation][1] in words(page)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_page_says_how_the_order_stands_in_german(situation: str) -> None:
    order = order_in(situation)
    page = visitor(language="de").get(f"/register/{order.order_hash}/")
    assert SITUATIONS[situation][0] in words(page)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_page_shows_the_facts_of_the_order(situation: str) -> None:
    order = order_in(situation)
    text = words(visitor().get(f"/register/{order.order_hash}/"))
    assert str(order.order_number) in text
    assert order.order_hash not in text
    assert f"Plan {order.tier_name}" in text
    assert "What happens next" in text
    assert ("Constantin Film" in text) == (situation != "details")


@pytest.mark.parametrize("situation", [*SITUATIONS, "mendable", "unreachable", "slow"])
def test_state_comes_first_then_the_steps_then_the_facts(situation: str) -> None:
    page = look(order_in(situation)).partition("<main")[2]
    marks = ['id="headline"', 'id="steps-title"', 'id="order-slate"']
    positions = [
        page.index(mark) for mark in marks if situation != "details" or "steps" not in mark
    ]
    assert positions == sorted(positions)
    assert page.index("<h1") < page.index("<dl")


@pytest.mark.parametrize("situation", SITUATIONS)
def test_state_is_in_the_title(situation: str) -> None:
    titles = {
        "pending": "Received",
        "details": "Details needed",
        "packing": "Being set up",
        "packed": "All set",
        "has_packing_errors": "Delayed",
        "need_human": "Being reviewed",
        "cancelled": "Cancelled",
    }
    assert f"<title>{titles[situation]} · Your order" in look(order_in(situation))


@pytest.mark.parametrize("situation", SITUATIONS)
def test_page_looks_again_only_while_something_may_change(situation: str) -> None:
    page = look(order_in(situation))
    assert ("hx-get=" in page) == (situation in LIVE)
    # Without scripts a page would lose a code that is being typed.
    assert ('http-equiv="refresh"' in page) == (situation in LIVE - {"packed"})
    assert ("live.js" in page) == (situation in LIVE)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_page_has_a_permanent_status_line_that_is_empty_at_first(situation: str) -> None:
    page = look(order_in(situation))
    assert page.count('id="announcement"') == 1
    assert '<p id="announcement" class="visually-hidden" role="status"></p>' in page


@pytest.mark.parametrize("situation", SITUATIONS)
def test_no_address_is_in_clear_on_the_page(situation: str) -> None:
    order = order_in(situation)
    assert "nicecustomer" not in look(order).lower()
    assert "gmx.com" not in look(order).lower()


@pytest.mark.parametrize("situation", SITUATIONS)
def test_names_of_persons_are_not_on_the_page(situation: str) -> None:
    order = order_in(situation)
    Order.objects.update(user_first_name="Zebra", user_last_name="Zebra", user_login="Zebra")
    assert "Zebra" not in look(order)


def test_known_members_address_is_masked_too() -> None:
    user = make_user(email="mia@studio.example.com", first_name="Zebra")
    page = look(make_packed_order(user_email=user.email))
    assert "m…@s….com" in page
    assert "mia@" not in page
    assert "Zebra" not in page


@pytest.mark.parametrize("path", ["", "progress/"])
@pytest.mark.parametrize("order_hash", ["0" * 32, "x", "a" * 500, "ä", "%00", "a%00b"])
def test_unknown_hash_is_404(order_hash: str, path: str, client: Client) -> None:
    make_order()
    assert client.get(f"/register/{order_hash}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["", "progress/"])
def test_hash_in_capitals_leads_to_the_page(path: str, client: Client) -> None:
    Order.objects.filter(pk=make_order().pk).update(order_hash="ab" * 16)
    answer = client.get(f"/register/{'AB' * 16}/{path}")
    assert (answer.status_code, answer["Location"]) == (302, f"/register/{'ab' * 16}/{path}")
    assert client.get(answer["Location"]).status_code == 200


def test_open_order_has_no_page(client: Client) -> None:
    order = make_order()
    Order.objects.update(state=State.NEW)
    address = f"/register/{order.order_hash}/"
    assert client.get(address).status_code == 404
    assert client.post(address, {"client_name": "x"}).status_code == 404
    assert client.get(f"{address}progress/").status_code == 404
    assert client.post(f"{address}resend/").status_code == 404
    assert client.get(f"{address}join/x/").status_code == 404


@pytest.mark.parametrize("path", ["", "progress/", "progress/?seen=packed-0-4-", "join/x/"])
def test_page_is_kept_out_of_caches_indexes_and_referrers(path: str, client: Client) -> None:
    answer = client.get(f"/register/{make_packed_order().order_hash}/{path}")
    assert "no-store" in answer.headers["Cache-Control"]
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_answers_to_forms_are_kept_out_too(client: Client) -> None:
    address = f"/register/{make_bare_order('s').order_hash}/"
    refused = client.post(address, {})
    assert refused.status_code == 422
    for answer in (refused, client.post(f"{address}resend/")):
        assert "no-store" in answer.headers["Cache-Control"]
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_fault_of_packing_is_told_with_its_reason() -> None:
    text = words(visitor().get(f"/register/{order_in('has_packing_errors').order_hash}/"))
    assert "stopped The access with which this was ordered has been withdrawn." in text
    assert "admin_user_access_token" not in text


def test_forms_of_the_page_tell_their_origin_to_us_alone() -> None:
    """Under no-referrer alone a browser's POST would be refused as coming from elsewhere."""
    page = html(visitor().get(f"/register/{order_in('need_human').order_hash}/"))
    assert '<meta name="referrer" content="same-origin">' in page


def test_packed_page_offers_the_mail_again_until_the_link_is_used() -> None:
    order = make_packed_order()
    assert f'action="/register/{order.order_hash}/resend/"' in look(order)
    Invitation.objects.update(used_at=timezone.now())
    page = look(order)
    assert "resend" not in page
    assert "the first member has joined" in page
    assert 'href="/portal/"' in page


def test_page_shows_what_it_costs_a_month() -> None:
    text = words(visitor().get(f"/register/{order_in('packed').order_hash}/"))
    assert "Total per month €58.31 €49.00 net, 19% VAT" in text


def test_page_of_a_free_tier_shows_no_price() -> None:
    priced, free = (
        words(visitor().get(f"/register/{make_order(tier).order_hash}/"))
        for tier in ("s", "Yamdu FREE")
    )
    assert_left_out("Total per month", there=priced, here=free)


def test_page_shows_what_was_ordered_by_the_names_of_what_is_there() -> None:
    project = make_project()
    admin = project.client.client_admin
    order = make_order(
        client_id=project.client.pk,
        client_name=None,
        project_id=project.pk,
        project_name=None,
        admin_user_access_token=make_token(admin),
    )
    text = words(visitor().get(f"/register/{order.order_hash}/"))
    assert "Company Beispielfilm GmbH Project Der erste Dreh" in text
    assert "Total per month" not in text


@pytest.mark.parametrize("path", ["", "progress/", "progress/?seen={version}"])
def test_page_and_fragment_have_the_headers_of_every_page(path: str, settings: Settings) -> None:
    settings.SECURE_HSTS_SECONDS = 31_536_000
    order = order_in("packed")
    [version] = re.findall(r'seen=([^"]+)"', look(order))
    url = f"/register/{order.order_hash}/{path.format(version=version)}"
    answer = visitor().get(url, secure=True)
    assert answer.status_code == (204 if "seen" in path else 200)
    assert_headers(answer)
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert answer.headers["Cache-Control"] == (
        "max-age=0, no-cache, no-store, must-revalidate, private"
    )
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_markup_in_names_is_not_run() -> None:
    order = make_order(client_name="<script>x</script>", project_name='"><b>')
    page = look(order)
    assert "<script>x" not in page
    assert '"><b>' not in page


def test_retry_after_a_failed_try_is_shown_as_received() -> None:
    order = order_in("packing")
    transition(order, State.PENDING)
    assert "Order received." in look(order)
