"""An open order for schemathesis: calls that name an order or a product name one that is there.

At random they would meet none, and be answered 404 for ever. Schemathesis puts orders together,
deletes them and submits them meanwhile; whatever is gone is then made anew.
"""

import uuid
from typing import Any

import requests
import schemathesis
from schemathesis import Case, HookContext, Response
from schemathesis.core.parameters import ParameterLocation

# The owner, in schemathesis.toml too.
OWNER = {"OwnerId": "4d84cd13-bbb3-46ba-a40c-8988351e3681"}
ACCOUNT = {"currency": "EUR", "language": "en"}
PRODUCT = {"offering": "s", "displayName": "OSD Yamdu Free"}

# What is known to be there, by the names of addresses' parameters.
known: dict[str, str] = {}
# Of steps that follow each other: whose order, by its hash and by the id of its product.
owners: dict[str, str] = {}


@schemathesis.hook
def before_load_schema(context: HookContext, raw_schema: dict[str, Any]) -> None:
    """Leave out Basic: failed sign-ins are counted, in the demo too, and schemathesis makes many."""
    for methods in raw_schema["paths"].values():
        for operation in methods.values():
            operation["security"] = [each for each in operation["security"] if "basic" not in each]


@schemathesis.hook
def before_call(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
    """Name what is there, unless schemathesis has its own idea of what to name."""
    if case.meta is None or "Open order" not in case.operation.tags:
        return
    if case.meta.phase.name.value == "stateful":
        _follow(case)
    elif not case.meta.is_negative_at(ParameterLocation.PATH):
        named = case.path_parameters.keys() & {"order_hash", "productId"}
        if named - known.keys():
            known.update(make(case.operation.base_url.rstrip("/")))
        for name in named:
            case.path_parameters[name] = known[name]


def _follow(case: Case[Any]) -> None:
    """Be whoever has opened the order that is named, or who has opened one last."""
    if case.operation.definition.raw["operationId"].startswith("openOrder"):
        # One owner has one open order, so that the first step of others would fail.
        owners["last"] = str(uuid.uuid4())
    named = [owners[name] for name in case.path_parameters.values() if name in owners]
    case.cookies["OwnerId"] = [owners.get("last", OWNER["OwnerId"]), *named][-1]


@schemathesis.hook
def after_call(context: HookContext, case: Case[Any], response: Response) -> None:
    """Forget what may be gone."""
    removed = case.method == "DELETE" and response.status_code == 204
    if removed or response.status_code == 202 or "set-cookie" in response.headers:
        known.clear()
    if response.status_code == 201 and "Open order" in case.operation.tags:
        made = response.json()
        owners[made.get("orderId") or made["productId"]] = case.cookies["OwnerId"]


def make(shop: str) -> dict[str, str]:
    """The open order, with a product in it."""
    with requests.Session() as session:
        session.cookies.update(OWNER)
        session.put(f"{shop}/order/account", json=ACCOUNT, timeout=60)
        session.post(f"{shop}/order/account/products", json=PRODUCT, timeout=60)
        order = session.get(f"{shop}/order", timeout=60).json()
        (product,) = session.get(f"{shop}/order/account/products", timeout=60).json()["list"]
    order_hash = order["links"]["alternate"]["href"].split("/")[-2]
    return {"order_hash": order_hash, "productId": product["productId"]}
