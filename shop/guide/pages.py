"""What the guides hold: their chapters, and what the templates of these are filled with."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shop.api import orders_openapi
from shop.guide.reference import pretty
from shop.open_order import open_order_openapi
from shop.open_order.envelope import KINDS

# Where each API differs from its older description, why, and what was left out.
CHANGES = json.loads(Path(__file__).with_name("changes.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Guide:
    """A page. Its sections are templates in `folder`, each with its heading."""

    page: str
    title: Promise
    lead: Promise
    tag: str
    folder: str
    sections: dict[str, str]
    members: dict[str, str]  # the schema of each table of members
    context: dict[str, Any]

    def __str__(self) -> str:
        return self.page

    def chapters(self) -> list[tuple[str, str, str]]:
        """Name, template and heading of each section."""
        return [
            (name, f"api/{self.folder}/{name}.html", heading)
            for name, heading in self.sections.items()
        ]


ORDERS = Guide(
    page="api_docs",
    title=_("API for partners"),
    lead=_("How a program places orders and follows them."),
    tag=orders_openapi.TAG["name"],
    folder="guide",
    sections={
        "token": "Getting a token",
        "first_order": "The first order",
        "members": "Members of an order",
        "kinds": "Adding to a client that exists",
        "following": "Following an order",
        "registration": "The registration page",
        "hash": "Who sees what",
        "webhooks": "Webhooks",
        "errors": "Errors",
        "idempotency": "Calling again: Idempotency-Key",
        "limits": "Limits",
        "lists": "Lists and pages",
        "reference": "All calls",
        "changes": "Changes against the older descriptions",
    },
    members={"sent": "OrderDocument", "answered": "Order"},
    context={
        "refusal": pretty(orders_openapi.EXAMPLES["placeOrder"]["422"]["refused"]),
        "changes": CHANGES["orders"],
    },
)

OPEN_ORDER = Guide(
    page="api_docs_open_order",
    title=_("The open order"),
    lead=_("How a program fills an order step by step and submits it."),
    tag=open_order_openapi.TAG["name"],
    folder="open_order",
    sections={
        "what": "What it is, and when to use it",
        "owner": "The owner",
        "run": "A complete run",
        "resources": "The resources and their members",
        "quote": "The quote and its hash",
        "promotions": "Promotion codes",
        "clients": "Who may order for whom",
        "submitted": "Submit, and after",
        "errors": "Errors",
        "source": "The older description's examples",
        "left_out": "What was left out",
        "reference": "All calls",
        "changes": "Changes against the older descriptions",
    },
    members={
        "account": "Account",
        "contact": "Contact",
        "user": "OrderUser",
        "payment": "PaymentInfo",
        "product": "OrderedProduct",
        "product_answer": "ProductAnswer",
        "service": "ServiceAnswer",
        "attribute": "Attributes",
        "order": "OpenOrder",
        "opened": "Opened",
        "action": "Action",
        "quote": "QuoteAnswer",
        "told": "Failure",
    },
    context={
        "resources": open_order_openapi.resources(),
        "kinds": [
            (status, KINDS[status], text) for status, text in open_order_openapi.REFUSALS.items()
        ],
        "refusal": pretty(open_order_openapi.EXAMPLES["any"]["400"]["faults"]),
        "left_out": list(CHANGES["left_out"].items()),
        "changes": CHANGES["open_order"],
    },
)
GUIDES = (ORDERS, OPEN_ORDER)
