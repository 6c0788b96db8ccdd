"""Tiers in the back office: the form, the preview, publishing, retiring, two editors at once."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from shop.catalogue.features import Feature, FeatureValue
from shop.catalogue.models import Product
from tests.backoffice.forms_of import form_of, queries_of
from tests.backoffice.tier_form import tier_form, tier_path
from tests.factories import make_order, make_project, make_staff, make_subscription
from tests.pages import (
    assert_left_out,
    error_beside,
    html,
    part,
    summary,
    visitor,
    words,
)

pytestmark = pytest.mark.django_db

LIST = "/staff/tiers/"
MINI = {
    "name": "Mini", "code": "mini", "slug": "mini", "family": "size", "promise_de": "Klein.",
    "promise_en": "Small.", "net_cents": "19,90", "members": "2", "packing": "automatic",
}  # fmt: skip


@pytest.fixture
def browser() -> Client:
    return visitor(make_staff("admin", first_name="Ada", last_name="Eins"))


def path_of(code: str) -> str:
    return f"{LIST}{Product.objects.get(code=code).pk}/"


def values(code: str) -> Any:
    return Product.objects.filter(code=code).values().get()


def test_list_shows_the_tiers_as_customers_see_them_with_both_prices(browser: Client) -> None:
    Product.objects.filter(code="l").update(listed=False)
    page = browser.get(LIST)
    rows = re.findall(r'<th scope="row">\s*<a href="/staff/tiers/\d+/">([^<]+)</a>', html(page))
    listed = [name for name in rows if name != "L"]
    shop = html(visitor().get("/"))
    assert sorted(listed, key=lambda name: shop.index(f">{name}</a>")) == listed
    assert rows[-1] == "L"
    assert "M m Recommended €99.00 €117.81" in words(page)
    assert "Retired: nobody can order them L l" in words(page)


def test_list_takes_as_many_queries_for_many_tiers(browser: Client) -> None:
    before = queries_of(browser, LIST)
    for number in range(30):
        Product.objects.create(
            code=f"x{number}", slug=f"x{number}", name="X", family="size", promise_de="x",
            promise_en="x", net_cents=100, members=1,
        )  # fmt: skip
    assert queries_of(browser, LIST) == before


@pytest.mark.parametrize(("typed", "language"), [("59", "en"), ("59,00", "de"), ("59.00", "de")])
def test_price_is_previewed_in_words_and_counts_once_it_is_published(
    typed: str, language: str
) -> None:
    browser = visitor(make_staff("admin"), language)
    form = form_of(browser.get(path_of("s"))) | {"net_cents": typed}
    before = values("s")
    page = browser.post(path_of("s"), form)
    assert page.status_code == 200
    new = "59.00" if language == "en" else "59,00"
    assert new in part(page, 'class="table differences"', "</table>")
    assert ("€70.21" if language == "en" else "70,21") in words(page)
    assert values("s") == before
    assert "58.31" in words(visitor().get("/tiers/s/"))
    answer = browser.post(path_of("s"), form_of(page) | {"step": "publish"})
    assert (answer.status_code, answer["Location"]) == (302, path_of("s"))
    assert values("s") == before | {"net_cents": 5900}
    # The kept page of the shop notices at once.
    assert "70.21" in words(visitor().get("/tiers/s/"))
    assert "70.21" in words(visitor().get("/"))


@pytest.mark.parametrize("typed", ["1.000", "1.000,00", "49,9", "-49", "49 €", "4e3", ""])
def test_price_that_could_mean_two_things_is_refused_and_what_was_typed_stays(
    browser: Client, typed: str
) -> None:
    form = form_of(browser.get(path_of("s"))) | {"net_cents": typed, "promise_en": "Typed"}
    page = browser.post(path_of("s"), form | {"step": "publish"})
    assert page.status_code == 422
    assert "Net price a month" in summary(page)
    assert error_beside(page, "net_cents")
    assert form_of(page)["promise_en"] == "Typed"
    assert values("s")["promise_en"] != "Typed"


def test_preview_shows_old_and_new_card_in_both_languages(browser: Client) -> None:
    form = form_of(browser.get(path_of("s")))
    names = {"promise_de": "Für alle.", "promise_en": "For everybody."}
    page = browser.post(path_of("s"), form | names)
    source = html(page)
    assert source.count('class="tier"') == 4
    for said in ("Für alle.", "For everybody.", values("s")["promise_de"]):
        assert str(said) in words(page)
    assert len(set(re.findall(r'id="(tier-[^"]+)"', source))) == 4
    assert 'class="preview-cards" inert' in source
    assert "What the plans include" in words(page)


def test_preview_names_running_subscriptions_and_projects_of_this_tier_alone(
    browser: Client,
) -> None:
    make_subscription()
    make_project("m")
    tier = values("s")["members"]
    form = form_of(browser.get(path_of("s"))) | {"net_cents": "59", "members": "7"}
    told = words(browser.post(path_of("s"), form))
    assert "The new price applies to orders placed from now on; those placed keep theirs." in told
    assert "1 running subscription stays as it is." in told
    assert "The new number of places applies at once to 1 project." in told
    assert values("s")["members"] == tier


def test_back_from_the_preview_loses_nothing(browser: Client) -> None:
    form = form_of(browser.get(path_of("s"))) | {"net_cents": "59", "promise_de": "Für <alle>."}
    preview = browser.post(path_of("s"), form)
    back = browser.post(path_of("s"), form_of(preview) | {"step": "edit"})
    assert back.status_code == 200
    assert form_of(back) == form


def test_untouched_form_with_line_ends_of_browsers_changes_nothing(browser: Client) -> None:
    before = (values("s"), list(FeatureValue.objects.order_by("pk").values()))
    form = {
        name: value.replace("\n", "\r\n")
        for name, value in form_of(browser.get(path_of("s"))).items()
    }
    answer = browser.post(path_of("s"), form | {"step": "publish"}, follow=True)
    assert "Nothing was changed." in words(answer)
    assert (values("s"), list(FeatureValue.objects.order_by("pk").values())) == before
    assert "History Nothing yet." in words(answer)


def test_history_holds_old_and_new_value_of_what_changed_alone(browser: Client) -> None:
    storage = Feature.objects.get(code="storage")
    form = form_of(browser.get(path_of("s"))) | {"net_cents": "59"}
    form |= {f"feature-{storage.pk}-{part}": "200 GB" for part in ("text_de", "text_en")}
    browser.post(path_of("s"), form | {"step": "publish"})
    told = part(browser.get(path_of("s")), 'class="timeline"', "</ol>")
    assert "changed by Ada Eins" in told
    assert "Net price a month: 49.00 → 59.00" in told
    assert "Storage (English): 100 GB → 200 GB" in told
    assert told.count("→") == 3
    assert Product.objects.get(code="s").features[1] == "Storage: 200 GB"
    assert Product.objects.get(code="m").features[1] == "Storage: 500 GB"


def test_change_in_djangos_admin_is_in_the_same_history(browser: Client) -> None:
    tier = Product.objects.get(code="s")
    browser.post(tier_path(tier), tier_form(tier, promise_en="From there."))
    assert "→ From there." in part(browser.get(path_of("s")), 'class="timeline"', "</ol>")


def test_feature_in_one_language_alone_is_refused_beside_the_other(browser: Client) -> None:
    storage = Feature.objects.get(code="storage")
    form = form_of(browser.get(path_of("s"))) | {f"feature-{storage.pk}-text_en": ""}
    page = browser.post(path_of("s"), form)
    assert page.status_code == 422
    assert "Storage (English): Please write it in both languages." in summary(page)
    assert error_beside(page, f"feature-{storage.pk}-text_en")


def test_code_of_a_tier_in_use_cannot_be_changed_and_the_form_says_why(browser: Client) -> None:
    page = browser.get(path_of("m"))
    assert "cannot be changed any more" not in words(page)
    form = form_of(page)
    make_order("m")
    page = browser.get(path_of("m"))
    assert "Orders and projects name the tier by it" in words(page)
    browser.post(path_of("m"), form | {"code": "medium", "slug": "medium", "step": "publish"})
    assert Product.objects.filter(code="m", slug="m").exists()
    assert not Product.objects.filter(code="medium").exists()


def test_second_editor_is_told_what_changed_and_keeps_what_they_typed(browser: Client) -> None:
    other = visitor(make_staff("admin"))
    first, second = form_of(browser.get(path_of("s"))), form_of(other.get(path_of("s")))
    browser.post(path_of("s"), first | {"net_cents": "59", "step": "publish"})
    typed = second | {"promise_en": "Mine.", "step": "publish"}
    page = other.post(path_of("s"), typed)
    assert page.status_code == 422
    assert (
        "Ada Eins has changed this since you opened the page: Net price a month: 49.00 → 59.00."
    ) in summary(page)
    assert values("s")["promise_en"] != "Mine."
    # What the second one did not touch is taken over; sent again, both changes are there.
    assert (form_of(page)["net_cents"], form_of(page)["promise_en"]) == ("59.00", "Mine.")
    assert other.post(path_of("s"), form_of(page) | {"step": "publish"}).status_code == 302
    assert (values("s")["net_cents"], values("s")["promise_en"]) == (5900, "Mine.")


def test_second_editor_of_the_same_price_keeps_their_own(browser: Client) -> None:
    other = visitor(make_staff("admin"))
    form = form_of(other.get(path_of("s")))
    browser.post(path_of("s"), form | {"net_cents": "59", "step": "publish"})
    page = other.post(path_of("s"), form | {"net_cents": "69", "step": "publish"})
    assert page.status_code == 422
    assert form_of(page)["net_cents"] == "69"
    assert values("s")["net_cents"] == 5900


def test_new_tier_is_previewed_then_published_at_the_end(browser: Client) -> None:
    form = form_of(browser.get(f"{LIST}new/")) | MINI
    preview = browser.post(f"{LIST}new/", form)
    assert "Customers and partners' programs can order it as soon as it is published." in words(
        preview
    )
    assert not Product.objects.filter(code="mini").exists()
    browser.post(f"{LIST}new/", form_of(preview) | {"step": "publish"})
    made = Product.objects.get(code="mini")
    assert (made.net_cents, made.listed) == (1990, True)
    assert made.position > max(
        Product.objects.exclude(pk=made.pk).values_list("position", flat=True)
    )
    assert "Mini" in words(visitor().get("/"))
    assert "created" in part(browser.get(path_of("mini")), 'class="timeline"', "</ol>")


def test_new_tier_can_be_kept_back(browser: Client) -> None:
    form = form_of(browser.get(f"{LIST}new/")) | MINI
    browser.post(f"{LIST}new/", form | {"step": "keep"})
    assert not Product.objects.get(code="mini").listed
    assert "Mini" not in words(visitor().get("/"))


def test_retired_tier_leaves_the_shop_and_is_brought_back_by_undo(browser: Client) -> None:
    make_subscription()
    told = words(browser.get(path_of("s")))
    assert "1 running subscription stays as it is." in told
    there = words(visitor().get("/tiers/s/"))
    page = browser.post(f"{path_of('s')}retire/", follow=True)
    assert "S is retired: it cannot be ordered any more." in words(page)
    cache.clear()
    assert visitor().get("/tiers/s/").status_code == 404
    assert "retired by Ada Eins" in part(page, 'class="timeline"', "</ol>")
    token = re.search(r'name="undo" value="([^"]+)"', html(page))
    assert token
    undone = browser.post("/staff/undo/", {"undo": token[1], "next": path_of("s")}, follow=True)
    assert "Undone." in words(undone)
    assert words(visitor().get("/tiers/s/")) == there


def test_tier_that_is_retired_twice_is_retired_once(browser: Client) -> None:
    browser.post(f"{path_of('s')}retire/")
    page = browser.post(f"{path_of('s')}retire/", follow=True)
    assert "Somebody else was faster." in words(page)
    assert part(page, 'class="timeline"', "</ol>").count("retired") == 1
    browser.post(f"{path_of('s')}bring-back/")
    assert Product.objects.get(code="s").listed


def test_tier_is_moved_among_those_of_its_family(browser: Client) -> None:
    def order() -> list[str]:
        listed = Product.objects.filter(listed=True, family="size")
        return list(listed.values_list("code", flat=True))

    assert order() == ["s", "m", "l", "xl"]
    browser.post(f"{path_of('m')}move/", {"way": "up"})
    assert order() == ["m", "s", "l", "xl"]
    browser.post(f"{path_of('m')}move/", {"way": "up"})
    browser.post(f"{path_of('m')}move/", {"way": "sideways"})
    assert order() == ["m", "s", "l", "xl"]


def test_recommendation_moves_and_the_preview_says_so(browser: Client) -> None:
    form = form_of(browser.get(path_of("s"))) | {"recommended": "on"}
    page = browser.post(path_of("s"), form)
    assert_left_out(
        "No other tier is recommended any more.",
        there=words(page),
        here=words(
            browser.post(path_of("s"), form_of(browser.get(path_of("s"))) | {"members": "9"})
        ),
    )
    browser.post(path_of("s"), form_of(page) | {"step": "publish"})
    assert [each.code for each in Product.objects.all() if each.recommended] == ["s"]
