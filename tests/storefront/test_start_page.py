"""The start page: what one buys, which plan fits, how paying and ending work, whom to ask."""

import re

import pytest
from pytest_django import Settings

from shop.catalogue.models import Product
from shop.content import questions
from shop.content.models import Question
from tests.factories import make_seller
from tests.pages import Response, assert_left_out, html, part, visitor, words

pytestmark = pytest.mark.django_db


def start_page(language: str = "en") -> Response:
    """The page, rendered anew: none is kept for visitors with a cookie that we do not know."""
    browser = visitor(language=language)
    browser.cookies["odd"] = "1"
    return browser.get("/")


def chosen_family(page: Response) -> list[str]:
    """The family whose plans are shown at first."""
    found = re.findall(r'name="family"\s+value="(\w+)"\s+checked', html(page))
    return [str(each) for each in found]


def primary(page: Response) -> list[str]:
    """The codes of the tiers with the red button."""
    buttons = re.findall(r"<button[^>]*button--primary[^>]*>", html(page))
    return [found for each in buttons for found in re.findall(r'value="([^"]+)"', each)]


def paying(page: Response) -> str:
    return part(page, 'aria-labelledby="paying"', "</section>")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("Dailies, call sheets and crew.", "For production companies, agencies and")),
        ("de", ("Muster, Dispo und Team.", "Für Produktionsfirmen, Agenturen und")),
    ],
)
def test_page_says_what_one_gets_and_for_whom(language: str, said: tuple[str, ...]) -> None:
    text = words(start_page(language))
    for sentence in said:
        assert sentence in text


@pytest.mark.parametrize("language", ["en", "de"])
def test_pictures_of_the_product_are_one_sentence_for_who_hears_the_page(language: str) -> None:
    page = html(start_page(language))
    pictures = re.findall(r'<div class="scene [^>]*>\s*<[^>]*>', page)
    assert len(pictures) == 4
    for picture in pictures:
        said = {"en": "Example: ", "de": "Beispiel: "}[language]
        assert f'role="img" aria-label="{said}' in picture
        assert picture.endswith('<div aria-hidden="true">')


def test_recommended_tier_alone_has_the_red_button_and_its_family_is_shown_first() -> None:
    page = start_page()
    assert (primary(page), chosen_family(page)) == (["m"], ["size"])
    tier = Product.objects.get(code="Commercial")
    tier.is_recommended = True
    tier.save()
    page = start_page()
    assert (primary(page), chosen_family(page)) == (["Commercial"], ["film"])


def test_without_a_recommended_tier_no_button_is_red_and_the_first_family_is_shown() -> None:
    assert primary(start_page())
    Product.objects.update(is_recommended=None)
    page = start_page()
    assert (primary(page), chosen_family(page)) == ([], ["film"])
    assert "Recommended" not in words(page)


def test_recommended_free_tier_leaves_the_first_family_shown() -> None:
    tier = Product.objects.get(code="Yamdu FREE")
    tier.is_recommended = True
    tier.save()
    assert chosen_family(start_page()) == ["film"]


def test_families_are_a_labelled_group_of_radio_buttons_if_there_are_several() -> None:
    group = "Show the plans By type of production By team size"
    before = words(start_page())
    Product.objects.filter(family="film").update(listed=False)
    page = start_page()
    assert_left_out(group, there=before, here=words(page))
    assert 'name="family"' not in html(page)
    assert "Choose M" in words(page)


def test_all_tiers_are_taken_by_one_form() -> None:
    page = html(start_page())
    assert page.count("csrfmiddlewaretoken") == 1
    codes = re.findall(r'<button[^>]*name="product"\s+value="([^"]+)"\s+form="take-tier"', page)
    assert sorted(codes) == sorted(Product.objects.values_list("code", flat=True))
    assert visitor().post("/checkout/tier/", {"product": codes[0]}).status_code == 302


def test_free_tier_comes_first_and_is_offered_in_the_head() -> None:
    page = start_page()
    text = words(page)
    assert text.index("Try it free") < text.index("Yamdu FREE") < text.index("Choose Starter")
    Product.objects.filter(code="Yamdu FREE").update(listed=False)
    for gone in ("Try it free", "Start free", "Yamdu FREE"):
        assert_left_out(gone, there=text, here=words(start_page()))


def test_card_says_what_the_tier_includes_and_what_it_lacks() -> None:
    page = start_page()
    small = part(page, 'aria-labelledby="tier-s"', "</article>")
    large = part(page, 'aria-labelledby="tier-l"', "</article>")
    assert "8 members Storage: 100 GB" in small
    assert "Not included: Watermarked dailies" in small
    assert "50 members Storage: 2 TB" in large
    assert "Watermarked dailies" in large
    assert "Not included: Watermarked dailies" not in large


def test_card_of_a_tier_that_staff_approve_says_so() -> None:
    page = start_page()
    cards = {
        slug: part(page, f'aria-labelledby="tier-{slug}"', "</article>") for slug in ("xl", "l")
    }
    assert_left_out("We review each order personally", there=cards["xl"], here=cards["l"])


def test_single_tier_is_shown_without_a_choice() -> None:
    Product.objects.exclude(code="s").update(listed=False)
    page = start_page()
    assert "Choose S" in words(page)
    assert primary(page) == chosen_family(page) == []


def test_shop_without_tiers_says_what_it_is_and_whom_to_ask_and_offers_nothing() -> None:
    before = start_page()
    Product.objects.update(listed=False)
    after = start_page()
    assert after.status_code == 200
    for gone in ("Plans and prices", "See plans", "How it works", "Paying and cancelling"):
        assert_left_out(gone, there=words(before), here=words(after))
    for left in ("Dailies, call sheets and crew.", "Talk to us"):
        assert left in words(after)


def test_paying_names_the_sellers_days_and_follows_their_change() -> None:
    for days, said in {30: "30 days", 1: "1 day", 14: "14 days"}.items():
        make_seller(due_days=days)
        for page in (visitor().get("/"), start_page()):  # the kept one, and one made anew
            assert f"You pay within {said}, by bank transfer." in paying(page)


def test_paying_by_the_year_is_said_where_a_tier_is_sold_by_it() -> None:
    by_month = paying(start_page())
    assert "Each invoice covers a month, counted from the day" in by_month
    Product.objects.filter(code="s").update(yearly_net_cents=49_000)
    assert_left_out("a month or a year, as you choose", there=paying(start_page()), here=by_month)


def test_ending_is_told_by_the_settings(settings: Settings) -> None:
    text = paying(start_page())
    assert "Your contract ends with the period you have paid for." in text
    assert "you have 30 days to download everything" in text
    assert "withdraw" not in text
    settings.CANCELLATION_NOTICE_DAYS, settings.EXPORT_DAYS = 14, 7
    settings.CUSTOMERS = "everyone"
    text = paying(start_page())
    assert "14 days before the end of the period you have paid for." in text
    assert "you have 7 days to download everything" in text
    assert "Private persons can also withdraw within 14 days" in text


def test_shop_that_sells_free_tiers_alone_says_nothing_of_paying() -> None:
    before = words(start_page())
    Product.objects.exclude(family="free").update(listed=False)
    after = start_page()
    assert_left_out("Paying and cancelling", there=before, here=words(after))
    assert "Start free" in words(after)


def test_contact_is_whatever_is_set(settings: Settings) -> None:
    settings.SUPPORT_EMAIL, settings.SUPPORT_PHONE = "hilfe@slate.example", "+49 89 5550124"
    settings.SUPPORT_HOURS_DE, settings.SUPPORT_HOURS_EN = "Mo–Fr", "Mon–Fri"
    page = start_page()
    talk = part(page, 'aria-labelledby="talk"', "</section>")
    assert talk.endswith("Talk to us +49 89 5550124 Mon–Fri hilfe@slate.example Write to us")
    assert 'href="tel:+49895550124"' in html(page)
    settings.SUPPORT_EMAIL = settings.SUPPORT_PHONE = ""
    talk = part(start_page(), 'aria-labelledby="talk"', "</section>")
    assert talk.endswith("Talk to us Write to us")


def test_each_language_has_its_own_texts_and_picture_in_link_previews() -> None:
    for language, title in {
        "en": "Dailies, call sheets and crew",
        "de": "Muster, Dispos und Team",
    }.items():
        page = html(start_page(language))
        assert f'<meta property="og:title" content="{title} ' in page
        assert f"<title>{title} " in page
        assert f'content="http://testserver/static/card.{language}.png"' in page


def test_page_is_sent_without_indentation_unless_an_answer_holds_code() -> None:
    assert "\n " not in html(start_page())
    Question.objects.filter(question_en="How do I pay?").update(answer_en="    one\n      two")
    questions.LISTED.clear()
    assert "<pre><code>one\n  two" in html(start_page())
