"""Data export: everything we store about a person, without secrets.

Others' data stays out: of an order that somebody else has placed the person gets what is about
themselves.
"""

from functools import reduce
from operator import or_

from allauth.account.models import EmailAddress
from allauth.idp.oidc.models import Token
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Q, QuerySet

from shop.access.tokens import last_used
from shop.billing.balances import with_balance
from shop.billing.declaration_rows import Declaration
from shop.billing.models import Invoice
from shop.notifications.emails.models import ContactRequest, Message
from shop.orders.archived_order import archived_for
from shop.orders.consent import consent_of
from shop.orders.models import Order
from shop.orders.order_erasure import orders_for
from shop.orders.order_fields import EXPORTED
from shop.row_facts import Facts, facts_of, facts_of_all, plain
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.departure_rows import AppointmentRequest, DeletionWish
from shop.tenancy.erasure import emails_of, spellings
from shop.tenancy.factor_reset_rows import FactorReset
from shop.tenancy.models import Client, Membership, StaffInvitation, User

# The attributes in the export, and the paths to those that it names differently.
USER = (
    *("email", "login", "first_name", "last_name", "language", "time_zone", "joined_at"),
    "first_steps_hidden_at",
)
MESSAGE = ("kind", "recipient", "language", "state", "created_at", "sent_at")
ORDER = ("order_number", "state", "created_at", "updated_at", "net_cents", "currency")
BILLING = (
    *("customer_type", "company", "name", "street", "street2", "postal_code", "city", "country"),
    *("vat_id", "email", "reference"),
)
DECLARATION = (
    *("kind", "received_at", "name", "contract", "email", "for_cause", "reason", "wished_end"),
    "keep_until",
)
BASKET = ("document", "currency", "language_tag", "company", "contacts", "payment", "attributes")
INVOICE = (
    *("number", "kind", "issued_on", "due_on", "period_start", "period_end"),
    *("net_cents", "vat_cents", "gross_cents", "currency", "state", "recipient"),
)
MEMBERSHIP = {
    "client": "project.client.name",
    "project": "project.name",
    "tier": "project.product.name",
}


def export(user: User) -> Facts:
    """Return everything about `user`; times in UTC (ISO 8601), prices in cents."""
    emails = emails_of(user)
    joined = Membership.objects.filter(user=user, joined_at__isnull=False)
    memberships = joined.select_related("project__client", "project__product")
    clients = Client.objects.filter(client_admin=user)
    profiles = BillingProfile.objects.filter(client__in=clients).select_related("client")
    sessions = UserSession.objects.filter(user=user)
    archived = _archived(user, emails)
    return {
        "user": _user(user),
        "memberships": facts_of_all(memberships, "role", "joined_at", "opened_at", **MEMBERSHIP),
        "invitations": _invitations(user),
        "clients_administered": facts_of_all(clients, "name", "created_at", number="pk"),
        "billing": facts_of_all(profiles, *BILLING, client="client.name"),
        "invoices": _invoices(clients),
        "orders": _orders(user, emails, archived),
        "messages": _messages(user, emails, archived),
        "sessions": facts_of_all(
            sessions, "ip", "last_seen_at", browser="user_agent", since="created_at"
        ),
        "messages_to_support": _contact_requests(emails),
        "declarations": _declarations(emails),
        "sign_in": _factors(user),
        "factor_resets": facts_of_all(
            FactorReset.objects.filter(user=user).order_by("pk"),
            *("asked_at", "reason", "identity", "outcome", "decided_at"),
        ),
        "tokens": _tokens(user),
        "wishes_to_be_deleted": facts_of_all(DeletionWish.objects.filter(user=user), "asked_at"),
        "requests_to_appoint": facts_of_all(
            AppointmentRequest.objects.filter(asked_by=user).select_related("client"),
            *("asked_at", "note", "done_at"),
            client="client.name",
        ),
    }


def export_of_address(email: str) -> Facts:
    """Return everything about the person who ordered as `email` and has no account."""
    emails = spellings(email)
    archived = _archived(None, emails)
    return {
        "email": email,
        "orders": _orders(None, emails, archived),
        "messages": _messages(None, emails, archived),
        "messages_to_support": _contact_requests(emails),
        "declarations": _declarations(emails),
    }


def _user(user: User) -> Facts:
    addresses = EmailAddress.objects.filter(user=user)
    return {
        **facts_of(user, *USER, created_at="date_joined", last_signed_in_at="last_login"),
        "has_password": user.has_usable_password(),
        "addresses": facts_of_all(addresses, "email", proven="verified"),
    }


def _invitations(user: User) -> list[Facts]:
    """Return the projects, and the back office, that the user was invited to and has not joined."""
    open_seats = Membership.objects.filter(user=user, joined_at=None)
    seats = open_seats.select_related("project__client", "project__product")
    staff = StaffInvitation.objects.filter(user=user, used_at=None)
    return [
        *facts_of_all(seats, "role", "created_at", **MEMBERSHIP),
        *({"back_office": True, **each} for each in facts_of_all(staff, created_at="sent_at")),
    ]


def _invoices(clients: QuerySet[Client]) -> list[Facts]:
    """Return the invoices and credit notes of the clients that the user administers."""
    found = with_balance(Invoice.objects.filter(client__in=clients)).select_related("client")
    return facts_of_all(found, *INVOICE, client="client.name")


def _orders(user: User | None, emails: frozenset[str], archived: list[Order]) -> list[Facts]:
    mine = Q(pk__in=orders_for(user, emails).values("pk"))
    if user:
        mine |= Q(placed_by=user) | Q(owner=user)
    related = (
        "product",
        "basket__terms",
        "consent__terms",
        "delivered_client",
        "delivered_project",
    )
    found = (
        Order.objects.filter(mine)
        .select_related(*related)
        .prefetch_related("events")
        .order_by("pk")
    )
    theirs = [order for order in archived if _is_of(order, user, emails)]
    return [_order(each, user) for each in (*theirs, *found)]


def _archived(user: User | None, emails: frozenset[str]) -> list[Order]:
    """Return the archived orders that name a person anywhere, as they were."""
    return [each.order for each in archived_for(user, emails).order_by("pk")]


def _messages(user: User | None, emails: frozenset[str], archived: list[Order]) -> list[Facts]:
    """Return the mails to a person, first those of `archived` orders."""
    theirs = Q(recipient__in=emails) | Q(user=user) if user else Q(recipient__in=emails)
    found = Message.objects.filter(theirs).select_related("order").order_by("pk")
    of_archived = [
        mail
        for order in archived
        for mail in order.messages.all()
        if mail.recipient in emails or (user is not None and mail.user_id == user.pk)
    ]
    return [_message(each) for each in (*of_archived, *found)]


def _is_of(order: Order, user: User | None, emails: frozenset[str]) -> bool:
    """Tell if an archived order that names a person is one that `orders_for` would find."""
    if order.canonical_email in emails:
        return True
    return user is not None and user.pk in {order.member_id, order.placed_by_id, order.owner_id}


def _order(order: Order, user: User | None) -> Facts:
    number = user.pk if user else None
    client, project = order.delivered_client, order.delivered_project
    facts = {
        **facts_of(order, *ORDER),
        **facts_of(order, *(name for name in EXPORTED if not name.endswith("_id"))),
        "placed_by_me": user is not None and number in {order.placed_by_id, order.owner_id},
        "tier": order.tier_name or (order.product.name if order.product else None),
        "vat_rate": str(order.vat_rate),
        "events": [facts_of(each, "at", "kind", "state") for each in order.events.all()],
        "client_name": order.client_name or (client.name if client else None),
        "project_name": order.project_name or (project.name if project else None),
    }
    # An order that nobody signed in for was presumably placed by the member.
    by_somebody_else = order.application_id or order.placed_by_id not in {None, number}
    if not by_somebody_else:
        by_me = {"billing": order.billing, "basket": _basket(order), "consent": _consent(order)}
        return {**facts, **by_me}
    # Given on the order's page, by its customer.
    return {**facts, "consent": _consent(order)} if hasattr(order, "consent") else facts


def _message(message: Message) -> Facts:
    number = message.order.order_number if message.order else None
    return {**facts_of(message, *MESSAGE), "order_number": number}


def _contact_requests(emails: frozenset[str]) -> list[Facts]:
    written = ContactRequest.objects.filter(email__in=emails)
    return facts_of_all(written, "name", "email", "order_number", "text", "created_at")


def _declarations(emails: frozenset[str]) -> list[Facts]:
    """Return what was declared with one of the addresses, however it was typed."""
    typed = reduce(or_, (Q(email__iexact=email) for email in emails))
    return facts_of_all(Declaration.objects.filter(typed).order_by("pk"), *DECLARATION)


def _basket(order: Order) -> Facts | None:
    basket = getattr(order, "basket", None)
    return facts_of(basket, *BASKET) if basket else None


def _consent(order: Order) -> Facts | None:
    consent = consent_of(order)
    return facts_of(consent, "agreed_at", terms_version="terms.number") if consent else None


def _factors(user: User) -> list[Facts]:
    return [
        facts_of(each, "created_at", "last_used_at", kind="type") | {"name": each.data.get("name")}
        for each in Authenticator.objects.filter(user=user).order_by("pk")
    ]


def _tokens(user: User) -> list[Facts]:
    return [
        {
            "name": (each.data or {}).get("name"),
            "program": each.client.name if each.client else None,
            "scopes": each.get_scopes(),
            **facts_of(each, "created_at", "expires_at"),
            "last_used_at": plain(last_used(each)),
        }
        for each in Token.objects.filter(user=user).select_related("client").order_by("pk")
    ]
