"""Colleagues: who may give which role, the list, and the end of their access."""

import pytest
from allauth.idp.oidc.models import Token
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from portal.backoffice.models import BulkJob
from portal.backoffice.queue.bulk_jobs import begin, run_bulk_jobs
from shop.orders.models import Order
from shop.tenancy.models import User
from tests.accounts.factors import LOGIN, by_password
from tests.backoffice.colleagues import EMAIL, LIST, NEW, form, group, invited
from tests.factories import (
    make_order,
    make_staff,
    make_token,
)
from tests.pages import html, shown, visitor, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]


def manager(*groups: str) -> User:
    """A colleague who may manage staff, and is no superuser."""
    person = make_staff(*groups)
    person.user_permissions.add(Permission.objects.get(codename="manage_staff"))
    return person


def test_manager_grants_no_more_than_they_have() -> None:
    browser = visitor(manager("agent"))
    page = html(browser.get(NEW))
    assert "agent: acts on orders and declarations" in page
    assert "export: exports orders" not in page
    refused = browser.post(NEW, form(EMAIL, "admin"))
    assert refused.status_code == 422
    assert not User.objects.filter(email=EMAIL).exists()


def test_nobody_changes_their_own_roles_or_those_of_a_superuser() -> None:
    boss, chief = manager("agent"), make_staff()
    for person in (boss, chief):
        for path in ("roles/", "end/"):
            answer = visitor(boss).post(f"{LIST}{person.pk}/{path}", {"roles": [group("viewer")]})
            assert answer.status_code == 403
        person.refresh_from_db()
        assert person.is_staff
    assert visitor(chief).post(f"{LIST}{chief.pk}/end/").status_code == 403


def test_roles_are_changed_and_the_change_is_in_the_history() -> None:
    colleague, bystander = make_staff("agent"), make_staff("agent")
    chief = make_staff()
    path = f"{LIST}{colleague.pk}/"
    visitor(chief).post(f"{path}roles/", {"roles": [group("viewer"), group("export")]})
    assert sorted(each.name for each in colleague.groups.all()) == ["export", "viewer"]
    assert [each.name for each in bystander.groups.all()] == ["agent"]
    history = words(visitor(chief).get(path)).partition("History")[2]
    assert f"roles changed export, viewer by {chief.get_full_name()}" in history


def test_list_tells_roles_joining_and_factor() -> None:
    agent, invitation = make_staff("agent", email="agent@example.com"), invited()
    assert agent.joined_at
    page = words(visitor(make_staff()).get(LIST))
    short = "SHORT_DATE_FORMAT"
    joined, sent = (timezone.localdate(at) for at in (agent.joined_at, invitation.sent_at))
    assert f"agent@example.com Mia Muster agent {shown(joined, short)} never no" in page
    assert f"{EMAIL} agent invited on {shown(sent, short)} never no" in page


def test_end_of_access_takes_powers_sessions_tokens_and_orders() -> None:
    colleague, chief, other = make_staff("agent"), make_staff(), make_staff("agent")
    order, others = make_order(), make_order()
    Order.objects.filter(pk=order.pk).update(taken_by=colleague)
    Order.objects.filter(pk=others.pk).update(taken_by=other)
    make_token(colleague)
    kept = make_token(other)
    browser = Client()
    assert by_password(browser, colleague)["Location"]
    assert browser.get("/staff/").status_code == 200
    path = f"{LIST}{colleague.pk}/end/"
    question = words(visitor(chief).get(path))
    assert "1 order is assigned to them: it will have no assignee." in question
    assert User.objects.get(pk=colleague.pk).is_staff
    assert visitor(chief).post(path).status_code == 302
    colleague.refresh_from_db()
    assert (colleague.is_staff, colleague.groups.count()) == (False, 0)
    assert browser.get("/staff/")["Location"].startswith(LOGIN)
    assert not UserSession.objects.filter(user=colleague).exists()
    assert [token.user for token in Token.objects.all()] == [other]
    assert kept
    order.refresh_from_db()
    others.refresh_from_db()
    assert (order.taken_by, others.taken_by) == (None, other)
    last = order.events.last()
    assert last
    assert (last.kind, last.actor) == ("handed_back", chief)


def test_assign_offers_only_colleagues_who_can_sign_in() -> None:
    order, able = make_order(), make_staff("agent")
    gone = make_staff("agent", joined_at=None)
    locked = make_staff("agent", is_active=False)
    data = {"action": "assign", "order": order.pk, "confirmed": "1", "fits": "1"}
    page = html(visitor(make_staff()).post("/staff/bulk/new/", data))
    assert able.email in page
    assert gone.email not in page
    assert locked.email not in page


def test_orders_are_not_assigned_to_somebody_whose_access_has_ended() -> None:
    order, leaver, chief = make_order(), make_staff("agent"), make_staff()
    job = begin(BulkJob.Action.ASSIGN, Order.objects.all(), chief, assignee=leaver)
    User.objects.filter(pk=leaver.pk).update(is_staff=False)
    run_bulk_jobs(lambda: None)
    order.refresh_from_db()
    assert (order.taken_by, job.items.get().outcome) == (None, "left")
