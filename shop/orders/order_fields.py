"""The fields of the order document: their types, and everything else that is said about them."""

from dataclasses import dataclass
from typing import Annotated, Literal

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from pydantic import BaseModel, ConfigDict, Field

from shop.orders.billing_fields import BillingData
from shop.orders.field_types import Email, Id, Login, Metadata, Name, Reference, Text, Webhook

READ_ONLY = frozenset({
    "order_hash", "order_number", "packing_error_code", "packing_errors", "price", "state",
    "status", "subscription", "registration_url", "created_at", "updated_at",
})  # fmt: skip


@dataclass(frozen=True)
class OrderField:
    """The label of a field, and what may be done with it.

    `autocomplete` is the HTML attribute. The registration page asks for a `fillable` field while it
    is unset; staff may change it, as they may a `correctable` one. A `personal` one is erased with
    the member's account. So is a `partners_own` one, which means nothing to the shop: the program
    that placed the order may change it at any time. `exported` ones are in the exports of staff and
    of the member.
    """

    label: StrOrPromise
    hint: StrOrPromise = ""
    autocomplete: str = "off"
    fillable: bool = False
    correctable: bool = False
    personal: bool = False
    partners_own: bool = False
    exported: bool = True


class OrderDocument(BaseModel):
    """The fields of an order. Strings are kept as sent; null is the same as leaving a field out."""

    # The schema states no rules between members, which would take `anyOf` and `if`: generators of
    # clients make nothing usable of them. The fields' texts tell these rules, and 422 names them.
    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        use_attribute_docstrings=True,
    )

    product: Annotated[Name, OrderField(_("Tier"), exported=False), Field(examples=["s"])]
    """The code of the tier, in exact case. A retired tier is rejected like an unknown one."""

    admin_user_access_token: Annotated[Text | None, OrderField(_("Token"), exported=False)] = None
    """The token of a client_admin with the scope orders:write. Needed with client_id; with
    client_name its user becomes the client_admin of the new client."""

    # Ids are never taken from somebody who merely holds the hash (contract, "Who is who").
    client_id: Annotated[
        Id | None, OrderField(_("Client number"), correctable=True), Field(examples=[7])
    ] = None
    """The existing client. Needs admin_user_access_token, and either project_name or project_id.
    Not together with client_name."""

    client_name: Annotated[
        Name | None,
        OrderField(
            _("Client"),
            hint=_("As it should appear on your invoices."),
            autocomplete="organization",
            fillable=True,
        ),
        Field(examples=["Constantin Film"]),
    ] = None
    """The name of a new client; not blank, no control characters. A new client is always created, even
    if one with this name exists."""

    project_id: Annotated[
        Id | None, OrderField(_("Project number"), correctable=True), Field(examples=[12])
    ] = None
    """The project to add a member to. Needs client_id and user_email; product must be the project's
    tier. Not together with project_name."""

    project_name: Annotated[
        Name | None,
        OrderField(_("Project"), hint=_("A working title will do."), fillable=True),
        Field(examples=["OSD Yamdu Free"]),
    ] = None
    """The name of a new project; not blank, no control characters. A new project is always
    created."""

    redirection_uri: Annotated[
        Webhook | None,
        OrderField(_("Webhooks to"), exported=False),
        Field(examples=["https://partner.example/hooks"]),
    ] = None
    """The URL to which each change of state is POSTed: an absolute https URI of printable ASCII
    characters, a host name or a public address, no user information."""

    user_first_name: Annotated[
        Name | None,
        OrderField(_("First name"), autocomplete="given-name", fillable=True, personal=True),
        Field(examples=["Nina"]),
    ] = None
    """The first member's first name; not blank, no control characters."""

    user_last_name: Annotated[
        Name | None,
        OrderField(_("Last name"), autocomplete="family-name", fillable=True, personal=True),
        Field(examples=["Nagel"]),
    ] = None
    """The first member's last name; not blank, no control characters."""

    user_email: Annotated[
        Email | None,
        OrderField(
            _("E-mail"),
            hint=_("We'll send your sign-in link here. No advertising."),
            autocomplete="email",
            fillable=True,
            personal=True,
        ),
        Field(examples=["nina@example.com"]),
    ] = None
    """The first member's e-mail address, without a name: nina@example.com."""

    user_login: Annotated[
        Login | None,
        OrderField(_("Requested display name"), correctable=True, personal=True),
        Field(examples=["nina.nagel"]),
    ] = None
    """The login the first member would like: ASCII letters, digits and @ . + - _, with @ only if it
    equals user_email. If it is taken, the member chooses another."""

    language: Annotated[
        Literal["de", "en"], OrderField(_("Language"), correctable=True), Field(examples=["de"])
    ] = "de"
    """The language of the registration page and of e-mails; default de."""

    promo_code: Annotated[
        Name | None, OrderField(_("Promotion code")), Field(examples=["SUMMER"])
    ] = None
    """A promotion code that is valid for this tier now. Case and spaces don\'t matter."""

    interval: Annotated[
        Literal["month", "year"], OrderField(_("Billing interval")), Field(examples=["month"])
    ] = "month"
    """Paid in advance for a month or for a year; default month. year only for a tier with a yearly
    price."""

    # Exported member by member, where it is exported.
    billing: Annotated[
        BillingData | None,
        OrderField(_("Billing address"), personal=True, exported=False),
        Field(
            examples=[
                {
                    "customer_type": "company",
                    "company": "Constantin Film",
                    "street": "Feilitzschstraße 6",
                    "postal_code": "80802",
                    "city": "München",
                    "country": "DE",
                }
            ]
        ),
    ] = None
    """The buyer, who is billed. Not needed to set the order up: the invoice waits until it is filled
    in. It becomes the client's billing data; with the client_id of a client that has some, it is
    rejected."""

    reference: Annotated[
        Reference | None,
        OrderField(_("Partner’s reference"), partners_own=True),
        Field(examples=["PO-4711"]),
    ] = None
    """Your own name for the order; not blank, no control characters. Several orders may have the
    same. Customers don\'t see it."""

    metadata: Annotated[
        Metadata | None,
        OrderField(_("Partner’s metadata"), partners_own=True),
        Field(examples=[{"campaign": "spring", "sales_rep": "17"}]),
    ] = None
    """Your own data about the order: at most 20 strings of at most 500 characters, which may be
    empty, under keys of at most 40 characters. Customers don\'t see it."""


FIELDS = {
    name: next(each for each in field.metadata if isinstance(each, OrderField))
    for name, field in OrderDocument.model_fields.items()
}

# Members that are columns of `Order`, as sent: of the tier and the token it keeps something else.
AS_SENT = tuple(name for name in FIELDS if name not in {"product", "admin_user_access_token"})
FILLABLE = tuple(name for name, field in FIELDS.items() if field.fillable)
CORRECTABLE = tuple(n for n, field in FIELDS.items() if field.correctable or field.fillable)
PERSONAL = tuple(name for name, field in FIELDS.items() if field.personal)
PARTNERS_OWN = tuple(name for name, field in FIELDS.items() if field.partners_own)
# What the program that placed the order may correct while its page or staff could.
CORRECTED_BY_PROGRAM = (*FILLABLE, "user_login")
# All that it may change, some of it only once, or only in some states.
CHANGEABLE = (*CORRECTED_BY_PROGRAM, "billing", *PARTNERS_OWN)
EXPORTED = tuple(name for name, field in FIELDS.items() if field.exported)
# A partner may have written anything about the person into their own.
ERASED = (*PERSONAL, *PARTNERS_OWN)
# What may have been filled in about people and their company before an order lapses.
ERASED_AT_EXPIRY = tuple(name for name in FIELDS if name in {*FILLABLE, *ERASED})
