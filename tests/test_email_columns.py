"""The canonical address follows the address, whichever way a row is written."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat

from shop.notifications.emails.models import Message
from shop.orders.models import Order
from shop.tenancy.models import User
from tests.factories import bystander, make_order, make_user

pytestmark = pytest.mark.django_db

TYPED = "Jule@Straßen-Film.de"
CANONICAL = "jule@xn--straen-film-y6a.de"


def by_save(user: User) -> None:
    user.email = TYPED
    user.save()


def by_save_of_this_column(user: User) -> None:
    user.email = TYPED
    user.save(update_fields=["email"])


def by_update(user: User) -> None:
    User.objects.filter(pk=user.pk).update(email="jule@straßen-film.de")


def by_bulk_create(user: User) -> None:
    user.delete()
    User.objects.bulk_create([User(email="jule@straßen-film.de")])


@pytest.mark.parametrize("write", [by_save, by_save_of_this_column, by_update, by_bulk_create])
def test_account_has_the_canonical_address_of_its_new_one(write: Callable[[User], None]) -> None:
    other = make_user(email="jule@strassen-film.de")
    write(make_user())
    user = User.objects.exclude(pk=other.pk).get()
    assert (user.email, user.canonical_email) == ("jule@straßen-film.de", CANONICAL)
    other.refresh_from_db()
    assert other.canonical_email == "jule@strassen-film.de"


def test_address_that_the_database_computes_is_refused() -> None:
    user = make_user()
    with pytest.raises(TypeError):
        User.objects.update(email=Concat(Value("x"), F("email")))
    user.email = TYPED
    with pytest.raises(TypeError), transaction.atomic():
        User.objects.bulk_update([user], ["email"])
    user.refresh_from_db()
    assert user.email == user.canonical_email != TYPED


@pytest.mark.parametrize("spelling", [TYPED, CANONICAL, "jule@ｓtraßen-film。de"])
def test_database_refuses_a_second_account_for_a_mailbox(spelling: str) -> None:
    make_user(email="jule@straßen-film.de")
    other = make_user()
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user(spelling)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=other.pk).update(email=spelling)
    assert User.objects.filter(canonical_email=CANONICAL).count() == 1


def test_order_keeps_the_address_as_sent_and_the_canonical_one_beside_it() -> None:
    with bystander():
        order = make_order(user_email=TYPED)
        assert (order.user_email, order.canonical_email) == (TYPED, CANONICAL)
        Order.objects.filter(pk=order.pk).update(user_email="mia@example.com")
        order.refresh_from_db()
        assert order.canonical_email == "mia@example.com"
        Order.objects.filter(pk=order.pk).update(user_email=None)
        order.refresh_from_db()
        assert order.canonical_email is None


def test_mails_are_found_by_any_spelling_of_their_recipient() -> None:
    with bystander():
        make_order(user_email=TYPED)
        assert Message.objects.get(recipient=CANONICAL).recipient == "jule@straßen-film.de"
        assert Message.objects.filter(recipient__in=["JULE@straßen-film.de"]).count() == 1
        assert not Message.objects.filter(recipient="jule@strassen-film.de").exists()
