"""Kept pages of orders: each order's is the one that would be rendered for it, and no one else's."""

import re
from html import escape

import pytest
from django.test import Client
from pytest_django import Settings

from portal.registration import kept_status
from shop.kept_pages import without_indentation
from shop.orders.models import Order
from tests.factories import bystander, make_user
from tests.pages import Response, assert_left_out, fields, html, visitor
from tests.registration.states import order_in

pytestmark = pytest.mark.django_db

KEPT = ["pending", "packing", "slow", "late", "packed", "has_packing_errors", "need_human"]
OTHERS = ["details", "unreachable", "mendable", "cancelled"]
NAMES = ["Kranfilm", "<b>x</b> & \"y\" 'z'", "{0} %s \\1", "שלום"]


def plain(response: Response) -> str:
    """The source without the visitor's token, and without the indentation that kept pages lack."""
    assert response.status_code == 200
    source = without_indentation(html(response))
    return re.sub(r'(csrfmiddlewaretoken" value=")[^"]+', r"\1", source)


def rendered(order: Order, language: str = "en") -> str:
    """The page as it is rendered for a visitor with a cookie that nobody knows."""
    browser = visitor(language=language)
    browser.cookies["odd"] = "1"
    return plain(browser.get(f"/register/{order.order_hash}/"))


def kept(order: Order, language: str = "en", path: str = "") -> str:
    return plain(visitor(language=language).get(f"/register/{order.order_hash}/{path}"))


def renamed(order: Order, name: str, email: str) -> Order:
    named = {"client_name": name, "project_name": f"{name} 2", "user_email": email}
    Order.objects.filter(pk=order.pk).update(**named)
    order.refresh_from_db()
    return order


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("situation", [*KEPT, *OTHERS])
def test_page_is_the_one_that_is_rendered_for_the_order(situation: str, language: str) -> None:
    order = order_in(situation)
    for number, name in enumerate(NAMES):
        renamed(order, name, f"nina{number}@{number}.example")
        assert kept(order, language) == rendered(order, language)
    assert bool(kept_status.pages) == (situation in KEPT)


@pytest.mark.parametrize("situation", KEPT)
def test_fragment_is_the_live_part_of_the_page(situation: str) -> None:
    order = order_in(situation)
    for number, name in enumerate(NAMES):
        renamed(order, name, f"nina{number}@{number}.example")
        fragment = kept(order, path="progress/")
        live = fragment.partition("</title>\n")[2].partition('<p id="announcement"')[0].strip()
        assert live.startswith('<div id="progress"')
        assert live in rendered(order)


def test_orders_in_turns_get_each_their_own() -> None:
    orders = [order_in(situation) for situation in (*KEPT, *KEPT)]
    for number, order in enumerate(orders):
        renamed(order, f"Company {number}", f"nina{number}@{number}.example")
    for _round in range(2):
        for number, order in enumerate(orders):
            page = kept(order)
            assert re.findall(r"Company (\d+)(?: 2)?<", page) == [str(number)] * 2
            assert set(re.findall(r"[0-9a-f]{32}", page)) <= {order.order_hash}


def test_nothing_of_an_order_or_a_visitor_is_kept() -> None:
    tokens = []
    with bystander() as other:
        orders = [other, *(order_in(situation) for situation in KEPT)]
        for order in orders:
            for path in ("", "progress/"):
                page = visitor(make_user(first_name="Zebra")).get(
                    f"/register/{order.order_hash}/{path}"
                )
                kept(order, path=path)
                tokens.append(fields(page).get("csrfmiddlewaretoken"))
        shown = "".join(kept(order) for order in orders)
        own = [
            text
            for order in orders
            for text in (
                *(order.order_hash, order.order_number, order.client_name, order.project_name),
                f"{order.created_at:%M:%S.%f}",
            )
        ]
        everything = "".join(piece for page in kept_status.pages.values() for piece in page)
        assert 'id="headline"' in everything
        for text in [*own, "n…@g….com", "b…@e….com"]:
            assert_left_out(escape(str(text)), there=shown, here=everything)
        for text in ["Zebra", *filter(None, tokens)]:
            assert text not in everything


def test_token_of_a_kept_page_is_the_visitors_own_and_works() -> None:
    order = order_in("packed")
    tokens = set()
    for _each in range(2):
        browser = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
        page = browser.get(f"/register/{order.order_hash}/")
        token = fields(page)["csrfmiddlewaretoken"]
        tokens.add(token)
        sent = browser.post(
            f"/register/{order.order_hash}/code/", {"code": "x", "csrfmiddlewaretoken": token}
        )
        assert sent.status_code == 422
    assert len(tokens) == 2
    stranger = Client(enforce_csrf_checks=True)
    data = {"code": "x", "csrfmiddlewaretoken": tokens.pop()}
    assert stranger.post(f"/register/{order.order_hash}/code/", data).status_code == 403


def test_page_of_somebody_signed_in_is_theirs_alone() -> None:
    order = order_in("packed")
    url = f"/register/{order.order_hash}/"
    before = kept(order)
    assert_left_out("Sign out", there=html(visitor(make_user()).get(url)), here=before)
    assert kept(order) == before


@pytest.mark.parametrize("query", ["lang=de", "lang=en", "lang=xx", "reload=1"])
def test_query_string_is_as_on_a_page_that_is_rendered(query: str) -> None:
    order = order_in("packed")
    kept(order)
    browser = visitor()
    browser.cookies["odd"] = "1"
    url = f"/register/{order.order_hash}/?{query}"
    assert plain(visitor().get(url)) == plain(browser.get(url))


def test_versions_that_pages_have_seen_are_not_kept() -> None:
    order = order_in("packed")
    for seen in range(10):
        kept(order, path=f"progress/?seen=packed-{seen}")
    assert len(kept_status.pages) == 1


def test_page_is_rendered_for_a_request_that_does_not_name_the_order() -> None:
    order = order_in("packed")
    for path in ("", "progress/?seen=packed-0"):
        context = visitor().get(f"/register/{order.order_hash}/{path}").context
        request = context["request"]
        assert request.path == context["page_url"].removeprefix("http://testserver")
        assert re.fullmatch(r"/register/[0-9a-f]{32}/(progress/)?", request.get_full_path())
        assert order.order_hash not in f"{request.META} {request.resolver_match}"


def test_invitation_and_order_that_read_alike_have_each_their_title(settings: Settings) -> None:
    invitation, order = order_in("packed"), order_in("packed")
    settings.PACKING_STEPS = ["shop.packing.steps.project"]  # its words are the same for both
    for each, user in ((invitation, None), (order, make_user())):
        assert each.invitation
        each.invitation.used_at = each.created_at
        each.invitation.save()
        project = each.delivered_project_id
        Order.objects.filter(pk=each.pk).update(project_id=project, placed_by=user)
    for each, title in ((invitation, "Invitation"), (order, "Your order")):
        page = kept(each)
        assert f"<title>All set · {title}" in page
        assert page == rendered(each)


def test_nothing_is_kept_while_templates_are_edited(settings: Settings) -> None:
    order = order_in("packed")
    settings.DEBUG = True
    for path in ("", "progress/"):
        kept(order, path=path)
    assert not kept_status.pages
    settings.DEBUG = False
    kept(order)
    assert len(kept_status.pages) == 1
