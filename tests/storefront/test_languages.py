"""The language of a page, and the links by which search engines and previews find both."""

import json
import re
from html import unescape
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings
from pytest_django import DjangoAssertNumQueries, Settings

from shop.catalogue.models import Product
from shop.storefront.json_ld import data_block
from tests.factories import make_packed_order
from tests.pages import Response, at_checkout, fields, html, visitor

pytestmark = pytest.mark.django_db

NAMES = {
    "page": "{http://www.sitemaps.org/schemas/sitemap/0.9}",
    "alternate": "{http://www.w3.org/1999/xhtml}link",
}


def links(page: Response, rel: str) -> dict[str, str]:
    """Return the targets of the links in the head, by language."""
    found = {}
    for tag in re.findall(rf'<link rel="{rel}"[^>]*>', html(page)):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        found[attributes.get("hreflang", "")] = unescape(attributes["href"])
    return found


def switch(page: Response, language: str) -> str:
    """Return the target of the page's own link to `language`."""
    found = re.search(rf'<a href="([^"]*)"\s+hreflang="{language}"', html(page))
    assert found
    return unescape(found[1])


def shared(page: Response) -> dict[str, str]:
    """Return the properties for link previews."""
    return {
        name: unescape(value)
        for name, value in re.findall(
            r'<meta property="og:([\w:]+)"\s+content="([^"]*)"', html(page)
        )
    }


def data(page: Response) -> dict[str, object]:
    """The page's block of data."""
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', html(page), re.DOTALL)
    assert found
    read: dict[str, object] = json.loads(found[1])
    return read


@pytest.mark.parametrize("wish", ["de", "en", "fr", ""])
@pytest.mark.parametrize("language", ["de", "en"])
def test_address_with_lang_is_in_that_language_whoever_asks(language: str, wish: str) -> None:
    browser = visitor(language=wish)
    browser.cookies["django_language"] = "en" if language == "de" else "de"
    page = browser.get(f"/tiers/s/?lang={language}")
    assert page.status_code == 200
    assert f'<html lang="{language}">' in html(page)
    assert page.headers["Content-Language"] == language


@pytest.mark.parametrize("asked", ["fr", "", "EN", "de-AT", "x" * 5000, "<b>", "\x00"])
def test_lang_that_we_do_not_speak_changes_nothing(asked: str) -> None:
    page = visitor(language="en").get("/", {"lang": asked})
    assert '<html lang="en">' in html(page)
    assert "django_language" not in page.cookies
    assert links(page, "canonical") == {"": "http://testserver/"}


def test_language_that_was_asked_for_stays_on_the_pages_after_it() -> None:
    browser = visitor(language="de")
    cookie = browser.get("/?lang=en").cookies["django_language"]
    assert (cookie.value, cookie["samesite"], cookie["httponly"]) == ("en", "Lax", True)
    assert '<html lang="en">' in html(browser.get("/tiers/s/"))
    assert '<html lang="en">' in html(browser.get("/nothing/here/"))
    browser.get("/tiers/s/?lang=de")
    assert '<html lang="de">' in html(browser.get("/"))


def test_programs_are_not_given_the_cookie() -> None:
    assert "django_language" in visitor().get("/?lang=en").cookies
    for path in ("/api/orders", "/order", "/livez"):
        assert "django_language" not in visitor().get(f"{path}?lang=en").cookies


def test_page_says_on_what_its_language_hangs() -> None:
    for path in ("/", "/?lang=en", "/tiers/s/", "/nothing/here/"):
        assert {"Accept-Language", "Cookie"} <= set(
            visitor().get(path).headers["Vary"].replace(" ", "").split(",")
        )


@pytest.mark.parametrize("path", ["/", "/tiers/s/", "/account/login/", "/register/", "/nothing/"])
def test_language_switch_keeps_the_page_and_its_query(path: str) -> None:
    page = visitor(language="en").get(path)
    assert switch(page, "de") == "?lang=de"
    if path != "/nothing/":
        page = visitor(language="en").get(path, {"next": "/x/?a=1&b=2", "lang": "en"})
        assert switch(page, "de") == "?next=%2Fx%2F%3Fa%3D1%26b%3D2&lang=de"


def test_language_switch_keeps_what_the_checkout_holds() -> None:
    browser, form = at_checkout("xl", language="en")
    page = browser.get("/checkout/")
    assert 'formaction="/checkout/?lang=de"' in html(page)
    del form["place"]
    sent = {**form, "client_name": "Film", "user_email": "nina@example.com", "apply": "language"}
    german = browser.post("/checkout/?lang=de", sent, follow=True)
    assert '<html lang="de">' in html(german)
    assert "Tarif XL bestellen" in html(german)
    kept = fields(german)
    assert (kept["client_name"], kept["user_email"]) == ("Film", "nina@example.com")


def test_language_switch_works_on_an_orders_page() -> None:
    address = f"/register/{make_packed_order().order_hash}/"
    page = visitor(language="en").get(f"{address}?lang=de")
    assert '<html lang="de">' in html(page)


@pytest.mark.parametrize(
    "path", ["/", "/tiers/yamdu-free/", "/imprint/", "/privacy/", "/terms/", "/cancel-contract/"]
)
def test_page_names_its_address_and_those_of_both_languages(path: str) -> None:
    address = f"http://testserver{path}"
    for query, own in {"": "", "?lang=de": "?lang=de", "?utm=x&lang=en": "?lang=en"}.items():
        page = visitor(language="en").get(path + query)
        assert links(page, "canonical") == {"": address + own}
        assert links(page, "alternate") == {
            "de": f"{address}?lang=de",
            "en": f"{address}?lang=en",
            "x-default": address,
        }


def test_private_pages_have_no_address_for_search_engines() -> None:
    order = make_packed_order()
    for path in (f"/register/{order.order_hash}/", "/account/login/", "/nothing/"):
        page = visitor().get(path)
        assert links(page, "canonical") == links(page, "alternate") == {}


@pytest.mark.parametrize(("language", "locale"), [("de", "de_DE"), ("en", "en_GB")])
def test_link_preview_shows_the_page_and_our_picture(language: str, locale: str) -> None:
    product = Product.objects.get(code="s")
    page = visitor(language=language).get("/tiers/s/")
    told = shared(page)
    assert told == {
        "site_name": "Slate",
        "type": "website",
        "title": "Tarif S" if language == "de" else "S plan",
        "description": product.promise_de if language == "de" else product.promise_en,
        "url": f"http://testserver/tiers/s/?lang={language}",
        "locale": locale,
        "image": f"http://testserver/static/card.{language}.png",
        "image:width": "1200",
        "image:height": "630",
        "image:alt": "Slate",
    }
    picture = (Path(settings.BASE_DIR) / "static" / f"card.{language}.png").read_bytes()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    size = (int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big"))
    assert size == (1200, 630)


def test_addresses_begin_with_the_shops_own_outside_the_demo(settings: Settings) -> None:
    settings.DEMO, settings.BASE_URL = False, "https://shop.example"
    page = visitor().get("/tiers/s/")
    assert links(page, "canonical") == {"": "https://shop.example/tiers/s/"}
    assert shared(page)["image"] == "https://shop.example/static/card.en.png"
    assert data(page)["url"] == "https://shop.example/tiers/s/?lang=en"
    assert "<loc>https://shop.example/?lang=de</loc>" in html(visitor().get("/sitemap.xml"))
    robots = html(visitor().get("/robots.txt"))
    assert "\nSitemap: https://shop.example/sitemap.xml\n" in robots


def test_tier_is_described_as_a_product_with_its_offer() -> None:
    assert data(visitor(language="de").get("/tiers/s/")) == {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": "S",
        "sku": "s",
        "description": "Für ein kleines Team, das alles an einem Ort haben will.",
        "url": "http://testserver/tiers/s/?lang=de",
        "brand": {"@type": "Brand", "name": "Slate"},
        "offers": {
            "@type": "Offer",
            "price": "58.31",
            "priceCurrency": "EUR",
            "url": "http://testserver/tiers/s/?lang=de",
            "availability": "https://schema.org/InStock",
            "priceSpecification": {
                "@type": "UnitPriceSpecification",
                "price": "58.31",
                "priceCurrency": "EUR",
                "valueAddedTaxIncluded": True,
                "referenceQuantity": {
                    "@type": "QuantitativeValue",
                    "value": "1",
                    "unitCode": "MON",
                },
            },
        },
    }


@pytest.mark.parametrize(
    "name", ["</script><script>alert(1)</script>", "<!-- <script>", "a&b", '"\\', "\u2028", "Ä–€"]
)
def test_data_block_holds_whatever_a_tier_is_called(name: str) -> None:
    Product.objects.filter(code="s").update(name=name, promise_en=name)
    page = visitor().get("/tiers/s/")
    told = data(page)
    assert (told["name"], told["description"]) == (name, name)
    assert html(page).count("<script") == 1
    assert not set("<>&\u2028") & set(data_block({"name": name}))


def test_sitemap_names_each_listed_tier_and_the_legal_pages_in_both_languages(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    Product.objects.filter(code="Dailies").update(listed=False)
    browser = visitor()
    with django_assert_num_queries(1):
        answer = browser.get("/sitemap.xml")
    assert answer.headers["Content-Type"] == "application/xml"
    pages = ET.fromstring(html(answer)).findall(f"{NAMES['page']}url")
    slugs = Product.objects.filter(listed=True).values_list("slug", flat=True)
    legal = [
        "/imprint/", "/privacy/", "/terms/", "/accessibility/", "/data-processing/",
        "/cancel-contract/",
    ]  # fmt: skip
    paths = ["/", *(f"/tiers/{slug}/" for slug in slugs), *legal]
    assert len(paths) == 15
    found = [page.findtext(f"{NAMES['page']}loc") or "" for page in pages]
    assert sorted(url for url in found if "/api/docs" not in url) == sorted(
        f"http://testserver{path}?lang={language}" for path in paths for language in ("de", "en")
    )
    first = pages[0].findall(NAMES["alternate"])
    assert {each.get("hreflang"): each.get("href") for each in first} == {
        "de": "http://testserver/?lang=de",
        "en": "http://testserver/?lang=en",
        "x-default": "http://testserver/",
    }


def test_every_page_of_the_sitemap_is_there_and_names_itself() -> None:
    found = re.findall(r"<loc>http://testserver([^<]*)</loc>", html(visitor().get("/sitemap.xml")))
    assert len([path for path in found if not path.startswith("/api/docs")]) == 32
    for path in found:
        page = visitor().get(path)
        assert page.status_code == 200
        assert links(page, "canonical") == {"": f"http://testserver{path}"}
