"""Kept pages of orders, rendered with placeholders; each order's own texts are filled in.

Most pages of orders differ only in a few texts: names, address, number, time and hash. A kept page
is rendered for an order that has placeholders in their stead, and for a request of nobody (see
`shop/kept_pages.py`). So it holds nothing else of an order, and nothing of a visitor.
"""

import re
from html import escape
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.crypto import get_random_string
from django.utils.translation import get_language

from portal.registration.forms import CodeForm
from portal.registration.order_access import ADDRESS_COOKIE, PageOrder
from portal.registration.status_page import OrderStatus
from shop.kept_pages import NEUTRAL_COOKIES, QUERIES, TOKEN, of_nobody, without_indentation
from shop.orders.models import Order, State
from shop.owner_cookie import COOKIE

# The latter two let the buyer correct an address; no kept page has the form for that.
HARMLESS = {*NEUTRAL_COOKIES, ADDRESS_COOKIE, COOKIE}
# Pages that a process keeps; beyond it, all are rendered anew.
MOST = 500
# Placeholders for what is the order's own. As random as a token, so no text contains them.
NUMBER, CLIENT, PROJECT, PROJECT_URL, ADDRESS, RECEIVED, RECEIVED_ISO, VERSION = (
    get_random_string(32) for _ in range(8)
)
HASH = get_random_string(32, "0123456789abcdef")
OWN = (
    *(NUMBER, CLIENT, PROJECT, PROJECT_URL, ADDRESS, RECEIVED, RECEIVED_ISO, VERSION, HASH),
    TOKEN,
)
PLACEHOLDERS = re.compile(f"({'|'.join(OWN)})")

pages: dict[tuple[Any, ...], list[str]] = {}


class StandIn(OrderStatus):
    """The status of an order with placeholders for what is the order's own."""

    # Differs whenever the words of the live part do; `version` is a placeholder.
    words: str = ""


def is_kept(showing: OrderStatus) -> bool:
    """Tell whether the page has no form, and no text that was written for this order alone.

    False in DEBUG, where templates are edited.
    """
    return not (
        settings.DEBUG
        or showing.has_form
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
    of_page = template == "registration/page.html"
    stand_in = _stand_in(showing, of_page=of_page)
    # A page names its query string in the links to its languages; the fragment has no such links.
    order, query = stand_in.order, request.META.get("QUERY_STRING", "")
    facts = (order.tier_name, order.currency, showing.price)
    named = (bool(showing.client), bool(showing.project), bool(showing.project_url))
    kinds = (showing.is_invitation, *named)
    billing = (showing.billing, showing.has_right_of_withdrawal) if of_page else ()
    query = query if query in QUERIES else ""
    key = (template, get_language(), query, stand_in.words, facts, kinds, billing, *flags.values())
    pieces = pages.get(key)
    if pieces is None:
        context = {"showing": stand_in, "order": order, "code_form": CodeForm(), **flags}
        nobody = of_nobody(
            request, request.path_info.replace(showing.order.order_hash, HASH), query
        )
        rendered = render_to_string(template, {**context, "csrf_token": TOKEN}, nobody)
        page = without_indentation(rendered)
        if len(pages) >= MOST:
            pages.clear()
        pieces = pages[key] = PLACEHOLDERS.split(page)
    own = {
        NUMBER: escape(str(showing.order.order_number)),
        CLIENT: escape(showing.client),
        PROJECT: escape(showing.project),
        PROJECT_URL: escape(showing.project_url),
        ADDRESS: escape(showing.masked_email),
        RECEIVED: escape(showing.received),
        RECEIVED_ISO: escape(showing.received_iso),
        VERSION: quote(showing.version),
        HASH: showing.order.order_hash,
    }
    if TOKEN in pieces:
        own[TOKEN] = get_token(request)
    return HttpResponse("".join([own.get(piece, piece) for piece in pieces]))


def _stand_in(showing: OrderStatus, *, of_page: bool) -> StandIn:
    """Return the status with placeholders for all that a kept page shows of the order alone."""
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
        discount_cents=real.discount_cents,
        discount_months=real.discount_months,
        interval=real.interval,
        vat_rule=real.vat_rule,
        created_at=real.created_at,
        invitation=real.invitation,
    )
    order.done_steps, order.ready_at = real.done_steps, real.ready_at
    stand_in = StandIn(order)
    stand_in.is_invitation = showing.is_invitation
    stand_in.client = showing.client and CLIENT
    stand_in.project = showing.project and PROJECT
    stand_in.project_url = showing.project_url and PROJECT_URL
    stand_in.masked_email = showing.masked_email and ADDRESS
    if of_page:
        stand_in.billing = showing.billing
        stand_in.has_right_of_withdrawal = showing.has_right_of_withdrawal
    stand_in.received, stand_in.received_iso = RECEIVED, RECEIVED_ISO
    # Read first, as it is made of all the words.
    stand_in.words, stand_in.version = stand_in.version, VERSION
    return stand_in


def clear() -> None:
    """Forget all pages of this process."""
    pages.clear()
