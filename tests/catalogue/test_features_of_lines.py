"""The migration that makes rows of the lines in which tiers listed their features before."""

from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from pytest_django import Settings

from shop.catalogue.features import Feature, FeatureValue
from shop.catalogue.models import Product
from tests.factories import make_user

pytestmark = pytest.mark.django_db

MIGRATION = import_module("shop.catalogue.migrations.0009_shipped_features")

NODES = [("catalogue", "0008_features"), ("tenancy", "0001_initial")]


@pytest.fixture(autouse=True)
def outside_the_demo(settings: Settings) -> None:
    """The demo always has all shipped features."""
    settings.DEMO = False


class Editor:
    connection = connection


def fill(*, lines: dict[str, tuple[str, str]] | None = None, **changes: Any) -> None:
    """Run the migration on tiers as they were shipped, but for the `lines` of some."""
    state = MigrationLoader(connection).project_state(NODES)
    apps = state.apps
    tiers = apps.get_model("catalogue", "Product").objects
    Feature.objects.all().delete()
    tiers.update(is_recommended=None, **changes)
    for code, (german, english) in (lines or {}).items():
        tiers.filter(code=code).update(features_de=german, features_en=english)
    MIGRATION.fill(apps, Editor)


def features(code: str) -> list[str]:
    return Product.objects.get(code=code).features


def test_new_shop_has_all_shipped_features_and_recommends_m() -> None:
    before = set(FeatureValue.objects.values_list("product", "feature__code", "text_de", "text_en"))
    fill()
    after = set(FeatureValue.objects.values_list("product", "feature__code", "text_de", "text_en"))
    assert after == before
    assert len(after) == 64
    assert Product.objects.get(is_recommended=True).code == "m"


def test_shop_that_sells_already_promises_nothing_that_it_did_not_promise() -> None:
    make_user()
    fill()
    assert {code: features(code) for code in ("Yamdu FREE", "Commercial", "Dailies", "xl")} == {
        "Yamdu FREE": ["3 members", "Storage: 5 GB"],
        "Commercial": ["15 members", "Storage: 250 GB", "Client approvals"],
        "Dailies": ["25 members", "Storage: 1 TB", "Watermarked dailies"],
        "xl": ["150 members", "Storage: 8 TB", "Personal onboarding"],
    }
    assert set(Feature.objects.values_list("code", flat=True)) == {
        *("storage", "approvals", "watermark", "contact")
    }


def test_shop_that_sells_already_keeps_the_first_of_its_recommendations() -> None:
    make_user()
    fill()
    assert Product.objects.get(is_recommended=True).code == "Commercial"
    fill(recommended=False)
    assert not Product.objects.exclude(is_recommended=None).exists()


@pytest.mark.parametrize("sells", [True, False])
def test_lines_of_staff_become_features_and_none_is_added_to_their_tier(sells: bool) -> None:
    if sells:
        make_user()
    own = (
        "8 Mitglieder\n1 Projekt\nSchnittplatz in Köln",
        "8 members\n1 project\nSuite in Cologne",
    )
    fill(lines={"s": own, "l": own})
    assert features("s") == ["8 members", "Suite in Cologne"]
    # It has 50 members, so this line is not what pages say by themselves.
    assert features("l") == ["50 members", "Suite in Cologne", "8 members"]
    suite = Feature.objects.get(name_de="Schnittplatz in Köln")
    assert set(suite.values.values_list("product__code", flat=True)) == {"s", "l"}
    assert features("m")[:2] == ["20 members", "Storage: 500 GB"]


def test_line_in_one_language_alone_and_a_long_one_stay_readable() -> None:
    long = "sehr " * 100 + "lang"
    fill(lines={"s": (f"Eins\n\n  Zwei  \n{long}", "One"), "m": ("", "Only English")})
    named = dict(Feature.objects.filter(code__startswith="own").values_list("name_de", "name_en"))
    assert named == {
        "Eins": "One",
        "Zwei": "Zwei",
        long[:200]: long[:200],
        "Only English": "Only English",
    }
    assert Feature.objects.get(name_de=long[:200]).explanation_en == long
    assert features("s") == ["8 members", "One", "Zwei", long[:200]]


def test_promise_that_staff_have_written_stays() -> None:
    shipped = MIGRATION.PROMISES["Studio"]
    assert Product.objects.get(code="Studio").promise_de == shipped[1][0]
    fill(promise_de="Unser Versprechen.")
    assert set(Product.objects.values_list("promise_de", flat=True)) == {"Unser Versprechen."}
    Product.objects.filter(code="Studio").update(promise_de=shipped[0][0], promise_en=shipped[0][1])
    fill()
    assert Product.objects.get(code="Studio").promise_en == shipped[1][1]
    assert Product.objects.get(code="s").promise_de == "Unser Versprechen."
