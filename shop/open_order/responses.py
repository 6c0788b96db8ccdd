"""The resources of the open order as they are answered, for the API's description.

`presenting` makes them. What was put is answered as it was put, with links; what was not put is
absent, unless it says null here.
"""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_pascal

from shop.open_order import resources
from shop.open_order.resources import Resource
from shop.orders.field_types import AnyState, Id

Status = Literal["new", "pending", "open", "closed"]
ServiceName = Literal["client", "project", "members"]
Address = Annotated[str, Field(json_schema_extra={"format": "uri"})]
Hash = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
OwnerId = Annotated[str, Field(json_schema_extra={"format": "uuid"})]
Amount = Annotated[str, Field(pattern=r"^[0-9]+\.[0-9]{2}$")]
QuoteHash = Annotated[str, Field(pattern="^([0-9a-f]{40})?$")]


class Capital(Resource):
    """The order and its quote write their members with a capital, as the source does."""

    model_config = ConfigDict(alias_generator=to_pascal)


class Link(Resource):
    """Where something is, and what that is to this."""

    href: Address
    rel: str


class Linked(Resource):
    """A resource that says where it is."""

    links: list[Link]


class OrderMembers(Capital):
    """The order itself."""

    owner_id: OwnerId | None = None
    status: AnyState
    account: Address


class OrderLinks(Resource):
    """By what they are: a list elsewhere, an object here, as in the source."""

    self: Link
    alternate: Link | None = None


class OpenOrder(Resource):
    """An order, open or placed."""

    order: OrderMembers
    links: OrderLinks


class SelfLink(Resource):
    """Where it is."""

    self: Link


class Opened(Resource):
    """What opening an order answers."""

    order_id: Hash
    owner_id: OwnerId
    links: SelfLink


class AccountAnswer(Linked, resources.Account):
    """The account, and where its parts are."""

    contact_info: Address
    user: Address
    payment_info: Address
    products: Address


class ContactAnswer(Linked, resources.Contact):
    """One contact."""


class ContactsByKind(Resource):
    """Those that were set."""

    regular: resources.Contact | None = None
    billing: resources.Contact | None = None
    administrator: resources.Contact | None = None
    technical: resources.Contact | None = None


class ContactsAnswer(Linked):
    """All contacts."""

    contact_info: ContactsByKind


class UserAnswer(Linked, resources.OrderUser):
    """The sign-in name that the first member would like."""


class PaymentAnswer(Linked, resources.PaymentInfo):
    """How it is paid."""


class ProductMade(Resource):
    """What putting a product in answers."""

    url: Address
    product_id: Hash


class ProductAnswer(Linked):
    """The product of an order."""

    status: Status
    product_id: Hash
    services: Address
    offering: Address
    display_name: str | None
    project_id: Id | None
    promo_code: str | None


class ProductsAnswer(Linked):
    """The product of an order, in a list of none or one."""

    items: Annotated[list[ProductAnswer], Field(alias="list", max_length=1)]


class ServiceAnswer(Linked):
    """One thing that the tier delivers."""

    status: Status
    service_id: ServiceName
    name: ServiceName
    quantity: int | None = None


class ServicesAnswer(Linked):
    """What the tier delivers."""

    items: list[ServiceAnswer] = Field(alias="list")


class Fee(Capital):
    """One line of the quote."""

    type: Literal["recurring"]
    description: str
    currency: str
    base_amount: Amount
    discount: Amount
    amount: Amount
    quantity: Literal["1"]
    monthly_cycle: Literal["1"]
    num_charges: Literal["-1"]


class QuotedProduct(Capital):
    """What the product costs."""

    plan_number: Hash
    offering: Address
    promotion_code: str | None = None
    promotion_name: str | None = None
    fees: list[Fee]


class QuoteMembers(Capital):
    """What the order costs."""

    hash: QuoteHash
    currency: str
    products: list[QuotedProduct]
    sub_total: Amount
    tax_total: Amount
    total: Amount


class QuoteAnswer(Linked):
    """The quote."""

    quote: QuoteMembers
