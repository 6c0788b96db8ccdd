"""Contacts as the open order answers them, for the API's description.

Of an order that came whole they are made of its document, which may name less of a person.
"""

from typing import Literal

from shop.open_order import resources
from shop.open_order.resources import Resource
from shop.open_order.response_models import Linked


class ContactName(Resource):
    """The person's name, as far as it is known."""

    first_name: str | None = None
    """First name."""
    last_name: str | None = None
    """Last name; the same as the first if the person has one name only."""
    company: str | None = None
    """The company."""


class ContactReach(Resource):
    """E-mail addresses and telephone numbers, as far as they are known."""

    email1: str | None = None
    """The e-mail address; in the regular contact, the first member's."""
    email2: str | None = None
    """Another one."""
    phone1: str | None = None
    """A telephone number."""
    phone2: str | None = None
    """Another one."""
    fax: str | None = None
    """A fax number."""


class ContactShown(Resource):
    """A contact, as far as the order names one."""

    name: ContactName
    """The person's name."""
    address: resources.PostalAddress | None = None
    """The postal address."""
    contact_media: ContactReach
    """E-mail and telephone."""
    customer_type: Literal["company", "private"] | None = None
    """In the billing contact only."""
    vat_id: str | None = None
    """In the billing contact only: the VAT ID."""
    reference: str | None = None
    """In the billing contact only: the buyer's own reference, on each invoice."""


class ContactAnswer(Linked, ContactShown):
    """One contact."""


class ContactsByKind(Resource):
    """Those that were set."""

    regular: ContactShown | None = None
    """The person who orders, and the first member."""
    billing: ContactShown | None = None
    """The buyer, who is billed."""
    administrator: ContactShown | None = None
    """The person who administers it."""
    technical: ContactShown | None = None
    """The person for technical questions."""


class ContactsAnswer(Linked):
    """All contacts."""

    contact_info: ContactsByKind
    """The contacts that were set, by kind."""
