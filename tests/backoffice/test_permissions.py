"""Permissions in the back office: every address, found by walking the URL configuration.

An address without a line in the table below fails: a new page cannot be forgotten.
"""

from typing import Any

import pytest
from allauth.idp.oidc.models import Token
from django.test import Client

from portal.backoffice.models import Export, ExportFile
from shop.catalogue.features import Feature
from shop.catalogue.seller import VatRate
from shop.content.models import Figure, Page, Question, Quote, Reference
from shop.orders.models import Order
from tests.addresses import all_addresses
from tests.backoffice.billing_addresses import DECIDED, HANDLED, LOOKED_AT
from tests.backoffice.catalogue_addresses import CATALOGUE, promotion, proof_row
from tests.backoffice.failure_addresses import addresses_of_failures
from tests.backoffice.people_addresses import addresses_of_people, rows_of_people, values_of_people
from tests.factories import (
    make_application,
    make_invoice,
    make_membership,
    make_order,
    make_staff,
    make_token,
    make_user,
    pack_all,
)
from tests.pages import html, visitor, words

pytestmark = pytest.mark.django_db

GROUPS = ("viewer", "agent", "admin", "export", "privacy", "billing", "all")
LOOKERS = {"viewer", "agent", "admin", "billing", "all"}
MENDERS = {"agent", "admin", "all"}
ADMINS = {"admin", "all"}
HANDLERS = {"billing", "all"}
PRIVACY = {"privacy", "all"}
ALL = {"all"}  # who may do everything

ADDRESSES: dict[str, set[str]] = {
    "": LOOKERS,
    "counts/": LOOKERS,
    "filters/": LOOKERS,
    "columns/": LOOKERS,
    "views/new/": LOOKERS,
    "views/{pk}/": LOOKERS,
    "views/{pk}/update/": LOOKERS,
    "views/{pk}/delete/": LOOKERS,
    **dict.fromkeys(("overview/", "activity/"), LOOKERS),
    "search/": LOOKERS,
    "search/found/": LOOKERS,
    **dict.fromkeys(("exports/", "exports/{pk}/", "exports/{pk}/progress/"), LOOKERS | {"export"}),
    **dict.fromkeys(("exports/new/", "exports/{pk}/file/"), HANDLERS | {"export"}),
    **dict.fromkeys(("health/", "version/"), LOOKERS),
    "orders/{pk}/": LOOKERS,
    **dict.fromkeys(["undo/", "mentions/", "orders/{pk}/live/"], LOOKERS),
    **dict.fromkeys([f"orders/{{pk}}/{act}/" for act in ("assign", "take", "hand-back")], MENDERS),
    "orders/{pk}/retry/": MENDERS,
    "orders/{pk}/retry-now/": MENDERS,
    "orders/{pk}/retry-from/": MENDERS,
    "orders/{pk}/approve/": MENDERS,
    "orders/{pk}/by-hand/": MENDERS,
    "orders/{pk}/correct/": MENDERS,
    "orders/{pk}/address/": MENDERS,
    "orders/{pk}/cancel/": MENDERS,
    "orders/{pk}/bring-back/": MENDERS,
    "orders/{pk}/note/": MENDERS,
    "orders/{pk}/follow-up/": MENDERS,
    "orders/{pk}/client-admin/": ADMINS,
    "orders/{pk}/mails/{mail}/": MENDERS,
    "orders/{pk}/webhooks/": MENDERS,
    "orders/{pk}/webhooks/{delivery}/": MENDERS,
    "bulk/": MENDERS,
    "bulk/new/": MENDERS,
    "bulk/{pk}/": MENDERS,
    "bulk/{pk}/progress/": MENDERS,
    "bulk/{pk}/stop/": MENDERS,
    **dict.fromkeys(CATALOGUE, ADMINS),
    "pages/{slug}/{number}/": LOOKERS,
    "mails/": LOOKERS,
    "mails/{kind}/": LOOKERS,
    "mails/{kind}/html/": LOOKERS,
    "applications/": ADMINS,
    "applications/new/": ADMINS,
    "applications/{pk}/": ADMINS,
    "applications/{pk}/edit/": ADMINS,
    "applications/{pk}/deliveries/": ADMINS,
    "applications/{pk}/deliveries/replay/": ADMINS,
    "applications/{pk}/tokens/": ADMINS,
    "applications/{pk}/tokens/{token}/revoke/": ADMINS,
    "applications/{pk}/signing-secret/": ADMINS,
    "applications/{pk}/off/": ADMINS,
    "applications/{pk}/on/": ADMINS,
    "colleagues/": ALL,
    "colleagues/new/": ALL,
    "colleagues/{pk}/": ALL,
    "colleagues/{pk}/roles/": ALL,
    "colleagues/{pk}/send-again/": ALL,
    "colleagues/{pk}/withdraw/": ALL,
    "colleagues/{pk}/end/": ALL,
    **addresses_of_people(LOOKERS, MENDERS, ADMINS, PRIVACY),
    **addresses_of_failures(LOOKERS, MENDERS),
    **dict.fromkeys(DECIDED, MENDERS),
    **dict.fromkeys(LOOKED_AT, LOOKERS),
    **dict.fromkeys(HANDLED, HANDLERS),
    # Django's admin: its own pages …
    "catalogue/": ADMINS,
    "catalogue/login/": set(GROUPS),  # leads to the index
    "catalogue/logout/": ADMINS,
    "catalogue/password_change/": ADMINS,
    "catalogue/password_change/done/": ADMINS,
    "catalogue/autocomplete/": set(),  # no form of ours asks it anything
    "catalogue/jsi18n/": ADMINS,
    "catalogue/r/{content_type_id}/{object_id}/": ADMINS,
    "catalogue/{app_label}/": ADMINS,
    "catalogue/{url}": ADMINS,
}
# … and of each model: the list and a row's history, adding, changing, deleting.
MODELS: dict[str, tuple[set[str], set[str], set[str], set[str]]] = {
    "catalogue/feature": (ADMINS, ADMINS, ADMINS, ADMINS),
    "catalogue/product": (ADMINS, ADMINS, ADMINS, set()),
    "catalogue/promotion": (ADMINS, ADMINS, ADMINS, ALL),
    "catalogue/seller": (ALL, set(), ALL, set()),
    "catalogue/vatrate": (ALL, ALL, ALL, set()),  # what counts already is only shown
    "content/figure": (ADMINS, ADMINS, ADMINS, ADMINS),
    "content/page": (ADMINS, set(), ADMINS, set()),
    **dict.fromkeys(
        ["content/question", "content/quote", "content/reference"], (ADMINS, ADMINS, ADMINS, ADMINS)
    ),
    "tenancy/client": (ADMINS, ALL, ADMINS, set()),
    "tenancy/project": (ADMINS, ALL, ADMINS, set()),
    "tenancy/user": (ADMINS, set(), ADMINS, set()),
}
for path, (see, add, change, delete) in MODELS.items():
    base = f"catalogue/{path}/"
    ADDRESSES |= {base: see, f"{base}add/": add}
    row = f"{base}{{object_id}}/"
    ADDRESSES |= {row: see, f"{row}change/": change, f"{row}history/": see, f"{row}delete/": delete}
    ADDRESSES[row] = ADMINS  # leads to the row's page, whatever the row


def below_staff() -> set[str]:
    return {path.removeprefix("staff/") for path in all_addresses() if path.startswith("staff/")}


@pytest.fixture
def numbers() -> dict[str, object]:
    """Something at every address."""
    order = make_order("xl")
    pack_all()
    application = make_application()
    make_token(application)
    message = order.messages.get(kind="received")
    invoice = make_invoice()
    return {
        "invoice": invoice.number,
        "subscriptions": invoice.subscription_id,
        "colleagues": make_staff("viewer").pk,
        "orders": order.pk,
        "exports": ExportFile.objects.create(export=Export.objects.create(format="csv")).pk,
        "applications": application.pk,
        "token": Token.objects.get().pk,
        "mail": message.pk,
        **rows_of_people(order),
    }


def filled(address: str, numbers: dict[str, object]) -> str:
    numbers = {"mails": numbers.get("mail", 1), **numbers}
    values = {"pk": numbers.get(address.split("/", maxsplit=1)[0], 1), "slug": "terms", "number": 1}
    values |= {"content_type_id": 1, "object_id": 1, "app_label": "catalogue", "url": "nothing/"}
    values["kind"] = "received"
    values |= {"invoice": numbers.get("invoice", "1"), "payment": 1, "level": 1, "change": 1}
    model = address.removeprefix("catalogue/").split("/{")[0]
    if model in ROWS:
        values["object_id"] = ROWS[model]()
    values |= {"order": numbers.get("orders", 1), "interval": "month", "run": numbers.get("run", 1)}
    values |= values_of_people(address, numbers)
    values |= {"delivery": 1, **{name: numbers[name] for name in ("mail", "token")}}
    return "/staff/" + address.format(**values)


ROWS: dict[str, Any] = {
    "catalogue/feature": lambda: Feature.objects.order_by("pk")[0].pk,
    "catalogue/product": lambda: 1,
    "catalogue/promotion": promotion,
    "catalogue/seller": lambda: 1,
    "catalogue/vatrate": lambda: VatRate.objects.order_by("pk")[0].pk,
    "content/figure": lambda: proof_row(Figure),
    "content/page": lambda: Page.objects.order_by("pk")[0].pk,
    "content/question": lambda: Question.objects.order_by("pk")[0].pk,
    "content/quote": lambda: proof_row(Quote),
    "content/reference": lambda: proof_row(Reference),
    "tenancy/client": lambda: make_membership().project.client.pk,
    "tenancy/project": lambda: make_membership().project.pk,
    "tenancy/user": lambda: make_user().pk,
}


def browser_of(group: str) -> Client:
    return visitor(make_staff() if group == "all" else make_staff(group))


def test_every_address_below_staff_has_a_line() -> None:
    assert below_staff() == set(ADDRESSES)


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_is_led_to_sign_in_and_for_customers_there_is_nothing(
    method: str, numbers: dict[str, object]
) -> None:
    customer = visitor(make_user())
    before = (list(Order.objects.values()), Token.objects.count())
    for address in ADDRESSES:
        path = filled(address, numbers)
        answer = getattr(visitor(), method)(path)
        assert answer.status_code == 302, path
        assert answer["Location"].startswith("/account/login/?next=/staff/"), path
        assert getattr(customer, method)(path).status_code == 404, path
    assert (list(Order.objects.values()), Token.objects.count()) == before


@pytest.mark.parametrize("group", GROUPS)
def test_staff_open_what_their_group_may_and_nothing_else(
    group: str, numbers: dict[str, object]
) -> None:
    browser = browser_of(group)
    for address, who in ADDRESSES.items():
        path = filled(address, numbers)
        answer = browser.get(path)
        if group in who:
            assert answer.status_code != 403, path
        else:
            assert answer.status_code == 403, path
            assert "You don't have access to this page" in words(answer), path


@pytest.mark.parametrize("group", ["viewer", "export", "agent"])
def test_forms_of_staff_without_permission_change_nothing(
    group: str, numbers: dict[str, object]
) -> None:
    browser = browser_of(group)
    before = (list(Order.objects.values()), Token.objects.count())
    for address, who in ADDRESSES.items():
        if group not in who:
            assert browser.post(filled(address, numbers), {"name": "x"}).status_code == 403
    assert (list(Order.objects.values()), Token.objects.count()) == before


def test_staff_without_any_group_may_nothing(numbers: dict[str, object]) -> None:
    browser = visitor(make_user(is_staff=True))
    for address, who in ADDRESSES.items():
        if who != set(GROUPS):
            assert browser.get(filled(address, numbers)).status_code == 403, address


def test_refusal_says_whom_to_ask() -> None:
    chief = make_staff(first_name="Ada", last_name="Admin")
    page = visitor(make_staff("export")).get("/staff/")
    assert page.status_code == 403
    assert f"These people can give it to you: Ada Admin, {chief.email}" in words(page)
    assert "Back office" not in words(page).partition("You don't have access to this page")[0]


def test_viewer_sees_an_order_without_a_button(numbers: dict[str, object]) -> None:
    page = visitor(make_staff("viewer")).get(f"/staff/orders/{numbers['orders']}/")
    assert page.status_code == 200
    main = html(page).partition("<main")[2].partition("</main>")[0]
    assert "<form" not in main
    assert "you do not have permission to change them" in words(page)


def test_agent_is_not_offered_what_takes_an_admin() -> None:
    order = make_order()
    pack_all()
    path = f"/staff/orders/{order.pk}/"
    assert "/client-admin/" not in html(visitor(make_staff("agent")).get(path))
    assert "/client-admin/" in html(visitor(make_staff("admin")).get(path))
