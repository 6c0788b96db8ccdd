"""The resources of the open order as `representations` answers them, for the API's description.

A resource is answered as it was put, with links. An optional field that was not put is absent.
"""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, WithJsonSchema
from pydantic.alias_generators import to_pascal

from shop.open_order import resources
from shop.open_order.resources import Resource
from shop.openapi import Address, Hash
from shop.orders.field_types import AnyState, Id

Status = Literal["new", "pending", "open", "closed"]
ServiceName = Literal["client", "project", "members"]
OwnerId = Annotated[str, Field(json_schema_extra={"format": "uuid"})]
Amount = Annotated[str, Field(pattern=r"^[0-9]+\.[0-9]{2}$")]
QuoteHash = Annotated[str, Field(pattern="^([0-9a-f]{40})?$")]


class Capital(Resource):
    """The order and its quote write their fields with a capital, as the older description does."""

    model_config = ConfigDict(alias_generator=to_pascal)


class Link(Resource):
    """A URL and its relation to this resource."""

    href: Address
    """The URL."""
    rel: str
    """self: this resource; alternate: the same at another URL; offerings: all tiers with their
    prices; offering: the order's tier."""


class Linked(Resource):
    """A resource with links."""

    links: list[Link]
    """Links from this resource."""


class OrderMembers(Capital):
    """The order itself."""

    owner_id: OwnerId | None = None
    """The owner's id, only if the request sent it."""
    status: AnyState
    """new while it is open, then the same value as state in /api/orders."""
    account: Address | None = None
    """The URL of its account; into an open order, PUT it there."""


class OrderLinks(Resource):
    """By what they are: a list elsewhere, an object here, as in the source."""

    self: Link
    """The URL of the request."""
    alternate: Link | None = None
    """The permanent URL by order_hash; only below /order."""


class OpenOrder(Resource):
    """An order, open or placed."""

    order: OrderMembers
    """The order."""
    links: OrderLinks
    """Its URL."""


class Opened(Resource):
    """The response to opening an order."""

    order_id: Hash
    """The order_hash, as in /api/orders."""
    owner_id: OwnerId
    """The OwnerId, as in the cookie."""
    links: OrderLinks
    """Its URL."""


class AccountAnswer(Linked, resources.Account):
    """The account, and where its parts are."""

    contact_info: Address
    """The URL of the contacts."""
    user: Address | None = None
    """The URL of the user, if one was set."""
    payment_info: Address | None = None
    """The URL of the payment, if one was set."""
    products: Address
    """The URL of the products."""


class UserAnswer(Linked, resources.OrderUser):
    """The sign-in name that the first member would like."""


class PaymentAnswer(Linked, resources.PaymentInfo):
    """The payment."""


class ProductMade(Resource):
    """The response to adding a product."""

    url: Address
    """Its URL."""
    product_id: Hash
    """The id of the product within its order."""


class ProductAnswer(Linked):
    """The product of an order."""

    status: Status
    """new while the order is open, pending until it is packed, then open; closed if it was
    cancelled."""
    product_id: Hash
    """The id of the product within its order."""
    services: Address
    """The URL of what the tier delivers."""
    offering: str
    """The URL of the tier's page; the tier's code once it is no longer sold."""
    display_name: str | None
    """The name of the new project."""
    project_id: Id | None
    """The project that gets a new member."""
    promo_code: str | None
    """As sent."""
    interval: Literal["month", "year"]
    """The time that is paid for in advance."""


class ProductsAnswer(Linked):
    """The product of an order, in a list of none or one."""

    items: Annotated[list[ProductAnswer], Field(alias="list", max_length=1)]
    """None, or one."""


class ServiceAnswer(Linked):
    """One thing that the tier delivers."""

    status: Status
    """new, then pending, then open once it is there; closed if the order was cancelled
    before that."""
    service_id: ServiceName
    """The thing that is delivered."""
    name: ServiceName
    """The same."""
    quantity: int | None = None
    """The number of members that the project may have."""


class ServicesAnswer(Linked):
    """All that the tier delivers."""

    items: list[ServiceAnswer] = Field(alias="list")
    """client, project, members."""


class Fee(Capital):
    """One line of the quote."""

    type: Literal["recurring"]
    """recurring: again for each interval."""
    description: str
    """The tier, and the time that the fee is for."""
    currency: str
    """A currency code of ISO 4217. Only a tier of the same currency goes with it."""
    base_amount: Amount
    """The tier's price, without VAT."""
    discount: Amount
    """The amount that the promotion takes off."""
    discount_months: Annotated[str, Field(pattern="^[1-9][0-9]*$")] | None = None
    """The number of months for which it is taken off; absent if it has no end."""
    amount: Amount
    """The amount that is left, without VAT."""
    quantity: Literal["1"]
    """Always 1."""
    monthly_cycle: Literal["1", "12"]
    """The months that are paid for in advance: 1, or 12 if interval is year."""
    num_charges: Literal["-1"]
    """Always -1: until it is cancelled."""


class QuotedProduct(Capital):
    """The price of the product."""

    plan_number: Hash
    """The productId."""
    offering: str
    """The URL of the tier's page; the tier's code once it is no longer sold."""
    promotion_code: str | None = None
    """The promotion code, if one was sent."""
    promotion_name: Annotated[str, WithJsonSchema({"type": ["string", "null"]})] | None = None
    """The occasion of the promotion; null once it has ended."""
    fees: list[Fee]
    """The lines."""


class QuoteMembers(Capital):
    """The price of the order."""

    hash: QuoteHash
    """Identifies tier, price, interval, VAT, currency and promotion together; empty while there is no
    product. Send it with submit as quoteHash."""
    currency: str
    """A currency code of ISO 4217. Only a tier of the same currency goes with it."""
    products: list[QuotedProduct]
    """The product; empty while there is none."""
    sub_total: Amount
    """The price of one interval, without VAT."""
    tax_total: Amount
    """The VAT, which depends on the buyer's country and on whether the VAT ID is confirmed."""
    total: Amount
    """The total of one interval."""


class QuoteAnswer(Linked):
    """The quote."""

    quote: QuoteMembers
    """Its price, with the lines it is made of."""


class AttributesAnswer(Linked):
    """The attributes, each name once."""

    items: Annotated[list[resources.Attribute], Field(alias="list", max_length=2)]
    """The attributes."""


class Failure(Resource):
    """The faults of the request."""

    guid: Annotated[str, Field(pattern="^[A-Za-z0-9._-]{1,64}$")]
    """Identifies the request in our logs: the value of X-Request-ID."""
    message: str
    """One English sentence; it may be reworded."""
    code: int
    """The status again."""
    details: Literal[""] | Annotated[dict[str, str], Field(min_length=1)]
    """The errors by field; an empty string if no field is at fault."""
    codes: Annotated[dict[str, list[str]], Field(min_length=1)]
    """The codes of the errors by field; base begins with the code of message."""
