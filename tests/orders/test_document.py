"""The order document: every rule of the contract, and every fault at once."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from shop.catalogue.models import Product
from shop.orders.document import InvalidDocumentError, check_document
from shop.tenancy.models import Client
from tests.factories import (
    make_application,
    make_client,
    make_project,
    make_token,
    make_user,
)

pytestmark = pytest.mark.django_db

INTEGER = "must be an integer from 1 to 9223372036854775807."
NOT_VALID = "is not a valid token for this order."


def refusal(**members: Any) -> dict[str, list[str]]:
    """Return the errors of a document with these fields; empty if it is accepted."""
    try:
        check_document(members)
    except InvalidDocumentError as refused:
        return refused.errors
    return {}


@pytest.mark.parametrize(
    "code", ["Starter", "Commercial", "Studio", "Dailies", "Yamdu FREE", "s", "m", "l", "xl"]
)
def test_document_with_a_shipped_tier_is_taken(code: str) -> None:
    assert check_document({"product": code}).product.code == code


@pytest.mark.parametrize("code", ["S", "yamdu free", "Yamdu FREE ", " s", "XL", "unknown"])
def test_document_with_another_spelling_of_a_tier_is_refused(code: str) -> None:
    assert refusal(product=code) == {"product": ["is not a tier that can be ordered."]}


def test_document_with_a_retired_tier_is_refused_like_an_unknown_one() -> None:
    Product.objects.filter(code="m").update(listed=False)
    assert refusal(product="m") == refusal(product="unknown")


def test_document_without_product_is_refused() -> None:
    assert refusal() == {"product": ["is required."]}
    assert refusal(product=None) == {"product": ["is required."]}


@pytest.mark.parametrize(
    ("member", "value", "sentence"),
    [
        ("client_name", "", "must not be blank."),
        ("client_name", " \u00a0", "must not be blank."),
        ("client_name", "x" * 201, "must have at most 200 characters."),
        ("client_name", 7, "must be a string."),
        ("client_name", ["x"], "must be a string."),
        ("client_name", "\ud800", "must be valid Unicode text."),
        ("client_name", "a\nb", "must not contain control characters."),
        ("project_name", "a\x00b", "must not contain control characters."),
        ("user_first_name", "a\x7fb", "must not contain control characters."),
        ("user_last_name", "\t", "must not be blank."),
        ("user_email", "Nina <nina@example.com>", "must be a bare e-mail address."),
        ("user_email", "<nina@example.com>", "must be a bare e-mail address."),
        ("user_email", " nina@example.com", "must be a bare e-mail address."),
        ("user_email", "nina", "must be a bare e-mail address."),
        ("user_email", "a@example.com,b@example.com", "must be a bare e-mail address."),
        ("user_login", "x" * 151, "must have at most 150 characters."),
        (
            "user_login",
            "a b",
            "must consist of ASCII letters, digits and @ . + - _ only.",
        ),
        (
            "user_login",
            "ünal",
            "must consist of ASCII letters, digits and @ . + - _ only.",
        ),
        ("user_login", "a@b.de", "may contain @ only if it equals user_email."),
        ("language", "fr", "must be de or en."),
        ("language", "DE", "must be de or en."),
        ("promo_code", "SPRING", "is not valid now for this tier."),
        ("order_hash", "0" * 32, "is read-only."),
        ("state", "packed", "is read-only."),
        ("status", "packed", "is read-only."),
        ("packing_errors", "none", "is read-only."),
        ("registration_url", "https://example.com", "is read-only."),
        ("created_at", "2026-01-01", "is read-only."),
        ("updated_at", "2026-01-01", "is read-only."),
        ("colour", "red", "is not known here."),
        ("Product", "s", "is not known here."),
        ("\ud800", 1, "is not known here."),
        ("colour", None, "is not known here."),
        ("client_name", "\u200b\u2060", "must not be blank."),
        ("admin_user_access_token", "nobody's", NOT_VALID),
    ],
)
def test_member_that_breaks_a_rule_is_refused_by_name(
    member: str, value: object, sentence: str
) -> None:
    assert refusal(**{"product": "s", member: value}) == {member: [sentence]}


@pytest.mark.parametrize("member", ["client_id", "project_id"])
@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("1", "must be an integer."),
        (True, "must be an integer."),
        (1.0, "must be an integer."),
        (0, INTEGER),
        (-1, INTEGER),
        (2**63, INTEGER),
        (10**400, INTEGER),
    ],
)
def test_id_that_is_no_positive_integer_is_refused(
    member: str, value: object, sentence: str
) -> None:
    assert refusal(**{"product": "s", member: value})[member] == [sentence]


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("client_name", "x" * 200),
        ("client_name", "  Müller & Söhne  "),
        ("user_email", "Nina.O'Hara+film@Example.com"),
        ("user_login", "nina.ohara+film-2_x"),
        ("language", "en"),
    ],
)
def test_string_is_taken_as_sent(member: str, value: str) -> None:
    checked = check_document({"product": "s", member: value})
    assert getattr(checked.members, member) == value


def test_login_with_at_is_taken_where_it_equals_the_email() -> None:
    assert refusal(product="s", user_email="a@example.com", user_login="a@example.com") == {}
    assert refusal(product="s", user_email="A@example.com", user_login="a@example.com") == {
        "user_login": ["may contain @ only if it equals user_email."]
    }


def test_null_is_the_same_as_absent() -> None:
    assert refusal(product="s", client_id=None, client_name="x", status=None) == {}


def test_every_fault_is_named_at_once() -> None:
    errors = refusal(product="S", client_id=1, client_name=" ", user_email="x", colour=1, state="x")
    assert errors.keys() == {
        "admin_user_access_token",
        "client_id",
        "client_name",
        "colour",
        "product",
        "project_name",
        "state",
        "user_email",
    }


def test_id_together_with_a_name_is_refused_on_both() -> None:
    errors = refusal(product="s", client_id=1, client_name="x", project_id=1, project_name="x")
    for kind in ("client", "project"):
        assert f"must not be given together with {kind}_name." in errors[f"{kind}_id"]
        assert errors[f"{kind}_name"] == [f"must not be given together with {kind}_id."]


def to_client(**members: Any) -> dict[str, Any]:
    """A document for an existing client with one project in tier s, under its admin's token."""
    project = make_project()
    document = {
        "product": "s",
        "client_id": project.client.pk,
        "project_id": project.pk,
        "user_email": "new@example.com",
        "admin_user_access_token": make_token(project.client.client_admin),
        **members,
    }
    return {member: value for member, value in document.items() if value is not None}


def test_order_to_an_existing_project_is_taken() -> None:
    assert refusal(**to_client()) == {}


def test_order_of_a_new_project_for_an_existing_client_needs_no_email() -> None:
    assert refusal(**to_client(project_id=None, project_name="Neu", user_email=None)) == {}


@pytest.mark.parametrize(
    ("change", "member", "sentence"),
    [
        (
            {"admin_user_access_token": None},
            "admin_user_access_token",
            "is required with client_id.",
        ),
        ({"admin_user_access_token": "nobody's"}, "admin_user_access_token", NOT_VALID),
        ({"client_id": 987654321}, "admin_user_access_token", NOT_VALID),
        ({"user_email": None}, "user_email", "is required with project_id."),
        ({"client_id": None}, "client_id", "is required with project_id."),
        ({"project_id": 987654321}, "project_id", "is not a project of this client."),
        ({"product": "m"}, "product", "is not the tier of this project."),
        (
            {"project_id": None},
            "project_name",
            "is required with client_id, unless project_id is given.",
        ),
    ],
)
def test_order_to_an_existing_client_that_breaks_a_rule_is_refused(
    change: dict[str, Any], member: str, sentence: str
) -> None:
    assert refusal(**to_client(**change)) == {member: [sentence]}


def test_project_of_another_client_is_refused() -> None:
    assert refusal(**to_client(project_id=make_project().pk)) == {
        "project_id": ["is not a project of this client."]
    }


def test_token_of_somebody_else_and_unknown_client_answer_alike() -> None:
    foreign = refusal(**to_client(admin_user_access_token=make_token(make_user())))
    assert foreign == refusal(**to_client(client_id=987654321))


def test_token_that_may_only_read_is_refused() -> None:
    client = make_client()
    token = make_token(client.client_admin, "orders:read")
    document = to_client(client_id=client.pk, project_id=None, project_name="Neu")
    assert refusal(**document | {"admin_user_access_token": token}) == {
        "admin_user_access_token": [NOT_VALID]
    }


def test_token_of_an_application_counts_as_its_owners() -> None:
    client = make_client()
    application = make_application()
    application.oauth_client.owner = client.client_admin
    application.oauth_client.save()
    checked = check_document(
        {
            "product": "s",
            "client_id": client.pk,
            "project_name": "Neu",
            "admin_user_access_token": make_token(application),
        }
    )
    assert checked.bearer
    assert checked.bearer.user == client.client_admin


def test_token_of_the_demo_is_refused_outside_it(settings: Settings) -> None:
    document = to_client()
    admin = Client.objects.get(pk=document["client_id"]).client_admin
    admin.demo = True
    admin.save()
    assert refusal(**document) == {}
    settings.DEMO = False
    assert refusal(**document) == {"admin_user_access_token": [NOT_VALID]}


def test_check_of_a_plain_document_takes_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(1):
        checked = check_document(
            {"product": "s", "client_name": "x", "user_email": "a@example.com"}
        )
    assert checked.product.code == "s"
