"""An application with its owner, who has shown a moment ago who they are."""

import re
from typing import Any

from django.test import Client

from shop.access.models import Application
from shop.notifications.webhooks.endpoints import register
from shop.notifications.webhooks.models import WebhookEndpoint
from shop.orders.models import Order
from shop.orders.placing import Caller
from shop.tenancy.models import User
from tests.factories import PASSWORD, make_application, make_order, make_user
from tests.pages import A_WHILE, Response, html, visitor

HOOK = "https://crew-planner.example/hooks"


def owned(name: str = "Crew Planner") -> tuple[Application, User]:
    """An application and its owner."""
    owner = make_user()
    return make_application(name, owner=owner), owner


def make_endpoint(application: Application, *events: str, url: str = HOOK) -> WebhookEndpoint:
    """An endpoint that asks for `events`, all about orders by default."""
    return register(application, {"url": url, "events": list(events) or ["order.*"]})


def place(application: Application, **members: Any) -> Order:
    """An order of the application, whose first event goes to its endpoints."""
    return make_order("s", Caller(application=application), **members)


def page_of(application: Application, path: str = "") -> str:
    """The path of a page of an application."""
    return f"/portal/applications/{application.pk}/{path}"


def lately(owner: User) -> Client:
    """The browser of an owner who has typed their password a moment ago."""
    browser = visitor(owner)
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    return browser


def long_ago(owner: User) -> Client:
    """The browser of an owner whose sign-in was a while ago."""
    return visitor(owner, seconds_ago=A_WHILE)


def shown_secret(page: Response) -> str:
    """The secret that a page shows this once."""
    found = re.search(r'id="secret-1">([^<]+)<', html(page))
    assert found
    return found[1]
