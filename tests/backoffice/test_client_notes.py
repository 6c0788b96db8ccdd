"""Notes about a client: shown to colleagues, deleted by their author, without erased people."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.backoffice.audit_log import history_of
from portal.backoffice.clients.client_notes import delete_note, purge_deleted_notes
from portal.backoffice.clients.note_rows import ClientNote
from shop.orders.models import Order
from shop.orders.order_erasure import empty_orders
from shop.tenancy.erasure import erase_user
from shop.tenancy.models import Membership
from tests.backoffice.test_clients import path_of
from tests.backoffice.test_undo import undo
from tests.factories import make_client, make_membership, make_packed_order, make_staff, make_user
from tests.pages import html, visitor, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]


def test_note_is_shown_and_deleted_by_its_author_who_can_undo_that() -> None:
    client, other = make_client(), make_client()
    author, colleague = make_staff("agent", first_name="Ada"), make_staff("agent")
    browser = visitor(author)
    page = browser.post(f"{path_of(client)}notes/", {"text": "Rings on Mondays."}, follow=True)
    assert "Rings on Mondays." in words(page)
    assert "Rings on Mondays." not in words(browser.get(path_of(other)))
    path = f"{path_of(client)}notes/{ClientNote.objects.get().pk}/delete/"
    assert path in html(page)
    assert path not in html(visitor(colleague).get(path_of(client)))
    assert visitor(colleague).post(path).status_code == 404
    gone = browser.post(path, follow=True)
    assert "The note is deleted." in words(gone)
    assert "Rings on Mondays." not in words(gone)
    assert "Rings on Mondays." in words(undo(browser, gone))
    assert [line["what"] for line in history_of(client)] == [
        *("note restored", "note deleted", "note added")
    ]


def test_empty_note_is_refused() -> None:
    client = make_client()
    page = visitor(make_staff("agent")).post(f"{path_of(client)}notes/", {"text": " "})
    assert (page.status_code, ClientNote.objects.count()) == (422, 0)


def test_deleted_note_is_gone_for_good_after_a_day() -> None:
    client, staff = make_client(), make_staff("agent")
    old, new, kept = (
        ClientNote.objects.create(client=client, author=staff, text=text)
        for text in ("old", "new", "kept")
    )
    assert delete_note(old, staff)
    assert delete_note(new, staff)
    before = timezone.now() - timedelta(hours=25)
    ClientNote.objects.filter(pk=old.pk).update(deleted_at=before)
    purge_deleted_notes(lambda: None)
    assert set(ClientNote.objects.all()) == {new, kept}


def test_erased_member_is_taken_out_of_notes_about_their_clients() -> None:
    member = make_membership(user=make_user(first_name="Nina", last_name="Neumann"))
    client, other, staff = member.project.client, make_client(), make_staff("agent")
    for each in (client, other):
        ClientNote.objects.create(client=each, author=staff, text="Nina Neumann rings often.")
    erase_user(member.user)
    texts = {note.client: note.text for note in ClientNote.objects.all()}
    assert texts == {client: "… … rings often.", other: "Nina Neumann rings often."}


def test_erased_person_without_account_or_seat_is_taken_out_of_notes_about_the_client() -> None:
    order = make_packed_order(user_first_name="Nina", user_last_name="Neumann")
    client, other, staff = order.delivered_client, make_client(), make_staff("agent")
    assert client
    Membership.objects.filter(user=order.member).delete()
    for each in (client, other):
        ClientNote.objects.create(client=each, author=staff, text="Nina Neumann rings often.")
    empty_orders(Order.objects.filter(pk=order.pk))
    texts = {note.client: note.text for note in ClientNote.objects.all()}
    assert texts == {client: "… … rings often.", other: "Nina Neumann rings often."}
