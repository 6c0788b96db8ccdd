"""No link of an order leads to nothing, wherever the order came from and whatever became of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from shop.catalogue.models import Product
from shop.orders.models import Order, State
from shop.orders.placing import Caller
from tests.factories import (
    BILLING,
    DETAILS,
    make_application,
    make_order,
    make_project,
    make_token,
    make_user,
    pack_all,
)
from tests.open_order.calls import (
    PUTS,
    Program,
    by_cookie,
    by_password,
    by_token,
    fill,
    open_one,
    place,
)
from tests.pages import at_checkout

pytestmark = pytest.mark.django_db

ROOT = "http://testserver"


@dataclass(frozen=True)
class Known:
    """An order, and a program that may see it."""

    order: Order
    program: Program


def of_the_orders_api(**members: Any) -> Known:
    application = make_application()
    order = make_order(caller=Caller(application), **members)
    return Known(order, by_token(make_token(application)))


def of_the_orders_api_with_all_members() -> Known:
    return of_the_orders_api(
        user_first_name="Nina",
        user_last_name="Nagel",
        user_login="nina",
        billing=BILLING,
        redirection_uri="https://hooks.partner.example/slate",
        language="en",
    )


def of_a_users_token() -> Known:
    user = make_user()
    return Known(make_order(caller=Caller(user=user)), by_password(user.email))


def that_adds_a_member() -> Known:
    project = make_project()
    admin = project.client.client_admin
    ids = {"client_id": project.client_id, "project_id": project.pk}
    unnamed = {"client_name": None, "project_name": None}
    order = make_order("s", Caller(user=admin), admin, **ids, **unnamed)
    return Known(order, by_password(admin.email))


def of_the_checkout() -> Known:
    browser, form = at_checkout()
    browser.post("/checkout/", {**form, **DETAILS})
    owner_id = next(each.value for each in browser.cookies.values() if each.key == "OwnerId")
    return Known(Order.objects.latest("pk"), by_cookie(owner_id))


def step_by_step() -> Known:
    return Known(place(by_cookie()), by_cookie())


def step_by_step_with_all_resources() -> Known:
    program = by_token(make_token(make_application()), by_cookie().owner_id)
    for path, body in PUTS.items():
        assert program.put(f"/order/{path}", body).status_code == 200
    return Known(place(program), program)


ORIGINS: list[Callable[[], Known]] = [
    *(of_the_orders_api, of_the_orders_api_with_all_members, of_a_users_token),
    *(that_adds_a_member, of_the_checkout, step_by_step, step_by_step_with_all_resources),
]


def links_in(node: Any) -> Iterator[str]:
    """Every URL of this shop in a body."""
    if isinstance(node, dict):
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from links_in(each)
    elif isinstance(node, str) and node.startswith(ROOT):
        yield node


def crawl(program: Program, path: str) -> dict[str, int]:
    """The status of everything that is linked, from the answer at `path` on."""
    found: dict[str, int] = {}
    waiting = [path]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        is_resource = path.startswith("/order")
        answer = program.get(path) if is_resource else Client().get(path)
        found[path] = answer.status_code
        if is_resource:
            waiting += [url.removeprefix(ROOT) for url in links_in(answer.json())]
    return found


@pytest.mark.parametrize("state", [State.PENDING, State.PACKED, State.NEED_HUMAN, State.CANCELLED])
@pytest.mark.parametrize("origin", ORIGINS)
def test_no_link_of_a_placed_order_is_dead(origin: Callable[[], Known], state: State) -> None:
    known = origin()
    if state == State.PACKED:
        pack_all()
    else:
        Order.objects.filter(pk=known.order.pk).update(state=state)
    start = f"/orders/{known.order.order_hash}"
    assert known.program.get(start).json()["order"]["Status"] == state
    found = crawl(known.program, start)
    assert found.keys() >= {f"{start}/account", f"{start}/account/products", "/api/products"}
    assert set(found.values()) == {200}


@pytest.mark.parametrize("origin", ORIGINS)
def test_no_link_of_an_order_is_dead_when_its_tier_is_retired(origin: Callable[[], Known]) -> None:
    known = origin()
    start = f"/orders/{known.order.order_hash}"
    assert "/tiers/s/" in crawl(known.program, start)
    Product.objects.filter(code="s").update(listed=False)
    assert Client().get("/tiers/s/").status_code == 404
    assert set(crawl(known.program, start).values()) == {200}


def test_no_link_of_an_order_with_nothing_but_its_tier_is_dead() -> None:
    known = of_the_orders_api(**dict.fromkeys(DETAILS))
    start = f"/orders/{known.order.order_hash}"
    assert set(crawl(known.program, start).values()) == {200}
    for path in ("attributes", "account/user", "account/paymentInfo"):
        assert known.program.get(f"{start}/{path}").status_code == 404


@pytest.mark.parametrize("base", ["/order", "/orders/{hash}"])
def test_account_of_an_open_order_is_linked_as_the_place_to_put_it(base: str) -> None:
    program = by_cookie()
    start = base.format(hash=open_one(program).order_hash)
    assert program.get(start).json()["order"]["Account"] == f"{ROOT}{start}/account"
    assert program.get(f"{start}/account").status_code == 404
    fill(program, start)
    assert set(crawl(program, start).values()) == {200}
