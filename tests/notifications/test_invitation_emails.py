"""Invited colleagues: who is told what, and that nobody is told of an order they never placed."""

import pytest
from django.core.mail import EmailMessage

from shop.notifications.emails.kinds import Rendered, render
from shop.notifications.emails.models import Message
from shop.notifications.emails.queue import queue_received
from shop.orders.cancellation import cancel
from shop.orders.corrections import readdress
from shop.orders.member_orders import invite
from shop.orders.models import Basket, Order
from shop.orders.placing import Caller
from shop.tenancy.models import Project, User
from tests.factories import (
    bystander,
    make_application,
    make_order,
    make_project,
    make_staff,
    make_token,
    make_user,
    pack_all,
)
from tests.notifications.sent import html_of, send_all
from tests.pages import visitor, words

pytestmark = pytest.mark.django_db

CARLA = "carla@example.com"


@pytest.fixture
def bernd() -> User:
    return make_user(
        email="bernd@example.com", first_name="Bernd", last_name="Beispiel", language="de"
    )


@pytest.fixture
def project(bernd: User) -> Project:
    found = make_project(name="Nachtdreh")
    found.client.client_admin = bernd
    found.client.save()
    return found


def told(order: Order) -> set[tuple[str, str]]:
    return set(order.messages.values_list("kind", "recipient"))


def mail_of(order: Order, kind: str) -> Rendered:
    """The mail as it is now: of an order that was read anew."""
    return render(Message.objects.get(order_id=order.pk, kind=kind))


def add_member(project: Project, caller: Caller, email: str = CARLA) -> Order:
    """The order of a program that adds a member by the client_admin's token."""
    return make_order(
        project.product.code,
        caller,
        client_id=project.client_id,
        client_name=None,
        project_id=project.pk,
        project_name=None,
        user_email=email,
        admin_user_access_token=make_token(project.client.client_admin),
    )


def test_colleague_gets_an_invitation_and_no_receipt(project: Project, bernd: User) -> None:
    with bystander():
        order = invite(project, bernd, {"user_email": CARLA})
        assert told(order) == set()
        pack_all()
        assert told(order) == {("invitation", CARLA), ("packed", bernd.email)}


def test_colleague_learns_who_invites(
    project: Project, bernd: User, mailoutbox: list[EmailMessage]
) -> None:
    order = invite(project, bernd, {"user_email": CARLA, "language": "en"})
    pack_all()
    send_all()
    (mail,) = [mail for mail in mailoutbox if mail.to == [CARLA]]
    assert mail.subject == "You are invited to a project"
    text = str(mail.body).replace("\u200a", "")
    assert (
        "Bernd Beispiel (bernd@example.com) invites you to the project “Nachtdreh” "
        "of Beispielfilm GmbH." in text
    )
    assert "order" not in text.replace(f"/register/{order.order_hash}", "")
    # Mail programs would make a link of the address as it is.
    assert "bernd@example.com" not in str(mail.body)
    assert "bernd@example.com" not in html_of(mail)


def test_name_of_who_invites_is_cut_and_never_a_link(project: Project, bernd: User) -> None:
    User.objects.filter(pk=bernd.pk).update(first_name="https://evil.example/", last_name="z" * 90)
    order = invite(project, User.objects.get(pk=bernd.pk), {"user_email": CARLA})
    pack_all()
    mail = mail_of(order, "invitation")
    text = mail.text.replace("\u200a", " ")
    assert "https: / / evil. example/ zzz" in text
    assert "zzz… (bernd@ example. com) lädt Sie" in text
    assert "evil.example" not in mail.text + mail.html
    assert "z" * 60 not in mail.text
    assert "evil" not in mail.subject


@pytest.mark.parametrize(
    ("language", "subject", "sentence"),
    [
        ("de", "Ihre Einladung ist unterwegs", "die Einladung ist unterwegs an c…@e….com."),
        ("en", "Your invitation is on its way", "the invitation is on its way to c…@e….com."),
    ],
)
def test_who_invites_reads_of_an_invitation(
    project: Project, bernd: User, language: str, subject: str, sentence: str
) -> None:
    bernd.language = language
    bernd.save()
    order = invite(project, bernd, {"user_email": CARLA})
    pack_all()
    mail = mail_of(order, "packed")
    assert mail.subject == subject
    assert sentence in mail.text
    assert "Bestellung" not in mail.text
    assert "order" not in mail.text.replace("/register/", "")


def test_program_that_adds_a_member_brings_no_receipt(project: Project, bernd: User) -> None:
    order = add_member(project, Caller(application=make_application()))
    assert told(order) == set()
    pack_all()
    assert told(order) == {("invitation", CARLA), ("packed", bernd.email)}
    assert "Bernd Beispiel" in mail_of(order, "invitation").text


def test_who_adds_themselves_gets_the_receipt(project: Project, bernd: User) -> None:
    order = add_member(project, Caller(user=bernd), "Bernd@example.com")
    assert told(order) == {("received", bernd.email)}
    pack_all()
    assert told(order) == {("received", bernd.email), ("invitation", bernd.email)}
    assert "invites" not in mail_of(order, "invitation").text


def test_program_that_orders_for_a_new_client_brings_the_receipt_as_before() -> None:
    order = make_order(caller=Caller(application=make_application()))
    assert told(order) == {("received", "nicecustomer@gmx.com")}


def test_first_member_of_a_new_project_gets_no_receipt_of_who_ordered_it(
    project: Project, bernd: User
) -> None:
    """At the checkout, signed in, for a client that there is."""
    order = make_order(
        caller=Caller(user=bernd), client_id=project.client_id, client_name=None,
        client_admin=bernd, user_email=CARLA,
    )  # fmt: skip
    order.messages.all().delete()
    Basket.objects.create(order=order)
    queue_received(order)
    message = order.messages.get()
    assert (message.recipient, message.language) == (bernd.email, "de")
    assert "c…@e….com" in render(message).text
    assert "Kennen Sie dieses Projekt nicht" not in render(message).text


def test_invitation_that_a_person_reviews_is_told_to_who_invited(
    project: Project, bernd: User
) -> None:
    for _seat in range(project.product.members + 1):
        order = invite(project, bernd, {"user_email": f"m{_seat}@example.com"})
        pack_all()
    order.refresh_from_db()
    assert order.state == "need_human"
    assert told(order) == {("attention", bernd.email)}
    mail = mail_of(order, "attention")
    assert mail.subject == "Wir prüfen Ihre Einladung persönlich"
    assert "Bestellung" not in mail.text
    assert cancel(order, make_staff(), reason="Kein Platz.")
    mail = mail_of(order, "cancelled")
    assert mail.subject == "Ihre Einladung wurde storniert"
    assert "Kein Platz." in mail.text
    assert {recipient for _kind, recipient in told(order)} == {bernd.email}


def test_address_that_is_corrected_before_brings_no_receipt_either(
    project: Project, bernd: User
) -> None:
    order = invite(project, bernd, {"user_email": "calra@example.com"})
    assert readdress(order, CARLA, actor=bernd)
    assert told(order) == {("address", "calra@example.com")}
    mail = mail_of(order, "address")
    assert mail.subject == "Ihre Adresse wurde aus einer Einladung entfernt"
    assert "Bestellung" not in mail.text
    pack_all()
    assert ("invitation", CARLA) in told(order)


def test_invitation_says_what_it_is_after_its_inviter_is_gone(
    project: Project, bernd: User
) -> None:
    order = invite(project, bernd, {"user_email": CARLA, "language": "en"})
    pack_all()
    Order.objects.update(placed_by=None, owner=None, token_user=None)
    mail = mail_of(order, "invitation")
    assert "You are invited to the project “Nachtdreh” of Beispielfilm GmbH." in mail.text


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("de", "Die Einladung wird vorbereitet.", "Die Einladung ist unterwegs an c…@e….com."),
        ("en", "The invitation is being prepared.", "The invitation is on its way to c…@e….com."),
    ],
)
def test_page_of_an_invitation_speaks_of_an_invitation(
    project: Project, bernd: User, language: str, before: str, after: str
) -> None:
    order = invite(project, bernd, {"user_email": CARLA})
    for expected in (before, after):
        page = words(visitor(language=language).get(f"/register/{order.order_hash}/"))
        assert expected in page
        assert "First member" not in page
        assert "Erstes Mitglied" not in page
        pack_all()
