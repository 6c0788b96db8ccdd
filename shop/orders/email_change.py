"""Transfer of what an order has delivered when its e-mail address is corrected."""

from shop.orders.document import FREE_FOR_FIRST_USER, InvalidDocumentError
from shop.orders.models import Order, State
from shop.orders.problems import Problem
from shop.row_locks import lock_rows
from shop.tenancy.email_addresses import get_or_create_user
from shop.tenancy.memberships import NoSeatError, delete_unjoined, transfer_seat
from shop.tenancy.models import Client, Membership, User
from shop.tenancy.name_index import index_new


def order_user(order: Order) -> User:
    """Get the user with the order's e-mail address, or create one who has yet to join."""
    return get_or_create_user(
        order.user_email or "",
        first_name=order.user_first_name or "",
        last_name=order.user_last_name or "",
        language=order.language,
    )


def is_taken(order: Order) -> bool:
    """Tell whether somebody has joined through `order` or built on what it delivered."""
    if order.state == State.PACKED and (order.invitation is None or order.invitation.used_at):
        return True
    client = order.delivered_client
    if client is None or order.client_id:
        return False
    others = client.projects.all()
    if order.delivered_project:
        others = others.exclude(pk=order.delivered_project.pk)
    joined = Membership.objects.filter(project__client=client, joined_at__isnull=False)
    return others.exists() or joined.exists()


def lock_order_rows(order: Order) -> None:
    """Lock the user whom `order` was delivered to, as joining and leaving do."""
    # By primary key: a faster correction may have deleted the user that `order` was read with.
    lock_rows(User.objects.filter(pk=_holder(order)))


def _holder(order: Order) -> int:
    """Return the primary key of the recipient, or 0 if nothing was delivered yet."""
    client = order.delivered_client
    return order.member_id or (client.client_admin_id if client and _administers(order) else 0)


def transfer_to_new_email(order: Order) -> bool:
    """Give the seat, its invitation and the client's administration to the new address's user.

    Call it in a transaction that began with `lock_order_rows`, and roll that back if this returns
    False: somebody has joined. Raises InvalidDocumentError if the tier has no further seat.
    """
    client, old = order.delivered_client, User.objects.filter(pk=_holder(order)).first()
    if old is None:
        return True
    if is_taken(order):
        return False
    new = order_user(order)
    index_new([new])
    if client and _administers(order):
        Client.objects.filter(pk=client.pk, client_admin=old).update(client_admin=new)
    if order.member and not _hand_place_over(order, old, new):
        return False
    if not Order.objects.filter(member=old).exists():
        delete_unjoined(old)
    return True


def _hand_place_over(order: Order, old: User, new: User) -> bool:
    project = order.delivered_project
    if project is None:
        return False
    others = Order.objects.filter(member=old, delivered_project=project).exclude(pk=order.pk)
    keep = others.exists()
    try:
        handed_over = transfer_seat(
            project, old, new, order.invitation, keep=keep, beyond_tier=bool(order.approved_at)
        )
    except NoSeatError as error:
        raise InvalidDocumentError([Problem("user_email", "no_seat")]) from error
    order.member = new
    Order.objects.filter(pk=order.pk).update(member=new)
    return handed_over


def _administers(order: Order) -> bool:
    # As the step `client` decides it (contract, "Orders API").
    by_token = bool(order.token_last4 and order.token_user_id)
    return not order.client_id and (not by_token or order.product.code == FREE_FOR_FIRST_USER)
