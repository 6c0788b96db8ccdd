"""The two guides and their chapters, each of which is a page."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shop.api import orders_openapi
from shop.api.event_schema import EVENTS, text_of
from shop.guide.error_tables import error_tables, packing_codes
from shop.guide.reference import pretty, resources
from shop.guide.schema import describe
from shop.open_order import open_order_openapi
from shop.open_order.envelope import KINDS

HERE = Path(__file__).parent
# The chapters of each guide in their order: by folder and group, the name of the template, the
# heading, and the sentence below it. The first chapter of a guide is part of its overview.
CHAPTERS = json.loads((HERE / "chapters.json").read_text(encoding="utf-8"))
# Where each API differs from its older description, why, and what was left out.
CHANGES = json.loads((HERE / "changes.json").read_text(encoding="utf-8"))
NEW_WORD = re.compile(r"(?=[A-Z])")  # in contactInfo
# Below this chapter come the pages of the resources, which the description makes.
REFERENCE = "reference"


@dataclass(frozen=True)
class Chapter:
    """A page of the guide at `page`, made of `template`."""

    page: str
    group: str
    name: str
    heading: str
    lead: str
    template: str
    label: str  # in the navigation
    resource: str = ""  # whose operations it lists
    is_overview: bool = False

    def __str__(self) -> str:
        return f"{self.page} {self.name}"

    @property
    def slug(self) -> str:
        """The end of its URL; empty for the overview."""
        return "" if self.is_overview else self.name.replace("_", "-")

    @property
    def url(self) -> str:
        """Its path."""
        if self.is_overview:
            return reverse(self.page)
        return reverse(f"{self.page}_chapter", args=[self.slug])


@dataclass(frozen=True)
class Guide:
    """The guide at `page`, whose chapters are templates in `folder`."""

    page: str
    title: Promise
    lead: Promise
    tag: str
    folder: str
    tables: tuple[str, ...]  # the schemas whose members its chapters lay out
    context: dict[str, Any]

    def __str__(self) -> str:
        return self.page

    @cached_property
    def chapters(self) -> list[Chapter]:
        """All chapters in the order of reading."""
        return list(self._chapters())

    @cached_property
    def groups(self) -> list[tuple[str, list[Chapter]]]:
        """The chapters by the heading of their group."""
        by_group = groupby(self.chapters, lambda chapter: chapter.group)
        return [(group, list(chapters)) for group, chapters in by_group]

    def chapter(self, slug: str) -> Chapter | None:
        """The chapter at the end of a URL, or None; the overview has an empty one."""
        return next((each for each in self.chapters if each.slug == slug), None)

    def _chapters(self) -> Iterator[Chapter]:
        first = True
        for group, chapters in CHAPTERS[self.folder].items():
            for name, (heading, lead) in chapters.items():
                template = f"api/{self.folder}/{name}.html"
                yield Chapter(
                    self.page, group, name, heading, lead, template, heading, is_overview=first
                )
                first = False
                if name == REFERENCE:
                    yield from self._of_resources(group)

    def _of_resources(self, group: str) -> Iterator[Chapter]:
        for resource, path in resources(describe("", []), self.tag).items():
            words = NEW_WORD.sub(" ", resource.replace("_", " ")).lower()
            title = words.capitalize()
            yield Chapter(
                page=self.page,
                group=group,
                name=f"{words.replace(' ', '_')}_reference",
                heading=f"{title}: operations",
                lead=f"The requests you can send to {path}, with examples.",
                template="api/operations.html",
                label=title,
                resource=resource,
            )


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
            (name, text_of(name), pretty(orders_openapi.EXAMPLES["events"]["sent"][name]))
            for name in EVENTS
        ],
        "tier": pretty(orders_openapi.EXAMPLES["showTier"]["200"]["tier"]),
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
GUIDES = {guide.page: guide for guide in (ORDERS, OPEN_ORDER)}


def frame(guide: Guide) -> dict[str, Any]:
    """The variables of the frame around every page of `guide`."""
    return {"guide": guide, "guides": GUIDES.values()}
