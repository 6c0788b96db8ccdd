"""The page of a tier: what is in it, what is not, and what the next larger one has more of."""

import pytest
from pytest_django import Settings

from shop.catalogue.features import FeatureValue
from shop.catalogue.models import Product
from shop.content.demo_proof import add_demo_proof
from shop.content.models import Quote
from tests.factories import make_seller
from tests.pages import assert_left_out, html, visitor, words

pytestmark = pytest.mark.django_db


def page(slug: str, language: str = "en") -> str:
    return words(visitor(language=language).get(f"/tiers/{slug}/"))


def test_page_explains_each_feature_and_says_what_is_not_included() -> None:
    text = page("m")
    assert "Storage For dailies, documents and all their earlier versions. 500 GB" in text
    assert "comment on the frame and approve. ✓ included" in text
    assert "Not included: Watermarked dailies, Single sign-on, Personal onboarding." in text
    german = page("m", "de")
    assert "Speicherplatz Für Muster, Dokumente und alle früheren Fassungen. 500 GB" in german
    assert "Nicht enthalten: Muster mit Wasserzeichen, Anmeldung mit dem Firmenkonto," in german


def test_page_of_the_free_tier_says_what_only_paid_ones_include() -> None:
    assert "Not included: Guests, Client approvals, Editing exports," in page("yamdu-free")


def test_page_of_the_largest_tier_lacks_nothing_and_leads_to_a_person() -> None:
    assert_left_out("Not included:", there=page("l"), here=page("xl"))
    assert_left_out("Next size up:", there=page("l"), here=page("xl"))
    assert_left_out("Need more than this?", there=page("xl"), here=page("l"))


def test_page_says_what_the_next_larger_tier_has_more_of_and_costs_more() -> None:
    text = page("s")
    assert "Next size up: M 20 members instead of 8 Storage: 500 GB instead of 100 GB" in text
    assert "Client approvals Editing exports: EDL Support replies: same working day" in text
    assert "€59.50 more a month See M" in text  # 117.81 − 58.31
    assert 'href="/tiers/m/"' in html(visitor().get("/tiers/s/"))


def test_next_larger_tier_is_of_the_same_family_and_for_sale() -> None:
    assert "Next size up: Dailies" in page("commercial")
    Product.objects.filter(code="Dailies").update(listed=False)
    assert "Next size up: Studio" in page("commercial")
    assert "Next size up: Starter 5 members instead of 3" in page("yamdu-free")
    assert "€34.51 a month See Starter" in page("yamdu-free")


def test_page_says_the_limits_of_the_tier() -> None:
    text = page("m")
    assert "The plan covers one project." in text
    assert "It has room for 20 members. If you need more, you can change to a larger plan" in text
    assert_left_out("you can change to a larger plan", there=text, here=page("studio"))


def test_page_says_how_paying_and_ending_work_by_the_settings(settings: Settings) -> None:
    make_seller(due_days=10)
    assert "You pay in advance by invoice, within 10 days." in page("s")
    assert "No minimum term: cancel online at any time." in page("s")
    settings.CANCELLATION_NOTICE_DAYS = 14
    Product.objects.filter(code="s").update(position=61)  # or the page is kept
    assert "cancel online until 14 days before the paid period ends." in page("s")
    assert "No invoice, no billing address." in page("yamdu-free")
    assert_left_out("in advance by invoice", there=page("s"), here=page("yamdu-free"))


def test_page_has_one_red_button() -> None:
    for slug in ("s", "yamdu-free", "xl"):
        assert html(visitor().get(f"/tiers/{slug}/")).count("button--primary") == 1


def test_page_quotes_one_customer_while_there_is_a_quote() -> None:
    before = html(visitor().get("/tiers/s/"))
    add_demo_proof()
    with_quote = html(visitor().get("/tiers/s/"))
    assert_left_out('class="quote"', there=with_quote, here=before)
    assert with_quote.count("<blockquote>") == 1
    for quote in Quote.objects.all():
        quote.listed = False
        quote.save()
    assert_left_out('class="quote"', there=with_quote, here=html(visitor().get("/tiers/s/")))


def test_tier_of_which_no_feature_is_known_still_has_a_page() -> None:
    assert "Storage" in page("s")
    for value in FeatureValue.objects.filter(product__code="s"):
        value.delete()
    text = page("s")
    assert "What’s included Members Everyone who signs in to work on the project. 8" in text
    assert "Good to know" in text
