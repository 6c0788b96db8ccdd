"""The two guides: their chapters, and the context of the chapters' templates."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shop.api import orders_openapi
from shop.api.invoice_schema import EVENTS
from shop.guide.error_tables import error_tables, packing_codes
from shop.guide.reference import pretty
from shop.open_order import open_order_openapi
from shop.open_order.envelope import KINDS

HERE = Path(__file__).parent
# The chapters of each guide: by folder, the name of the template and the heading.
CHAPTERS = json.loads((HERE / "chapters.json").read_text(encoding="utf-8"))
# Where each API differs from its older description, why, and what was left out.
CHANGES = json.loads((HERE / "changes.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Guide:
    """A page named `page`, whose chapters are templates in `folder`."""

    page: str
    title: Promise
    lead: Promise
    tag: str
    folder: str
    tables: tuple[str, ...]  # the schemas whose members it lays out
    context: dict[str, Any]

    def __str__(self) -> str:
        return self.page

    def chapters(self) -> list[tuple[str, str, str]]:
        """Name, template and heading of each chapter."""
        headings = CHAPTERS[self.folder].items()
        return [(name, f"api/{self.folder}/{name}.html", heading) for name, heading in headings]


ORDERS = Guide(
    page="api_docs",
    title=_("API for partners"),
    lead=_("How a program places orders and follows them."),
    tag=orders_openapi.TAG["name"],
    folder="guide",
    tables=("OrderDocument", "Order", "Tier", "Invoice", "WebhookEndpoint"),
    context={
        "refusal": pretty(orders_openapi.EXAMPLES["placeOrder"]["422"]["refused"]),
        "events": [
            (name, text, pretty(orders_openapi.EXAMPLES["events"]["sent"][name]))
            for name, (_kind, text) in EVENTS.items()
        ],
        "error_tables": error_tables(),
        "packing_codes": packing_codes(),
        "changes": CHANGES["orders"],
    },
)

OPEN_ORDER = Guide(
    page="api_docs_open_order",
    title=_("The open order"),
    lead=_("How a program fills an order step by step and submits it."),
    tag=open_order_openapi.TAG["name"],
    folder="open_order",
    tables=(
        *("Account", "Contact", "OrderUser", "PaymentInfo", "OrderedProduct", "ProductAnswer"),
        *("ServiceAnswer", "Attributes", "OpenOrder", "Opened", "Action", "QuoteAnswer", "Failure"),
    ),
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
