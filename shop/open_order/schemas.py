"""The bodies of the open order as schemas, made from the models that read and describe them."""

import re

from pydantic import BaseModel

from shop.catalogue.models import Product
from shop.describing import NULL, Schema, record
from shop.open_order import resources, responses, views
from shop.open_order.envelope import KINDS
from shop.open_order.wording import MEMBERS
from shop.orders import json_patterns

ASKED: dict[str, type[BaseModel]] = {
    "Opening": views.Nothing,
    "Account": resources.Account,
    "Contact": resources.Contact,
    "OrderUser": resources.OrderUser,
    "PaymentInfo": resources.PaymentInfo,
    "OrderedProduct": resources.OrderedProduct,
    "Action": views.Action,
}
ANSWERED: dict[str, type[BaseModel]] = {
    kind.__name__: kind
    for kind in (
        *(responses.Opened, responses.OpenOrder, responses.AccountAnswer, responses.ContactAnswer),
        *(responses.ContactsAnswer, responses.UserAnswer, responses.PaymentAnswer),
        *(responses.ProductMade, responses.ProductAnswer, responses.ProductsAnswer),
        *(responses.ServiceAnswer, responses.ServicesAnswer, responses.QuoteAnswer),
    )
}
# Absent where there is no promotion, null where it has ended.
MAY_BE_NULL = "quote.Products.PromotionName"


def schemas(base: str, tiers: list[Product]) -> Schema:
    """All of them, by name, for a server at `base` with these tiers."""
    listed = [tier for tier in tiers if tier.listed]
    made = {name: _Tidying(MEMBERS[name], asked=True).all_of(kind) for name, kind in ASKED.items()}
    made |= {
        name: _Tidying(MEMBERS[name], asked=False).all_of(kind) for name, kind in ANSWERED.items()
    }
    offering = made["OrderedProduct"]["properties"]["offering"]
    made["OrderedProduct"]["properties"]["offering"] = {
        "anyOf": [{"type": "string", "enum": [tier.code for tier in listed]}, _pages(base, listed)],
        "description": offering["description"],
    }
    made["Attribute"] = {
        "anyOf": [
            _Tidying(MEMBERS["Attribute"], asked=True).all_of(kind)
            for kind in (resources.Affiliate, resources.RedirectionUri)
        ]
    }
    array = {"type": "array", "maxItems": 2, "items": {"$ref": "#/components/schemas/Attribute"}}
    made["Attributes"] = {**array, "description": "Each name once."}
    shown = made["ProductsAnswer"]["properties"]["links"]
    made["AttributesAnswer"] = record({"list": array, "links": shown})
    made["Nothing"] = record({})
    made["Told"] = TOLD
    return made


def refusal(status: int) -> Schema:
    """What a refused call is answered."""
    code = {"properties": {"code": {"const": status}}}
    return record({KINDS[status]: {"$ref": "#/components/schemas/Told", **code}})


def _pages(base: str, tiers: list[Product]) -> Schema:
    """The addresses of tiers, which may carry a query."""
    root = re.sub(r"([.\[\]])", r"\\\1", base)
    slugs = "|".join(tier.slug for tier in tiers)
    query = f"([?#][^{json_patterns.CONTROLS}]*)?"
    return {"type": "string", "maxLength": 200, "pattern": f"^{root}/tiers/({slugs})/*{query}$"}


class _Tidying:
    """Makes one schema of what pydantic says of a model.

    Optional members that are `asked` for may be null, which is the same as absent. What is
    answered holds no null but where it says so.
    """

    def __init__(self, words: dict[str, str], *, asked: bool) -> None:
        self.words = words
        self.asked = asked
        self.parts: Schema = {}

    def all_of(self, kind: type[BaseModel]) -> Schema:
        """The schema of `kind`."""
        made = kind.model_json_schema()
        self.parts = made.pop("$defs", {})
        return self.tidy(made)

    def tidy(self, schema: Schema, name: str = "", *, required: bool = True) -> Schema:
        """`schema` in full, with what its members mean. It is what `name` may hold."""
        schema = {**schema, **self.parts.get(schema.get("$ref", "").rpartition("/")[2], {})}
        for noise in ("$ref", "title", "default", *(["description"] if name else [])):
            schema.pop(noise, None)
        if "enum" in schema:
            schema = {"type": schema["type"], "enum": schema["enum"]}
        if not self.asked and schema.get("pattern") == json_patterns.PLAIN:
            # Long, and said where it is asked for.
            del schema["pattern"]
        if "anyOf" in schema:
            schema["anyOf"] = [self.tidy(each, name) for each in schema["anyOf"]]
            if not (self.asked or required or name == MAY_BE_NULL):
                (schema,) = (each for each in schema["anyOf"] if each != NULL)
        if "items" in schema:
            schema["items"] = self.tidy(schema["items"], name)
        if "properties" in schema:
            schema["additionalProperties"] = False
            needed = schema.get("required", [])
            schema["properties"] = {
                member: self.member(rules, f"{name}.{member}".lstrip("."), member in needed)
                for member, rules in schema["properties"].items()
            }
        return schema

    def member(self, schema: Schema, name: str, required: bool) -> Schema:
        """The schema of the member `name`, with what it means."""
        return {**self.tidy(schema, name, required=required), "description": self.words[name]}


TOLD = {
    "description": "What is wrong with the call.",
    **record(
        {
            "guid": {"type": "string", "format": "uuid", "description": MEMBERS["Told"]["guid"]},
            "message": {"type": "string", "description": MEMBERS["Told"]["message"]},
            "code": {"type": "integer", "description": MEMBERS["Told"]["code"]},
            "details": {
                "anyOf": [
                    {"const": ""},
                    {
                        "type": "object",
                        "minProperties": 1,
                        "additionalProperties": {"type": "string"},
                    },
                ],
                "description": MEMBERS["Told"]["details"],
            },
        }
    ),
}
