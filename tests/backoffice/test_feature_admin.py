"""Features of tiers in Django's admin, and the mark of the tier that is recommended."""

import re

import pytest

from shop.catalogue.features import Feature, FeatureValue
from shop.catalogue.models import Product
from tests.backoffice.tier_form import ADMIN, history, lines_of, tier_form, tier_path
from tests.factories import make_staff
from tests.pages import fields, html, visitor, words

pytestmark = pytest.mark.django_db


def test_recommendation_moves_to_the_tier_that_staff_tick() -> None:
    tier, browser = Product.objects.get(code="s"), visitor(make_staff("admin"))
    page = html(browser.get(tier_path(Product.objects.get(code="m"))))
    assert re.search(r'name="recommended"[^>]* checked', page)
    assert not re.search(r'name="recommended"[^>]* checked', html(browser.get(tier_path(tier))))
    assert browser.post(tier_path(tier), tier_form(tier, recommended="on")).status_code == 302
    assert [each.code for each in Product.objects.all() if each.recommended] == ["s"]
    assert "Recommended: no → yes" in history(tier)
    tier.refresh_from_db()
    browser.post(tier_path(tier), tier_form(tier, recommended=None))
    assert not [each.code for each in Product.objects.all() if each.recommended]


def test_form_of_a_tier_that_was_not_touched_changes_none_of_its_features() -> None:
    tier, browser = Product.objects.get(code="m"), visitor(make_staff("admin"))
    before = list(FeatureValue.objects.order_by("pk").values())
    assert browser.post(tier_path(tier), tier_form(tier, position=7)).status_code == 302
    assert list(FeatureValue.objects.order_by("pk").values()) == before
    assert history(tier).count("Position: ") == 1
    assert "Storage" not in history(tier)


def test_page_of_a_tier_has_a_line_for_each_feature_also_for_those_it_lacks() -> None:
    tier, browser = Product.objects.get(code="s"), visitor(make_staff("admin"))
    sent = fields(browser.get(tier_path(tier)))
    assert (sent["values-TOTAL_FORMS"], sent["values-INITIAL_FORMS"]) == ("10", "5")
    form = tier_form(tier)
    lacking = next(
        name.removesuffix("-feature")
        for name, value in form.items()
        if name.endswith("-feature") and value == Feature.objects.get(code="approvals").pk
    )
    storage = {"values-0-text_de": "200 GB", "values-0-text_en": "200 GB"}
    answer = browser.post(tier_path(tier), form | storage | {f"{lacking}-included": "on"})
    assert answer.status_code == 302
    assert tier.features[1] == "Storage: 200 GB"
    assert "Client approvals" in tier.features
    assert "Storage: 200 GB: How much (German): 100 GB → 200 GB" in history(tier)
    assert "; + Client approvals" in history(tier)
    assert Product.objects.get(code="m").features[1] == "Storage: 500 GB"


def test_page_of_a_feature_has_a_line_for_each_tier() -> None:
    feature, browser = Feature.objects.get(code="storage"), visitor(make_staff("admin"))
    path = f"{ADMIN}/catalogue/feature/{feature.pk}/change/"
    assert fields(browser.get(path))["values-TOTAL_FORMS"] == "9"
    texts = ("code", "name_de", "name_en", "explanation_de", "explanation_en", "position")
    form = {name: getattr(feature, name) for name in texts} | lines_of("feature", feature)
    answer = browser.post(path, form | {"name_en": "Space", "explanation_en": "One\r\nTwo"})
    assert answer.status_code == 302
    feature.refresh_from_db()
    assert (feature.name_en, feature.explanation_en) == ("Space", "One\nTwo")
    page = browser.post(path, form | {"values-0-text_en": ""})
    assert "Please write it in both languages." in words(page)


def test_feature_is_added_with_what_tiers_have_of_it() -> None:
    browser, path = visitor(make_staff("admin")), f"{ADMIN}/catalogue/feature/add/"
    form = fields(browser.get(path))
    assert form["values-TOTAL_FORMS"] == "9"
    tiers = list(Product.objects.all())
    chosen = {f"values-{number}-product": tier.pk for number, tier in enumerate(tiers)}
    named = {"code": "scans", "name_de": "Scans", "name_en": "Scans", "position": "500"}
    texts = {"values-3-text_de": "2K", "values-3-text_en": "2K"}
    assert browser.post(path, form | named | chosen | texts).status_code == 302
    assert tiers[3].features[-1] == "Scans: 2K"
    assert FeatureValue.objects.filter(feature__code="scans").count() == 1


def test_feature_is_deleted_with_its_values_and_from_the_pages() -> None:
    feature, browser = Feature.objects.get(code="storage"), visitor(make_staff("admin"))
    assert "Storage" in words(visitor().get("/tiers/s/"))
    path = f"{ADMIN}/catalogue/feature/{feature.pk}/delete/"
    assert browser.post(path, {"post": "yes"}).status_code == 302
    assert "Storage" not in words(visitor().get("/tiers/s/"))
    assert not FeatureValue.objects.filter(feature_id=feature.pk).exists()
