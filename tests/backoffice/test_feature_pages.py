"""Features in the back office: the comparison of all tiers, and a form with the values of each."""

import pytest
from django.test import Client

from shop.catalogue.features import Feature, FeatureValue
from shop.catalogue.models import Product
from tests.backoffice.forms_of import form_of, queries_of
from tests.factories import make_staff
from tests.pages import error_beside, part, summary, visitor, words

pytestmark = pytest.mark.django_db

LIST = "/staff/features/"


@pytest.fixture
def browser() -> Client:
    return visitor(make_staff("admin"))


def path_of(code: str) -> str:
    return f"{LIST}{Feature.objects.get(code=code).pk}/"


def field(code: str, name: str) -> str:
    return f"tier-{Product.objects.get(code=code).pk}-{name}"


def test_list_compares_the_listed_tiers(browser: Client) -> None:
    page = browser.get(LIST)
    assert "100 GB 500 GB" in words(page)
    Product.objects.filter(code="m").update(listed=False)
    assert "100 GB 500 GB" not in words(browser.get(LIST))


def test_list_takes_as_many_queries_for_many_features(browser: Client) -> None:
    before = queries_of(browser, LIST)
    for number in range(20):
        Feature.objects.create(code=f"x{number}", name_de="X", name_en="X", position=900)
    assert queries_of(browser, LIST) == before


def test_values_of_all_tiers_are_changed_in_one_form(browser: Client) -> None:
    before = FeatureValue.objects.get(feature__code="storage", product__code="m")
    form = form_of(browser.get(path_of("storage"))) | {"name_en": "Space"}
    form |= {field("s", name): "200 GB" for name in ("text_de", "text_en")}
    assert browser.post(path_of("storage"), form).status_code == 302
    assert Product.objects.get(code="s").features[1] == "Space: 200 GB"
    assert "Space" in words(visitor().get("/tiers/s/"))
    after = FeatureValue.objects.get(feature__code="storage", product__code="m")
    assert (after.pk, after.text_de, after.included) == (before.pk, before.text_de, True)
    told = part(browser.get(path_of("storage")), 'class="timeline"', "</ol>")
    assert "Name (English): Storage → Space" in told
    assert "S (English): 100 GB → 200 GB" in told
    assert told.count("→") == 3


def test_value_in_one_language_alone_is_refused_beside_the_other(browser: Client) -> None:
    form = form_of(browser.get(path_of("storage"))) | {field("s", "text_de"): ""}
    page = browser.post(path_of("storage"), form)
    assert page.status_code == 422
    assert "S (German): Please write it in both languages." in summary(page)
    assert error_beside(page, field("s", "text_de"))
    assert Product.objects.get(code="s").features[1] == "Storage: 100 GB"


def test_new_feature_is_last_and_has_a_code_of_its_own(browser: Client) -> None:
    form = form_of(browser.get(f"{LIST}new/")) | {"name_de": "Speicher", "name_en": "Storage"}
    form |= {field("s", "included"): "on"}
    assert browser.post(f"{LIST}new/", form).status_code == 302
    made = Feature.objects.get(name_de="Speicher", code="storage-2")
    assert Feature.objects.last() == made
    assert Product.objects.get(code="s").features[-1] == "Storage"


def test_feature_is_moved_up_and_down(browser: Client) -> None:
    codes = list(Feature.objects.values_list("code", flat=True))
    browser.post(f"{path_of(codes[1])}move/", {"way": "up"})
    swapped = [codes[1], codes[0], *codes[2:]]
    assert list(Feature.objects.values_list("code", flat=True)) == swapped
    browser.post(f"{path_of(codes[1])}move/", {"way": "up"})
    assert list(Feature.objects.values_list("code", flat=True)) == swapped
    told = part(browser.get(path_of(codes[1])), 'class="timeline"', "</ol>")
    assert "Position: 2 → 1" in told


def test_deleting_a_feature_asks_and_says_how_many_tiers_lose_it(browser: Client) -> None:
    path = path_of("storage")
    number = FeatureValue.objects.filter(feature__code="storage", included=True).count()
    page = browser.get(f"{path}delete/")
    assert f"{number} tiers include it" in words(page)
    assert Feature.objects.filter(code="storage").exists()
    others = Feature.objects.count() - 1
    browser.post(f"{path}delete/")
    assert not Feature.objects.filter(code="storage").exists()
    assert Feature.objects.count() == others
    assert "Storage" not in words(visitor().get("/tiers/s/"))


def test_second_editor_is_told_what_changed(browser: Client) -> None:
    form = form_of(browser.get(path_of("storage")))
    browser.post(path_of("storage"), form | {"name_en": "Space"})
    page = browser.post(path_of("storage"), form | {"name_de": "Platz"})
    assert page.status_code == 422
    assert "Name (English): Storage → Space" in summary(page)
    assert Feature.objects.get(code="storage").name_de != "Platz"
