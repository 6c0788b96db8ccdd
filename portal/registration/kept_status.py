"""Pages of orders, kept as they were rendered for no order; what is an order's own is put in.

Most pages of orders differ in a few texts alone: names, address, number, time and hash. A kept page
was rendered for an order that has signs in their place. It has nothing else of any order, and
nothing of a visitor: it was rendered for a request of nobody.
"""

import re
from html import escape
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.crypto import get_random_string
from django.utils.translation import get_language

from portal.registration.forms import CodeForm
from portal.registration.order_access import ADDRESS_COOKIE, PageOrder
from portal.registration.status_page import OrderStatus
from shop.kept_pages import NAMELESS, QUERIES, TOKEN, of_nobody
from shop.orders.models import Order, State
from shop.owner_cookie import COOKIE

# These open the correction of an address, which no kept page has.
HARMLESS = {*NAMELESS, ADDRESS_COOKIE, COOKIE}
# Pages that a process keeps; beyond it, all are rendered anew.
MOST = 500
# Stand in kept pages for what is the order's own. As random as a token: no text contains them.
NUMBER, CLIENT, PROJECT, ADDRESS, RECEIVED, RECEIVED_ISO, VERSION = (
    get_random_string(32) for _ in range(7)
)
HASH = get_random_string(32, "0123456789abcdef")
OWN = (NUMBER, CLIENT, PROJECT, ADDRESS, RECEIVED, RECEIVED_ISO, VERSION, HASH, TOKEN)
SIGNS = re.compile(f"({'|'.join(OWN)})")

pages: dict[tuple[Any, ...], list[str]] = {}


class StandIn(OrderStatus):
    """The status of an order with signs in place of what is the order's own."""

    # Differs whenever the words of the live part do; `version` is a sign.
    words: str = ""


def is_kept(showing: OrderStatus) -> bool:
    """Tell whether the page has no form for the order, and no text that a person has written."""
    return not (
        showing.has_form
        or showing.is_unreachable
        or showing.order.state == State.CANCELLED
        or showing.has_text_of_a_step
    )


def is_anybody(request: HttpRequest) -> bool:
    """Tell whether `request` says nothing about its visitor that could change a kept page."""
    query = request.META.get("QUERY_STRING", "")
    return request.method == "GET" and query in QUERIES and request.COOKIES.keys() <= HARMLESS


def kept_page(
    request: HttpRequest, template: str, showing: OrderStatus, **flags: bool
) -> HttpResponse:
    """Return the page of an order for which `is_kept`. `flags` are variables of `template`."""
    stand_in = _stand_in(showing)
    # A page names its query string in the links to its languages; the fragment has no such links.
    order, query = stand_in.order, request.META.get("QUERY_STRING", "")
    facts = (order.tier_name, order.net_cents, order.currency, order.vat_rate, showing.kind)
    names = (bool(showing.client), bool(showing.project))
    query = query if query in QUERIES else ""
    key = (template, get_language(), query, stand_in.words, facts, names, *flags.values())
    pieces = pages.get(key)
    if pieces is None:
        context = {"showing": stand_in, "order": order, "code_form": CodeForm(), **flags}
        page = render_to_string(template, {**context, "csrf_token": TOKEN}, of_nobody(request))
        if len(pages) >= MOST:
            pages.clear()
        pieces = pages[key] = SIGNS.split(page)
    own = {
        NUMBER: escape(str(showing.order.order_number)),
        CLIENT: escape(showing.client),
        PROJECT: escape(showing.project),
        ADDRESS: escape(showing.masked_email),
        RECEIVED: escape(showing.received),
        RECEIVED_ISO: escape(showing.received_iso),
        VERSION: quote(showing.version),
        HASH: showing.order.order_hash,
    }
    if TOKEN in pieces:
        own[TOKEN] = get_token(request)
    return HttpResponse("".join([own.get(piece, piece) for piece in pieces]))


def _stand_in(showing: OrderStatus) -> StandIn:
    """Return the status with signs; an order has nothing else of its own on a kept page."""
    real = showing.order
    order: PageOrder = Order(  # type: ignore[assignment]
        order_hash=HASH,
        order_number=NUMBER,
        state=real.state,
        complete=real.complete,
        fault=real.fault,
        user_email=ADDRESS if real.user_email else None,
        client_id=real.client_id and 1,
        project_id=real.project_id and 1,
        tier_name=real.tier_name,
        net_cents=real.net_cents,
        currency=real.currency,
        vat_rate=real.vat_rate,
        created_at=real.created_at,
        invitation=real.invitation,
    )
    order.done_steps, order.ready_at = real.done_steps, real.ready_at
    stand_in = StandIn(order)
    stand_in.is_invitation = showing.is_invitation
    stand_in.client = showing.client and CLIENT
    stand_in.project = showing.project and PROJECT
    stand_in.masked_email = showing.masked_email and ADDRESS
    stand_in.received, stand_in.received_iso = RECEIVED, RECEIVED_ISO
    # Read first, as it is made of all the words.
    stand_in.words, stand_in.version = stand_in.version, VERSION
    return stand_in


def clear() -> None:
    """Forget all pages of this process."""
    pages.clear()
