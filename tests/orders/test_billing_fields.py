"""The member `billing`: every rule of the contract, and every fault by its name."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries, Settings

from shop.orders.billing_fields import BILLING_MEMBERS, BillingData, check_billing
from shop.orders.document import InvalidDocumentError, check_document
from shop.orders.field_types import COUNTRIES
from shop.tenancy.billing_profile import BillingProfile
from tests.factories import BILLING, make_client, make_project

PERSON = {
    "customer_type": "private",
    "name": "Nina Nagel",
    "street": "Türkenstraße 89",
    "postal_code": "80799",
    "city": "München",
    "country": "DE",
}
NO_COUNTRY = "must be a country code of two capital letters, as in ISO 3166."
NO_VAT_ID = "is not a VAT ID: its form or its check digits are wrong."
OTHERS_VAT_ID = "must begin with the code of billing.country; EL for Greece."


def faults(billing: Any) -> dict[str, list[str]]:
    """Return the errors of a document with this `billing`; empty if it is accepted."""
    try:
        check_document({"product": "s", "billing": billing})
    except InvalidDocumentError as refused:
        return refused.errors
    return {}


@pytest.mark.django_db
@pytest.mark.parametrize(("member", "value", "sentence"), [
    ("customer_type", None, "is required."),
    ("customer_type", "Company", "must be company or private."),
    ("customer_type", 1, "must be company or private."),
    ("customer_type", "private", "must be company: this shop sells to businesses only."),
    ("company", None, "is required."),
    ("company", "\u200b", "must not be blank."),
    ("company", "x" * 201, "must have at most 200 characters."),
    ("name", "a\nb", "must not contain control characters."),
    ("street", None, "is required."),
    ("street", "", "must not be blank."),
    ("street", ["Baaderstraße 12"], "must be a string."),
    ("street2", " ", "must not be blank."),
    ("postal_code", None, "is required."),
    ("postal_code", 80469, "must be a string."),
    ("postal_code", "8" * 21, "must have at most 20 characters."),
    ("city", None, "is required."),
    ("city", "x" * 101, "must have at most 100 characters."),
    ("country", None, "is required."),
    ("country", "de", NO_COUNTRY),
    ("country", "DEU", NO_COUNTRY),
    ("country", "EU", NO_COUNTRY),
    ("country", " DE", NO_COUNTRY),
    ("vat_id", "DE136695977", NO_VAT_ID),
    ("vat_id", "136695976", NO_VAT_ID),
    ("vat_id", "DE", NO_VAT_ID),
    ("vat_id", "\U0001d7d8", NO_VAT_ID),
    ("vat_id", "D" * 51, "must have at most 50 characters."),
    ("vat_id", "ATU12345675", OTHERS_VAT_ID),
    ("email", "Buchhaltung <a@example.com>", "must be a bare e-mail address."),
    ("reference", "x" * 101, "must have at most 100 characters."),
    ("iban", "DE89370400440532013000", "is not known here."),
    ("iban", None, "is not known here."),
])  # fmt: skip
def test_billing_with_a_fault_is_refused_by_the_name_of_its_member(
    member: str, value: Any, sentence: str
) -> None:
    assert faults({**BILLING, member: value}) == {f"billing.{member}": [sentence]}


@pytest.mark.django_db
@pytest.mark.parametrize("billing", ["DE", 7, True, [BILLING], [], ""])
def test_billing_that_is_no_object_is_refused(billing: Any) -> None:
    assert faults(billing) == {"billing": ["must be an object."]}


@pytest.mark.django_db
def test_billing_of_nothing_lacks_all_that_is_needed() -> None:
    needed = ("customer_type", "street", "postal_code", "city", "country")
    assert faults({}) == {f"billing.{name}": ["is required."] for name in needed}


@pytest.mark.django_db
def test_every_fault_of_billing_and_beside_it_is_told_at_once() -> None:
    bad = {**BILLING, "company": None, "country": "XX", "email": "none"}
    with pytest.raises(InvalidDocumentError) as refused:
        check_document({"product": "no such tier", "billing": bad})
    assert refused.value.errors == {
        "product": ["is not a tier that can be ordered."],
        "billing.company": ["is required."],
        "billing.country": [NO_COUNTRY],
        "billing.email": ["must be a bare e-mail address."],
    }


@pytest.mark.django_db
@pytest.mark.parametrize(("country", "vat_id"), [
    ("DE", "DE136695976"),
    ("DE", "de 136 695 976"),
    ("AT", "ATU12345675"),
    ("GR", "EL094259216"),
    ("FR", "FR 40 303265045"),
    ("GB", "XI432525179"),
])  # fmt: skip
def test_vat_id_of_the_country_is_taken_and_kept_as_sent(country: str, vat_id: str) -> None:
    billing = {**BILLING, "country": country, "vat_id": vat_id}
    checked = check_document({"product": "s", "billing": billing})
    assert checked.members.billing
    assert checked.members.billing.vat_id == vat_id


@pytest.mark.django_db
def test_null_is_the_same_as_absent() -> None:
    unset = dict.fromkeys(("name", "street2", "vat_id", "email", "reference"))
    billing = check_document({"product": "s", "billing": {**BILLING, **unset}}).members.billing
    assert billing
    assert billing.model_dump(exclude_none=True) == {
        name: value for name, value in BILLING.items() if name not in unset
    }
    assert check_document({"product": "s", "billing": None}).members.billing is None


@pytest.mark.django_db
def test_private_person_needs_a_name_where_everybody_may_order(settings: Settings) -> None:
    assert faults(PERSON) == {
        "billing.customer_type": ["must be company: this shop sells to businesses only."]
    }
    settings.CUSTOMERS = "everyone"
    assert faults(PERSON) == {}
    assert faults({**PERSON, "name": None}) == {"billing.name": ["is required."]}
    assert faults(BILLING) == {}


@pytest.mark.django_db
def test_client_that_has_billing_data_takes_none_with_an_order() -> None:
    project = make_project()
    client, admin = project.client, project.client.client_admin
    document = {"client_id": client.pk, "project_name": "Next", "product": "s", "billing": BILLING}
    assert check_document(document, client_admin=admin).members.billing
    BillingProfile.objects.create(client=make_client(), **BILLING)  # somebody else's
    assert check_document(document, client_admin=admin).members.billing
    BillingProfile.objects.create(client=client, **BILLING)
    with pytest.raises(InvalidDocumentError) as refused:
        check_document(document, client_admin=admin)
    sentence = "must not be given: this client has billing data already."
    assert refused.value.errors == {"billing": [sentence]}
    del document["billing"]
    assert check_document(document, client_admin=admin)


@pytest.mark.django_db
def test_stranger_does_not_learn_whether_a_client_has_billing_data() -> None:
    client = make_client()
    document = {"client_id": client.pk, "project_name": "x", "product": "s", "billing": BILLING}
    document["admin_user_access_token"] = "wrong"
    BillingProfile.objects.create(client=client, **BILLING)
    with pytest.raises(InvalidDocumentError) as known:
        check_document(document)
    with pytest.raises(InvalidDocumentError) as unknown:
        check_document({**document, "client_id": client.pk + 1})
    assert known.value.errors == unknown.value.errors
    assert known.value.errors.keys() == {"admin_user_access_token"}


@pytest.mark.django_db
def test_check_of_billing_asks_the_database_nothing(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        assert check_billing(BILLING) == []


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
plausible = st.sampled_from(
    ["company", "private", "DE", "GR", "GB", "DE136695976", "EL094259216", "a@example.com", "x"]
)


@pytest.mark.once
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.dictionaries(
        st.sampled_from(BILLING_MEMBERS) | st.text(max_size=5), plausible | anything, max_size=12
    )
)
def test_any_billing_is_taken_or_refused_by_names_of_its_members(billing: dict[str, Any]) -> None:
    problems = check_billing(billing)
    allowed = {f"billing.{name}" for name in (*BILLING_MEMBERS, *billing)}
    assert {problem.member for problem in problems} <= allowed
    assert all(problem.sentence() for problem in problems)
    if not problems:
        checked = BillingData.model_validate(billing)
        sent = {name: value for name, value in billing.items() if value is not None}
        assert checked.model_dump(exclude_none=True) == sent
        assert checked.country in COUNTRIES
        assert checked.company if checked.customer_type == "company" else checked.name
