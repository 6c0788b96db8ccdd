"""Orders for one mailbox belong together, however its address was spelled."""

import pytest
from django.core.mail import EmailMessage
from pytest_django import Settings

from shop.access.models import IdempotentResponse
from shop.notifications.emails.models import Message
from shop.orders.corrections import readdress
from shop.orders.document import InvalidDocumentError
from shop.orders.member_orders import invite
from shop.orders.models import Order
from shop.orders.order_erasure import orders_for
from shop.tenancy.erasure import emails_of, erase_user
from shop.tenancy.models import Membership, User
from tests.api.calls import post_order
from tests.factories import (
    bystander,
    make_application,
    make_order,
    make_packed_order,
    make_project,
    make_staff,
    make_token,
    make_user,
    pack_all,
)
from tests.notifications.sent import send_all
from tests.pages import at_checkout, join_address, visitor, words
from tests.registration.joining import join

pytestmark = pytest.mark.django_db

SHOWN = "anna@bücher-kino.com"
WIRE = "anna@xn--bcher-kino-9db.com"
SPELLINGS = (
    SHOWN,
    WIRE,
    "ANNA@Bücher-Kino.COM",
    "anna@bu\N{COMBINING DIAERESIS}cher-kino.com",
    "anna@ｂücher-kino。com",
)
SAY = "Please give an e-mail address like name@example.com."
BAD = (f"{'x' * 65}@example.com", "jürgen@example.com", "a@1.אב.com")


def test_orders_in_any_spelling_are_for_one_user() -> None:
    other = make_packed_order(user_email="anna@buecher-kino.com").member
    for spelling in SPELLINGS:
        make_order(user_email=spelling)
    pack_all()
    assert User.objects.exclude(pk=getattr(other, "pk", 0)).get().email == SHOWN
    assert Membership.objects.exclude(user=other).count() == len(SPELLINGS)


def test_link_to_a_known_users_address_in_another_spelling_offers_sign_in() -> None:
    make_user(email=SHOWN)
    order = make_packed_order(user_email=SPELLINGS[-1])
    assert "Sign in" in words(visitor().get(join_address(order)))
    assert User.objects.filter(canonical_email=WIRE).count() == 1


@pytest.mark.parametrize("first", SPELLINGS)
def test_person_is_not_invited_again_in_another_spelling(first: str) -> None:
    project = make_project()
    admin = project.client.client_admin
    invite(project, admin, {"user_email": first})
    for spelling in SPELLINGS:
        with pytest.raises(InvalidDocumentError) as refusal:
            invite(project, admin, {"user_email": spelling})
        assert [problem.code for problem in refusal.value.problems] == ["already_member"]
    invite(project, admin, {"user_email": "anna@buecher-kino.com"})
    assert Order.objects.count() == 2


def test_daily_limit_counts_mails_by_mailbox(
    settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    settings.MAILS_A_DAY = 2
    for spelling in (*SPELLINGS, "anna@buecher-kino.com"):
        make_order(user_email=spelling)
    send_all()
    assert [mail.to for mail in mailoutbox] == [[WIRE], [WIRE], ["anna@buecher-kino.com"]]


def test_corrected_spelling_of_one_mailbox_tells_no_old_address(
    mailoutbox: list[EmailMessage],
) -> None:
    order = make_packed_order(user_email=SHOWN)
    assert readdress(order, SPELLINGS[-1], actor=None)
    order.refresh_from_db()
    assert (order.user_email, order.member) == (SPELLINGS[-1], User.objects.get())
    send_all()
    assert {mail.to[0] for mail in mailoutbox} == {WIRE}
    assert not Message.objects.filter(kind=Message.Kind.ADDRESS).exists()


def test_account_finds_and_erases_orders_in_any_spelling() -> None:
    token = make_token(make_application())
    with bystander():
        for number, spelling in enumerate(SPELLINGS):
            assert post_order(token, key=str(number), user_email=spelling).status_code == 201
        assert post_order(token, key="other", user_email="anna@buecher-kino.com").status_code == 201
        pack_all()
        order = Order.objects.get(user_email=SHOWN)
        join(order)
        user = User.objects.get(email=SHOWN)
        assert orders_for(user, emails_of(user)).count() == len(SPELLINGS)
        client = order.delivered_client
        assert client
        client.__class__.objects.filter(client_admin=user).update(client_admin=make_user())
        erase_user(user)
        left = Order.objects.exclude(user_email=None).order_by("user_email")
        assert [each.user_email for each in left] == [
            "anna@buecher-kino.com",
            "bystander@example.com",
        ]
        assert not Message.objects.filter(recipient=SHOWN).exists()
        assert IdempotentResponse.objects.count() == 1


def test_pages_show_the_address_in_its_own_letters() -> None:
    project = make_project()
    admin = project.client.client_admin
    order = invite(project, admin, {"user_email": WIRE})
    told = visitor(admin).get(f"/portal/projects/{project.pk}/")
    assert SHOWN in words(told)
    pack_all()
    pages = (
        visitor(admin).get(f"/portal/projects/{project.pk}/"),
        visitor(admin).get(f"/portal/clients/{project.client_id}/orders/"),
        visitor(make_staff()).get(f"/staff/orders/{order.pk}/"),
    )
    for page in pages:
        assert page.status_code == 200
        assert SHOWN in words(page)
        assert WIRE not in words(page)
    assert "a…@b….com" in words(visitor().get(f"/register/{order.order_hash}/"))


@pytest.mark.parametrize("email", BAD)
def test_address_that_no_server_can_be_told_is_refused_on_arrival(email: str) -> None:
    token = make_token(make_application())
    answer = post_order(token, user_email=email)
    assert answer.status_code == 422
    assert "must be a bare e-mail address." in answer.content.decode()
    browser, form = at_checkout()
    form |= {"client_name": "Film", "project_name": "Dreh", "user_email": email, "place": "1"}
    page = browser.post("/checkout/", form)
    assert (page.status_code, SAY in words(page)) == (422, True)
    assert not Order.objects.exclude(state="new").exists()


@pytest.mark.parametrize("email", BAD)
def test_details_and_corrections_refuse_it_as_well(email: str) -> None:
    order = make_order(user_email=None)
    page = visitor().post(f"/register/{order.order_hash}/", {"user_email": email})
    assert SAY in words(page)
    packed = make_packed_order()
    with pytest.raises(InvalidDocumentError):
        readdress(packed, email, actor=None)
    project = make_project()
    invited = visitor(project.client.client_admin).post(
        f"/portal/projects/{project.pk}/invite/", {"user_email": email, "language": "de"}
    )
    assert SAY in words(invited)
    assert Order.objects.count() == 2
