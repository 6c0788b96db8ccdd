"""Whatever `/api/orders` refuses is refused here too, by this API's name of the member."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from shop.catalogue.models import Promotion
from shop.orders.document import InvalidDocumentError, check_document
from shop.orders.models import Order
from shop.tenancy.models import User
from tests.factories import make_application, make_project, make_token, make_user
from tests.open_order.calls import OWNER, by_cookie, by_password, by_token, submit

pytestmark = pytest.mark.django_db

# Each member of the order document, and where it stands here.
NAMES = {
    "product": "offering",
    "client_id": "accountNumber",
    "client_name": "name",
    "project_id": "projectId",
    "project_name": "displayName",
    "promo_code": "promoCode",
    "user_email": "email1",
    "user_first_name": "firstName",
    "user_last_name": "lastName",
    "user_login": "userName",
    "redirection_uri": "value",
}
COMPLETE: dict[str, Any] = {
    "product": "s",
    "client_name": "Film",
    "project_name": "Drei Tage im Mai",
    "user_email": "nina@example.com",
}


def refused(document: dict[str, Any], admin: User | None) -> set[str]:
    """The members at fault in `document`, when the same is put and submitted here."""
    program = by_password(admin.email, owner_id=OWNER) if admin else by_cookie()
    given = document.get
    person = {
        "firstName": given("user_first_name", "Nina"),
        "lastName": given("user_last_name", "Nagel"),
    }
    hook = [{"name": "redirection_uri", "value": given("redirection_uri")}]
    puts: list[tuple[str, str, Any]] = [
        ("PUT", "account", {"currency": "EUR", "language": "de", "accountNumber": given("client_id"), "name": given("client_name")}),
        ("POST", "account/products", {"offering": given("product"), "displayName": given("project_name"), "projectId": given("project_id"), "promoCode": given("promo_code")}),
        ("PUT", "account/contactInfo/regular", {"name": person, "contactMedia": {"email1": given("user_email")}}),
    ]  # fmt: skip
    if "user_login" in document:
        puts.append(("PUT", "account/user", {"userName": given("user_login")}))
    answers = [program.call(method, f"/order/{path}", body) for method, path, body in puts]
    if "redirection_uri" in document:
        partner = by_token(make_token(make_application()), OWNER)
        answers.append(partner.put("/order/attributes", hook))
    names: set[str] = set()
    for answer in answers:
        if answer.status_code not in {200, 201}:
            ((_, told),) = answer.json().items()
            names |= set(told["details"])
    if names:
        return names
    answer = submit(program)
    if answer.status_code == 202:
        return set()
    ((_, told),) = answer.json().items()
    return set(told["details"])


@pytest.mark.parametrize("sent", [
    *({"client_name": value} for value in (
        "", " \xa0", "\u200b", "x" * 201, 7, ["x"], {"a": 1}, True, "\ud800", "a\nb", "a\x00")),
    *({name: value} for name in ("project_name", "user_first_name", "user_last_name")
      for value in ("", "x" * 201, "\ud800", "a\x00")),
    *({"product": value} for value in ("S", " s", "unknown", "", 7, ["s"], "yamdu free")),
    *({"user_email": value} for value in (
        "", "nina", "Nina <nina@example.com>", " nina@example.com", "a@b@c.de", "a@b", "a@example.com,b@example.com",
        "nina@example.com\n", "x" * 250 + "@example.com", 7, "nïna@example.com", "nina@[127.0.0.1]")),
    *({"user_login": value} for value in ("", "a b", "ünal", "x" * 151, 7, "custy\n", "other@example.com", "Nina@example.com")),
    *({"promo_code": value} for value in ("UNKNOWN", "OVER", "EARLY", "USED", "OTHERS", "SPRIN", "", 7)),
    *({"project_id": value} for value in (1, "1", 0, -1, True, 1.5, 2**63, 10**300)),
    *({"client_id": value, "client_name": None} for value in ("1", 0, -1, True, 1.5, 2**63, 10**300)),
    *({"redirection_uri": value} for value in (
        "", "example.com", "ftp://example.com/", "https://", "https://a@example.com/", "https://10.0.0.1/",
        "https://[64:ff9b::a00:1]/", "https://0x7f000001/", "https://a b.example/", 7)),
])  # fmt: skip
def test_member_that_the_orders_api_refuses_is_refused_by_its_name(sent: dict[str, Any]) -> None:
    now = timezone.now()
    promotions: dict[str, dict[str, Any]] = {
        "OVER": {"valid_until": now - timedelta(seconds=2)},
        "EARLY": {"valid_from": now + timedelta(days=1)},
        "USED": {"max_uses": 1, "uses": 1},
        "SPRING": {},
    }
    for code, fields in promotions.items():
        Promotion.objects.create(code=code, name="x", percent=10, **fields)
    others = Promotion.objects.create(code="OTHERS", name="x", percent=10)
    others.tiers.set([check_document({"product": "m"}).product])
    (member, *_) = sent
    document = {name: value for name, value in {**COMPLETE, **sent}.items() if value is not None}
    with pytest.raises(InvalidDocumentError) as api:
        check_document(document)
    assert member in api.value.errors
    names = refused(document, None)
    # A project needs its client: the Orders API names that one.
    expected = {NAMES[member], "accountNumber"} if member == "project_id" else {NAMES[member]}
    assert names & expected
    assert names <= {*expected, "displayName"}
    assert not Order.objects.exclude(state="new").exists()


Case = Callable[[], tuple[dict[str, Any], User, set[str]]]


def both_of_a_client() -> tuple[dict[str, Any], User, set[str]]:
    project = make_project()
    sent = {**COMPLETE, "client_id": project.client.pk}
    return sent, project.client.client_admin, {"accountNumber", "name"}


def both_of_a_project() -> tuple[dict[str, Any], User, set[str]]:
    project = make_project()
    sent = {**COMPLETE, "client_id": project.client.pk, "project_id": project.pk}
    sent.pop("client_name")
    return sent, project.client.client_admin, {"displayName", "projectId"}


def added(**changes: Any) -> dict[str, Any]:
    """A document that adds a member to a project."""
    sent = {**COMPLETE, **changes}
    sent.pop("client_name")
    sent.pop("project_name")
    return sent


def project_of_another_client() -> tuple[dict[str, Any], User, set[str]]:
    client, project = make_project().client, make_project()
    return added(client_id=client.pk, project_id=project.pk), client.client_admin, {"projectId"}


def unknown_project() -> tuple[dict[str, Any], User, set[str]]:
    client = make_project().client
    return added(client_id=client.pk, project_id=2**62), client.client_admin, {"projectId"}


def tier_of_another_project() -> tuple[dict[str, Any], User, set[str]]:
    project = make_project("m")
    sent = added(client_id=project.client.pk, project_id=project.pk)
    return sent, project.client.client_admin, {"offering"}


def client_of_another_admin() -> tuple[dict[str, Any], User, set[str]]:
    project = make_project()
    return added(client_id=project.client.pk, project_id=project.pk), make_user(), {"accountNumber"}


def client_without_a_project() -> tuple[dict[str, Any], User, set[str]]:
    project = make_project()
    return added(client_id=project.client.pk), project.client.client_admin, {"displayName"}


@pytest.mark.parametrize("case", [
    both_of_a_client, both_of_a_project, project_of_another_client, unknown_project,
    tier_of_another_project, client_of_another_admin, client_without_a_project,
])  # fmt: skip
def test_members_that_do_not_go_together_are_refused_by_their_names(case: Case) -> None:
    document, admin, names = case()
    with pytest.raises(InvalidDocumentError):
        check_document(document, client_admin=admin)
    assert refused(document, admin) == names
    assert not Order.objects.exclude(state="new").exists()


def test_document_that_the_orders_api_takes_is_taken() -> None:
    sent = {
        **COMPLETE,
        "user_login": "nina@example.com",
        "user_first_name": "Ni-Na",
        "client_name": " Film & Söhne ",
        "redirection_uri": "https://example.com/hook",
    }
    assert check_document(sent)
    assert refused(sent, None) == set()
    order = Order.objects.get()
    assert {name: getattr(order, name) for name in sent if name != "product"} == {
        name: value for name, value in sent.items() if name != "product"
    }


def test_sentence_names_the_member_as_it_is_called_here() -> None:
    sent = {**COMPLETE, "user_login": "other@example.com"}
    refused(sent, None)
    details = submit(by_cookie()).json()["badRequest"]["details"]
    assert details == {"userName": "may contain @ only if it equals email1."}
    by_cookie().delete("/order")
    refused(added(project_id=7), None)
    details = submit(by_cookie()).json()["badRequest"]["details"]
    assert details == {"accountNumber": "is required with projectId.", "name": "is required."}
