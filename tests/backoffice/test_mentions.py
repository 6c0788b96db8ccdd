"""Notes that mention colleagues, orders that are assigned to them, and how they learn of it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.backoffice.order.named_colleagues import find_named, handle_of
from portal.backoffice.queue.bulk_jobs import begin, run_bulk_jobs
from shop.notifications.emails.kinds import email_for, render
from shop.notifications.emails.models import Message
from shop.orders.assignment import add_note, assign, unassign
from shop.orders.mentions import Mention
from shop.orders.models import Order
from shop.tenancy.models import User
from tests.factories import make_order, make_staff, make_user
from tests.pages import Response, error_beside, html, visitor, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return make_staff("agent", email="ada@example.com", first_name="Ada", last_name="Admin")


@pytest.fixture
def berta() -> User:
    return make_staff("agent", email="b.bauer@example.com", first_name="Berta", last_name="Bauer")


def note(staff: User, order: Order, text: str) -> Response:
    return visitor(staff).post(f"/staff/orders/{order.pk}/note/", {"text": text}, follow=True)


def mails(user: User) -> list[str]:
    return list(Message.objects.filter(user=user).values_list("kind", flat=True))


@pytest.mark.parametrize("name", ["Berta", "bauer", "b.bauer", "B.BAUER@example.com"])
def test_colleague_is_named_in_several_ways(name: str, ada: User, berta: User) -> None:
    named = find_named(f"(@{name}) please call.", [ada, berta])
    assert (named.found, named.unknown, named.ambiguous) == ([berta], [], {})


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("Write to nina@berta.example", []),  # an address mentions nobody
        ("@ada, @ada and @Admin", []),
        ("@nobody", ["nobody"]),
        ("an @ alone", []),
    ],
)
def test_text_names_whom_it_says_and_nobody_else(
    text: str, unknown: list[str], ada: User, berta: User
) -> None:
    named = find_named(text, [ada, berta])
    assert named.unknown == unknown
    assert berta not in named.found
    assert set(named.found) == ({ada} if "@ada" in text else set())


def test_handle_is_the_address_where_two_share_what_precedes_its_at_sign() -> None:
    here, there = make_user(email="ada@here.example"), make_user(email="ada@there.example")
    other = make_user(email="eva@here.example")
    handles = [handle_of(each, [here, there, other]) for each in (here, there, other)]
    assert handles == ["ada@here.example", "ada@there.example", "eva"]
    assert find_named("@ada@there.example", [here, there, other]).found == [there]


def test_note_tells_the_colleague_whom_it_mentions(ada: User, berta: User) -> None:
    order = make_order()
    page = note(ada, order, "@Berta please call back.\nThey want to pay by year.")
    assert "Note saved. Berta Bauer will be told by e-mail." in words(page)
    mention = Mention.objects.get()
    assert (mention.user, mention.seen_at) == (berta, None)
    message = Message.objects.get(user=berta)
    assert (message.kind, message.order) == ("mention", None)
    text = render(message).text
    assert f"Ada Admin has mentioned you in a note on order {order.order_number}." in text
    assert "They want to pay by year." in text
    assert f"/staff/orders/{order.pk}/" in text
    assert mails(ada) == []


def test_mail_between_colleagues_holds_nothing_of_the_customer(ada: User, berta: User) -> None:
    order = make_order(client_name="Elbfilm", user_email="nina@example.com")
    add_note(order, ada, f"See https://shop.example/register/{order.order_hash}/", [berta])
    mail = render(Message.objects.get(user=berta))
    for text in (mail.subject, mail.text, mail.html):
        assert "Elbfilm" not in text
        assert "nina@" not in text
        assert order.order_hash not in text  # whoever has it may act as the customer


def test_mail_is_written_in_the_colleagues_language(ada: User) -> None:
    berta = make_staff("agent", first_name="Berta", language="de")
    add_note(make_order(), ada, "@berta", [berta])
    assert "hat Sie in einer Notiz" in render(Message.objects.get(user=berta)).text


def test_name_of_several_colleagues_is_asked_for(ada: User) -> None:
    other = make_staff("agent", email="ada.zwei@example.com", first_name="Ada", last_name="Zwei")
    make_staff("agent", email="a.drei@example.com", first_name="Ada", last_name="Drei")
    User.objects.filter(pk=ada.pk).update(email="ada.eins@example.com")
    order = make_order()
    page = note(other, order, "@ada please call")
    assert page.status_code == 422
    error = error_beside(page, "note_text")
    assert "Please use one of these: " in error
    assert "@a.drei (Ada Drei), @ada.eins (Ada Admin), @ada.zwei (Ada Zwei)" in error
    assert "@ada please call" in html(page)
    assert (order.events.filter(kind="note").count(), Mention.objects.count()) == (0, 0)


def test_name_of_nobody_is_told_and_the_note_kept(ada: User) -> None:
    order = make_order()
    page = note(ada, order, "@nobody please call")
    assert "Note saved. No colleague is called @nobody, so nobody was told." in words(page)
    assert order.events.get(kind="note").note == "@nobody please call"


def test_undone_note_is_mailed_to_nobody(ada: User, berta: User) -> None:
    order = make_order()
    event = add_note(order, ada, "@berta", [berta])
    message = Message.objects.get(user=berta)
    assert message.next_attempt_at > timezone.now() + timedelta(seconds=20)
    assert not email_for(message).is_obsolete()
    event.delete()
    assert email_for(message).is_obsolete()
    assert Mention.objects.count() == 0


def test_assignee_is_told_once_and_not_of_what_they_took(ada: User, berta: User) -> None:
    order = make_order()
    assign(order, ada, actor=ada)
    assert mails(ada) == []
    order.refresh_from_db()
    assign(order, berta, actor=ada)
    assert mails(berta) == ["assigned"]
    message = Message.objects.get(user=berta)
    text = render(message).text
    assert f"Ada Admin has assigned order {order.order_number} to you." in text
    assert not email_for(message).is_obsolete()
    order.refresh_from_db()
    unassign(order, berta)
    assert email_for(Message.objects.get(user=berta)).is_obsolete()


def test_colleague_assigns_from_the_page(ada: User, berta: User) -> None:
    order = make_order()
    browser = visitor(ada)
    page = browser.get(f"/staff/orders/{order.pk}/")
    assert "b.bauer@example.com" in html(page)
    page = browser.post(
        f"/staff/orders/{order.pk}/assign/",
        {"taken_by": "", "assignee": berta.pk},
        follow=True,
    )
    assert "who is told by e-mail. Undo" in words(page)
    order.refresh_from_db()
    assert order.taken_by == berta
    viewer = make_staff("viewer")
    page = browser.post(
        f"/staff/orders/{order.pk}/assign/", {"taken_by": berta.pk, "assignee": viewer.pk}
    )
    assert page.status_code == 422
    assert error_beside(page, "assign_assignee")


def test_assigning_what_somebody_took_meanwhile_is_refused(ada: User, berta: User) -> None:
    order = make_order()
    assign(order, berta, actor=berta)
    page = visitor(ada).post(
        f"/staff/orders/{order.pk}/assign/", {"taken_by": "", "assignee": ada.pk}, follow=True
    )
    assert "was faster" in words(page)
    order.refresh_from_db()
    assert order.taken_by == berta


def test_many_orders_at_once_are_told_by_one_mail(ada: User, berta: User) -> None:
    for _each in range(3):
        make_order()
    begin("assign", Order.objects.all(), ada, assignee=berta)
    run_bulk_jobs(lambda: None)
    assert set(Order.objects.values_list("taken_by", flat=True)) == {berta.pk}
    (message,) = Message.objects.filter(user=berta)
    mail = render(message)
    assert mail.subject == "3 orders were assigned to you"
    assert "Ada Admin has assigned these orders to you in one bulk action." in mail.text
    begin("assign", Order.objects.all(), ada, assignee=ada)
    run_bulk_jobs(lambda: None)
    assert mails(ada) == []


def test_badge_counts_until_the_order_was_opened(ada: User, berta: User) -> None:
    first, second = make_order(), make_order()
    add_note(first, ada, "@berta", [berta])
    assign(second, berta, actor=ada)
    browser = visitor(berta)
    assert "@ 2 Mentions Portal" in words(browser.get("/staff/"))
    listed = words(browser.get("/staff/mentions/"))
    assert f"{second.order_number} received assigned to you" in listed
    assert f"{first.order_number} received @berta" in listed
    assert listed.count("new") == 2
    visitor(ada).get(f"/staff/orders/{first.pk}/")  # somebody else's look does not count
    browser.get(f"/staff/orders/{first.pk}/")
    assert "@ 1 Mentions Portal" in words(browser.get("/staff/"))
    browser.get(f"/staff/orders/{second.pk}/")
    assert "Sign out" in words(page := browser.get("/staff/"))
    assert 'class="badge"' not in html(page)
    assert "Nobody has mentioned you yet." in words(visitor(ada).get("/staff/mentions/"))


def test_badge_and_list_take_as_many_queries_however_many_there_are(ada: User, berta: User) -> None:
    order, browser, counts = make_order(), visitor(berta), []
    for more in (1, 20):
        for _each in range(more):
            add_note(order, ada, "@berta", [berta])
        browser.get("/staff/mentions/")
        with CaptureQueriesContext(connection) as queries:
            browser.get("/staff/mentions/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_list_of_mentions_hides_links_to_orders_from_who_may_only_look(ada: User) -> None:
    viewer, order = make_staff("viewer"), make_order()
    add_note(order, ada, f"/register/{order.order_hash}/ please", [viewer])
    page = html(visitor(viewer).get("/staff/mentions/"))
    assert "/register/…/ please" in page
    assert order.order_hash not in page
