"""Every role at every address with every method: who gets in, and what pages may not show.

`tests/access_table.py` has a line for each address.
"""

import copy
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.idp.oidc.models import Token
from django.db import transaction
from django.test import Client as Browser
from django.utils import timezone
from pytest_django import Settings

from portal.backoffice.models import BulkJob
from shop.notifications.webhooks.endpoints import register
from shop.orders.placing import Caller
from shop.tenancy.models import Membership, User
from shop.worker.models import Heartbeat
from tests.access_table import (
    LOOKED_AT,
    LOOKERS,
    OTHER_METHODS,
    ROLES,
    STAFF,
    STRANGERS,
    TABLE,
    Kind,
    Outcome,
    expected,
    matches,
)
from tests.access_world import SECRET, World
from tests.accounts.factors import add_app
from tests.addresses import all_addresses
from tests.backoffice.people_addresses import rows_of_people
from tests.backoffice.test_permissions import ADDRESSES
from tests.factories import (
    make_application,
    make_client,
    make_invoice,
    make_membership,
    make_order,
    make_project,
    make_staff,
    make_subscription,
    make_token,
    make_user,
    pack_all,
)
from tests.pages import Response, visitor
from tests.quoted_hashes import quote_hashes, quote_hashes_in_contracts

pytestmark = [pytest.mark.long, pytest.mark.django_db, pytest.mark.usefixtures("outside_the_demo")]


@pytest.fixture
def outside_the_demo(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.DEMO = False
    settings.CUSTOMERS = "everyone"  # with the pages for private persons
    settings.PAYMENT_PROVIDER = "acme.online_payment.AcmePay"
    monkeypatch.setenv("ACME_PAY_SECRET", "between the provider and us")
    monkeypatch.setenv("ACME_PAY_URL", "http://127.0.0.1:9")  # nobody answers there
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, (10**6, 10**6))
    settings.ACCOUNT_RATE_LIMITS = False
    settings.MFA_RATE_LIMITS = False
    logging.disable(logging.ERROR)  # thousands of refusals
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def world(settings: Settings) -> World:
    admin = make_user()
    application = make_application(owner=admin)
    client = make_client(name=SECRET, client_admin=admin)
    project = make_project(name="Das Schweigen", client=client)
    project_admin = make_membership(project=project, role=Membership.Role.ADMIN).user
    member = make_membership(project=project).user
    hook = "https://partner.example/hook"
    endpoint = register(application, {"url": hook, "events": ["order.*"]})
    order = make_order(
        caller=Caller(application=application),
        client_name=SECRET,
        redirection_uri=hook,
    )
    pack_all()
    order.refresh_from_db()
    make_token(admin)
    make_token(application)
    Token.objects.create(
        user=admin, client=application.oauth_client, type="rt", hash="x", scopes="orders:read"
    )
    BulkJob.objects.create(action="retry", actor=make_staff("agent"))
    make_invoice(make_subscription(client, project=project))
    quote_hashes(order, other := make_order())
    quote_hashes_in_contracts(client, order)
    for cluster in settings.WORKER_CLUSTERS:
        Heartbeat.objects.create(cluster=cluster, beat_at=timezone.now())
    people = rows_of_people(order)
    delivery = endpoint.deliveries.latest("pk")
    return World(
        application, order, other, client, project, admin, project_admin, member, people, delivery
    )


def browser_of(role: str, world: World) -> Browser:
    """A browser, or a program, of `role`."""
    people: dict[str, Callable[[], User]] = {
        "member": lambda: world.member,
        "project admin": lambda: world.project_admin,
        "client_admin": lambda: world.admin,
        "other client_admin": lambda: make_client().client_admin,
        "no group": lambda: make_user(is_staff=True),
        "all": make_staff,
        "password alone": make_staff,
    }
    holders: dict[str, Any] = {
        "program": lambda: make_token(world.application),
        "other program": lambda: make_token(make_application("Other")),
        "reader": lambda: make_token(world.application, "orders:read"),
        "person's token": lambda: make_token(make_user()),
    }
    if role in holders:
        bearer = f"Bearer {holders[role]()}"
        return Browser(headers={"accept-language": "en", "authorization": bearer})
    if role == "anonymous":
        return visitor()
    user = people[role]() if role in people else make_staff(role)
    browser = visitor(user)
    if role in STAFF:
        add_app(user)
        show_factor(browser, user)
    return browser


def show_factor(browser: Browser, user: User) -> None:
    """Note in the session that `user` has used their second factor."""
    session = browser.session
    now = timezone.now().timestamp()
    session["account_authentication_methods"] = [{"method": "mfa", "at": now}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


def outcome(answer: Response) -> Outcome:
    """The text of `answer`."""
    location = answer.headers.get("Location", "")
    if answer.status_code == 302 and location.startswith("/account/login/?next="):
        return Outcome.SIGN_IN
    if answer.status_code == 302 and location == "/account/2fa/":
        return Outcome.FACTOR
    found = {401: Outcome.UNKNOWN, 403: Outcome.FORBIDDEN, 404: Outcome.MISSING}
    return {**found, 405: Outcome.NO_METHOD}.get(answer.status_code, Outcome.IN)


def ask(browser: Browser, method: str, path: str) -> Response:
    """Send one request and undo all it did, to the database and to the browser."""
    cookies = copy.copy(browser.cookies)
    with transaction.atomic():
        answer: Response = getattr(browser, method)(path)
        transaction.set_rollback(True)
    browser.cookies = cookies
    return answer


def is_private(answer: Response) -> bool:
    """Tell whether no cache may keep the answer, but a program's own that asks each time."""
    control = answer.headers.get("Cache-Control", "")
    return "no-store" in control or control == "private, no-cache"


def text_of(answer: Response) -> str:
    """The body of an answer, also of one that streams."""
    with transaction.atomic():  # an export is recorded while it streams
        text = answer.getvalue().decode(errors="replace")
        transaction.set_rollback(True)
    return text


def test_every_address_has_a_line() -> None:
    assert all_addresses() - {"staff/" + each for each in ADDRESSES} == {
        address for address in TABLE if not address.startswith("staff/")
    }


@pytest.mark.parametrize("role", ROLES)
def test_role_gets_what_is_meant_for_it_at_every_address(role: str, world: World) -> None:
    browser, wrong = browser_of(role, world), []
    for address, kind in TABLE.items():
        path, wanted = world.path(address), expected(kind, role)
        for method in ("get", "post"):
            if method == "post" and address in LOOKED_AT:
                continue
            answer = ask(browser, method, path)
            found, text = outcome(answer), text_of(answer)
            faults = [
                None if matches(kind, wanted, found) else f"{wanted.name}, not {found.name}",
                None if kind == Kind.PUBLIC or is_private(answer) else "no-store",
                "hash" if role in LOOKERS and world.gives_away_hash(address, text) else None,
                "name" if role in STRANGERS and world.gives_away_name(address, text) else None,
            ]
            wrong += [(method, path, answer.status_code, fault) for fault in faults if fault]
    assert wrong == []


def test_those_who_may_act_see_what_others_may_not(world: World) -> None:
    page = text_of(ask(browser_of("agent", world), "get", world.path("staff/orders/{pk}/")))
    assert page.count(world.order.order_hash) > 4
    page = text_of(ask(browser_of("client_admin", world), "get", "/portal/"))
    assert SECRET in page


@pytest.mark.parametrize("role", ["anonymous", "all"])
def test_rare_methods_open_nothing_and_break_nothing(role: str, world: World) -> None:
    browser = browser_of(role, world)
    wrong: list[tuple[object, ...]] = []
    for address, kind in TABLE.items():
        path, wanted = world.path(address), expected(kind, role)
        for method in OTHER_METHODS:
            answer = ask(browser, method, path)
            status = answer.status_code
            if status >= 500 or (method == "trace" and status < 300):
                wrong.append((method, path, status))
            if (
                wanted != Outcome.IN
                and status not in {302, 401, 403, 404, 405}
                and (method != "options" or answer.content)
            ):
                wrong.append((method, path, wanted.name, status))
    assert wrong == []
