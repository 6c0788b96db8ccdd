"""The order document: the one schema behind the web page, `/api/orders` and `/order/action`.

Pydantic checks each field by itself; then rules over several fields, and those that need our rows,
are checked for the fields that are sound.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from shop.access.tokens import WRITE, Bearer, check_bearer
from shop.catalogue.intervals import Interval
from shop.catalogue.models import Product, Promotion
from shop.catalogue.promotions import find_promotion
from shop.compiled_queries import CompiledQuery, Parameter
from shop.faults import Fault
from shop.orders.billing_fields import joint_problems
from shop.orders.field_types import Name
from shop.orders.order_fields import READ_ONLY, OrderDocument
from shop.orders.problems import Problem, field_problem
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.models import Client, Project, User

# In this tier the first user becomes client_admin, whoever's token came with the order.
FREE_FOR_FIRST_USER = "Yamdu FREE"


@dataclass(frozen=True)
class CheckedDocument:
    """A document that breaks no rule, with the rows it names and the caller it was checked for."""

    members: OrderDocument
    product: Product
    bearer: Bearer | None
    promotion: Promotion | None
    client_admin: User | None


class InvalidDocumentError(Exception):
    """An order document breaks rules; `problems` lists every one of them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(self.errors)

    @property
    def errors(self) -> dict[str, list[str]]:
        """English sentences by field, both in the order document's own names."""
        return {name: [each.sentence for each in told] for name, told in self.faults.items()}

    @property
    def faults(self) -> dict[str, list[Fault]]:
        """The faults by field, in the order document's own names."""
        faults: dict[str, list[Fault]] = {}
        for problem in self.problems:
            faults.setdefault(problem.member, []).append(problem.fault())
        return faults


def check_document(
    raw: Mapping[str, Any], *, bought: Product | None = None, client_admin: User | None = None
) -> CheckedDocument:
    """Check `raw` by every rule (contract, "Orders API").

    `bought` is the tier of an order placed before, retired or not; `client_admin` a caller who
    needs no token for their clients. Raises InvalidDocumentError with all problems.
    """
    given = _given(raw)
    document, problems = check_members(raw)
    faulty = {problem.member for problem in problems}
    if any(member.startswith("billing.") for member in faulty):
        faulty.add("billing")
    sound = {member: value for member, value in given.items() if member not in faulty}
    # A field with a problem of its own still counts as given.
    problems += _check_pairs(given, sound)
    product = bought or _find_product(sound, problems)
    problems += _check_interval(sound, product)
    bearer = _check_client(given, sound, product, client_admin, problems)
    promotion = _find_promotion(sound, product, problems)
    if problems or document is None or product is None:
        raise InvalidDocumentError(problems)
    return CheckedDocument(document, product, bearer, promotion, client_admin)


_MEMBERS = frozenset(OrderDocument.model_fields)


def _given(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in raw.items() if value is not None and name in _MEMBERS}


def check_members(raw: Mapping[str, Any]) -> tuple[OrderDocument | None, list[Problem]]:
    """Check each member of `raw` by itself, and those of `billing` together.

    Returns the document, or None where a member is at fault, and every problem.
    """
    sent, given = {name for name, value in raw.items() if value is not None}, _given(raw)
    problems = [Problem(member, "read_only") for member in sent & READ_ONLY]
    problems += [Problem(member, "unknown_member") for member in raw.keys() - READ_ONLY - _MEMBERS]
    document = None
    try:
        document = OrderDocument.model_validate(given)
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            problem = field_problem(".".join(map(str, fault["loc"])), fault)
            if problem not in problems:  # keys of one object may have the same fault
                problems.append(problem)
    faulty = {problem.member for problem in problems}
    problems += joint_problems(given.get("billing"), faulty)
    return document, problems


_NAME = TypeAdapter(Name)


def name_problem(name: str) -> Problem | None:
    """Check `name` by the rules for names of clients, projects and people."""
    try:
        _NAME.validate_python(name, strict=True)
    except ValidationError as error:
        return field_problem("name", error.errors(include_url=False, include_input=False)[0])
    return None


def _check_pairs(given: Mapping[str, Any], sound: Mapping[str, Any]) -> Iterator[Problem]:
    for kind in ("client", "project"):
        number, name = f"{kind}_id", f"{kind}_name"
        if number in given and name in given:
            yield Problem(number, f"two_{kind}s", (name,))
            yield Problem(name, f"two_{kind}s", (number,))
    login = sound.get("user_login", "")
    if "@" in login and login != given.get("user_email"):
        yield Problem("user_login", "login_is_another_email", ("user_email",))


_listed_tier: CompiledQuery[Product] = CompiledQuery(
    lambda: (
        Product.objects.filter(code=Parameter("code"), listed=True)
        .order_by()
        .defer("promise_de", "promise_en")
    )
)


def _find_product(sound: Mapping[str, Any], problems: list[Problem]) -> Product | None:
    if "product" not in sound:
        return None
    product = _listed_tier.first(code=sound["product"])
    # Some databases compare without regard to case.
    if product is None or product.code != sound["product"]:
        problems.append(Problem("product", "unknown_tier"))
        return None
    return product


def _check_interval(sound: Mapping[str, Any], product: Product | None) -> Iterator[Problem]:
    if sound.get("interval") == Interval.YEAR and product and not product.yearly_net_cents:
        yield Problem("interval", "not_by_the_year", tier=product.name)


def _check_client(
    given: Mapping[str, Any],
    sound: Mapping[str, Any],
    product: Product | None,
    client_admin: User | None,
    problems: list[Problem],
) -> Bearer | None:
    """Check the token, its client, and what an order for an existing client must name."""
    value = sound.get("admin_user_access_token")
    bearer = _bearer_to_write(value) if value else None
    if "client_id" in given:
        problems += _check_existing_client(given, client_admin)
    elif "project_id" in given:
        problems.append(Problem("client_id", "client_required", ("project_id",)))
    admin = client_admin
    if value:
        admin = bearer.user if bearer else None
        if bearer is None and "client_id" not in sound:
            problems.append(Problem("admin_user_access_token", "invalid_token"))
    if "client_id" not in sound or not (value or client_admin):
        return bearer
    client = Client.objects.filter(pk=sound["client_id"]).first()
    # A wrong token and an unknown client answer alike.
    if client is None or admin is None or client.client_admin_id != admin.pk:
        problems.append(
            Problem("admin_user_access_token", "invalid_token")
            if value
            else Problem("client_id", "not_client_admin")
        )
    else:
        problems += _check_delivered(client, given, sound, product)
    return bearer


def _check_existing_client(
    given: Mapping[str, Any], client_admin: User | None
) -> Iterator[Problem]:
    """Check that an order for an existing client is complete on arrival."""
    if "admin_user_access_token" not in given and client_admin is None:
        yield Problem("admin_user_access_token", "required_with", ("client_id",))
    if "project_id" in given and "user_email" not in given:
        yield Problem("user_email", "required_with", ("project_id",))
    if "project_id" not in given and "project_name" not in given:
        yield Problem("project_name", "required_unless", ("client_id", "project_id"))


def _check_delivered(
    client: Client, given: Mapping[str, Any], sound: Mapping[str, Any], product: Product | None
) -> Iterator[Problem]:
    """Check the members that must fit what `client` has: its billing data and its projects."""
    if "billing" in given and BillingProfile.objects.filter(client=client).exists():
        yield Problem("billing", "client_has_billing")
    if "project_id" not in sound:
        return
    project = Project.objects.filter(pk=sound["project_id"], client=client).first()
    if project is None:
        yield Problem("project_id", "unknown_project")
    elif project.joins_closed_at:
        yield Problem("project_id", "project_closed")
    elif product is not None and project.product_id != product.pk:
        yield Problem("product", "wrong_tier")


def _find_promotion(
    sound: Mapping[str, Any], product: Product | None, problems: list[Problem]
) -> Promotion | None:
    if "promo_code" not in sound:
        return None
    promotion = find_promotion(sound["promo_code"], product) if product else None
    if product and promotion is None:
        problems.append(Problem("promo_code", "invalid_promo_code", tier=product.name))
    return promotion


def _bearer_to_write(value: str) -> Bearer | None:
    bearer = check_bearer(value)
    return bearer if bearer and bearer.user and WRITE in bearer.scopes else None
