"""The member `billing` of the order document: who is billed (contract, "Orders API")."""

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, Literal, assert_never

from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from shop.catalogue.vat_ids import VatIdProblem, vat_id_problem
from shop.orders.field_types import City, Country, Email, Name, PostalCode, Reference, VatId
from shop.orders.problems import Problem, field_problem


class BillingData(BaseModel):
    """The company or private person that is billed."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True
    )

    customer_type: Annotated[Literal["company", "private"], Field(examples=["company"])]
    """company, or private for a private person. A shop that sells to businesses alone refuses
    private."""

    company: Annotated[Name | None, Field(examples=["Constantin Film"])] = None
    """The company's full name, as invoices name it; not blank, no control characters. A company
    needs it."""

    name: Annotated[Name | None, Field(examples=["Nina Nagel"])] = None
    """The person's name; not blank, no control characters. A private person needs it; of a company
    it is the contact person."""

    street: Annotated[Name, Field(examples=["Feilitzschstraße 6"])]
    """Street and number; not blank, no control characters."""

    street2: Annotated[Name | None, Field(examples=["Rear building"])] = None
    """A second line of the address; not blank, no control characters."""

    postal_code: Annotated[PostalCode, Field(examples=["80802"])]
    """The postal code; not blank, no control characters."""

    city: Annotated[City, Field(examples=["München"])]
    """The city; not blank, no control characters."""

    country: Annotated[Country, Field(examples=["DE"])]
    """The country's code of ISO 3166-1, two capital letters. VAT follows from it."""

    vat_id: Annotated[VatId | None, Field(examples=["DE136695976"])] = None
    """The company's VAT ID, which begins with its country (EL for Greece, XI for Northern Ireland);
    its check digits must be right."""

    email: Annotated[Email | None, Field(examples=["invoices@example.com"])] = None
    """The address that invoices are mailed to, bare. Without it they go to the client_admin."""

    reference: Annotated[Reference | None, Field(examples=["PO-4711"])] = None
    """The buyer's own reference, which stands on each invoice; a Leitweg-ID of German
    authorities."""

    @model_validator(mode="before")
    @classmethod
    def without_null(cls, value: Any) -> Any:
        """`value` without members that are null; an unknown one stays, and is refused."""
        if not isinstance(value, dict):
            return value
        unset = {name for name in cls.model_fields if value.get(name) is None}
        return {name: each for name, each in value.items() if name not in unset}


BILLING_MEMBERS = tuple(BillingData.model_fields)


def check_billing(raw: Mapping[str, Any]) -> list[Problem]:
    """List what is wrong with `raw`, by members such as `billing.country`."""
    problems = []
    try:
        BillingData.model_validate(raw)
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            member = ".".join(["billing", *map(str, fault["loc"])])
            problems.append(field_problem(member, fault))
    return problems + list(joint_problems(raw, {problem.member for problem in problems}))


def joint_problems(billing: Any, faulty: Collection[str]) -> Iterator[Problem]:
    """Check the rules over several members of `billing`, as far as these are not `faulty`."""
    if not isinstance(billing, dict):
        return
    sound = {name: value for name, value in billing.items() if f"billing.{name}" not in faulty}
    kind, country, vat_id = (sound.get(name) for name in ("customer_type", "country", "vat_id"))
    if kind == "private" and settings.CUSTOMERS == "businesses":
        yield Problem("billing.customer_type", "businesses_only")
    needed = {"company": "company", "private": "name"}.get(kind or "")
    if needed and billing.get(needed) is None:
        yield Problem(f"billing.{needed}", "required")
    match vat_id_problem(vat_id, country) if country and vat_id else None:
        case VatIdProblem.MALFORMED:
            yield Problem("billing.vat_id", "invalid_vat_id")
        case VatIdProblem.OTHER_COUNTRY:
            yield Problem("billing.vat_id", "vat_id_of_another_country", ("billing.country",))
        case None:
            pass
        case unknown:
            assert_never(unknown)


def all_members(billing: Mapping[str, Any]) -> dict[str, Any]:
    """Return `billing` with all of its members; unset ones are None."""
    return {name: billing.get(name) for name in BILLING_MEMBERS}
