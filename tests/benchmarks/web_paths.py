"""The paths that are measured, and the rows that they are about."""

import json
import re
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from shop.access.applications import create_application
from shop.access.models import Application
from shop.access.tokens import issue
from shop.catalogue.models import Product
from shop.orders.cursors import write_cursor
from shop.orders.models import Order, State
from shop.packing.dispatch import run_due
from tests.benchmarks.forged_orders import forge
from tests.factories import make_staff
from tests.pages import sign_in

TOKEN = "a-token-of-the-benchmarks"
DOCUMENT = {
    "product": "s",
    "client_name": "Constantin Film",
    "project_name": "OSD Yamdu Free",
    "user_email": "nicecustomer@gmx.com",
}
API = "/api/orders"


@dataclass(frozen=True)
class Path:
    """One path: the request, and how far its CPU time may be from the limit's, if that is said."""

    name: str
    target: str
    label: str
    reach: float | None = None
    headers: dict[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: str = ""
    status: int = 200


@dataclass(frozen=True)
class Prepared:
    """The paths, and what the limit's SQL is about."""

    paths: list[Path]
    known: dict[str, Any]


def prepare(orders: int) -> Prepared:
    """Forge orders of one application; besides, an order, a visitor and a colleague to look at.

    The order is packed: its page goes on polling, and no longer changes by itself.
    """
    application, _secret = create_application("Benchmark")
    issue("Benchmark", holder=application, value=TOKEN)
    order = place_one()
    run_due(lambda: None)
    order.refresh_from_db()
    assert order.state == State.PACKED
    for _done in forge(orders, application=application):
        pass
    waiting = place_one()
    paths = [*pages(order), checkout_page(), *staff_pages(), *lists(application), *api(order)]
    known = {
        "application_id": application.pk,
        "waiting_id": waiting.pk,
        "order_hash": order.order_hash,
        "copied": tables_about(waiting),
        "slug": Product.objects.get(code="s").slug,
        "owner_digest": Order.objects.get(state=State.NEW).owner_digest,
        **staff_facts(),
        **list_facts(application),
    }
    return Prepared(paths, known)


def tables_about(order: Order) -> list[str]:
    """The tables with rows of an order: what `POST` writes besides the order itself."""
    models: list[Any] = [each.related_model for each in Order._meta.related_objects]
    return [each._meta.db_table for each in models if each.objects.filter(order=order).exists()]


def place_one() -> Order:
    """Place an order as a partner's program does; it waits for a worker that does not run."""
    body = json.dumps({"order": DOCUMENT})
    answer = browser().post(API, body, "application/json", headers=bearer())
    assert answer.status_code == 201, answer.content
    return Order.objects.get(order_hash=answer["Location"].rpartition("/")[2])


def browser() -> Client:
    """A browser in this process."""
    return Client(SERVER_NAME="localhost")


def bearer() -> dict[str, str]:
    """The header with the token."""
    return {"Authorization": f"Bearer {TOKEN}"}


def pages(order: Order) -> list[Path]:
    """The pages of visitors."""
    page = f"/register/{order.order_hash}/"
    shown = browser().get(page).content.decode()
    seen = re.search(r"seen=([^\"&]*)", shown)
    assert seen
    slug = Product.objects.get(code="s").slug
    zipped = {"Accept-Encoding": "gzip"}
    unchanged = f"{page}progress/?seen={quote(seen[1])}"
    return [
        Path("fragment-204", unchanged, "progress fragment, unchanged (204)", 1.5, status=204),
        Path("fragment-200", f"{page}progress/", "progress fragment (200)", 2),
        Path("shop-page", "/", "`/`", 2),
        Path("shop-page-gzip", "/", "`/`, compressed", headers=zipped),
        Path("tier-page", f"/tiers/{slug}/", "tier page", 2),
        Path("registration", page, "registration page", 3),
    ]


def checkout_page() -> Path:
    """The checkout of a visitor who has picked a tier."""
    visitor = browser()
    assert visitor.post("/checkout/tier/", {"product": "s"}).status_code == 302
    owner = next(each.value for each in visitor.cookies.values())
    return Path("checkout", "/checkout/", "checkout page", 4, {"Cookie": f"OwnerId={owner}"})


def staff_pages() -> list[Path]:
    """The queue and the search of a colleague who has used a second factor."""
    person = make_staff("agent", email="colleague@example.com")
    Authenticator.objects.create(user=person, type="totp", data={"secret": "none"})
    visitor = browser()
    sign_in(visitor, person)
    session = visitor.session
    session["account_authentication_methods"] = [
        {"method": "mfa", "type": "totp", "at": time.time()}
    ]
    session.save()
    cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session.session_key}"}
    found = Order.objects.filter(state=State.PACKED).order_by("pk").first()
    assert found
    return [
        Path("staff-queue", "/staff/", "staff queue", 3, cookie),
        Path(
            "staff-search", f"/staff/?q={found.order_hash}", "staff search, by hash", None, cookie
        ),
        Path(
            "staff-search-mail",
            f"/staff/?q={found.user_email}",
            "staff search, by e-mail",
            None,
            cookie,
        ),
    ]


def staff_facts() -> dict[str, Any]:
    """The session of the staff pages."""
    session = Session.objects.get()
    return {"session_key": session.pk, "staff_id": session.get_decoded()["_auth_user_id"]}


def list_facts(application: Application) -> dict[str, Any]:
    """The values of the list's filters, as the limit's SQL takes them."""
    middle, after = list_positions(application)
    adapt = connection.ops.adapt_datetimefield_value
    return {
        "position": [str(adapt(middle.created_at)), middle.pk],
        "state": [State.PACKED.value],
        "product": [Product.objects.get(code="s").pk],
        "created_after": [str(adapt(after))],
    }


def list_positions(application: Application) -> tuple[Order, datetime]:
    """An order in the middle of the list, and a time that 50 orders were placed after."""
    placed = Order.objects.filter(application=application)
    middle = placed.order_by("pk")[placed.count() // 2]
    return middle, placed.order_by("-created_at")[50].created_at


def api(order: Order) -> list[Path]:
    """The calls of partners' programs for one order."""
    body = json.dumps({"order": DOCUMENT})
    posted = {**bearer(), "Content-Type": "application/json"}
    address = f"{API}/{order.order_hash}"
    return [
        Path("order-get", address, "`GET` of an order", 1.7, bearer()),
        unchanged("order-get-304", address, "the same, unchanged"),
        # Last: it makes the lists longer.
        Path("order-post", API, "`POST` of an order", 1.8, posted, "POST", body, 201),
    ]


def lists(application: Application) -> list[Path]:
    """The pages of the list."""
    middle, after = list_positions(application)
    total = Order.objects.filter(application=application).count()
    cursor = write_cursor((middle.created_at, middle.pk))
    since = after.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    queries = {
        "list-first": ("", "page 1"),
        "list-cursor": (f"?cursor={quote(cursor)}", "a cursor's page"),
        "list-last": (f"?page={-(-total // 20)}", "the last page"),
        "list-state": (f"?state={State.PACKED.value}", "`state`"),
        "list-product": ("?product=s", "`product`"),
        "list-created-after": (f"?created_after={quote(since)}", "`created_after`"),
    }
    return [
        *(
            Path(name, f"{API}{query}", f"list: {label}", None, bearer())
            for name, (query, label) in queries.items()
        ),
        # Orders that are placed meanwhile are not in it.
        unchanged("list-state-304", f"{API}{queries['list-state'][0]}", "list: `state`, unchanged"),
    ]


def unchanged(name: str, address: str, label: str) -> Path:
    """The call of a program that has the answer already."""
    tag = browser().get(address, headers=bearer())["ETag"]
    return Path(name, address, label, None, {**bearer(), "If-None-Match": tag}, status=304)
