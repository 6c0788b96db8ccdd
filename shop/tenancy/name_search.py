"""Find clients, projects and users by words of their names."""

from collections.abc import Sequence

from django.db.models import Model

from shop.tenancy.models import Client, Project, User
from shop.tenancy.name_words import NameWord
from shop.word_search import find_by_words

COLUMNS: dict[type[Model], str] = {Client: "client", Project: "project", User: "user"}


def find_named(
    model: type[Client | Project | User], asked: Sequence[tuple[str, ...]], most: int
) -> list[int]:
    """Return up to `most` keys of the rows of `model` whose names have all words of `asked`."""
    column = COLUMNS[model]
    table = NameWord.objects.filter(**{f"{column}__isnull": False})
    return find_by_words(table, column, asked, most)
