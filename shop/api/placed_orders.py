"""The orders that a token sees, and the look-up of one of them."""

from typing import Any

from django.db.models import QuerySet

from shop.access.tokens import Bearer
from shop.billing.shown_subscriptions import OF_ORDER
from shop.compiled_queries import CompiledQuery, Parameter
from shop.log_context import note_order
from shop.orders.archived_order import archived_by_hash
from shop.orders.models import HASH, Order, State
from shop.orders.serializers import SERIALIZED


def placed_by(application: Any, user: Any) -> QuerySet[Order]:
    """Return what a token sees: with a user, what was placed with that user's tokens (contract).

    Orders placed on our pages are the user's too, but no application's business.
    """
    placed = Order.objects.exclude(state=State.NEW)
    if user is None:
        return placed.filter(application=application)
    placed = placed.filter(placed_by=user)
    return placed.filter(basket__terms=None) if application else placed


def find_order(order_hash: str, bearer: Bearer) -> Order | None:
    """Return the order of this hash if the token sees it, with what is shown of it alone."""
    if not HASH.fullmatch(order_hash):
        return None
    application, user = bearer.application, bearer.token.user
    query = _one_order[application is not None, user is not None]
    order = query.first(
        order_hash=order_hash,
        application=application and application.pk,
        user=user and user.pk,
    )
    note_order(order)
    return order


def find_archived(order_hash: str, bearer: Bearer) -> Order | None:
    """Return the archived order of this hash if the token sees it; it must not be saved."""
    archived = archived_by_hash(order_hash) if HASH.fullmatch(order_hash) else None
    if archived is None:
        return None
    note_order(archived.order)
    application, user, order = bearer.application, bearer.token.user, archived.order
    if user is None:
        return order if application and order.application_id == application.pk else None
    if order.placed_by_id != user.pk:
        return None
    basket = getattr(order, "basket", None)
    is_of_a_page = basket is not None and basket.terms_id is not None
    return None if application and is_of_a_page else order


def _one(application: Parameter | None, user: Parameter | None) -> CompiledQuery[Order]:
    return CompiledQuery(
        lambda: (
            placed_by(application, user)
            .filter(order_hash=Parameter("order_hash"))
            .order_by()
            .select_related("product", "subscription")
            .only(*SERIALIZED, *OF_ORDER)
        )
    )


# By whether the token is of an application, and of a user.
_one_order = {
    (True, False): _one(Parameter("application"), None),
    (False, True): _one(None, Parameter("user")),
    (True, True): _one(Parameter("application"), Parameter("user")),
}
