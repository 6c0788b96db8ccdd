"""The open order's examples of failures are what is answered."""

from collections.abc import Callable
from typing import Any

import pytest

from shop.open_order import examples
from tests.api.rules import as_in_examples
from tests.factories import make_application, make_client, make_token, make_user
from tests.open_order.calls import OTHER, Program, by_cookie, by_password, by_token, fill, submit
from tests.pages import Response

pytestmark = pytest.mark.django_db


def opened(program: Program) -> Program:
    assert program.post("/order").status_code == 201
    return program


def at(program: Program) -> str:
    """The address of the program's open order."""
    url = program.get("/order").json()["links"]["alternate"]["href"]
    return "/orders/" + str(url).split("/")[-2]


def second_product() -> Response:
    program = by_cookie()
    fill(program)
    return program.post("/order/account/products", examples.PRODUCT)


def product_in(currency: str) -> Response:
    program = by_cookie()
    program.put("/order/account", {"currency": currency, "language": "en"})
    return program.post("/order/account/products", examples.PRODUCT)


def changed_after_submit() -> Response:
    program = by_cookie()
    fill(program)
    address = at(program)
    submit(program)
    return program.put(f"{address}/account", examples.ACCOUNT)


def submitted(**more: Any) -> Response:
    program = by_cookie()
    fill(program)
    return submit(program, **more)


def submitted_twice() -> Response:
    program = by_cookie()
    fill(program)
    address = at(program)
    submit(program)
    return submit(program, address)


def incomplete() -> Response:
    program = by_cookie()
    program.put("/order/account", examples.ACCOUNT)
    program.post("/order/account/products", {"offering": "s"})
    return submit(program)


def of_staff() -> Response:
    return by_password(make_user(is_staff=True).email).get("/order")


def for_a_client() -> Response:
    account = {"currency": "EUR", "language": "en", "accountNumber": make_client().pk}
    return by_cookie().put("/order/account", account)


def webhook() -> Response:
    given = [{"name": "redirection_uri", "value": "https://partner.example/hook"}]
    return by_cookie().put("/order/attributes", given)


def by_reader() -> Response:
    return by_token(make_token(make_application(), "orders:read")).post("/order")


FAULTS: dict[str, tuple[Any, Callable[[], Response]]] = {
    "unreadable": (
        examples.FAILURES[400]["unreadable"],
        lambda: by_cookie().put("/order/account", b"{"),
    ),
    "faults": (
        examples.FAILURES[400]["faults"],
        lambda: by_cookie().put(
            "/order/account", {"currency": "XYZ", "language": "en", "password": "secret"}
        ),
    ),
    "incomplete": (examples.INCOMPLETE, incomplete),
    "nobody": (examples.FAILURES[401]["nobody"], lambda: Program().get("/order")),
    "token": (examples.FAILURES[401]["token"], lambda: by_token("nobody's").get("/order")),
    "password": (
        examples.FAILURES[401]["password"],
        lambda: by_password(make_user().email, "wrong").get("/order"),
    ),
    "scope": (examples.FAILURES[403]["scope"], by_reader),
    "second_factor": (examples.FAILURES[403]["second_factor"], of_staff),
    "client": (examples.FAILURES[403]["client"], for_a_client),
    "webhook": (examples.FAILURES[403]["webhook"], webhook),
    "other_site": (
        examples.FAILURES[403]["other_site"],
        lambda: by_cookie().post("/order", Origin="https://elsewhere.example"),
    ),
    "none": (examples.FAILURES[404]["none"], lambda: by_cookie(OTHER).get("/order")),
    "not_set": (
        examples.FAILURES[404]["not_set"],
        lambda: opened(by_cookie()).get("/order/account"),
    ),
    "method": (examples.FAILURES[405]["method"], lambda: by_cookie().get("/orders")),
    "placed": (examples.FAILURES[405]["placed"], changed_after_submit),
    "open": (examples.FAILURES[409]["open"], lambda: opened(by_cookie()).post("/orders")),
    "currencies": (examples.CURRENCIES, lambda: product_in("USD")),
    "second": (examples.SECOND, second_product),
    "price": (examples.PRICE, lambda: submitted(quoteHash="0" * 40)),
    "placed_already": (examples.PLACED, submitted_twice),
    "too_large": (
        examples.FAILURES[413]["too_large"],
        lambda: by_cookie().put("/order/account", b" " * (64 * 1024 + 1)),
    ),
    "type": (
        examples.FAILURES[415]["type"],
        lambda: by_cookie().put("/order/account", {}, **{"Content-Type": "text/plain"}),
    ),
}


@pytest.mark.parametrize("name", list(FAULTS))
def test_example_of_a_failure_is_what_is_answered(name: str) -> None:
    example, call = FAULTS[name]
    answer = call()
    ((_kind, told),) = answer.json().items()
    assert as_in_examples(answer.json(), (told["guid"], examples.GUID)) == example
    assert answer.status_code == told["code"]


def test_every_example_of_a_failure_is_tried() -> None:
    tried = [example for example, _call in FAULTS.values()]
    for status, named in examples.FAILURES.items():
        # Limits and faults of ours have tests of their own.
        assert status in {429, 500, 503} or all(example in tried for example in named.values())
