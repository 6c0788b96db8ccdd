"""Any sequence of calls, by two owners, does what a small model of the open order does."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from shop.catalogue.models import Product
from shop.orders.models import Order
from tests.open_order.calls import CONTACT, OTHER, OWNER, by_cookie, cookies
from tests.open_order.model import KINDS, MEMBERS, NET, Change, Model, OpenOrder
from tests.pages import Response

OWNERS = st.sampled_from([OWNER, OTHER])
PICK = st.sampled_from([0, 0, 0, 0, 1, 2, 3])  # of the addresses of an order
RIGHT = st.sampled_from([True, True, False])  # the product's id, or another
SLASH = st.sampled_from(["", "/"])
COMPANY = {**CONTACT, "name": {**CONTACT["name"], "company": "Film & Söhne"}}
CONTACTS = [f"account/contactInfo/{kind}" for kind in KINDS]
# What is put where: bodies that are sound, and others that are not.
SOUND: dict[str, list[Any]] = {
    "account": [
        {"currency": "EUR", "language": "de", "name": "Film"},
        {"currency": "EUR", "language": "en-US"},
        {"currency": "USD", "language": "x-film", "name": "Movie"},
    ],
    **{path: [CONTACT, COMPANY] for path in CONTACTS},
    "account/user": [{"userName": "custy1"}, {"userName": "nina"}],
    "account/paymentInfo": [{"paymentInfoType": "offline"}],
    "attributes": [[], [{"name": "AffiliateId", "value": "7"}]],
}
FAULTY: dict[str, Any] = {
    "account": {"currency": "EUR"},
    **{path: {"name": {}} for path in CONTACTS},
    "account/user": {"userName": "a b"},
    "account/paymentInfo": {"paymentInfoType": "credit_card"},
    "attributes": [{"name": "other", "value": "7"}],
}
PRODUCTS = st.fixed_dictionaries(
    {"offering": st.sampled_from([*NET, "unknown"])},
    optional={"displayName": st.sampled_from(["Dreh", "Zweiter Dreh"])},
)
READ = [*SOUND, "", "account/contactInfo", "account/products", "quote"]
OF_PRODUCT = ["", "/services"]


class OpenOrders(RuleBasedStateMachine):
    """Each call goes to the shop and to the model."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.model = Model()

    def teardown(self) -> None:
        for owner_id in (OWNER, OTHER):
            for base in self.bases():
                for path in READ:
                    self.read_one(owner_id, base, path)
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def bases(self) -> list[str]:
        hashes = [f"/orders/{order.order_hash}" for order in self.model.orders]
        return ["/order", *hashes, f"/orders/{'0' * 32}"]

    def base(self, pick: int) -> str:
        """Mostly the shorthand."""
        bases = self.bases()
        return bases[pick] if 0 < pick < len(bases) else "/order"

    def write(self, call: Change) -> tuple[Response, OpenOrder | None]:
        """Call both. Where they have succeeded, the order that the call was about."""
        order = self.model.find(call.owner_id, call.base)
        expected = self.model.write(call)
        body = call.body
        if isinstance(body, dict) and body.get("quoteHash") == "current":
            body = {**body, "quoteHash": self.hash(call.owner_id, call.base)}
        answer = by_cookie(call.owner_id).call(call.method, call.address, body)
        assert answer.status_code == expected, call
        given: list[tuple[str, str]] = []
        if expected < 300 and call.method != "DELETE" and order is None:
            given = [(call.owner_id, "/order"), (call.owner_id, "/orders")]
            order = OpenOrder(Order.objects.latest("pk").order_hash, call.owner_id)
            self.model.orders.append(order)
        assert cookies(answer) == given
        return answer, order if expected < 300 else None

    def hash(self, owner_id: str, base: str) -> str:
        quote = by_cookie(owner_id).get(f"{base}/quote")
        return str(quote.json()["quote"]["Hash"]) if quote.status_code == 200 else "none"

    def read_one(self, owner_id: str, base: str, path: str) -> None:
        expected = self.model.read(owner_id, base, path)
        answer = by_cookie(owner_id).get(f"{base}/{path}" if path else base)
        assert answer.status_code == expected.status, (base, path)
        if expected.status == 200:
            body = answer.json()
            if path == "quote":
                body["quote"].pop("Hash")
                body["quote"]["Products"] = [each["PlanNumber"] for each in body["quote"]["Products"]]  # fmt: skip
            assert body == expected.body

    @rule(owner_id=OWNERS, path=st.sampled_from(["/order", "/orders"]), slash=SLASH)
    def open(self, owner_id: str, path: str, slash: str) -> None:
        self.write(Change(owner_id, path, "POST", slash=slash))

    @rule(owner_id=OWNERS, pick=PICK)
    def delete(self, owner_id: str, pick: int) -> None:
        _, order = self.write(Change(owner_id, self.base(pick), "DELETE", ""))
        if order:
            self.model.orders.remove(order)

    @rule(owner_id=OWNERS, pick=PICK, path=st.sampled_from([*SOUND]), data=st.data())
    def put(self, owner_id: str, pick: int, path: str, data: st.DataObject) -> None:
        body = data.draw(st.sampled_from([*SOUND[path], FAULTY[path]]))
        sound = body is not FAULTY[path]
        _, order = self.write(Change(owner_id, self.base(pick), "PUT", path, body, sound))
        if order:
            order.put[path] = body

    @rule(owner_id=OWNERS, pick=PICK, path=st.sampled_from(CONTACTS))
    def delete_contact(self, owner_id: str, pick: int, path: str) -> None:
        _, order = self.write(Change(owner_id, self.base(pick), "DELETE", path))
        if order:
            del order.put[path]

    @rule(owner_id=OWNERS, pick=PICK, body=PRODUCTS)
    def post_product(self, owner_id: str, pick: int, body: dict[str, str]) -> None:
        sound = body["offering"] in NET
        call = Change(owner_id, self.base(pick), "POST", "account/products", body, sound)
        answer, order = self.write(call)
        if order:
            number = answer.json()["productId"]
            order.product = {"displayName": None, **body, "productId": number}

    def product_path(self, owner_id: str, base: str, right: bool) -> str:
        order = self.model.find(owner_id, base)
        known = order and order.product and right
        return f"account/products/{order.product['productId'] if known else 'x'}"  # type: ignore[union-attr,index]

    @rule(owner_id=OWNERS, pick=PICK, body=PRODUCTS, right=RIGHT)
    def put_product(self, owner_id: str, pick: int, body: dict[str, str], right: bool) -> None:
        base = self.base(pick)
        path = self.product_path(owner_id, base, right)
        _, order = self.write(Change(owner_id, base, "PUT", path, body, body["offering"] in NET))
        if order and order.product:
            kept = {"displayName": None, "productId": order.product["productId"]}
            order.product = {**kept, **body}

    @rule(owner_id=OWNERS, pick=PICK, right=RIGHT)
    def delete_product(self, owner_id: str, pick: int, right: bool) -> None:
        base = self.base(pick)
        _, order = self.write(
            Change(owner_id, base, "DELETE", self.product_path(owner_id, base, right))
        )
        if order:
            order.product = None

    @rule(owner_id=OWNERS, tier=st.sampled_from([*NET]), then=st.sampled_from(["submit", None]))
    def fill(self, owner_id: str, tier: str, then: str | None) -> None:
        """So that submits are not always in vain."""
        self.put_sound(owner_id, "account", SOUND["account"][0])
        self.put_sound(owner_id, CONTACTS[0], COMPANY)
        self.post_product(owner_id, 0, {"offering": tier, "displayName": "Dreh"})
        if then:
            self.act(owner_id, 0, then, "current")

    def put_sound(self, owner_id: str, path: str, body: Any) -> None:
        _, order = self.write(Change(owner_id, "/order", "PUT", path, body))
        if order:
            order.put[path] = body

    @rule(
        owner_id=OWNERS,
        pick=PICK,
        action=st.sampled_from(["validate", "submit", "submit", "fly"]),
        quote_hash=st.sampled_from([None, "stale", "current"]),
    )
    def act(self, owner_id: str, pick: int, action: str, quote_hash: str | None) -> None:
        body = {"action": action, **({"quoteHash": quote_hash} if quote_hash else {})}
        base = self.base(pick)
        answer, order = self.write(Change(owner_id, base, "POST", "action", body, action != "fly"))
        if order and action == "submit":
            assert answer.headers["Location"].endswith(f"/orders/{order.order_hash}")
            order.placed = True

    @rule(owner_id=OWNERS, pick=PICK, path=st.sampled_from(READ))
    def read(self, owner_id: str, pick: int, path: str) -> None:
        self.read_one(owner_id, self.base(pick), path)

    @rule(owner_id=OWNERS, pick=PICK, end=st.sampled_from(OF_PRODUCT), right=RIGHT)  # fmt: skip
    def read_product(self, owner_id: str, pick: int, end: str, right: bool) -> None:
        base = self.base(pick)
        self.read_one(owner_id, base, self.product_path(owner_id, base, right) + end)

    @invariant()
    def there_are_as_many_orders(self) -> None:
        wanted = sorted((order.order_hash, order.placed) for order in self.model.orders)
        found = Order.objects.values_list("order_hash", "state")
        assert sorted((order_hash, state != "new") for order_hash, state in found) == wanted


bounded = settings(
    max_examples=6,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.django_db
def test_any_calls_of_two_owners_do_what_the_model_does() -> None:
    for code, members in MEMBERS.items():
        assert Product.objects.get(code=code).members == members
    run_state_machine_as_test(OpenOrders, settings=bounded)
