"""The checkout: from a chosen tier to a placed order, without losing what was typed."""

import pytest

from shop.catalogue.models import Product, Promotion
from shop.orders.models import Order, State
from tests.factories import DETAILS, make_user
from tests.pages import (
    Response,
    at_checkout,
    checkout_form,
    error_beside,
    fields,
    html,
    summary,
    visitor,
    words,
)

pytestmark = pytest.mark.django_db


def send(language: str = "en", product: str = "s", **changes: str) -> Response:
    """Choose a tier, fill in the form with `changes`, press the button."""
    browser, form = at_checkout(product, language=language)
    return browser.post("/checkout/", {**form, **DETAILS, **changes})


def placed() -> Order:
    return Order.objects.exclude(state=State.NEW).get()


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
    assert "Place order · €58.31 a month" in words(page)
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


@pytest.mark.parametrize("member", ["client_name", "project_name", "user_email"])
@pytest.mark.parametrize("value", ["", "   "])
def test_missing_detail_is_told_beside_its_field_and_on_top(member: str, value: str) -> None:
    page = send(**{member: value})
    assert page.status_code == 422
    assert error_beside(page, member) == "Please fill this in."
    assert "Please fill this in." in summary(page)
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
        ("promo_code", "NO-SUCH", "This code is not valid for this tier now."),
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


def test_nothing_typed_is_lost() -> None:
    typed = {"user_email": "nobody", "client_name": 'Film & "Co" <x>', "user_last_name": "Nagel"}
    again = fields(send(**typed))
    assert {name: again[name] for name in typed} == typed


def test_what_was_typed_is_there_when_one_comes_back_later() -> None:
    browser, form = at_checkout()
    browser.post("/checkout/", {**form, **DETAILS, "user_email": "nobody"})
    again = fields(browser.get("/checkout/"))
    assert (again["client_name"], again["project_name"]) == ("Constantin Film", "OSD Yamdu Free")
    assert again["user_email"] == ""  # what no rule allows is kept in the page alone


def test_all_errors_are_told_at_once() -> None:
    page = send(client_name="", user_email="x")
    assert error_beside(page, "client_name")
    assert error_beside(page, "user_email")


def test_markup_that_was_typed_is_not_run() -> None:
    assert "<script>x" not in html(send(client_name="<script>x</script>", user_email=""))


def test_form_sent_twice_places_one_order() -> None:
    browser, form = at_checkout()
    first, second = (browser.post("/checkout/", {**form, **DETAILS}) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Order.objects.count() == 1


def test_form_sent_again_with_other_details_has_to_be_confirmed() -> None:
    browser, form = at_checkout()
    browser.post("/checkout/", {**form, **DETAILS})
    changed = {**form, **DETAILS, "project_name": "Another"}
    page = browser.post("/checkout/", changed)
    assert page.status_code == 409
    assert "This order has been placed already, with other details." in words(page)
    assert f"/register/{placed().order_hash}/" in html(page)
    assert fields(page)["project_name"] == "Another"
    answer = browser.post("/checkout/", checkout_form(page))
    assert answer.status_code == 302
    names = set(Order.objects.values_list("project_name", flat=True))
    assert names == {"OSD Yamdu Free", "Another"}


def test_form_of_a_second_tab_places_no_second_order() -> None:
    browser, form = at_checkout()
    other_tab = checkout_form(browser.get("/checkout/"))
    first = browser.post("/checkout/", {**form, **DETAILS})
    second = browser.post("/checkout/", {**other_tab, **DETAILS})
    assert second.headers["Location"] == first.headers["Location"]
    assert Order.objects.count() == 1


def test_back_after_ordering_leads_to_the_order() -> None:
    browser, form = at_checkout()
    answer = browser.post("/checkout/", {**form, **DETAILS})
    assert browser.get("/checkout/").headers["Location"] == answer.headers["Location"]


def test_form_of_an_order_that_is_gone_places_nothing_unseen() -> None:
    browser, form = at_checkout()
    Order.objects.all().delete()
    page = browser.post("/checkout/", {**form, **DETAILS})
    assert page.status_code == 409
    assert "This page was out of date" in words(page)
    assert fields(page)["client_name"] == "Constantin Film"
    assert browser.post("/checkout/", checkout_form(page)).status_code == 302
    assert placed().client_name == "Constantin Film"


@pytest.mark.parametrize("order", ["", "x", "s\x00", "ä" * 32])
def test_form_of_no_order_at_all_places_nothing(order: str) -> None:
    browser, form = at_checkout()
    page = browser.post("/checkout/", {**form, **DETAILS, "order": order})
    assert page.status_code == 409
    assert Order.objects.get().state == "new"


def test_form_of_somebody_elses_order_does_not_touch_it() -> None:
    _browser, form = at_checkout()
    stranger = visitor()
    page = stranger.post("/checkout/", {**form, **DETAILS})
    assert page.status_code == 409
    theirs = Order.objects.get(order_hash=form["order"])
    assert (theirs.state, theirs.basket.account) == ("new", None)


def test_tier_can_be_changed_and_what_was_typed_stays() -> None:
    browser, form = at_checkout()
    del form["place"]
    changed = {**form, "product": "m", "apply": "1", "client_name": "Constantin Film"}
    page = browser.post("/checkout/", changed, follow=True)
    assert fields(page)["client_name"] == "Constantin Film"
    assert "Place order · €117.81 a month" in words(page)
    browser.post("/checkout/", {**checkout_form(page, "m"), **DETAILS})
    assert placed().product.code == "m"


def test_tier_changed_and_ordered_at_once_has_to_be_confirmed() -> None:
    browser, form = at_checkout()
    page = browser.post("/checkout/", {**form, **DETAILS, "product": "m"})
    assert page.status_code == 409
    assert "it was €58.31 a month, now it is €117.81" in words(page)
    assert Order.objects.get().state == "new"


def test_price_that_has_changed_is_told_and_has_to_be_confirmed() -> None:
    browser, form = at_checkout()
    Product.objects.filter(code="s").update(net_cents=5000)
    page = browser.post("/checkout/", {**form, **DETAILS})
    assert page.status_code == 409
    assert "it was €58.31 a month, now it is €59.50" in words(page)
    assert Order.objects.get().state == "new"
    assert browser.post("/checkout/", checkout_form(page)).status_code == 302
    assert placed().net_cents == 5000


@pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 40, "٣"])
def test_damaged_form_is_still_told_about_the_price(seen: str) -> None:
    page = send(quote_hash="wrong", seen=seen)
    assert page.status_code == 409
    assert Order.objects.get().state == "new"


def test_tier_that_is_retired_meanwhile_is_told() -> None:
    browser, form = at_checkout()
    Product.objects.filter(code="s").update(listed=False)
    for answer in (
        browser.get("/checkout/", follow=True),
        browser.post("/checkout/", {**form, **DETAILS}, follow=True),
    ):
        assert "The tier you chose can no longer be ordered." in words(answer)
    assert Order.objects.get().state == "new"


def test_promotion_code_is_shown_and_taken_off() -> None:
    Promotion.objects.create(code="PREMIERE", name="For your first film", percent=10)
    browser, form = at_checkout()
    del form["place"]
    page = browser.post("/checkout/", {**form, "promo_code": "PREMIERE", "apply": "1"}, follow=True)
    assert "For your first film −€4.90" in words(page)
    assert "Place order · €52.48 a month" in words(page)
    browser.post("/checkout/", {**checkout_form(page), **DETAILS})
    assert (placed().promo_code, placed().net_cents, placed().discount_cents) == (
        "PREMIERE",
        4410,
        490,
    )
    assert Promotion.objects.get().uses == 1


def test_wrong_promotion_code_is_told_before_ordering() -> None:
    browser, form = at_checkout()
    page = browser.post("/checkout/", {**form, "promo_code": "NO", "apply": "1"})
    assert page.status_code == 422
    assert error_beside(page, "promo_code") == "This code is not valid for this tier now."
    assert "Please fill this in." not in words(page)


def test_form_from_elsewhere_places_nothing() -> None:
    browser, form = at_checkout()
    browser.handler.enforce_csrf_checks = True
    assert browser.post("/checkout/", {**form, **DETAILS}).status_code == 403
    assert Order.objects.get().state == "new"


def test_signed_in_customer_finds_name_and_email_filled_in() -> None:
    user = make_user(first_name="Mia", last_name="Muster")
    browser, asked = at_checkout(user=user)
    assert (asked["user_first_name"], asked["user_last_name"]) == ("Mia", "Muster")
    assert asked["user_email"] == user.email
    browser.post("/checkout/", {**asked, "client_name": "Film", "project_name": "Dreh"})
    assert (placed().placed_by, placed().owner) == (user, user)
