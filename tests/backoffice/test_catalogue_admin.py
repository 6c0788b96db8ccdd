"""Django's admin: what staff manage there without a developer, and its history."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from shop.catalogue.models import Product, Promotion
from shop.content.models import Question
from shop.orders.models import Order
from tests.backoffice.tier_form import ADMIN, history, tier_form, tier_path
from tests.factories import make_order, make_project, make_staff
from tests.pages import fields, html, visitor, words

pytestmark = pytest.mark.django_db


def test_tier_is_retired_and_the_change_is_in_its_history() -> None:
    chief, tier = make_staff("admin"), Product.objects.get(code="s")
    make_order("s")
    browser = visitor(chief)
    answer = browser.post(tier_path(tier), tier_form(tier, listed=None))
    assert answer.status_code == 302
    tier.refresh_from_db()
    assert not tier.listed
    assert chief.get_full_name() in history(tier)
    assert "Listed: yes → no" in history(tier)
    assert visitor().get("/tiers/s/").status_code == 404


@pytest.mark.parametrize("typed", ["79", "79,00", "79.00", " 79 "])
def test_price_is_typed_in_euros_and_counts_once_it_was_seen(typed: str) -> None:
    tier, browser = Product.objects.get(code="m"), visitor(make_staff("admin"))
    before = tier.net_cents
    form = tier_form(tier, net_cents=typed)
    question = browser.post(tier_path(tier), form)
    assert question.status_code == 200
    old = f"€{before / 100:.2f}"
    assert f"M: {old} → €79.00 net, from now on, for new orders" in words(question)
    tier.refresh_from_db()
    assert tier.net_cents == before
    (box,) = re.findall(r'name="confirmed_price" value="([^"]+)"', html(question))
    assert browser.post(tier_path(tier), form | {"confirmed_price": box}).status_code == 302
    tier.refresh_from_db()
    assert tier.net_cents == 7900
    assert f"Net price a month: {before / 100:.2f} → 79.00" in history(tier)
    other = Product.objects.get(code="s")
    assert other.net_cents != 7900


def test_price_that_was_confirmed_is_not_another_one() -> None:
    tier, browser = Product.objects.get(code="m"), visitor(make_staff("admin"))
    form = tier_form(tier, net_cents="79", confirmed_price="790/EUR/19.00")
    question = browser.post(tier_path(tier), form)
    assert "€79.00 net, from now on" in words(question)
    assert Product.objects.get(code="m").net_cents == tier.net_cents


@pytest.mark.parametrize(
    "typed", ["1.000", "1.000,00", "49,9", "49,000", "-49", "49 €", "4e3", "٤٩"]
)
def test_price_with_other_separators_is_refused(typed: str) -> None:
    tier, browser = Product.objects.get(code="m"), visitor(make_staff("admin"))
    page = browser.post(tier_path(tier), tier_form(tier, net_cents=typed))
    assert "Please write the price like 49 or 49,00" in words(page)
    assert Product.objects.get(code="m").net_cents == tier.net_cents


def test_form_shows_the_price_as_it_is_written_in_its_language() -> None:
    tier = Product.objects.get(code="m")
    Product.objects.filter(pk=tier.pk).update(net_cents=4905)
    chief = make_staff("admin")
    assert 'value="49.05"' in html(visitor(chief).get(tier_path(tier)))
    assert 'value="49,05"' in html(visitor(chief, "de").get(tier_path(tier)))


def test_amount_of_a_promotion_is_typed_in_euros() -> None:
    browser, path = visitor(make_staff("admin")), f"{ADMIN}/catalogue/promotion/add/"
    dates = {"valid_from_0": "2026-01-01", "valid_from_1": "00:00:00"}
    form = {**fields(browser.get(path)), "code": "MAI", "name": "Mai", **dates}
    refused = browser.post(path, form | {"amount_cents": "1.000"})
    assert "Please write the price like 49 or 49,00" in words(refused)
    assert browser.post(path, form | {"amount_cents": "5,50"}).status_code == 302
    assert Promotion.objects.get().amount_cents == 550


@pytest.mark.parametrize("holder", ["order", "open order", "project"])
def test_code_of_a_tier_in_use_is_fixed(holder: str) -> None:
    tier, browser = Product.objects.get(code="m"), visitor(make_staff())
    assert 'name="code"' in html(browser.get(tier_path(tier)))
    match holder:
        case "order":
            make_order("m")
        case "open order":
            Order.objects.create(product=tier)
        case "project":
            make_project("m")
    page = html(browser.get(tier_path(tier)))
    assert 'name="code"' not in page
    assert 'name="slug"' not in page
    browser.post(tier_path(tier), tier_form(tier, code="medium"))
    for change in ({"code": "medium"}, {"slug": "medium"}):
        changed = Product.objects.get(pk=tier.pk)
        for name, value in change.items():
            setattr(changed, name, value)
        for write in (changed.full_clean, changed.save):
            with pytest.raises(ValidationError, match="cannot be changed any more"):
                write()
    assert Product.objects.filter(code="m", slug="m").exists()


def test_code_of_a_tier_that_nobody_uses_can_be_changed() -> None:
    make_order("s")
    tier = Product.objects.get(code="m")
    answer = visitor(make_staff()).post(tier_path(tier), tier_form(tier, code="medium"))
    assert answer.status_code == 302
    assert Product.objects.filter(code="medium").exists()


def test_answer_is_stored_without_the_line_ends_of_browsers() -> None:
    question = Question.objects.order_by("pk")[0]
    path = f"{ADMIN}/content/question/{question.pk}/change/"
    names = ("question_de", "question_en", "answer_de", "answer_en", "position")
    form = {name: getattr(question, name) for name in names} | {"listed": "on"}
    visitor(make_staff()).post(path, form | {"answer_de": "Eins\r\n\r\nZwei"})
    question.refresh_from_db()
    assert question.answer_de == "Eins\n\nZwei"


def test_note_on_an_order_is_stored_without_the_line_ends_of_browsers() -> None:
    order = make_order()
    visitor(make_staff()).post(f"/staff/orders/{order.pk}/note/", {"text": "Eins\r\nZwei"})
    assert order.events.get(kind="note").note == "Eins\nZwei"


def test_promotion_code_that_was_used_is_not_renamed() -> None:
    promotion = Promotion.objects.create(code="MAI", name="Mai", percent=5)
    path, browser = f"{ADMIN}/catalogue/promotion/{promotion.pk}/change/", visitor(make_staff())
    assert 'name="code"' in html(browser.get(path))
    Promotion.objects.update(uses=1)
    assert 'name="code"' not in html(browser.get(path))
    promotion = Promotion.objects.get()
    promotion.code = "SOMMER"
    with pytest.raises(ValidationError, match="cannot be changed any more"):
        promotion.full_clean()


def test_promotion_code_that_was_used_is_not_deleted_in_bulk() -> None:
    for code, uses in (("MAI", 1), ("SOMMER", 0)):
        Promotion.objects.create(code=code, name=code, percent=5, uses=uses)
    path, browser = f"{ADMIN}/catalogue/promotion/", visitor(make_staff())
    chosen = {"action": "delete_selected", "post": "yes"}
    for code in ("MAI", "SOMMER"):
        number = Promotion.objects.get(code=code).pk
        browser.post(path, chosen | {"_selected_action": number})
    assert [each.code for each in Promotion.objects.all()] == ["MAI"]


def test_promotion_code_is_made_by_staff() -> None:
    browser = visitor(make_staff("admin"))
    page = browser.get(f"{ADMIN}/catalogue/promotion/add/")
    dates = {"valid_from_0": "2026-01-01", "valid_from_1": "00:00:00"}
    form = {**fields(page), "code": "MAI", "name": "Mai", "percent": "5", **dates}
    assert browser.post(f"{ADMIN}/catalogue/promotion/add/", form).status_code == 302
    assert Promotion.objects.get().code == "MAI"


PROMOTION = {"code": "MAI", "name": "Mai", "percent": "5"}


@pytest.mark.parametrize("day", ["2026-11-28", "2026-03-29", "2026-10-25"])
def test_promotion_without_times_counts_from_the_first_to_the_last_second_of_its_days(
    day: str,
) -> None:
    browser = visitor(make_staff("admin"))
    ends = {"valid_from_0": day, "valid_from_1": "", "valid_until_0": day, "valid_until_1": ""}
    form = {**fields(browser.get(f"{ADMIN}/catalogue/promotion/add/")), **PROMOTION, **ends}
    assert browser.post(f"{ADMIN}/catalogue/promotion/add/", form).status_code == 302
    promotion = Promotion.objects.get()
    assert promotion.valid_until
    berlin = ZoneInfo("Europe/Berlin")
    assert [each.astimezone(berlin) for each in (promotion.valid_from, promotion.valid_until)] == [
        datetime.fromisoformat(f"{day}T00:00:00").replace(tzinfo=berlin),
        datetime.fromisoformat(f"{day}T23:59:59").replace(tzinfo=berlin),
    ]


def test_promotion_keeps_the_times_that_were_typed_and_may_have_no_end() -> None:
    browser = visitor(make_staff("admin"))
    ends = {"valid_from_0": "2026-01-01", "valid_from_1": "08:30", "valid_until_0": ""}
    form = {**fields(browser.get(f"{ADMIN}/catalogue/promotion/add/")), **PROMOTION, **ends}
    assert browser.post(f"{ADMIN}/catalogue/promotion/add/", form).status_code == 302
    promotion = Promotion.objects.get()
    assert promotion.valid_from == datetime(2026, 1, 1, 7, 30, tzinfo=UTC)
    assert promotion.valid_until is None


@pytest.mark.parametrize("ends", [
    {"valid_from_0": "", "valid_from_1": ""},
    {"valid_from_0": "", "valid_from_1": "08:30"},
    {"valid_until_0": "", "valid_until_1": "08:30"},
    {"valid_until_0": "x", "valid_until_1": ""},
])  # fmt: skip
def test_promotion_with_half_a_moment_is_refused_beside_it(ends: dict[str, str]) -> None:
    browser = visitor(make_staff("admin"))
    form = {**fields(browser.get(f"{ADMIN}/catalogue/promotion/add/")), **PROMOTION, **ends}
    page = browser.post(f"{ADMIN}/catalogue/promotion/add/", form)
    assert page.status_code == 200
    assert list(page.context["adminform"].form.errors) == [next(iter(ends))[:-2]]
    assert not Promotion.objects.exists()


def test_form_of_a_promotion_says_what_its_ends_mean_and_names_the_zone() -> None:
    browser = visitor(make_staff("admin"), language="de")
    told = words(browser.get(f"{ADMIN}/catalogue/promotion/add/"))
    assert "Ab diesem Zeitpunkt, Zeitzone Europe/Berlin;" in told
    assert "Bis einschließlich dieser Sekunde, Zeitzone Europe/Berlin;" in told


def test_promotion_code_like_another_is_refused_beside_the_code() -> None:
    Promotion.objects.create(code="mai", name="Mai", percent=5)
    browser = visitor(make_staff("admin"))
    form = {**fields(browser.get(f"{ADMIN}/catalogue/promotion/add/")), **PROMOTION}
    page = browser.post(f"{ADMIN}/catalogue/promotion/add/", {**form, "code": "M\u200bAI"})
    assert page.context["adminform"].form.errors == {
        "code": ["There is a code that differs from this one by case or blanks alone."]
    }
    assert Promotion.objects.count() == 1


@pytest.mark.parametrize(("uses", "status"), [(0, 200), (1, 403)])
def test_promotion_code_that_was_used_is_not_deleted(uses: int, status: int) -> None:
    code = Promotion.objects.create(code="MAI", name="Mai", percent=5, uses=uses)
    path = f"{ADMIN}/catalogue/promotion/{code.pk}/delete/"
    assert visitor(make_staff()).get(path).status_code == status
