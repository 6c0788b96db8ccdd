"""Visit pages and read them as a person does."""

import re
import time
from datetime import date
from html import escape, unescape
from typing import TYPE_CHECKING, TypeAlias

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from shop.orders.models import Order
from shop.tenancy.invitations import join_token
from shop.tenancy.models import User

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse

    Response: TypeAlias = _MonkeyPatchedWSGIResponse
else:
    Response = HttpResponse


A_WHILE = 301  # seconds; past ACCOUNT_REAUTHENTICATION_TIMEOUT


def visitor(user: User | None = None, language: str = "en", seconds_ago: float = 0) -> Client:
    """A browser that reads `language`; with `user` a signed-in one."""
    client = Client(headers={"accept-language": language})
    if user:
        sign_in(client, user, seconds_ago)
    return client


def sign_in(client: Client, user: User, seconds_ago: float = 0) -> None:
    """Sign `user` in. allauth notes when and how, which Django's shortcut does not."""
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time() - seconds_ago}
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


def html(response: Response) -> str:
    """The source of an answer."""
    return response.content.decode()


def words(response: Response) -> str:
    """The text a reader sees: no tags, blanks squeezed."""
    body = re.sub(r"<(script|style|title)\b.*?</\1>", " ", html(response), flags=re.DOTALL)
    body = re.sub(r"</?bdi>", "", body)  # around a name, within a sentence
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def shown(at: date, form: str = "DATE_FORMAT") -> str:
    """A day or a time as English pages show it."""
    with translation.override("en"):
        return date_format(at, form)


def assert_escaped(response: Response, *texts: str) -> None:
    """Each text is in the page, and only with its markup escaped."""
    source = html(response)
    for text in texts:
        assert escape(text) in source
        assert text not in source


def assert_left_out(text: str, *, there: str, here: str) -> None:
    """The text is not `here`, though it may be shown: it is `there`."""
    assert text in there
    assert text not in here


def part(response: Response, start: str, end: str) -> str:
    """The words of the page between two pieces of its source."""
    found = re.search(f"{re.escape(start)}(.*?){re.escape(end)}", html(response), re.DOTALL)
    assert found, f"{start} is not in the page"
    text = re.sub(r"</?bdi>", "", found[1])
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def error_beside(response: Response, field: str) -> str:
    """The error beside one field."""
    return part(response, f'id="id_{field}_error">', "</div>")


def summary(response: Response) -> str:
    """The text of the error summary."""
    return part(response, 'class="error-summary"', "</ul>").partition(">")[2].strip()


def fields(response: Response) -> dict[str, str]:
    """Names and values of the inputs of a page; boxes and radio buttons only where they are chosen."""
    found = {}
    for tag in re.findall(r"<(?:input|button)\b[^>]*>", html(response)):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if attributes.get("type") in {"checkbox", "radio"}:
            if " checked" in tag:
                found[attributes["name"]] = attributes.get("value", "on")
        elif "name" in attributes:
            found[attributes["name"]] = unescape(attributes.get("value", ""))
    return found


def posts_to(response: Response, path: str) -> str:
    """The address to which a browser that shows `path` posts the form within the page's main part."""
    form = re.search(r"<form\b[^>]*method=\"post\"[^>]*>", html(response).partition("<main")[2])
    assert form, "the page has no form"
    action = re.search(r'action="([^"]*)"', form[0])
    return unescape(action[1]) if action else path


def at_checkout(
    product: str = "s", user: User | None = None, language: str = "en"
) -> tuple[Client, dict[str, str]]:
    """A browser that has chosen a tier, and the checkout's form as it found it."""
    browser = visitor(user, language)
    page = browser.post("/checkout/tier/", {"product": product}, follow=True)
    return browser, checkout_form(page, product)


# What the checkout needs to know beside the company's name.
ADDRESS = {
    "billing_street": "Feilitzschstraße 6",
    "billing_postal_code": "80802",
    "billing_city": "München",
}


def country_of(page: Response) -> dict[str, str]:
    """The country that is chosen in the checkout."""
    chosen = re.findall(r'<option value="([A-Z]{2})" selected>', html(page))
    return {"billing_country": chosen[0]} if chosen else {}


def checkout_form(page: Response, product: str = "s") -> dict[str, str]:
    """The checkout's form as `page` has it, filled in as far as it has to be, and the button pressed."""
    form = {**fields(page), "product": product, "terms": "on"}
    if 'name="business"' in html(page):
        form["business"] = "on"
    if "billing_street" in form:
        form |= {name: form[name] or value for name, value in ADDRESS.items()} | country_of(page)
    for other in ("apply", "language", "next", "csrfmiddlewaretoken"):
        form.pop(other, None)
    return form


# What the form to join asks of everybody: their language, and to agree to the terms as shipped.
AGREED = {"language": "en", "terms": "on", "terms_version": "1"}


def join_address(order: Order) -> str:
    """The link that a mail sent now would carry."""
    assert order.invitation
    return reverse("join", args=[order.order_hash, join_token(order.invitation)])


def assert_headers(answer: Response) -> None:
    """The answer forbids what no page of ours needs, and has an id."""
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] in {"same-origin", "no-referrer"}
    assert "camera=(), " in answer.headers["Permissions-Policy"]
    assert answer.headers["X-Request-ID"]
