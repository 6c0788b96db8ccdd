"""What was delivered so far follows an order's e-mail address when that is corrected."""

from django.db.models import F

from shop.orders.document import FREE_FOR_FIRST_USER, InvalidDocumentError
from shop.orders.models import Order, State
from shop.orders.problems import Problem
from shop.tenancy.email_addresses import get_or_create_user
from shop.tenancy.handing_over import NoSeatError, forget, transfer_seat
from shop.tenancy.models import Client, Membership, User


def order_user(order: Order) -> User:
    """The user of an order's e-mail: whoever has it, else somebody new who has yet to join."""
    return get_or_create_user(
        order.user_email or "",
        first_name=order.user_first_name or "",
        last_name=order.user_last_name or "",
        language=order.language,
    )


def is_taken(order: Order) -> bool:
    """Whether somebody has come in by `order`, or built upon what it delivered.

    Then nothing can be handed over: it would take away what is theirs.
    """
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
    """Write the row of whom `order` was delivered to, before the order's own.

    Who joins or leaves does so, too: the second one waits, and then sees.
    """
    # By number: a correction that was faster may have deleted whom `order` was read with.
    User.objects.filter(pk=_holder(order)).update(language=F("language"))


def _holder(order: Order) -> int:
    """Whose number it is; 0, which nobody has, where nothing was delivered to anybody."""
    client = order.delivered_client
    return order.member_id or (client.client_admin_id if client and _administers(order) else 0)


def transfer_to_new_email(order: Order) -> bool:
    """Make the user of the e-mail `order` now has hold what was made for the one before.

    That is the place in the project, its invitation, and the client if the first user was to
    administer it. To be called in a transaction that has begun with `hold`, and is to be given up
    where this is False: somebody has joined meanwhile. Raises Refused where the tier has no further
    place.
    """
    client, old = order.delivered_client, User.objects.filter(pk=_holder(order)).first()
    if old is None:
        return True
    if is_taken(order):
        return False
    new = order_user(order)
    if client and _administers(order):
        Client.objects.filter(pk=client.pk, client_admin=old).update(client_admin=new)
    if order.member and not _hand_place_over(order, old, new):
        return False
    if not Order.objects.filter(member=old).exists():
        forget(old)
    return True


def _hand_place_over(order: Order, old: User, new: User) -> bool:
    project = order.delivered_project
    if project is None:
        return False
    others = Order.objects.filter(member=old, delivered_project=project).exclude(pk=order.pk)
    try:
        handed_over = transfer_seat(
            project,
            old,
            new,
            order.invitation,
            keep=others.exists(),
            beyond_tier=order.approved_at is not None,
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
