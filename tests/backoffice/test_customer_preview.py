"""The page of an order as the customer sees it, for staff to look at only."""

import re

import pytest

from portal.backoffice.order.inert_html import inert
from shop.customer_requests import is_customer_preview
from shop.orders.models import Order, OrderEvent
from tests.factories import make_order, make_packed_order, make_staff
from tests.pages import html, visitor, words
from tests.registration.states import order_in

pytestmark = pytest.mark.django_db

SITUATIONS = (
    "details", "pending", "packed", "mendable", "has_packing_errors", "need_human", "cancelled",
    "unreachable",
)  # fmt: skip


def preview(order: Order, group: str = "viewer") -> str:
    answer = visitor(make_staff(group)).get(f"/staff/orders/{order.pk}/as-customer/page/")
    assert answer.status_code == 200
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    return html(answer)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_preview_can_do_nothing_and_gives_no_hash(situation: str) -> None:
    order = order_in(situation)
    own_page = html(visitor().get(f"/register/{order.order_hash}/"))
    events = OrderEvent.objects.count()
    for group in ("viewer", "agent"):
        page = preview(order, group)
        assert order.order_hash in own_page or situation == "cancelled"
        assert order.order_hash not in page
        assert "csrfmiddlewaretoken" not in page
        assert not re.search(r"<(form|script|noscript|base)\b", page)
        assert not re.search(r"\s(hx-\w+|action|formaction)=", page)
        assert not re.search(r"<a\b[^>]*\shref=", page)
        for control in re.findall(r"<(?:button|input|select|textarea)\b[^>]*>", page):
            assert " disabled" in control
    assert OrderEvent.objects.count() == events


def test_preview_shows_the_page_of_the_buyer_with_its_form() -> None:
    order = order_in("mendable")
    assert "<form" in html(visitor().get(f"/register/{order.order_hash}/"))
    page = preview(order)
    assert re.search(r"<input[^>]* disabled>", page)


def test_preview_is_in_the_language_of_the_customer() -> None:
    german, english = make_order(language="de"), make_order(language="en")
    assert '<html lang="de"' in preview(german)
    assert '<html lang="en"' in preview(english)


def test_page_around_it_says_what_it_is() -> None:
    order = make_packed_order(language="de")
    answer = visitor(make_staff("viewer")).get(f"/staff/orders/{order.pk}/as-customer/")
    assert "Preview in the customer's language (German)" in words(answer)
    assert order.order_hash not in html(answer)
    assert f'src="/staff/orders/{order.pk}/as-customer/page/"' in html(answer)


def test_buyers_request_cannot_be_forged() -> None:
    order = order_in("unreachable")
    browser = visitor()
    forged = browser.get(
        f"/register/{order.order_hash}/?is_customer_preview=1",
        headers={"is-customer-preview": "True"},
        is_customer_preview="True",
    )
    assert not is_customer_preview(forged.wsgi_request)
    assert 'name="user_email"' not in html(forged)
    assert 'name="user_email"' not in preview(order)  # names of fields are left out
    assert re.search(r"<input[^>]* disabled", preview(order))


def test_what_acts_is_left_out_and_the_rest_copied() -> None:
    source = (
        '<!DOCTYPE html><html lang="de"><head><meta charset="utf-8"><meta name="x" content="y">'
        '<link rel="stylesheet" href="/a.css"><link rel="canonical" href="/b">'
        "<script>if (a < b) { x }</script></head><body>"
        '<form action="/x" method="post" class="stack"><input type="hidden" name="t" value="s">'
        '<input name="a" value="&quot;&amp;"><button hx-post="/y">Los &amp; weg</button></form>'
        '<svg><circle r="2" /></svg>'
        '<a href="/z" class="c">hin</a><noscript><p>no</p></noscript>'
        '<svg viewBox="0 0 1 1"><use href="#i" /></svg><br></body></html>'
    )
    assert inert(source) == (
        '<!DOCTYPE html><html lang="de"><head><meta charset="utf-8">'
        '<link rel="stylesheet" href="/a.css"></head><body>'
        '<div class="stack"><input value="&quot;&amp;" disabled>'
        '<button disabled>Los &amp; weg</button></div><svg><circle r="2" /></svg>'
        '<a class="c">hin</a>'
        '<svg viewBox="0 0 1 1"><use href="#i" /></svg><br></body></html>'
    )
