"""What the guides hold: their chapters, and what the templates of these are filled with."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shop.api import changes as orders_changes
from shop.api import examples as orders_examples
from shop.api import openapi as orders_api
from shop.guide import openapi_reader
from shop.open_order import changes, describing, examples, wording
from shop.open_order.envelope import KINDS


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
    tag=orders_api.TAG["name"],
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
        "refusal": openapi_reader.pretty(orders_examples.failure(422, orders_examples.REFUSED)),
        "changes": orders_changes.CHANGES,
    },
)

OPEN_ORDER = Guide(
    page="api_docs_open_order",
    title=_("The open order"),
    lead=_("How a program fills an order step by step and submits it."),
    tag=describing.TAG["name"],
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
        "attribute": "Attribute",
        "order": "OpenOrder",
        "opened": "Opened",
        "action": "Action",
        "quote": "QuoteAnswer",
        "told": "Told",
    },
    context={
        "resources": list(wording.RESOURCES.items()),
        "kinds": [(status, KINDS[status], text) for status, text in wording.STATUSES.items()],
        "refusal": openapi_reader.pretty(examples.FAILURES[400]["faults"]),
        "left_out": list(changes.LEFT_OUT.items()),
        "changes": changes.CHANGES,
    },
)
GUIDES = (ORDERS, OPEN_ORDER)
