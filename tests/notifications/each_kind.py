"""A message of each kind, from real rows."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.utils import timezone, translation
from pytest_django import Settings

from shop.billing.declarations import prove
from shop.billing.models import Subscription
from shop.billing.price_changes import raise_price
from shop.billing.reminder_rows import Reminder
from shop.catalogue.seller import Seller, save_seller
from shop.notifications.emails.cancel_link_emails import queue_cancel_link
from shop.notifications.emails.codes import new_seed
from shop.notifications.emails.contact_emails import queue_contact_request
from shop.notifications.emails.export_emails import queue_export_ready
from shop.notifications.emails.factor_reset_emails import queue_factor_reset
from shop.notifications.emails.invoice_emails import queue_invoice, queue_invoice_reminder
from shop.notifications.emails.models import Message
from shop.notifications.emails.order_links import queue_link_of_number
from shop.notifications.emails.queue import (
    queue_code,
    queue_password_reset,
    queue_reminder,
    queue_security_notice,
    queue_staff_invitation,
)
from shop.orders.assignment import add_note, assign
from shop.orders.corrections import readdress
from shop.orders.models import Order, State
from shop.orders.placing import Caller
from shop.orders.states import transition
from shop.tenancy.closing import close_client
from shop.tenancy.deletion_wishes import delete_when_possible
from shop.tenancy.factor_resets import ask_to_reset
from shop.tenancy.models import Project, User
from shop.tenancy.staff_invitations import invite_colleague
from tests.contract_factories import make_declaration
from tests.factories import (
    BILLING,
    make_bare_order,
    make_client,
    make_invoice,
    make_order,
    make_packed_order,
    make_staff,
    make_subscription,
    make_user,
    pack_all,
)
from tests.notifications.contract_messages import make_contract_message

ATTENTION = "tests.notifications.steps.ask_for_another_name"


def make_message(  # noqa: C901, PLR0912 -- a case for each kind
    kind: str, language: str, settings: Settings, name: str = "Zebra AG"
) -> Message:
    """Return a message of `kind`, queued by what queues it in the shop."""
    names: dict[str, Any] = {"client_name": name, "project_name": name, "language": language}
    known = make_user(language=language)
    match kind:
        case "received":
            make_order(**names)
        case "reminder":
            queue_reminder(
                make_bare_order("s", user_email="a@gmx.com", **names | {"client_name": None})
            )
        case "invitation":
            make_packed_order(**names)
        case "packed":
            make_order(caller=Caller(user=known), **names)
            pack_all()
        case "attention":
            settings.PACKING_STEPS = [ATTENTION]
            make_order(**names)
            pack_all()
        case "cancelled":
            transition(make_order(**names), State.CANCELLED, note="Ordered twice.")
        case "address":
            assert readdress(make_order(**names), "new@gmx.com", actor=None)
        case "password" | "code" | "change" | "deleted" | "export" | "factor_reset":
            make_account_message(kind, known, name)
        case "colleague":
            chief = make_staff(first_name=name, last_name="")
            queue_staff_invitation(invite_colleague("new@gmx.com", [], chief, language))
        case "links":
            queue_link_of_number(make_order(**names).order_number or "", language)
        case "cancel_order":
            queue_cancel_link(make_order(**names))
        case "contact":
            queue_contact_request(
                name=name, email="nina@example.com", text="Wann?", language=language
            )
            Message.objects.filter(kind=kind).update(language=language)
        case "assigned" | "mention" | "alarm":
            make_colleague_message(kind, language, names)
        case "receipt" | "proof" | "withdrawal":
            make_declaration_message(kind, language, name, settings)
        case _:
            make_billing_message(kind, language, name)
    return Message.objects.get(kind=kind)


def make_reset_message(known: User, name: str) -> None:
    """Queue the mail that asks a colleague in the language of `known` to confirm a reset."""
    lost = make_user(first_name=name, last_name="")
    Authenticator.objects.create(user=lost, type=Authenticator.Type.TOTP, data={})
    make_staff("agent", language=known.language)
    reset = ask_to_reset(lost, make_staff("agent", first_name=name), "Lost.", "Rang.")
    assert reset
    assert queue_factor_reset(reset) == 1


def make_account_message(kind: str, known: User, name: str) -> None:
    """Queue a message of `kind` about the account of `known`."""
    match kind:
        case "factor_reset":
            make_reset_message(known, name)
        case "password":
            queue_password_reset(known.email, known.language)
        case "code":
            queue_code(known, known.email, known.language, seed=new_seed())
        case "change":
            queue_security_notice(known, "webauthn_added", known.email, ip="192.0.2.7")
        case "deleted":
            assert delete_when_possible(known)
        case "export":
            User.objects.filter(pk=known.pk).update(is_staff=True)
            queue_export_ready(known, export=7, rows=12_480)


def make_declaration_message(kind: str, language: str, name: str, settings: Settings) -> None:
    """Queue a message of `kind` about a declaration that somebody of this name has made."""
    settings.CUSTOMERS = "everyone"
    private = {**BILLING, "customer_type": "private", "company": "", "vat_id": ""}
    billing = {member: value for member, value in private.items() if value}
    names = {"client_name": "C", "project_name": name, "language": language}
    order = make_packed_order(billing=billing, **names)
    Message.objects.filter(kind="received").delete()
    made = "withdrawal" if kind == "withdrawal" else "cancellation"
    with translation.override(language):
        case = make_declaration(order, kind=made, name=name, email=order.user_email or "")
    if kind == "withdrawal":
        prove(case)


def make_colleague_message(kind: str, language: str, names: dict[str, Any]) -> None:
    """Assign an order to a colleague, or name them in a note."""
    if kind == "alarm":
        make_alarm(language, names)
        return
    order, actor = make_order(**names), make_staff(first_name=names["client_name"], last_name="")
    reader = make_staff("agent", language=language)
    if kind == "assigned":
        assert assign(order, reader, actor=actor)
    else:
        add_note(order, actor, names["client_name"], [reader])
    Message.objects.filter(kind=kind).update(next_attempt_at=timezone.now())


def make_alarm(language: str, names: dict[str, Any]) -> None:
    """Write the digest for staff about an order with these names."""
    order = make_order("xl", **names)
    pack_all()
    told = {"pk": order.pk, "state": "need_human", "reason": "manual_tier"}
    told["since"] = timezone.now().isoformat()
    details = {"count": 2, "oldest_minutes": 61, "orders": [told]}
    staff = make_user(is_staff=True, language=language)
    Message.objects.create(
        kind=Message.Kind.ALARM,
        user=staff,
        recipient=staff.email,
        language=language,
        details=details,
    )


def make_billing_message(kind: str, language: str, name: str) -> None:
    """Queue a message of `kind` about invoices, prices or access."""
    match kind:
        case "iban":
            make_user(is_staff=True, is_superuser=True, language=language)
            save_seller(Seller(pk=1, iban="DE75512108001245126199"), actor=None)
        case "invoice" | "invoice_reminder":
            invoice = make_invoice(subscription_of(name, language), language=language)
            if kind == "invoice":
                queue_invoice(invoice)
            else:
                today = timezone.localdate()
                reminder = Reminder.objects.create(invoice=invoice, level=2, sent_on=today)
                queue_invoice_reminder(reminder)
        case "access":
            close_client(make_client(name=name, client_admin=make_user(language=language)))
        case "tier_change" | "cancellation" | "ends_soon" | "ended":
            make_contract_message(kind, language, name)
        case "price_change":
            raise_price(subscription_of(name, language), 5900, make_staff())


def subscription_of(name: str, language: str) -> Subscription:
    """A subscription for a project of this name, from an order in `language`."""
    subscription = make_subscription()
    Project.objects.filter(pk=subscription.project_id).update(name=name)
    Order.objects.filter(pk=subscription.order.pk).update(language=language)
    return Subscription.objects.select_related("order", "client").get(pk=subscription.pk)
