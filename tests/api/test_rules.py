"""The described schema takes each order that the API takes, and says what each member may hold.

Rules between members are told in texts: of a schema that states them, generators of clients make
nothing usable.
"""

from typing import Any

import pytest

from shop.guide.schema import describe
from shop.orders.document import InvalidDocumentError, check_document
from tests.api.rules import order_faults
from tests.factories import make_project, make_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def description() -> dict[str, Any]:
    return describe("https://shop.example/")


@pytest.mark.parametrize(
    ("members", "taken"),
    [
        ({}, True),
        ({"client_name": "Film", "project_name": "Drei Tage im Mai"}, True),
        ({"client_id": None, "project_id": None, "language": None}, True),
        ({"user_login": "nina@example.com", "user_email": "nina@example.com"}, True),
        ({"client_name": ""}, False),
        ({"client_name": "\u200b"}, False),
        ({"client_name": "a\nb"}, False),
        ({"client_name": "x" * 201}, False),
        ({"client_name": 7}, False),
        ({"language": "fr"}, False),
        ({"user_email": "Nina <nina@example.com>"}, False),
        ({"user_email": "nina@m\u00fcnchen.de"}, True),
        ({"redirection_uri": "https://nina@example.com/"}, False),
        ({"redirection_uri": "https://example.com/a b"}, False),
        ({"redirection_uri": "ftp://example.com/"}, False),
        ({"redirection_uri": "https://[2606:4700::1]:443/hook?x"}, True),
        ({"redirection_uri": "https://example.com/hook#y"}, False),
        ({"redirection_uri": "https://example.com/hook#"}, False),
        ({"state": "packed"}, False),
        ({"colour": "red"}, False),
        ({"product": "S"}, False),
        ({"client_id": 0}, False),
        ({"client_id": 2**63}, False),
        ({"client_id": True}, False),
    ],
)
def test_schema_and_api_take_and_refuse_the_same(
    description: dict[str, Any], members: dict[str, Any], taken: bool
) -> None:
    document = {"product": "s", **members}
    assert (order_faults(description, document) == []) is taken
    assert takes(document) is taken


def test_read_only_member_may_come_back_as_null_though_the_schema_has_none(
    description: dict[str, Any],
) -> None:
    document = {"product": "s", "state": None}
    assert order_faults(description, document) != []
    assert takes(document)


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"user_login": "nina@example.com"}, "with @ only if it equals user_email"),
        ({"project_id": 1}, "Needs client_id and user_email"),
        ({"client_id": 1, "client_name": "Film"}, "Not together with client_name"),
        ({"client_id": 1}, "Needs admin_user_access_token"),
    ],
)
def test_rule_between_members_is_told_by_the_text_and_by_the_api(
    description: dict[str, Any], members: dict[str, Any], sentence: str
) -> None:
    document = {"product": "s", **members}
    assert order_faults(description, document) == []
    assert not takes(document)
    properties = description["components"]["schemas"]["OrderDocument"]["properties"]
    assert sentence in properties[next(iter(members))]["description"]


def takes(document: dict[str, Any]) -> bool:
    try:
        check_document(document)
    except InvalidDocumentError:
        return False
    return True


@pytest.mark.parametrize(
    ("members", "taken"),
    [
        (("client_id", "admin_user_access_token", "project_name"), True),
        (("client_id", "admin_user_access_token", "project_id", "user_email"), True),
        (("client_id", "admin_user_access_token", "project_id"), False),
        (("client_id", "admin_user_access_token"), False),
        (("client_id", "project_name"), False),
        (("client_id", "client_name", "admin_user_access_token", "project_name"), False),
        (("client_id", "admin_user_access_token", "project_id", "project_name"), False),
        (("project_id", "user_email", "admin_user_access_token"), False),
        (("client_name", "admin_user_access_token", "project_name"), True),
    ],
)
def test_schema_leaves_it_to_the_api_what_goes_together(
    description: dict[str, Any], members: tuple[str, ...], taken: bool
) -> None:
    project = make_project()
    values = {
        "admin_user_access_token": make_token(project.client.client_admin),
        "client_id": project.client.pk,
        "client_name": "Film",
        "project_id": project.pk,
        "project_name": "Drei Tage im Mai",
        "user_email": "nina@example.com",
    }
    document = {"product": "s", **{member: values[member] for member in members}}
    assert order_faults(description, document) == []
    assert takes(document) is taken
