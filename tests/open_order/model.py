"""A model of the open order: a few dictionaries instead of rows, locks and views."""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

ROOT = "http://testserver"
SLUGS = {"s": "s", "m": "m", "Yamdu FREE": "yamdu-free"}
NET = {"s": "49.00", "m": "99.00", "Yamdu FREE": "0.00"}
MEMBERS = {"s": 8, "m": 20, "Yamdu FREE": 3}
# Children that hold what was put there, whole.
PLAIN = ("account/user", "account/paymentInfo", "attributes")
KINDS = ("regular", "billing")


@dataclass
class OpenOrder:
    """One order, open or placed."""

    order_hash: str
    owner_id: str
    placed: bool = False
    put: dict[str, Any] = field(default_factory=dict)  # by path; contacts and account too
    product: dict[str, Any] | None = None

    @property
    def complete(self) -> bool:
        account, regular = self.put.get("account"), self.put.get("account/contactInfo/regular")
        if not (account and regular and self.product and self.product["displayName"]):
            return False
        return "name" in account or "company" in regular["name"]

    @property
    def currency(self) -> str:
        account: dict[str, str] = self.put.get("account", {"currency": "EUR"})
        return account["currency"]


@dataclass(frozen=True)
class Change:
    """One changing call; `sound` is a body without a fault of its own."""

    owner_id: str
    base: str
    method: str
    path: str = ""
    body: Any = None
    sound: bool = True
    slash: str = ""

    @property
    def address(self) -> str:
        return (f"{self.base}/{self.path}" if self.path else self.base) + self.slash


@dataclass
class Expected:
    """The answer that is expected; `body` only for reading."""

    status: int
    body: Any = None


class Model:
    """All orders there are."""

    def __init__(self) -> None:
        self.orders: list[OpenOrder] = []

    def open_of(self, owner_id: str) -> OpenOrder | None:
        mine = [each for each in self.orders if each.owner_id == owner_id and not each.placed]
        return mine[0] if mine else None

    def find(self, owner_id: str, base: str) -> OpenOrder | None:
        if base == "/order":
            return self.open_of(owner_id)
        mine = [each for each in self.orders if f"/orders/{each.order_hash}" == base]
        return mine[0] if mine and mine[0].owner_id == owner_id else None

    def read(self, owner_id: str, base: str, path: str) -> Expected:
        """The answer to GET."""
        order = self.find(owner_id, base)
        if order is None:
            return Expected(404)
        shown = show(order, base, path)
        return Expected(404 if shown is None else 200, shown)

    def write(self, call: Change) -> int:
        """The status of a changing call."""
        order = self.find(call.owner_id, call.base)
        if call.path == "":
            if call.method == "POST":
                return 409 if self.open_of(call.owner_id) else 201
            return 404 if order is None else 405 if order.placed else 204
        shorthand = call.base == "/order" and call.method in {"PUT", "POST"}
        if order is None and not (shorthand and "products/" not in call.path):
            return 404
        if call.path == "action":
            return self._act(order, call)
        if order and order.placed:
            return 405
        if call.path.startswith("account/products"):
            return _put_product(order, call)
        if call.method == "DELETE":
            return 204 if order and call.path in order.put else 404
        if not call.sound:
            return 400
        other = call.path == "account" and call.body["currency"] != "EUR"
        return 409 if other and order and order.product else 200

    def _act(self, order: OpenOrder | None, call: Change) -> int:
        if not call.sound:
            return 400
        submits = call.body["action"] == "submit"
        if order is None:
            placed = any(each.placed and each.owner_id == call.owner_id for each in self.orders)
            return 409 if submits and placed else 400
        if order.placed:
            return 409 if submits else 405
        if not order.complete:
            return 400
        if call.body.get("quoteHash") == "stale":
            return 409
        return 202 if submits else 204


def _put_product(order: OpenOrder | None, call: Change) -> int:
    there = order.product if order else None
    known = there is not None and call.path.endswith(f"/{there['productId']}")
    if call.method != "POST" and not known:
        return 404
    if call.method == "DELETE":
        return 204
    if not call.sound:
        return 400
    if call.method == "POST" and there:
        return 409
    if order and order.currency != "EUR":
        return 409
    return 201 if call.method == "POST" else 200


def show(order: OpenOrder, base: str, path: str) -> Any:
    """The body of GET; None where nothing is there."""
    links = {"links": [{"href": f"{ROOT}{base}/{path}", "rel": "self"}]}
    if path == "":
        return _show_order(order, base)
    if path == "account/contactInfo":
        prefix = "account/contactInfo/"
        kinds = {kind: order.put[prefix + kind] for kind in KINDS if prefix + kind in order.put}
        return {"contactInfo": kinds, **links}
    if path == "quote":
        return {"quote": _show_quote(order, base), "links": links["links"] + _catalogue(order)}
    if path.startswith("account/products"):
        return _show_product(order, base, path, links)
    if path not in order.put:
        return None
    if path == "attributes":
        return {"list": order.put[path], **links}
    children: dict[str, str] = {}
    if path == "account":
        names = ["contactInfo", "products"]
        names += [name for name in ("user", "paymentInfo") if f"account/{name}" in order.put]
        children = {name: f"{ROOT}{base}/account/{name}" for name in names}
    return {**order.put[path], **children, **links}


def _show_order(order: OpenOrder, base: str) -> Any:
    places = {"self": {"href": f"{ROOT}{base}/", "rel": "self"}}
    if base == "/order":
        href = f"{ROOT}/orders/{order.order_hash}/"
        places["alternate"] = {"href": href, "rel": "alternate"}
    state = "pending" if order.placed else "new"
    account = f"{ROOT}{base}/account"
    return {
        "order": {"OwnerId": order.owner_id, "Status": state, "Account": account},
        "links": places,
    }


def _catalogue(order: OpenOrder) -> list[dict[str, str]]:
    places = {"offerings": f"{ROOT}/api/products"}
    if order.product:
        places["offering"] = f"{ROOT}/api/products/{SLUGS[order.product['offering']]}"
    return [{"href": href, "rel": rel} for rel, href in places.items()]


def _show_product(order: OpenOrder, base: str, path: str, links: Any) -> Any:
    listed = {"links": links["links"] + _catalogue(order)}
    if order.product is None:
        return {"list": [], **listed} if path == "account/products" else None
    number, code = order.product["productId"], order.product["offering"]
    own, status = f"account/products/{number}", "pending" if order.placed else "new"
    item = {
        "status": status,
        "productId": number,
        "services": f"{ROOT}{base}/{own}/services",
        "offering": f"{ROOT}/tiers/{SLUGS[code]}/",
        "displayName": order.product["displayName"],
        "projectId": None,
        "promoCode": None,
        "interval": "month",
        "links": [{"href": f"{ROOT}{base}/{own}/", "rel": "self"}],
    }
    if path == "account/products":
        return {"list": [item], **listed}
    if path == own:
        return item
    if path != f"{own}/services":
        return None
    services: list[dict[str, Any]] = [
        {"status": status, "serviceId": name, "name": name, "links": [{"href": f"{ROOT}{base}/{own}/services/{name}/", "rel": "self"}]}
        for name in ("client", "project", "members")
    ]  # fmt: skip
    services[2]["quantity"] = MEMBERS[code]
    return {"list": services, **links}


def _show_quote(order: OpenOrder, base: str) -> Any:
    """Without the hash."""
    net = Decimal(NET[order.product["offering"]]) if order.product else Decimal("0.00")
    tax = (net * 19 / 100).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    return {
        "Currency": "EUR" if order.product else order.currency,
        "Products": [order.product["productId"]] if order.product else [],
        "SubTotal": str(net),
        "TaxTotal": str(tax),
        "Total": str(net + tax),
    }
