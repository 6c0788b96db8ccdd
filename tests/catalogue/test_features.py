"""Features as rows: which tier has which, and how much of it."""

from itertools import pairwise
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import override
from pytest_django import DjangoAssertNumQueries

from shop.catalogue.features import INCLUDED, Feature, FeatureValue, changes, compare, gains
from shop.catalogue.models import Product

pytestmark = pytest.mark.django_db


def tier(code: str) -> Product:
    return Product.objects.get(code=code)


def value(code: str, feature: str) -> FeatureValue:
    return FeatureValue.objects.get(product__code=code, feature__code=feature)


def test_features_are_lines_in_the_readers_language() -> None:
    assert tier("m").features == [
        "20 members",
        "Storage: 500 GB",
        "Picture quality: 1080p",
        "Sending call sheets: e-mail and SMS",
        "Guests: 20",
        "Client approvals",
        "Editing exports: EDL",
        "Support replies: same working day",
    ]
    with override("de"):
        assert tier("m").features == [
            "20 Mitglieder",
            "Speicherplatz: 500 GB",
            "Bildqualität der Muster: 1080p",
            "Dispo verschicken: per E-Mail und SMS",
            "Gäste: 20",
            "Freigaben durch Kunden",
            "Listen für den Schnitt: EDL",
            "Antwort vom Support: am selben Werktag",
        ]


@pytest.mark.parametrize("family", Product.Family)
def test_shipped_tier_has_all_that_the_next_smaller_one_has_and_more(family: str) -> None:
    tiers = list(Product.objects.filter(family=family))
    for smaller, larger in pairwise(tiers):
        assert {each.feature_id for each in smaller.included} <= {
            each.feature_id for each in larger.included
        }
        assert len(gains(smaller, larger)) >= 2


def test_shipped_features_are_explained_in_both_languages() -> None:
    assert Feature.objects.count() == 10
    assert not Feature.objects.filter(explanation_de="").exists()
    assert not Feature.objects.filter(explanation_en="").exists()


def test_comparison_has_the_features_that_one_of_the_tiers_includes() -> None:
    rows = {row.feature.code: row.values for row in compare([tier("s"), tier("m")])}
    assert "single-sign-on" not in rows
    assert rows["approvals"] == [None, value("m", "approvals")]
    assert rows["storage"] == [value("s", "storage"), value("m", "storage")]
    assert "single-sign-on" in {row.feature.code for row in compare([tier("m"), tier("xl")])}
    assert compare([]) == []


def test_gains_are_what_a_larger_tier_has_more_of_or_alone() -> None:
    found = {gain.value.feature.code: gain for gain in gains(tier("s"), tier("m")) if gain.value}
    assert found.keys() == {
        *("storage", "call-sheets", "guests", "approvals", "edit-lists", "support")
    }
    assert (str(found["storage"].value), str(found["storage"].before)) == (
        *("Storage: 500 GB", "Storage: 100 GB"),
    )
    assert found["approvals"].before is None


def test_changes_are_what_becomes_better_or_worse_with_another_tier() -> None:
    found = {(change.value or change.before): change for change in changes(tier("m"), tier("s"))}
    lost = {str(change.before) for change in found.values() if change.value is None}
    assert lost == {"Client approvals", "Editing exports: EDL"}
    assert str(found[value("s", "storage")].before) == "Storage: 500 GB"
    assert value("s", "picture") not in found
    assert changes(tier("m"), tier("m")) == []


def test_feature_that_is_not_included_is_as_good_as_none() -> None:
    one = value("m", "approvals")
    assert one in tier("m").included
    one.included = False
    one.save()
    assert one not in tier("m").included
    assert "Client approvals" not in tier("m").features
    assert "Client approvals" in tier("l").features


def test_features_are_read_once_for_many_tiers(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    tiers = list(Product.objects.all())
    with django_assert_num_queries(1):
        assert sum(len(each.features) for each in tiers) > 50
    with django_assert_num_queries(0):
        assert compare(tiers)


def test_change_of_a_feature_shows_at_once_in_this_process() -> None:
    assert "Storage: 100 GB" in tier("s").features
    storage = Feature.objects.get(code="storage")
    storage.name_en = "Space"
    storage.save()
    assert "Space: 100 GB" in tier("s").features
    FeatureValue.objects.filter(product__code="s", feature=storage).update(text_en="1 GB")
    INCLUDED.clear()  # as ten seconds later
    assert "Space: 1 GB" in tier("s").features
    storage.delete()
    assert tier("s").features[:2] == ["8 members", "Picture quality: 1080p"]


@pytest.mark.parametrize(
    ("texts", "field"),
    [({"text_de": "3 Tage"}, "text_en"), ({"text_en": "3 days"}, "text_de")],
)
def test_text_in_one_language_alone_is_refused(texts: dict[str, Any], field: str) -> None:
    one = FeatureValue(feature=Feature.objects.first(), product=tier("s"), **texts)
    with pytest.raises(ValidationError) as refused:
        one.clean()
    assert refused.value.message_dict == {field: ["Please write it in both languages."]}


def test_explanation_in_one_language_alone_is_refused() -> None:
    with pytest.raises(ValidationError) as refused:
        Feature(explanation_de="Ja.").clean()
    assert refused.value.message_dict == {"explanation_en": ["Please write it in both languages."]}


def test_what_has_a_text_is_included() -> None:
    one = FeatureValue(feature=Feature.objects.first(), product=tier("s"))
    one.text_de, one.text_en = "3 Tage", "3 days"
    one.clean()
    assert one.included


def test_database_keeps_one_value_for_a_tier_and_no_text_of_what_is_not_included() -> None:
    one, other = value("m", "storage"), tier("s").included[-1]
    with pytest.raises(IntegrityError), transaction.atomic():
        FeatureValue.objects.create(feature=one.feature, product=one.product)
    with pytest.raises(IntegrityError), transaction.atomic():
        FeatureValue.objects.filter(pk=other.pk).update(included=False)
    assert FeatureValue.objects.filter(included=True).count() == FeatureValue.objects.count()
