"""The checkout: from a filled-in form to a placed order, without losing what was typed."""

import uuid

import pytest

from shop.catalogue.models import Product
from shop.orders.models import Order
from tests.factories import DETAILS, make_user
from tests.pages import error_beside, fields, html, summary, visitor, words

pytestmark = pytest.mark.django_db


def filled_in(tier: str = "s", **changes: str) -> dict[str, str]:
    form = {"tier": tier, "form_key": str(uuid.uuid4()), **DETAILS}
    return {**form, "user_first_name": "Nina", "user_last_name": "Nagel", **changes}


def test_checkout_without_a_tier_leads_to_the_tiers() -> None:
    for answer in (visitor().get("/checkout/"), visitor().post("/checkout/", DETAILS)):
        assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def test_form_asks_for_the_order_members_and_shows_the_price() -> None:
    page = visitor().get("/checkout/?tier=s")
    assert page.status_code == 200
    asked = fields(page)
    assert {"client_name", "project_name", "user_first_name", "user_last_name", "user_email"} < set(
        asked
    )
    assert (asked["tier"], asked["client_name"], asked["user_email"]) == ("s", "", "")
    assert uuid.UUID(asked["form_key"])
    assert "Place order · €58.31 a month" in words(page)


def test_each_form_has_a_key_of_its_own() -> None:
    keys = {fields(visitor().get("/checkout/?tier=s"))["form_key"] for _ in range(3)}
    assert len(keys) == 3


def test_button_of_the_free_tier_says_that_it_is_free() -> None:
    page = words(visitor().get("/checkout/?tier=yamdu-free"))
    assert "Place order · free of charge" in page


def test_button_in_german() -> None:
    page = words(visitor(language="de").get("/checkout/?tier=s"))
    assert "Kostenpflichtig bestellen · 58,31 €/Monat" in page


@pytest.mark.parametrize("language", ["de", "en"])
def test_filled_in_form_places_an_order_in_the_language_of_the_page(language: str) -> None:
    answer = visitor(language=language).post("/checkout/", filled_in())
    order = Order.objects.get()
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/register/{order.order_hash}/"
    assert (order.state, order.complete, order.product.code) == ("pending", True, "s")
    assert (order.language, order.net_cents) == (language, 4900)
    assert (order.client_name, order.project_name) == ("Constantin Film", "OSD Yamdu Free")
    assert order.user_email == "nicecustomer@gmx.com"
    assert (order.user_first_name, order.user_last_name) == ("Nina", "Nagel")
    assert (order.application, order.placed_by) == (None, None)


def test_page_after_the_order_is_there() -> None:
    page = visitor().post("/checkout/", filled_in(), follow=True)
    assert page.status_code == 200
    assert "Received. We start in a moment." in words(page)


def test_names_may_be_left_out() -> None:
    visitor().post("/checkout/", filled_in(user_first_name="", user_last_name=""))
    order = Order.objects.get()
    assert (order.user_first_name, order.user_last_name) == (None, None)


@pytest.mark.parametrize("member", ["client_name", "project_name", "user_email"])
@pytest.mark.parametrize("value", ["", "   "])
def test_missing_detail_is_told_beside_its_field_and_on_top(member: str, value: str) -> None:
    page = visitor().post("/checkout/", filled_in(**{member: value}))
    assert page.status_code == 422
    assert error_beside(page, member) == "Please fill this in."
    assert "Please fill this in." in summary(page)
    assert f'href="#id_{member}"' in html(page)
    assert Order.objects.count() == 0


@pytest.mark.parametrize(
    ("member", "value", "told"),
    [
        ("user_email", "nobody", "Please give an e-mail address like name@example.com."),
        ("user_email", "Nina <n@gmx.com>", "Please give an e-mail address like name@example.com."),
        ("client_name", "x" * 201, "Please use at most 200 characters."),
        ("user_last_name", "x" * 201, "Please use at most 200 characters."),
        ("project_name", "a\x07b", "Please remove line breaks and invisible signs."),
    ],
)
def test_refused_detail_is_told_in_the_pages_words(member: str, value: str, told: str) -> None:
    page = visitor().post("/checkout/", filled_in(**{member: value}))
    assert page.status_code == 422
    assert error_beside(page, member) == told
    assert told in summary(page)


def test_nul_in_a_detail_is_refused() -> None:
    page = visitor().post("/checkout/", filled_in(client_name="a\x00b"))
    assert page.status_code == 422
    assert error_beside(page, "client_name")


def test_errors_are_told_in_german() -> None:
    page = visitor(language="de").post("/checkout/", filled_in(client_name=""))
    assert error_beside(page, "client_name")
    assert "Please" not in words(page)


def test_nothing_typed_is_lost() -> None:
    typed = filled_in(user_email="nobody", client_name='Film & "Co" <x>')
    page = visitor().post("/checkout/", typed)
    again = fields(page)
    assert {name: again[name] for name in typed} == typed


def test_all_errors_are_told_at_once() -> None:
    page = visitor().post("/checkout/", filled_in(client_name="", user_email="x"))
    assert error_beside(page, "client_name")
    assert error_beside(page, "user_email")


def test_markup_that_was_typed_is_not_run() -> None:
    page = visitor().post("/checkout/", filled_in(client_name="<script>x</script>", user_email=""))
    assert "<script>x" not in html(page)


def test_form_sent_twice_places_one_order() -> None:
    browser, form = visitor(), filled_in()
    first, second = (browser.post("/checkout/", form) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Order.objects.count() == 1


def test_form_mended_after_an_error_still_places_one_order() -> None:
    browser = visitor()
    page = browser.post("/checkout/", filled_in(user_email=""))
    form = {**fields(page), "user_email": "a@gmx.com"}
    for _ in range(2):
        browser.post("/checkout/", form)
    assert Order.objects.get().user_email == "a@gmx.com"


@pytest.mark.parametrize("key", ["", "nonsense"])
def test_form_with_a_damaged_key_is_an_order_all_the_same(key: str) -> None:
    page = visitor().post("/checkout/", filled_in(form_key=key))
    assert page.status_code == 302
    assert Order.objects.get().form_key is None


def test_form_sent_again_with_other_details_is_another_order() -> None:
    form = filled_in()
    visitor().post("/checkout/", form)
    visitor().post("/checkout/", {**form, "user_email": "right@example.com"})
    emails = set(Order.objects.values_list("user_email", flat=True))
    assert emails == {form["user_email"], "right@example.com"}


def test_signed_in_customer_finds_name_and_email_filled_in() -> None:
    user = make_user(first_name="Mia", last_name="Muster")
    browser = visitor(user)
    asked = fields(browser.get("/checkout/?tier=s"))
    assert (asked["user_first_name"], asked["user_last_name"]) == ("Mia", "Muster")
    assert asked["user_email"] == user.email
    browser.post("/checkout/", {**asked, "client_name": "Film", "project_name": "Dreh"})
    assert Order.objects.get().placed_by == user


@pytest.mark.parametrize("tier", ["unknown", "S", "a" * 300, "ä"])
def test_checkout_of_an_unknown_tier_is_404(tier: str) -> None:
    assert visitor().get("/checkout/", {"tier": tier}).status_code == 404
    assert visitor().post("/checkout/", filled_in(tier)).status_code == 404


def test_checkout_of_a_tier_with_nul_is_404() -> None:
    assert visitor().get("/checkout/", {"tier": "s\x00"}).status_code == 404


def test_checkout_of_a_retired_tier_is_404_and_places_nothing() -> None:
    Product.objects.filter(code="s").update(listed=False)
    assert visitor().get("/checkout/?tier=s").status_code == 404
    assert visitor().post("/checkout/", filled_in()).status_code == 404
    assert Order.objects.count() == 0


def test_price_is_that_of_the_moment_of_ordering() -> None:
    browser = visitor()
    form = {**fields(browser.get("/checkout/?tier=s")), **DETAILS}
    Product.objects.filter(code="s").update(net_cents=5000)
    browser.post("/checkout/", form)
    assert Order.objects.get().net_cents == 5000


def test_form_from_elsewhere_places_nothing() -> None:
    browser = visitor()
    browser.handler.enforce_csrf_checks = True
    assert browser.post("/checkout/", filled_in()).status_code == 403
    assert Order.objects.count() == 0
