"""The words by which orders are found, kept up to date with everything that they are made of.

`reindex` is the only writer. It is called with each change of state, and wherever a searched field
changes otherwise; saving a client, a project or a user does it for their orders.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.db.models.signals import post_save
from django.dispatch import receiver

from shop.compiled_inserts import insert_missing_values
from shop.orders.canonical_emails import changed_lately
from shop.orders.models import PLACED_STATES, Order, SearchWord, State
from shop.orders.order_numbers import new_order_number
from shop.orders.states import state_changed
from shop.search_words import words_to_find
from shop.tenancy.models import Client, Project, User
from shop.tenancy.name_index import index_new

# Fields of the document, as sent. What was delivered counts as well.
FIELDS = (
    *("client_name", "project_name", "user_email", "user_first_name", "user_last_name"),
    *("user_login", "order_number", "reference"),
)
RELATED = ("delivered_client", "delivered_project", "member")
NAMES = frozenset({"name", "email", "login", "first_name", "last_name"})
AT_ONCE = 200


def words_of(order: Order) -> set[bytes]:
    """The words by which `order` is to be found, as they are stored."""
    texts = [getattr(order, name) or "" for name in FIELDS]
    texts += [named.name for named in _named(order) if named]
    if member := order.member:
        texts += [member.email, member.login or "", member.first_name, member.last_name]
    return {word.encode() for word in words_to_find(texts)}


def reindex(orders: QuerySet[Order]) -> None:
    """Write the words of `orders` anew, as far as they have changed."""
    pks = list(orders.order_by().values_list("pk", flat=True))
    for start in range(0, len(pks), AT_ONCE):
        some = pks[start : start + AT_ONCE]
        _write_words(some, Order.objects.filter(pk__in=some).select_related(*RELATED))


def _write_words(pks: Iterable[int], orders: Iterable[Order]) -> None:
    """Write the words of `orders` as they are, with RELATED; as far as they differ.

    A queryset is evaluated after the words that are there were read: who changed an order in
    between has written its words already, and nothing newer is taken for outdated.
    """
    held: dict[int, dict[bytes, int]] = {pk: {} for pk in pks}
    rows = SearchWord.objects.filter(order__in=held).values_list("order", "word", "pk")
    for order_pk, word, pk in rows:
        held[order_pk][bytes(word)] = pk
    gone: list[int] = []
    missing: list[tuple[int, bytes]] = []
    for order in orders:
        words, there = words_of(order), held[order.pk]
        gone += [pk for word, pk in there.items() if word not in words]
        missing += [(order.pk, word) for word in sorted(words - there.keys())]
    if gone:
        SearchWord.objects.filter(pk__in=gone).delete()
    insert_missing_values(SearchWord, ("order", "word"), missing)


def number_orders(beat: Callable[[], None]) -> None:
    """Give a number and words to orders that the version before places during an update."""
    for order in Order.objects.filter(order_number=None).iterator():
        beat()
        try:
            with transaction.atomic():
                unnumbered = Order.objects.filter(pk=order.pk, order_number=None)
                unnumbered.update(order_number=new_order_number())
                if order.state != State.NEW:
                    reindex(Order.objects.filter(pk=order.pk))
        except IntegrityError:
            continue  # taken: the next run tries another


def reindex_changed(beat: Callable[[], None]) -> None:
    """Write the words anew of orders that changed lately, whoever changed them."""
    pks = list(changed_lately().values_list("pk", flat=True))
    for start in range(0, len(pks), AT_ONCE):
        beat()
        reindex(Order.objects.filter(pk__in=pks[start : start + AT_ONCE]))


@receiver(state_changed)
def index_orders(
    sender: type[Order], orders: Sequence[Order], previous: State | None, **kwargs: Any
) -> None:
    """Write the words of new orders; of others after packing, and where they were emptied."""
    if previous is None:
        rows = ((order.pk, word) for order in orders for word in sorted(words_of(order)))
        insert_missing_values(SearchWord, ("order", "word"), rows)
    elif previous == State.PACKING or orders[0].state in {State.PACKED, State.CANCELLED}:
        _write_words([order.pk for order in orders], orders)
    if previous == State.PACKING or orders[0].state == State.PACKED:
        index_new(_delivered(orders))


@receiver(post_save, sender=Client)
@receiver(post_save, sender=Project)
@receiver(post_save, sender=User)
def index_renamed(
    sender: type[Client | Project | User],
    instance: Client | Project | User,
    created: bool,
    update_fields: Iterable[str] | None,
    **kwargs: Any,
) -> None:
    """Write the words of the orders that are found by the name of what was saved."""
    if created or (update_fields is not None and not NAMES & set(update_fields)):
        return
    match instance:
        case Client():
            named = Q(delivered_client=instance) | Q(client_id=instance.pk)
        case Project():
            named = Q(delivered_project=instance)
            named |= Q(client_id=instance.client_id, project_id=instance.pk)
        case User():
            named = Q(member=instance)
    reindex(Order.objects.filter(named, state__in=PLACED_STATES))


def _delivered(orders: Sequence[Order]) -> list[Client | Project | User]:
    """The clients, projects and users that packing has delivered with `orders`, each once."""
    found = (getattr(order, name) for order in orders for name in RELATED)
    return list(dict.fromkeys(filter(None, found)))


def _named(order: Order) -> Iterable[Client | Project | None]:
    """The client and the project of `order`: what was delivered, or is to be added to."""
    client, project = order.delivered_client, order.delivered_project
    if order.client_id and client is None:
        client = Client.objects.filter(pk=order.client_id).first()
    if order.project_id and project is None:
        project = Project.objects.filter(pk=order.project_id).first()
    return client, project
