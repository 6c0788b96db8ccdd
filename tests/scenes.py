"""Every page in every state, for the tests that visit all pages and for `make screenshots`.

Each group is a generator that makes the rows of a scene just before it yields the scene: visit one
before you ask for the next.
"""

from collections.abc import Iterator

from django.utils import timezone

from portal.backoffice.queue.bulk_jobs import begin
from portal.backoffice.queue.bulk_jobs import run_bulk_jobs as work_on_bulk
from shop.access.tokens import issue
from shop.notifications.emails.send import send_due as send_all
from shop.orders.member_orders import invite
from shop.orders.models import Order
from shop.orders.placing import Caller
from shop.tenancy.invitations import join_token
from shop.tenancy.models import Invitation, Membership, User
from tests.factories import (
    PASSWORD,
    make_application,
    make_client,
    make_membership,
    make_order,
    make_packed_order,
    make_project,
    make_staff,
    make_user,
    pack_all,
)
from tests.pages import join_address
from tests.registration.states import order_in
from tests.scene import (
    SEND,
    Scene,
    chosen_in_bulk,
    fill,
    in_turn,
    overtaken,
    press,
    unfolded,
    withdraw,
    without_a_reason,
    without_cookies,
)
from tests.scenes_of_activity import activity, exports
from tests.scenes_of_archive import archived
from tests.scenes_of_billing import client_billing, contracts, staff_billing
from tests.scenes_of_cancelling import cancelling, contact, declaring
from tests.scenes_of_catalogue import catalogue, legal_pages, short_texts
from tests.scenes_of_changelog import changelog
from tests.scenes_of_checkout import checkout
from tests.scenes_of_contracts import declaration_cases, requests, staff_contracts
from tests.scenes_of_failures import failing
from tests.scenes_of_guides import guides
from tests.scenes_of_home import home_page
from tests.scenes_of_leaving import leaving, profile_and_company, way_out
from tests.scenes_of_orders import orders_at_work
from tests.scenes_of_partners import health, partners
from tests.scenes_of_people import clients, colleagues, people
from tests.scenes_of_programs import programs
from tests.scenes_of_queue import staff_queue
from tests.scenes_of_search import staff_search
from tests.scenes_of_tiers import tiers

SITUATIONS = (
    "details", "pending", "packing", "slow", "late", "packed", "mendable", "has_packing_errors",
    "need_human", "cancelled", "unreachable",
)  # fmt: skip


def webhooks_of_a_packed_order() -> int:
    """The number of an order that a program placed, with webhooks that failed and arrived."""
    caller = Caller(application=make_application("Dispo"))
    order = make_order("s", caller, redirection_uri="http://127.0.0.1:9/hook")
    pack_all()
    for delivery in order.deliveries.all():
        times = {"at": timezone.now(), "milliseconds": 212}
        delivery.attempt_log.create(**times, status=503, answer="Try later", failure="status")
        delivery.attempt_log.create(**times, status=204)
    return order.pk


def staff_order() -> Iterator[Scene]:
    """An order's page in the back office."""
    person, viewer = make_staff(), make_staff("viewer")
    order, failed = order_in("need_human"), order_in("has_packing_errors")
    address = f"/staff/orders/{order.pk}/"
    yield Scene("staff-order", address, person)
    yield Scene("staff-order-open", address, person, act=unfolded)
    yield Scene("staff-order-errors", address, person, act=without_a_reason)
    yield Scene("staff-order-failed", f"/staff/orders/{failed.pk}/", person)
    yield Scene("staff-order-packed", f"/staff/orders/{webhooks_of_a_packed_order()}/", person)
    yield Scene("staff-order-viewer", address, viewer)
    yield Scene("staff-forbidden", "/staff/applications/", viewer, status=403)


def staff_bulk() -> Iterator[Scene]:
    """Bulk actions."""
    person, order = make_staff(), order_in("need_human")
    yield Scene("staff-bulk-none", "/staff/bulk/", person)
    yield Scene("staff-bulk-confirm", "/staff/", person, act=chosen_in_bulk("cancel"))
    yield Scene("staff-bulk-assign", "/staff/", person, act=chosen_in_bulk("assign"))
    job = begin("approve", Order.objects.filter(pk=order.pk), person)
    yield Scene("staff-bulk-job", f"/staff/bulk/{job.pk}/", person)
    Order.objects.filter(pk=order.pk).update(state="cancelled")
    work_on_bulk(lambda: None)
    yield Scene("staff-bulk-ended", f"/staff/bulk/{job.pk}/", person)
    yield Scene("staff-bulk", "/staff/bulk/", person)


def staff_settings() -> Iterator[Scene]:
    """Sample mails and applications."""
    person = make_staff()
    yield Scene("staff-mails", "/staff/mails/", person)
    yield Scene("staff-mail", "/staff/mails/received/", person)
    application = make_application("Kranplaner")
    yield Scene("staff-applications", "/staff/applications/", person)
    yield Scene("staff-application", f"/staff/applications/{application.pk}/", person)
    yield Scene("staff-application-new", "/staff/applications/new/", person)


def registration() -> Iterator[Scene]:
    """An order's page in each state."""
    for situation in SITUATIONS:
        address = f"/register/{order_in(situation).order_hash}/"
        yield Scene(f"order-{situation}", address)
        if situation in {"details", "mendable"}:
            yield Scene(f"order-{situation}-errors", address, act=fill(project_name=""))
        if situation == "packed":
            wrong = fill("main form[action$='code/'] .button", code="2222-2222")
            yield Scene("order-code-errors", address, act=in_turn(unfolded, wrong))
            yield Scene("address-closed", f"{address}address/", status=403)
    yield Scene("find", "/register/")
    yield Scene("find-errors", "/register/?order=17", status=422)


def address_correction() -> Iterator[Scene]:
    """Correcting the member's address, in time and too late."""
    customer = make_user()
    order = make_packed_order()
    Order.objects.filter(pk=order.pk).update(placed_by=customer)
    address = f"/register/{order.order_hash}/address/"
    yield Scene("address", address, customer)
    yield Scene("address-errors", address, customer, act=fill(user_email="nobody"))
    Order.objects.filter(pk=order.pk).update(unreachable_since=timezone.now())
    yield Scene("order-unreachable-mine", f"/register/{order.order_hash}/", customer)
    Invitation.objects.filter(order=order).update(used_at=timezone.now())
    yield Scene("order-joined", f"/register/{order.order_hash}/")
    yield Scene("address-late", address, customer)


def joining() -> Iterator[Scene]:
    """The mailed link."""
    order = make_packed_order(user_email="nina@example.com", user_first_name="Nina")
    yield Scene("join", join_address(order))
    yield Scene("join-errors", join_address(order), act=press(SEND))
    project = make_project(client=make_client(name="Isarfilm GmbH"), name="Nachtdreh")
    inviter = project.client.client_admin
    User.objects.filter(pk=inviter.pk).update(first_name="Bernd", last_name="Beispiel")
    invited = invite(project, inviter, {"user_email": "carla@example.com"})
    pack_all()
    invited.refresh_from_db()
    yield Scene("join-invited", join_address(invited))
    withdrawn = make_packed_order(user_email="nora@example.com")
    yield Scene("join-withdrawn", join_address(withdrawn), act=withdraw(withdrawn))
    yield Scene("join-damaged", f"/register/{order.order_hash}/join/damaged/", status=404)
    assert order.invitation
    old_link = f"/register/{order.order_hash}/join/{join_token(order.invitation)}/"
    order.invitation.counter += 1
    order.invitation.save()
    yield Scene("join-replaced", old_link, status=410)
    member = make_user()
    order = make_packed_order(user_email=member.email)
    yield Scene("order-join-now", f"/register/{order.order_hash}/", member)
    yield Scene("join-known", join_address(order))
    yield Scene("join-known-signed-in", join_address(order), member)
    yield Scene("join-somebody-else", join_address(order), make_user())


def signing_in() -> Iterator[Scene]:
    """Signing in, and the mails of the demo."""
    yield Scene("sign-in", "/account/login/")
    wrong = fill(login="nina@example.com", password="wrong")
    yield Scene("sign-in-errors", "/account/login/", act=wrong)
    yield Scene("reset", "/account/password/reset/")
    yield Scene("reset-sent", "/account/password/reset/", act=fill(email="nobody@example.com"))
    yield Scene("mailbox-empty", "/dev/mailbox/")
    make_packed_order(client_name="Wartet & Söhne")
    send_all(lambda: None)
    yield Scene("mailbox", "/dev/mailbox/")
    yield Scene("demo-project", "/dev/project/1/")
    yield Scene("mailbox-mail", "/dev/mailbox/", act=press("main table a"))


def members() -> Iterator[Scene]:
    """The member's home and account."""
    admin, member = make_user(), make_user()
    project = make_project(client=make_client(client_admin=admin))
    make_membership(user=admin, project=project, role="admin")
    yield Scene("portal", "/portal/", admin)
    yield Scene("portal-empty", "/portal/", member)
    for name, path in {"email": "email", "password": "password/change", "out": "logout"}.items():
        yield Scene(f"account-{name}", f"/account/{path}/", member)


def home() -> Iterator[Scene]:
    """The pages of a client_admin."""
    admin, uta = make_user(), make_user(first_name="Uta")
    client = make_client(client_admin=admin)
    project = make_project(client=client)
    make_membership(user=admin, project=project, role="admin")
    make_membership(user=uta, project=project)
    of_client, of_project = f"/portal/clients/{client.pk}", f"/portal/projects/{project.pk}"
    yield Scene("home-client", f"{of_client}/", admin)
    person = {"user_email": "nina@example.com", "user_first_name": "Nina", "language": "en"}
    invite(project, admin, person)
    pack_all()
    membership = Membership.objects.get(project=project, joined_at=None)
    invite(project, admin, {**person, "user_email": "otto@example.com"})
    yield Scene("home-orders", f"{of_client}/orders/", admin)
    yield Scene("home-project", f"{of_project}/", admin)
    yield Scene("home-invite", f"{of_project}/invite/", admin)
    yield Scene("home-invite-errors", f"{of_project}/invite/", admin, act=press(SEND))
    yield Scene("home-remove", f"{of_project}/members/{membership.pk}/remove/", admin)
    yield Scene("home-add-project", f"{of_client}/add-project/", admin)
    yield Scene("home-hand-over", f"{of_client}/hand-over/", admin)
    yield Scene("home-hand-over-to", f"{of_client}/hand-over/{uta.pk}/", admin)


def own_data() -> Iterator[Scene]:
    """A person's tokens and data."""
    admin, uta = make_user(), make_user()
    project = make_project(client=make_client(client_admin=admin))
    for user in (admin, uta):
        make_membership(user=user, project=project)
    issue("Kranplaner", holder=admin)
    yield Scene("home-tokens", "/portal/tokens/", admin)
    password = fill(password=PASSWORD)
    yield Scene("home-tokens-new", "/portal/tokens/new/", admin, act=password)
    shown = in_turn(password, fill(name="Kranplaner"))
    yield Scene("home-tokens-shown", "/portal/tokens/new/", admin, act=shown)
    yield Scene("home-my-data", "/portal/my-data/", uta)
    yield Scene("home-my-data-delete", "/portal/my-data/delete/", uta, act=password)
    refused = in_turn(password, press(SEND))
    yield Scene("home-my-data-delete-errors", "/portal/my-data/delete/", uta, act=refused)


def errors() -> Iterator[Scene]:
    """The error pages."""
    yield Scene("error-400", "/", host="elsewhere.localhost", status=400)
    yield Scene("error-403", "/forbidden", status=403)
    yield Scene("error-403-form", "/", act=in_turn(overtaken, without_cookies()))
    yield Scene("error-404", "/nothing/here/", status=404)
    yield Scene("error-429", "/often", status=429)
    yield Scene("error-500", "/broken", status=500)
    yield Scene("error-503", "/away", status=503)


# In an order in which no group sees rows of an earlier one: the screenshots share one database.
GROUPS = (
    *(tiers, checkout, staff_queue, staff_search, staff_order, orders_at_work, staff_bulk),
    *(staff_settings, staff_billing, failing, partners, health, activity, exports),
    *(declaration_cases, requests, staff_contracts, colleagues, people, clients, contact),
    *(registration, cancelling, address_correction, joining, signing_in, members, home),
    *(home_page, programs, client_billing, contracts, own_data, profile_and_company),
    *(leaving, way_out, declaring, catalogue, legal_pages, short_texts, changelog, errors),
    *(guides, archived),
)
