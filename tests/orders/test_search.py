"""Search for orders: what finds which, with other customers' orders beside."""

import unicodedata
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shop.orders.member_orders import invite
from shop.orders.models import Order, SearchWord
from shop.orders.search import Found, search
from shop.orders.search_index import reindex
from shop.search_words import asked_words, words_to_find
from tests.backoffice.plans import full_scans, statements
from tests.factories import bystander, make_bare_order, make_client, make_order, make_project

pytestmark = pytest.mark.django_db

NINA: dict[str, Any] = {
    "client_name": "Zebra Film",
    "project_name": "Yard-Stories: Jürgen & die Straße",
    "user_email": "Nina.Quarz+set@mail.zebra.example",
    "user_first_name": "Zoë",
    "user_last_name": "Quittenbaum-Wöhler",
    "user_login": "wonder",
}
INVISIBLE = "\u200b\u200d\u202e\u2066\ufe0f\u3164\u115f\u034f\u2060\ufeff\u00ad"


def found(text: str) -> set[int]:
    return set(search(text).pks)


def finds(text: str, query: str) -> bool:
    """Tell by the words alone whether `query` finds `text`."""
    words = words_to_find([text])
    asked = asked_words(query)
    return bool(asked) and all(
        any(word.startswith(form) for form in forms for word in words) for forms in asked
    )


def test_search_finds_an_order_by_its_hash_alone_or_in_a_link() -> None:
    with bystander():
        order = make_order()
        hash_ = order.order_hash
        for text in (hash_, hash_.upper(), f" https://shop.example/register/{hash_}/?step=2"):
            assert found(text) == {order.pk}
        assert found("0" * 32) == set()


def test_search_finds_an_order_by_its_number_however_it_is_written() -> None:
    with bystander():
        order = make_order()
        other = make_order()
        Order.objects.filter(pk=order.pk).update(order_number="K70M-31Z2")
        reindex(Order.objects.filter(pk=order.pk))
        written = ("K70M-31Z2", "k70m31z2", "K7OM 3lZ2", "#k7om–3IZ2", "\u200bK7 0M 31 Z2 ")
        for text in (*written, "k70m", "31z2"):
            assert found(text) == {order.pk}, text
        assert found(other.order_number or "") == {other.pk}


def test_search_finds_an_order_by_the_number_of_its_row_or_of_its_client() -> None:
    with bystander():
        client = make_client(pk=987654321)
        order, asked, delivered = make_order(), make_order(), make_order()
        Order.objects.filter(pk=asked.pk).update(client_id=client.pk)
        Order.objects.filter(pk=delivered.pk).update(delivered_client=client)
        assert order.pk in found(str(order.pk)) & found(f"#{order.pk}")
        assert found("987654321") == {asked.pk, delivered.pk}
        for text in (f"-{'9' * 17}", "9" * 18, "9" * 19):
            assert found(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        *("zebra", "ZEBRA FILM", "film zebra", "yard s", "stories", "won", "Zoe", "ZOË"),
        *("Quittenbaum", "Wöhler", "woehler", "WOHLER", "Wohler zoë", "quittenbaum-wöhler"),
        *("Jürgen", "JU\u0308RGEN", "juergen", "jurgen", "STRASSE", "straße"),
        *("nina.quarz+set@", "NINA.QUARZ+SET@MAIL.ZEBRA.EXAMPLE", "zebra.example", "@mail.zebra"),
        *("Zoë <nina.quarz+set@mail.zebra.example>", "mailto:nina.quarz+set@mail.zebra.example"),
        *('"nina.quarz+set@mail.zebra.example"', "nina.quarz+set@mail.zebra.example."),
        *("MAILTO:Nina.Quarz%2Bset@mail.zebra.example?subject=Order", "quarz"),
        *(
            "  zebra   film ",
            "ze\0bra",
            "yard\tstories",
            "\u202ezebra",
            "ze\u200bbra",
            "ｚｅｂｒａ",
        ),
    ],
)
def test_search_finds_an_order_by_the_beginning_of_each_word(text: str) -> None:
    with bystander():
        assert found(text) == set()
        order = make_order(**NINA)
        assert found(text) == {order.pk}


# No order number has the letter U.
@pytest.mark.parametrize(
    "text", ["ebra", "ilm", "zebra films", "example.com", "zebra u", "", " \0"]
)
def test_search_does_not_look_into_the_middle_of_a_word(text: str) -> None:
    make_order(**NINA)
    assert search(text) == Found(frozenset())


@pytest.mark.parametrize(
    "stored",
    [
        unicodedata.normalize("NFD", "Jürgen Böll"),
        "Jürgen\u00a0Böll",
        " Jürgen Böll",
        "Jür\u200bgen \u202eBöll",
        "ＪÜＲＧＥＮ　ＢÖＬＬ",
        "Juergen Boell",
    ],
)
def test_search_finds_a_name_however_it_was_stored(stored: str) -> None:
    with bystander():
        order = make_bare_order(client_name=stored)
        assert found("Jürgen Böll") == found("böll jürgen") == {order.pk}


def test_search_finds_orders_for_an_existing_client_or_project_by_its_name() -> None:
    with bystander():
        project = make_project("l", name="Dunes", client=make_client(name="Quartz"))
        order = invite(project, project.client.client_admin, {"user_email": "nina@other.example"})
        assert order.client_name is None
        assert found("quar") == found("dunes quartz") == {order.pk}


def test_search_stops_at_the_most_that_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.orders.search.MOST", 2)
    for _ in range(2):
        make_bare_order(client_name="Zebra Film")
    assert len(found("zebra film")) == 2
    assert not search("zebra film").has_more
    make_bare_order(client_name="Zebra Film")
    assert len(found("zebra film")) == 2
    assert search("zebra film").has_more


def test_search_reads_no_table_as_a_whole() -> None:
    orders = [make_bare_order(client_name=f"Zebra{n} Film") for n in range(40)]
    words = [SearchWord(order=orders[0], word=b"x%d" % n) for n in range(3000)]
    SearchWord.objects.bulk_create(words, batch_size=400)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    with statements() as asked:
        assert found("zebra7 film") == {orders[7].pk}
        assert found("film zebra39") == {orders[39].pk}
        assert len(found("film")) == 40
    assert full_scans(asked, "orders_searchword") == []


names = st.text(
    st.characters(categories=["L", "N"], exclude_characters="IıİK\u212aſ"), min_size=1, max_size=12
)
quick = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@quick
@given(
    st.lists(names, min_size=1, max_size=4),
    st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]),
    st.sampled_from([str, str.upper, str.lower, str.title]),
    st.randoms(use_true_random=False),
)
def test_words_of_a_name_are_found_in_every_form(
    name: list[str], form: Any, case: Any, chance: Any
) -> None:
    shuffled = chance.sample(name, len(name))
    query = unicodedata.normalize(form, case(" ".join(shuffled)))
    hidden = "".join(sign + chance.choice(["", *INVISIBLE]) for sign in query)
    assert finds(" ".join(name), query)
    assert finds(" ".join(name), hidden)
    assert finds("".join(s + chance.choice(["", *INVISIBLE]) for s in " ".join(name)), query)


@quick
@given(st.lists(names, min_size=1, max_size=3))
def test_words_of_a_name_do_not_find_another(name: list[str]) -> None:
    others = ["Bystander Film", "bystander@example.com"]
    assert finds(others[0], "film bystander")
    alone = " ".join(f"qx{word}" for word in name)
    assert finds(alone, alone)
    assert not any(finds(other, alone) for other in others)
