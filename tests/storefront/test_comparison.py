"""The tiers of a family side by side, as a table on the start page."""

import re

import pytest

from shop.catalogue.features import INCLUDED, FeatureValue
from shop.catalogue.models import Product
from tests.pages import assert_left_out, html, visitor, words

pytestmark = pytest.mark.django_db


def rows(family: str, language: str = "en") -> dict[str, list[str]]:
    """The cells of each row of a family's table, by their heading."""
    page = html(visitor(language=language).get("/"))
    start = page.index(f'aria-labelledby="comparison-{family}"')
    table = page[start : page.index("</table>", start)]
    found = {}
    for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL):
        short = re.sub(r"<small>.*?</small>", "", row, flags=re.DOTALL)
        heading, *cells = (
            " ".join(re.sub(r"<[^>]+>", " ", cell).split())
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", short, re.DOTALL)
        )
        found[heading] = cells
    return found


def test_table_of_a_family_has_its_tiers_as_columns() -> None:
    assert rows("size")[""] == ["S", "M", "L", "XL"]
    assert rows("film")[""] == ["Starter", "Commercial", "Dailies", "Studio"]


def test_table_says_what_each_tier_has_also_to_who_hears_it() -> None:
    table = rows("size")
    assert table["Per month, with VAT"] == ["€58.31", "€117.81", "€236.81", "€534.31"]
    assert table["Members"] == ["8", "20", "50", "150"]
    assert table["Storage"] == ["100 GB", "500 GB", "2 TB", "8 TB"]
    assert table["Client approvals"] == ["– not included", *["✓ included"] * 3]
    assert table["Set up"] == [*["at once"] * 3, "after approval"]
    german = rows("size", "de")
    assert german["Freigaben durch Kunden"] == ["– nicht enthalten", *["✓ enthalten"] * 3]


def test_table_leaves_out_what_no_tier_of_the_family_has() -> None:
    assert "Single sign-on" in rows("film")
    FeatureValue.objects.get(product__code="Studio", feature__code="single-sign-on").delete()
    assert "Single sign-on" not in rows("film")
    assert "Single sign-on" in rows("size")


def test_retired_tier_is_no_column() -> None:
    before = words(visitor().get("/"))
    Product.objects.filter(code="l").update(listed=False)
    assert rows("size")[""] == ["S", "M", "XL"]
    assert_left_out("€236.81", there=before, here=words(visitor().get("/")))


@pytest.mark.parametrize("path", ["/", "/tiers/s/"])
def test_change_of_a_feature_shows_at_once_in_this_process(path: str) -> None:
    assert "100 GB" in words(visitor().get(path))
    value = FeatureValue.objects.get(product__code="s", feature__code="storage")
    value.text_en = "111 GB"
    value.save()
    assert "111 GB" in words(visitor().get(path))
    FeatureValue.objects.filter(pk=value.pk).update(text_en="112 GB")
    INCLUDED.clear()  # as ten seconds later
    assert "112 GB" in words(visitor().get(path))
