"""The words by which clients, projects and users are found, kept up to date with their names.

Saving one writes its words. Packing inserts many at once: the end of their orders writes the words
of all that was delivered (`shop/orders/search_index.py`). An hourly run repairs the newest rows.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from django.db.models import Exists, OuterRef
from django.db.models.signals import post_save
from django.dispatch import receiver

from shop.compiled_inserts import insert_missing_values
from shop.search_words import words_to_find
from shop.tenancy.models import Client, Project, User
from shop.tenancy.name_words import KINDS, NameWord

Named: TypeAlias = Client | Project | User

COLUMNS = (*KINDS, "word")
NAMES = frozenset({"name", "email", "login", "first_name", "last_name"})
AT_ONCE = 200
NEWEST = 5000  # rows of each kind that the hourly run looks at


def kind_of(named: Named) -> str:
    """Return the name of the column that refers to rows such as `named`."""
    match named:
        case Client():
            return "client"
        case Project():
            return "project"
        case User():
            return "user"


def words_of_name(named: Named) -> set[bytes]:
    """Return the words by which `named` is found, as they are stored; none of an erased user."""
    match named:
        case Client() | Project():
            texts = [named.name]
        case User() if named.is_erased:
            return set()
        case User():
            texts = [named.email, named.login or "", named.first_name, named.last_name]
    return {word.encode() for word in words_to_find(texts)}


def index_new(rows: Iterable[Named]) -> None:
    """Write the words of `rows`, which have none yet or the same."""
    words = (
        (*(named.pk if kind == kind_of(named) else None for kind in KINDS), word)
        for named in rows
        for word in sorted(words_of_name(named))
    )
    insert_missing_values(NameWord, COLUMNS, words)


def reindex_names(rows: Sequence[Named]) -> None:
    """Write the words of `rows`, all of one kind, anew, as far as they have changed."""
    if not rows:
        return
    kind = kind_of(rows[0])
    wanted = {named.pk: words_of_name(named) for named in rows}
    there = NameWord.objects.filter(**{f"{kind}__in": wanted}).values_list(kind, "word", "pk")
    gone = [pk for owner, word, pk in there if bytes(word) not in wanted[owner]]
    if gone:
        NameWord.objects.filter(pk__in=gone).delete()
    index_new(rows)


def reindex_newest(beat: Callable[[], None]) -> None:
    """Write the words anew of the newest rows, whoever wrote, changed or deleted them."""
    for model in (Client, Project, User):
        pks = list(model.objects.order_by("-pk").values_list("pk", flat=True)[:NEWEST])
        for start in range(0, len(pks), AT_ONCE):
            beat()
            reindex_names(list(model.objects.filter(pk__in=pks[start : start + AT_ONCE])))
        if model is User:
            _delete_words_of_deleted(pks[-1] if len(pks) == NEWEST else 0)


def _delete_words_of_deleted(first: int) -> None:
    """Delete the words of users from `first` on that the version before has deleted."""
    there = User.objects.filter(pk=OuterRef("user"))
    NameWord.objects.filter(~Exists(there), user__gte=first).delete()


@receiver(post_save, sender=Client)
@receiver(post_save, sender=Project)
@receiver(post_save, sender=User)
def index_saved(
    sender: type[Named],
    instance: Named,
    created: bool,
    update_fields: Iterable[str] | None,
    **kwargs: Any,
) -> None:
    """Write the words of what was saved; of new rows, unless an order delivers them."""
    if created and not _is_delivered(instance, **kwargs):
        index_new([instance])
    if not created and (update_fields is None or NAMES & set(update_fields)):
        reindex_names([instance])


def _is_delivered(named: Named, *, compiled: bool = False, **_kwargs: Any) -> bool:
    # Users whom packing creates have yet to join.
    return compiled or (isinstance(named, User) and not named.is_active)
