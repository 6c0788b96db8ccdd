"""The shipped steps of packing: a gate, then local steps that each happen once.

`outcomes` documents what a step gets and may raise. Earlier steps leave their results on the order
(`delivered_client` and so on), which packing saves; names are never looked up (contract, "Who is
who").
"""

from django.db.models import Count

from shop.catalogue.models import Product
from shop.compiled_inserts import insert
from shop.compiled_queries import CompiledQuery, Parameter
from shop.orders.document import FREE_FOR_FIRST_USER
from shop.orders.email_change import order_user
from shop.orders.models import Order
from shop.packing.outcomes import NeedsCorrection, NeedsHuman
from shop.row_locks import row_lock
from shop.tenancy.email_addresses import lock_user_of
from shop.tenancy.models import Client, Invitation, Membership, Project, User

lock_open_project = row_lock(Project, "pk", "product", joins_closed_at=None)
seat: CompiledQuery[Membership] = CompiledQuery(
    lambda: Membership.objects.filter(project=Parameter("project"), user=Parameter("user"))
)
others_seats: CompiledQuery[tuple[int]] = CompiledQuery(
    lambda: (
        Membership.objects.filter(project=Parameter("project"))
        .exclude(user=Parameter("user"))
        .values("project")
        .values_list(Count("pk"))
    )
)


def approval(order: Order) -> None:
    """Gate: a manual tier waits for staff to approve it, unless its project is there already."""
    if order.product.is_manual and not order.approved_at and not order.project_id:
        raise NeedsHuman("manual_tier")


approval.gate = True  # type: ignore[attr-defined]


def client(order: Order) -> None:
    """Create the client, or check that the token's user still administers the one named."""
    by_token = bool(order.token_last4)
    token_counts = by_token and order.product.code != FREE_FOR_FIRST_USER
    if by_token and (token_counts or order.client_id) and order.token_id is None:
        raise NeedsCorrection("token_revoked")
    if order.client_id:
        found = Client.objects.filter(pk=order.client_id).first()
        if found is None:
            raise NeedsCorrection("client_gone")
        if found.client_admin_id != order.token_user_id:
            raise NeedsCorrection("not_client_admin")
    else:
        admin = order.token_user if token_counts and order.token_user else first_user(order)
        found = Client(name=order.client_name or "", client_admin=admin)
        insert(found)
    order.delivered_client = found


def project(order: Order) -> None:
    """Create the project in its tier, or check that the one named is still there."""
    if order.project_id:
        projects = Project.objects.filter(client=order.delivered_client_id)
        found = projects.filter(pk=order.project_id).first()
        if found is None:
            raise NeedsCorrection("project_gone")
        if found.joins_closed_at:
            raise NeedsCorrection("project_closed")
    else:
        if order.delivered_client is None:
            raise NeedsCorrection("client_gone")
        found = Project(
            client=order.delivered_client, name=order.project_name or "", product=order.product
        )
        insert(found)
    order.delivered_project = found


def member(order: Order) -> None:
    """Reserve a seat in the project for its first or next member, who has yet to join."""
    if order.delivered_project is None:
        raise NeedsCorrection("project_gone")
    user = first_user(order)
    # Of two orders for the last seat of the project, the second waits and sees that it is taken.
    order.delivered_project = project = _locked(order.delivered_project)
    if order.project_id and order.product_id != project.product_id:
        _follow_tier(order, project.product)
    found = {"project": project.pk, "user": user.pk}
    others = others_seats.first(**found) or (0,)
    if not order.approved_at and others[0] >= project.product.members:
        raise NeedsHuman("no_place")
    role = Membership.Role.MEMBER if order.project_id else Membership.Role.ADMIN
    if seat.first(**found) is None:
        insert(Membership(user=user, project=project, role=role))
    order.member = user


def invitation(order: Order) -> None:
    """Create the invitation; its mail is sent once the order is packed."""
    membership = seat.first(user=order.member_id, project=order.delivered_project_id)
    if membership is None:
        raise NeedsCorrection("project_gone")
    created = Invitation(membership=membership)
    insert(created)
    order.invitation = created


def first_user(order: Order) -> User:
    """The user an order is for: the one with its e-mail, else a new one who has yet to join.

    An order never changes a known user. Raises NeedsCorrection.
    """
    if not order.user_email:
        if order.token_user is None:
            raise NeedsCorrection("token_revoked")
        return order.token_user
    client = order.delivered_client
    # Mostly the admin of the new client, whom the step `client` has just found.
    if client and not order.client_id and lock_user_of(order.user_email, client.client_admin):
        return client.client_admin
    return order_user(order)


def _follow_tier(order: Order, tier: Product) -> None:
    """The tier of the project was changed while the order waited (contract, "Changing")."""
    order.product, order.tier_name = tier, tier.name
    Order.objects.filter(pk=order.pk).update(product=tier, tier_name=tier.name)


def _locked(project: Project) -> Project:
    """The project as it is now, held while it takes a member. Raises NeedsCorrection."""
    while not lock_open_project.run(pk=project.pk, product=project.product_id):
        # Changed to another tier, or closed, since it was read.
        found = Project.objects.filter(pk=project.pk).first()
        if found is None:
            raise NeedsCorrection("project_gone")
        if found.joins_closed_at:
            raise NeedsCorrection("project_closed")
        project = found
    return project
