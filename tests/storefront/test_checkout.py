"""The checkout: from a chosen tier to a placed order."""

import pytest

from shop.catalogue.models import Product
from shop.catalogue.seller import Seller
from shop.orders.models import Order
from tests.pages import at_checkout, error_beside, fields, html, part, summary, visitor, words
from tests.storefront.checkout import UNKNOWN_CODE, placed, send

pytestmark = pytest.mark.django_db


def test_checkout_without_an_open_order_leads_to_the_tiers() -> None:
    answer = visitor().get("/checkout/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert Order.objects.count() == 0


def test_choosing_a_tier_opens_an_order_of_this_browser() -> None:
    browser = visitor()
    answer = browser.post("/checkout/tier/", {"product": "s"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/checkout/")
    set_at = {cookie["path"] for cookie in answer.cookies.values() if cookie.key == "OwnerId"}
    assert set_at == {"/order", "/orders", "/"}
    order = Order.objects.get()
    assert (order.state, order.product.code, order.owner) == ("new", "s", None)


@pytest.mark.parametrize(
    ("known", "told"),
    [
        (
            {"street": "Hauptstraße 1", "postal_code": "80331", "city": "München"},
            "Slate GmbH, Hauptstraße 1, 80331 München",
        ),
        ({"street": "Hauptstraße 1"}, "Slate GmbH, Hauptstraße 1"),
        ({}, "Slate GmbH"),
    ],
)
def test_checkout_names_the_seller_as_far_as_it_is_known(known: dict[str, str], told: str) -> None:
    empty = {"street": "", "postal_code": "", "city": ""}
    Seller.objects.update(legal_name="Slate GmbH", **{**empty, **known})
    browser, _form = at_checkout("s")
    page = browser.get("/checkout/")
    assert part(page, 'aria-labelledby="seller">', "</section>") == f"Your contract partner {told}"


def test_choosing_another_tier_changes_the_open_order() -> None:
    browser, _form = at_checkout("s")
    answer = browser.post("/checkout/tier/", {"product": "m"})
    assert not answer.cookies
    assert Order.objects.get().product.code == "m"


@pytest.mark.parametrize("product", ["unknown", "S", "", "x" * 300, "s\x00"])
def test_choosing_an_unknown_tier_is_404_and_opens_nothing(product: str) -> None:
    assert visitor().post("/checkout/tier/", {"product": product}).status_code == 404
    assert Order.objects.count() == 0


def test_choosing_a_retired_tier_is_404() -> None:
    Product.objects.filter(code="s").update(listed=False)
    assert visitor().post("/checkout/tier/", {"product": "s"}).status_code == 404


def test_looking_at_a_tier_chooses_nothing() -> None:
    assert visitor().get("/checkout/tier/?product=s").status_code == 405
    visitor().get("/tiers/s/")
    assert Order.objects.count() == 0


def test_form_asks_for_the_order_members_and_shows_the_price() -> None:
    browser, _form = at_checkout()
    page = browser.get("/checkout/")
    assert page.status_code == 200
    asked = fields(page)
    assert {"client_name", "project_name", "user_first_name", "user_last_name", "user_email"} < set(
        asked
    )
    assert (asked["client_name"], asked["user_email"]) == ("", "")
    assert "Order and pay · €58.31 a month" in words(page)
    assert "no-store" in page.headers["Cache-Control"]


def test_button_of_the_free_tier_says_that_it_is_free() -> None:
    browser, _form = at_checkout("Yamdu FREE")
    assert "Place order · free of charge" in words(browser.get("/checkout/"))


def test_button_in_german() -> None:
    browser, _form = at_checkout(language="de")
    assert "Kostenpflichtig bestellen · 58,31 €/Monat" in words(browser.get("/checkout/"))


@pytest.mark.parametrize("language", ["de", "en"])
def test_filled_in_form_places_an_order_in_the_language_of_the_page(language: str) -> None:
    answer = send(language, user_first_name="Nina", user_last_name="Nagel")
    order = Order.objects.get()
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/register/{order.order_hash}/"
    assert (order.state, order.complete, order.product.code) == ("pending", True, "s")
    assert (order.language, order.net_cents) == (language, 4900)
    assert (order.client_name, order.project_name) == ("Constantin Film", "OSD Yamdu Free")
    assert order.user_email == "nicecustomer@gmx.com"
    assert (order.user_first_name, order.user_last_name) == ("Nina", "Nagel")
    assert (order.application, order.placed_by) == (None, None)


def test_names_may_be_left_out() -> None:
    send(user_first_name="", user_last_name="")
    assert (placed().user_first_name, placed().user_last_name) == (None, None)


@pytest.mark.parametrize(
    ("member", "told"),
    [
        ("client_name", "Please enter the name of your company."),
        ("project_name", "Please give your project a name."),
        ("user_email", "Please enter your e-mail address."),
    ],
)
@pytest.mark.parametrize("value", ["", "   "])
def test_missing_detail_is_told_beside_its_field_and_on_top(
    member: str, told: str, value: str
) -> None:
    page = send(**{member: value})
    assert page.status_code == 422
    assert error_beside(page, member) == told
    assert summary(page) == f"There is a problem {told}"
    assert f'href="#id_{member}"' in html(page)
    assert Order.objects.get().state == "new"


@pytest.mark.parametrize(
    ("member", "value", "told"),
    [
        ("user_email", "nobody", "Please give an e-mail address like name@example.com."),
        ("user_email", "Nina <n@gmx.com>", "Please give an e-mail address like name@example.com."),
        ("client_name", "x" * 201, "Please use at most 200 characters."),
        ("user_last_name", "x" * 201, "Please use at most 200 characters."),
        ("project_name", "a\x07b", "Please remove line breaks and invisible signs."),
        ("promo_code", "NO-SUCH", UNKNOWN_CODE),
    ],
)
def test_refused_detail_is_told_in_the_pages_words(member: str, value: str, told: str) -> None:
    page = send(**{member: value})
    assert page.status_code == 422
    assert error_beside(page, member) == told
    assert told in summary(page)


def test_nul_in_a_detail_is_refused() -> None:
    page = send(client_name="a\x00b")
    assert page.status_code == 422
    assert error_beside(page, "client_name")


def test_errors_are_told_in_german() -> None:
    page = send("de", client_name="")
    assert error_beside(page, "client_name")
    assert "Please" not in words(page)


def test_all_errors_are_told_at_once() -> None:
    page = send(client_name="", user_email="x")
    assert error_beside(page, "client_name")
    assert error_beside(page, "user_email")
