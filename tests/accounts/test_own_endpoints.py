"""An owner registers, edits, switches, rotates and deletes the webhook endpoints of an application."""

from typing import Any

import pytest
from pytest_django import Settings

from shop.access.applications import change_application
from shop.notifications.emails.models import Message
from shop.notifications.webhooks.endpoints import LARGEST_NUMBER, secrets_of
from shop.notifications.webhooks.models import Delivery, WebhookEndpoint
from shop.tenancy.models import User
from tests.accounts.own_programs import (
    HOOK,
    lately,
    long_ago,
    make_endpoint,
    owned,
    page_of,
    place,
    shown_secret,
)
from tests.factories import make_user
from tests.pages import error_beside, fields, html, summary, visitor, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

NEW = "webhooks/new/"
FORM = {"url": HOOK, "events": ["order.*", "invoice.paid"], "enabled": "on"}


def noticed(user: User) -> list[str]:
    mails = Message.objects.filter(kind=Message.Kind.CHANGE, user=user).order_by("pk")
    return [mail.details["what"] for mail in mails]


def test_endpoint_is_registered_and_its_secret_shown_once() -> None:
    application, owner = owned()
    browser = lately(owner)
    page = browser.post(page_of(application, NEW), FORM)
    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.application, endpoint.url, endpoint.events, endpoint.enabled) == (
        application,
        HOOK,
        ["order.*", "invoice.paid"],
        True,
    )
    assert shown_secret(page) == endpoint.secret
    assert "no-store" in page.headers["Cache-Control"]
    assert noticed(owner) == ["webhook_url_set"]
    listed = browser.get(page_of(application, "webhooks/"))
    assert f"{HOOK} order.* invoice.paid switched on none yet" in words(listed)
    for path in ("webhooks/", f"webhooks/{endpoint.pk}/"):
        assert endpoint.secret not in html(browser.get(page_of(application, path)))


def test_events_that_all_of_a_kind_covers_are_left_out() -> None:
    application, owner = owned()
    chosen = ["order.*", "order.state_changed", "invoice.issued"]
    lately(owner).post(page_of(application, NEW), {**FORM, "events": chosen})
    assert WebhookEndpoint.objects.get().events == ["order.*", "invoice.issued"]


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "Please fill in “URL”."),
        ("http://partner.example/", "The URL must begin with https://."),
        ("https://müller.example/", "Please enter a URL without blanks"),
        ("https://", "The URL needs a host name, such as partner.example."),
        ("https://a:b@partner.example/", "Please leave out name and password"),
        ("https://10.0.0.1/", "This IP address cannot be reached from the internet."),
        ("https://partner.example/#x", "Please leave out the # and what follows it."),
        ("https://localhost/", "This is a name of your own machine: we cannot reach it."),
        ("https://127.1/", "The host name in this URL is not valid."),
    ],
)
def test_url_that_webhooks_cannot_go_to_is_refused_beside_the_field(
    url: str, sentence: str, settings: Settings
) -> None:
    settings.DEMO = False
    application, owner = owned()
    page = lately(owner).post(page_of(application, NEW), {**FORM, "url": url})
    assert page.status_code == 422
    assert error_beside(page, "url").startswith(sentence)
    assert sentence in summary(page)
    assert fields(page).get("url", "") == url
    assert not WebhookEndpoint.objects.exists()


def test_refusal_is_told_in_the_readers_language(settings: Settings) -> None:
    settings.DEMO = False
    application, owner = owned()
    browser = lately(owner)
    path = page_of(application, NEW)
    page = browser.post(
        path, {**FORM, "url": "http://a.example"}, headers={"accept-language": "de"}
    )
    assert error_beside(page, "url") == "Die URL muss mit https:// beginnen."


@pytest.mark.parametrize("events", [[], ["order.unheard"]])
def test_events_must_be_chosen_from_those_there_are(events: list[str]) -> None:
    application, owner = owned()
    page = lately(owner).post(page_of(application, NEW), {**FORM, "events": events})
    assert page.status_code == 422
    assert error_beside(page, "events") == "Please choose at least one event."
    assert 'href="#id_events_0"' in html(page)
    assert 'id="id_events_0"' in html(page)
    assert not WebhookEndpoint.objects.exists()


def test_one_endpoint_more_than_allowed_is_refused() -> None:
    application, owner = owned()
    for _number in range(LARGEST_NUMBER):
        make_endpoint(application)
    browser = lately(owner)
    assert "Add an endpoint" not in words(browser.get(page_of(application, "webhooks/")))
    page = browser.post(page_of(application, NEW), FORM)
    assert page.status_code == 422
    assert "An application can have up to 20 endpoints." in summary(page)
    assert WebhookEndpoint.objects.count() == LARGEST_NUMBER
    assert noticed(owner) == []


def test_endpoint_is_edited_and_only_another_url_is_mailed() -> None:
    application, owner = owned()
    endpoint = make_endpoint(application)
    browser = lately(owner)
    path = page_of(application, f"webhooks/{endpoint.pk}/edit/")
    assert fields(browser.get(path))["url"] == HOOK
    browser.post(path, {**FORM, "events": ["invoice.*"]})
    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.events, endpoint.enabled) == (HOOK, ["invoice.*"], True)
    assert noticed(owner) == []
    browser.post(path, {"url": f"{HOOK}/2", "events": ["invoice.*"]})
    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.enabled) == (f"{HOOK}/2", False)
    assert noticed(owner) == ["webhook_url_set"]


def test_endpoint_is_switched_off_and_on() -> None:
    application, owner = owned()
    endpoint, other = make_endpoint(application), make_endpoint(application)
    place(application)
    browser = visitor(owner)
    base = page_of(application, f"webhooks/{endpoint.pk}/")
    page = browser.post(f"{base}off/", follow=True)
    assert "Nothing more is sent there." in words(page)
    assert [each.enabled for each in WebhookEndpoint.objects.order_by("pk")] == [False, True]
    states = Delivery.objects.order_by("endpoint").values_list("endpoint", "state")
    assert list(states) == [(endpoint.pk, "gone"), (other.pk, "waiting")]
    assert "The endpoint is switched on." in words(browser.post(f"{base}on/", follow=True))
    endpoint.refresh_from_db()
    assert endpoint.enabled


def test_rotated_secret_is_shown_once_and_the_old_one_signs_too() -> None:
    application, owner = owned()
    endpoint = make_endpoint(application)
    old = endpoint.secret
    path = page_of(application, f"webhooks/{endpoint.pk}/secret/")
    browser = lately(owner)
    assert "For 24 hours we sign with both" in words(browser.get(path))
    new = shown_secret(browser.post(path))
    endpoint.refresh_from_db()
    assert secrets_of(endpoint) == [new, old]
    assert noticed(owner) == ["signing_secret_renewed"]


def test_endpoint_is_deleted_after_its_consequences_were_named() -> None:
    application, owner = owned()
    endpoint, other = make_endpoint(application), make_endpoint(application)
    place(application)
    browser = lately(owner)
    path = page_of(application, f"webhooks/{endpoint.pk}/delete/")
    asked = words(browser.get(path))
    assert f"Nothing more is sent to {HOOK}." in asked
    assert "1 waiting event is not sent either." in asked
    page = browser.post(path, follow=True)
    assert "The endpoint is deleted." in words(page)
    assert list(WebhookEndpoint.objects.all()) == [other]
    assert list(Delivery.objects.values_list("endpoint", flat=True)) == [other.pk]
    assert browser.get(path).status_code == 404


@pytest.mark.parametrize("action", ["edit/", "secret/", "delete/"])
def test_what_is_sensitive_needs_a_recent_sign_in(action: str) -> None:
    application, owner = owned()
    endpoint = make_endpoint(application)
    browser = long_ago(owner)
    path = page_of(application, f"webhooks/{endpoint.pk}/{action}")
    assert browser.get(path).status_code == 200
    answer = browser.post(path, {**FORM, "url": "https://evil.example/"})
    assert answer.headers["Location"].startswith("/account/reauthenticate/")
    kept = WebhookEndpoint.objects.get()
    assert (kept.url, kept.secret) == (HOOK, endpoint.secret)


@pytest.mark.parametrize(
    "action", ["", "edit/", "on/", "off/", "secret/", "delete/", "test/", "replay/"]
)
def test_endpoint_of_another_application_is_unknown(action: str) -> None:
    application, owner = owned()
    mine = make_endpoint(application)
    foreign = make_endpoint(owned("Foreign")[0])
    assert lately(owner).get(page_of(application, f"webhooks/{mine.pk}/")).status_code == 200
    method = "get" if action in {"", "replay/"} else "post"
    for person, path in (
        (owner, page_of(application, f"webhooks/{foreign.pk}/{action}")),
        (owner, page_of(foreign.application, f"webhooks/{foreign.pk}/{action}")),
        (make_user(), page_of(application, f"webhooks/{mine.pk}/{action}")),
    ):
        assert getattr(lately(person), method)(path, FORM).status_code == 404
    kept = WebhookEndpoint.objects.order_by("pk").values_list("pk", "url", "enabled", "secret")
    assert list(kept) == [(each.pk, HOOK, True, each.secret) for each in (mine, foreign)]
    assert not Delivery.objects.exists()


def test_application_without_the_scope_has_no_endpoints() -> None:
    application, owner = owned()
    endpoint = make_endpoint(application)
    scopes = ["orders:read", "orders:write"]
    rest: dict[str, Any] = {"owner": owner, "redirect_uris": [], "rate": None, "burst": None}
    change_application(application, "Reader", scopes=scopes, **rest)
    browser = lately(owner)
    page = words(browser.get(page_of(application, "webhooks/")))
    assert "it lacks the scope webhooks" in page
    assert HOOK not in page
    assert browser.post(page_of(application, NEW), FORM).status_code == 404
    assert browser.get(page_of(application, f"webhooks/{endpoint.pk}/")).status_code == 404
    assert WebhookEndpoint.objects.count() == 1
