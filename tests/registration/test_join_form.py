"""The form by which somebody new joins: a passkey or a password, and nothing that is known already."""

import re

import pytest
from django.http import QueryDict

from portal.registration.join_form import JoinForm
from shop.content.publishing import publish
from shop.orders.basket import current_terms
from shop.orders.models import Order
from shop.tenancy.joining import LoginTakenError, join_as_new
from shop.tenancy.models import Invitation, User
from tests.factories import DETAILS, make_packed_order, make_user, pack_all
from tests.pages import (
    Response,
    at_checkout,
    error_beside,
    html,
    join_address,
    summary,
    visitor,
)
from tests.registration.joining import CHOICE, is_in, join, newcomer

HIDDEN = re.compile(r'type="hidden"|aria-hidden="true"|data-shows="')

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]


def ordered_at_the_checkout(user: User | None = None) -> Order:
    """A packed order from the checkout, by a guest or by `user`, for nicecustomer@gmx.com."""
    browser, form = at_checkout("s", user)
    form |= {name: value for name, value in DETAILS.items() if name in form or "user" in name}
    assert browser.post("/checkout/", {**form, "place": "1"}).status_code == 302
    pack_all()
    return Order.objects.get()


def controls(page: Response) -> list[str]:
    """The fields and buttons of the page's main part, without those that nobody sees.

    The button that shows a password belongs to its field.
    """
    main = html(page).partition("<main")[2].partition("</main>")[0]
    tags = re.findall(r"<(?:input|select|textarea|button)\b[^>]*>[^<]*", main)
    seen = [tag for tag in tags if not HIDDEN.search(tag)]
    named = [re.search(r'(?:name|id)="([^"]*)"', tag) for tag in seen]
    return [
        found[1] if found else tag.partition(">")[2].strip()
        for found, tag in zip(named, seen, strict=True)
    ]


def test_who_just_ordered_has_three_controls_and_is_asked_nothing_twice() -> None:
    order = ordered_at_the_checkout()
    page = visitor().get(join_address(order))
    assert controls(page) == ["join_by_passkey", "password", "Join"]


def test_who_was_ordered_for_is_asked_for_the_terms_as_well() -> None:
    page = visitor().get(join_address(make_packed_order()))
    assert controls(page) == ["terms", "join_by_passkey", "password", "Join"]


def test_terms_agreed_to_with_the_order_are_kept_with_the_invitation() -> None:
    order = ordered_at_the_checkout()
    page = visitor().post(join_address(order), {"password": CHOICE["password"]})
    assert page.status_code == 302
    assert Invitation.objects.get().terms == current_terms()


def test_terms_that_changed_since_the_order_are_asked_for() -> None:
    order = ordered_at_the_checkout()
    texts = {"title_de": "", "title_en": "", "text_de": "Neu", "text_en": "New"}
    publish(current_terms().page, texts)
    page = visitor().get(join_address(order))
    assert controls(page) == ["terms", "join_by_passkey", "password", "Join"]
    assert visitor().post(join_address(order), {"password": CHOICE["password"]}).status_code == 422


def test_terms_are_asked_of_whom_somebody_signed_in_has_ordered_for() -> None:
    order = ordered_at_the_checkout(make_user())
    page = visitor().get(join_address(order))
    assert controls(page) == ["terms", "join_by_passkey", "password", "Join"]


def test_names_login_and_language_come_from_the_order() -> None:
    named = {"user_first_name": "Nina", "user_last_name": "Nagel", "user_login": "nn"}
    join(make_packed_order(language="en", **named))
    user = newcomer()
    assert (user.first_name, user.last_name, user.login) == ("Nina", "Nagel", "nn")
    assert user.language == "en"


def test_wished_login_that_is_taken_is_left_for_later() -> None:
    make_user(login="NN")
    assert join(make_packed_order(user_login="nn")).status_code == 302
    assert newcomer().login is None


def test_login_that_is_taken_while_one_joins_is_left_for_later() -> None:
    order = make_packed_order(user_login="nn")
    other = make_user()
    assert order.invitation
    user = order.invitation.membership.user
    form = JoinForm(user, order, current_terms(), QueryDict("password=quite a long phrase"))
    assert form.is_valid()
    other.login = "NN"
    other.save()
    with pytest.raises(LoginTakenError):
        join_as_new(order.invitation, form.new_member())
    assert join(order).status_code == 302
    assert newcomer().login is None


@pytest.mark.parametrize(
    "password", ["", "short", "12345678901234", "password123", "nicecustomer@gmx.com"]
)
def test_weak_password_is_refused_in_the_page(password: str) -> None:
    order, browser = make_packed_order(), visitor()
    page = join(order, browser, password=password)
    assert page.status_code == 422
    assert error_beside(page, "password")
    assert "password" in summary(page).lower()
    assert not is_in(browser)
    assert not newcomer().is_known
    assert Invitation.objects.get().used_at is None


def test_password_is_never_shown_again() -> None:
    choice = {name: value for name, value in CHOICE.items() if name != "terms"}
    page = visitor().post(join_address(make_packed_order()), choice)
    assert page.status_code == 422
    assert CHOICE["password"] not in html(page)


def test_password_like_ones_name_is_refused() -> None:
    order = make_packed_order(user_last_name="Rosenmontag")
    assert "last name" in error_beside(join(order, password="rosenmontag1"), "password").lower()


def test_blanks_around_a_password_belong_to_it() -> None:
    join(make_packed_order(), password="  quite a long phrase ")
    assert newcomer().check_password("  quite a long phrase ")


def test_member_has_the_language_of_the_order_that_they_join_by() -> None:
    """Somebody else may have invited the same address before, in another language."""
    make_packed_order(language="de")
    order = make_packed_order(language="en")
    assert newcomer().language == "de"
    join(order)
    assert newcomer().language == "en"
