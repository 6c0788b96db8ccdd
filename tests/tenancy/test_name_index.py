"""The words of clients, projects and users: written with every name, gone with every person."""

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from shop.orders.search import asked_of
from shop.packing.dispatch import run_due
from shop.tenancy.erasure import erase_user
from shop.tenancy.models import Client, Project, User
from shop.tenancy.name_index import reindex_newest, words_of_name
from shop.tenancy.name_search import find_named
from shop.tenancy.name_words import NameWord
from shop.tenancy.staff_invitations import invite_colleague
from tests.factories import make_client, make_order, make_project, make_staff, make_user

pytestmark = pytest.mark.django_db


def find(model: type[Client | Project | User], text: str, most: int = 10) -> list[int]:
    return find_named(model, asked_of(text), most)


def words(**owner: Any) -> set[bytes]:
    return {bytes(word) for word in NameWord.objects.filter(**owner).values_list("word", flat=True)}


@pytest.mark.parametrize("text", ["bavaria", "FILM", "filmges", "die film", "Bavaria Filmgesell"])
def test_client_is_found_by_the_beginning_of_any_word(text: str) -> None:
    found = make_client(name="Die Bavaria Filmgesellschaft")
    make_client(name="Constantin Serien")
    assert find(Client, text) == [found.pk]
    assert find(Client, "esellschaft") == []


@pytest.mark.parametrize("text", ["Müller", "mueller", "Muller", "hans mül", "@firma.example"])
def test_user_is_found_by_name_and_domain(text: str) -> None:
    found = make_user(email="h.m@firma.example", first_name="Hans", last_name="Müller")
    make_user(email="uta@elsewhere.example", first_name="Uta", last_name="Schmidt")
    assert find(User, text) == [found.pk]


def test_each_kind_is_found_by_itself() -> None:
    client = make_client(name="Elbe")
    project = make_project(client=client, name="Elbe")
    assert (find(Client, "elbe"), find(Project, "elbe")) == ([client.pk], [project.pk])
    assert find(User, "elbe") == []


def test_packing_writes_the_words_of_all_it_delivers() -> None:
    make_order(
        "s", client_name="Elbebild", project_name="Der Dreh", user_email="uta@bild.example",
        user_last_name="Krämer",
    )  # fmt: skip
    assert find(Client, "elbebild") == []
    run_due(lambda: None)
    client, project, user = Client.objects.get(), Project.objects.get(), User.objects.get()
    assert find(Client, "elbebild") == [client.pk]
    assert find(Project, "dreh") == [project.pk]
    assert find(User, "kraemer bild.example") == [user.pk]
    for column, row in (("client", client), ("project", project), ("user", user)):
        assert words(**{column: row}) == words_of_name(row)


def test_new_name_replaces_the_old_one() -> None:
    client, user = make_client(name="Alt"), make_user(last_name="Vorher")
    other = make_client(name="Alt")
    client.name, user.last_name = "Neu", "Nachher"
    client.save(update_fields=["name"])
    user.save()
    assert (find(Client, "alt"), find(Client, "neu")) == ([other.pk], [client.pk])
    assert (find(User, "vorher"), find(User, "nachher")) == ([], [user.pk])


def test_saving_what_is_no_name_writes_nothing(django_assert_num_queries: Any) -> None:
    user = make_user()
    with django_assert_num_queries(1):
        user.save(update_fields=["last_login"])


def test_colleague_is_found_once_invited() -> None:
    invitation = invite_colleague("carla@example.com", [], make_staff(), "de")
    assert find(User, "carla") == [invitation.user.pk]


def test_nothing_of_an_erased_person_is_left() -> None:
    user, other = make_user(last_name="Geheim"), make_user(last_name="Geheim")
    assert sorted(find(User, "geheim")) == [user.pk, other.pk]
    erase_user(user)
    assert find(User, "geheim") == [other.pk]
    assert words(user=user) == set()
    assert words(user=other) == words_of_name(other)


def test_words_go_with_their_row() -> None:
    client, other = make_client(name="Elbe"), make_client(name="Elbe")
    client.delete()
    assert find(Client, "elbe") == [other.pk]


def test_hourly_run_repairs_what_was_written_past_it() -> None:
    client, user = make_client(name="Alt"), make_user(last_name="Vorher")
    NameWord.objects.filter(client=client).delete()
    User.objects.filter(pk=user.pk).update(last_name="Nachher")
    assert (find(Client, "alt"), find(User, "nachher")) == ([], [])
    beats: list[None] = []
    reindex_newest(lambda: beats.append(None))
    assert (find(Client, "alt"), find(User, "nachher")) == ([client.pk], [user.pk])
    assert find(User, "vorher") == []
    assert beats


def test_version_before_deletes_users_whose_words_it_does_not_know() -> None:
    gone = User.objects.create(email="unjoined@example.com", last_name="Isar")
    other = make_user(last_name="Isar")
    rows = User.objects.filter(pk=gone.pk)
    assert words(user=gone) == words_of_name(gone)
    rows._raw_delete(rows.db)
    connection.check_constraints()
    reindex_newest(lambda: None)
    assert words(user=gone.pk) == set()
    assert words(user=other) == words_of_name(other)


def test_no_more_are_found_than_asked_for() -> None:
    for _time in range(4):
        make_client(name="Elbe")
    assert len(find(Client, "elbe", 3)) == 3


def test_migration_writes_the_words_of_rows_that_were_there() -> None:
    client, project = make_client(name="Elbe"), make_project(name="Isar")
    user, erased = make_user(last_name="Isar"), make_user()
    erase_user(erased)
    before = set(NameWord.objects.values_list("client", "project", "user", "word"))
    NameWord.objects.all().delete()
    migration = import_module("shop.tenancy.migrations.0011_fill_name_words")
    for _time in range(2):  # a repeated run goes on
        migration.fill(apps, None)
    assert set(NameWord.objects.values_list("client", "project", "user", "word")) == before
    assert words(client=client) == words_of_name(client)
    assert (find(Project, "isar"), find(User, "isar")) == ([project.pk], [user.pk])
