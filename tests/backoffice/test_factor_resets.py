"""A lost second step is reset by two colleagues: one requests it, a second one confirms."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from portal.backoffice.audit_log import history_of
from shop.data_export import export
from shop.notifications.emails.kinds import email_for, render
from shop.notifications.emails.models import Message
from shop.tenancy.colleagues import end_access
from shop.tenancy.erasure import erase_user
from shop.tenancy.factor_reset_rows import FactorReset
from shop.tenancy.factor_resets import (
    ask_to_reset,
    confirm,
    confirmers,
    delete_old_resets,
    refuse,
)
from shop.tenancy.models import User
from tests.accounts.factors import add_app, by_password_and_app
from tests.factories import make_staff, make_user
from tests.pages import error_beside, html, visitor, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

SAID = {"reason": "Lost the phone.", "identity": "Called back; named invoice 2026-000123."}


@pytest.fixture
def member() -> User:
    """A member who has lost their app."""
    user = make_user(first_name="Nina", last_name="Neumann", email="nina@example.com")
    add_app(user)
    return user


def person(user: User) -> str:
    return f"/staff/people/accounts/{user.pk}/"


def requested(user: User, staff: User) -> FactorReset:
    """The request that `staff` makes on the person's page."""
    answer = visitor(staff).post(f"{person(user)}reset/", SAID)
    assert answer.status_code == 302
    return FactorReset.objects.get(user=user, outcome="")


def page_of(reset: FactorReset) -> str:
    return f"/staff/people/resets/{reset.pk}/"


def state(reset: FactorReset) -> tuple[Any, ...]:
    found = FactorReset.objects.get(pk=reset.pk)
    return found.outcome, found.decided_by


def has_factor(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user).exists())


def test_second_colleague_confirms_and_the_person_signs_in_without_it(member: User) -> None:
    first, second, bystander = make_staff("agent"), make_staff("agent"), make_user()
    add_app(bystander)
    browser = by_password_and_app(member)
    reset = requested(member, first)
    assert browser.get("/portal/").status_code == 200
    page = visitor(second).get(page_of(reset))
    assert "Lost the phone." in words(page)
    assert "named invoice 2026-000123" in words(page)
    done = visitor(second).post(f"{page_of(reset)}confirm/", follow=True)
    assert "The second step of Nina Neumann is reset" in words(done)
    assert (has_factor(member), has_factor(bystander)) == (False, True)
    assert browser.get("/portal/").status_code == 302
    assert state(reset) == ("confirmed", second)
    told = Message.objects.get(kind="change", user=member)
    assert render(told).subject == "The second step of your sign-in was reset"
    assert [(line["what"], line["actor"]) for line in history_of(member)] == [
        ("second step reset", second),
        ("reset of the second step requested", first),
    ]


def test_colleagues_who_may_confirm_are_asked_by_mail(member: User) -> None:
    first, second, viewer = make_staff("agent"), make_staff("admin"), make_staff("viewer")
    chief = make_staff()
    reset = requested(member, first)
    mails = Message.objects.filter(kind="factor_reset").order_by("pk")
    assert {mail.user for mail in mails} == {second, chief}
    assert viewer.pk
    mail = render(mails[0])
    assert mail.subject == "Please confirm the reset of a second step"
    assert "Nina Neumann" in mail.text
    assert f"/staff/people/resets/{reset.pk}/" in mail.text
    assert "Lost the phone" not in mail.text
    assert not email_for(mails[0]).is_obsolete()
    assert refuse(reset, second)
    assert email_for(mails[0]).is_obsolete()


def test_requester_cannot_confirm_and_can_withdraw(member: User) -> None:
    first = make_staff("agent")
    make_staff("agent")
    reset = requested(member, first)
    browser = visitor(first)
    assert f"{page_of(reset)}confirm/" not in html(browser.get(page_of(reset)))
    assert browser.post(f"{page_of(reset)}confirm/").status_code == 403
    assert (has_factor(member), state(reset)) == (True, ("", None))
    page = browser.post(f"{page_of(reset)}refuse/", follow=True)
    assert "The request is withdrawn." in words(page)
    assert (has_factor(member), state(reset)) == (True, ("withdrawn", first))


def test_refused_request_is_confirmed_by_nobody_else(member: User) -> None:
    first, second, third = (make_staff("agent") for _each in range(3))
    reset = requested(member, first)
    visitor(second).post(f"{page_of(reset)}refuse/")
    page = visitor(third).post(f"{page_of(reset)}confirm/", follow=True)
    assert "Somebody else was faster." in words(page)
    assert (has_factor(member), state(reset)) == (True, ("refused", second))


def test_of_two_who_confirm_at_once_one_wins(member: User) -> None:
    first, second, third = (make_staff("agent") for _each in range(3))
    reset = ask_to_reset(member, first, **SAID)
    assert reset
    as_loaded = FactorReset.objects.select_related("user").get(pk=reset.pk)
    assert confirm(reset, second)
    assert not confirm(as_loaded, third)
    assert not refuse(as_loaded, third)
    assert state(reset) == ("confirmed", second)


def test_request_ends_after_a_day_and_can_be_made_again(member: User) -> None:
    first, second = make_staff("agent"), make_staff("agent")
    reset = requested(member, first)
    assert ask_to_reset(member, second, **SAID) is None
    FactorReset.objects.update(asked_at=timezone.now() - timedelta(hours=24, seconds=1))
    page = visitor(second).post(f"{page_of(reset)}confirm/", follow=True)
    assert "not confirmed in time" in words(page)
    assert has_factor(member)
    again = requested(member, second)
    assert state(reset) == ("expired", None)
    assert confirm(again, first)


def test_second_request_is_refused_while_one_is_open(member: User) -> None:
    first, second = make_staff("agent"), make_staff("agent")
    requested(member, first)
    page = visitor(second).post(f"{person(member)}reset/", SAID, follow=True)
    assert "it is requested already" in words(page)
    assert FactorReset.objects.count() == 1


def test_request_names_reason_and_check(member: User) -> None:
    make_staff("agent")
    page = visitor(make_staff("agent")).post(f"{person(member)}reset/", {"reason": "Lost."})
    assert page.status_code == 422
    assert error_beside(page, "identity") == ("Please fill in “How their identity was checked”.")
    assert "Lost.</textarea>" in html(page)
    assert not FactorReset.objects.exists()


@pytest.mark.parametrize("group", ["agent", "admin"])
def test_colleagues_factor_is_for_those_who_manage_colleagues(group: str) -> None:
    colleague, chief, other_chief = make_staff("viewer"), make_staff(), make_staff()
    add_app(colleague)
    helper = visitor(make_staff(group))
    assert helper.get(f"{person(colleague)}reset/").status_code == 403
    assert confirmers(colleague, chief) == [other_chief]
    reset = requested(colleague, chief)
    assert helper.post(f"{page_of(reset)}confirm/").status_code == 403
    assert has_factor(colleague)
    visitor(other_chief).post(f"{page_of(reset)}confirm/")
    assert not has_factor(colleague)


def test_nobody_resets_their_own(settings: Settings) -> None:
    chief, second, third = make_staff(), make_staff(), make_staff()
    add_app(chief)
    assert visitor(chief).post(f"{person(chief)}reset/", SAID).status_code == 403
    reset = requested(chief, second)
    assert visitor(chief).post(f"{page_of(reset)}confirm/").status_code == 403
    assert visitor(chief).post(f"{page_of(reset)}refuse/").status_code == 403
    assert state(reset) == ("", None)
    assert confirm(reset, third)


def test_superuser_is_helped_by_superusers_alone() -> None:
    chief, lead = make_staff(), make_staff("agent")
    add_app(chief)
    lead.user_permissions.add(Permission.objects.get(codename="manage_staff"))
    assert visitor(lead).get(f"{person(chief)}reset/").status_code == 403
    second, third = make_staff(), make_staff()
    assert confirmers(chief, second) == [third]


def test_without_a_second_colleague_the_page_names_the_command(member: User) -> None:
    only = make_staff("agent")
    page = visitor(only).get(f"{person(member)}reset/")
    assert "manage.py reset_factors nina@example.com" in words(page)
    visitor(only).post(f"{person(member)}reset/", SAID)
    assert not FactorReset.objects.exists()
    make_staff("agent")
    assert "manage.py" not in words(visitor(only).get(f"{person(member)}reset/"))


def test_confirmer_who_has_left_confirms_no_more(member: User) -> None:
    first, second = make_staff("agent"), make_staff("agent")
    reset = requested(member, first)
    assert end_access(second)
    assert not confirm(reset, User.objects.get(pk=second.pk))
    assert state(reset) == ("", None)


def test_requests_are_listed_and_the_team_is_told(member: User) -> None:
    first, second, chief = make_staff("agent"), make_staff("agent"), make_staff()
    browser = visitor(chief)
    assert "wait for a colleague" not in words(browser.get("/staff/colleagues/"))
    reset = requested(member, first)
    assert "1 request to reset a second step waits for a colleague." in words(
        browser.get("/staff/colleagues/")
    )
    listed = words(visitor(second).get("/staff/people/resets/"))
    assert "Nina Neumann" in listed
    assert "waits for you" in listed
    assert "waits for you" not in words(visitor(first).get("/staff/people/resets/"))
    refuse(reset, second)
    assert "refused" in words(visitor(first).get("/staff/people/resets/"))


def test_confirming_asks_for_the_factor_again(member: User, settings: Settings) -> None:
    first, second = make_staff("agent"), make_staff("agent")
    reset = requested(member, first)
    browser = by_password_and_app(second)
    settings.DEMO = False
    age_factor(browser)
    answer = browser.post(f"{page_of(reset)}confirm/")
    assert (answer.status_code, "/2fa/reauthenticate/" in answer["Location"]) == (302, True)
    assert has_factor(member)


def age_factor(browser: Client) -> None:
    session = browser.session
    for each in session["account_authentication_methods"]:
        each["at"] -= 3600
    session.save()


def test_request_goes_with_the_person_and_is_given_out_before(member: User) -> None:
    other = make_user()
    add_app(other)
    first, second = make_staff("agent"), make_staff("agent")
    for user in (member, other):
        reset = ask_to_reset(user, first, **SAID)
        assert reset
        assert refuse(reset, second)
    (given,) = export(member)["factor_resets"]
    assert (given["reason"], given["outcome"]) == ("Lost the phone.", "refused")
    erase_user(member)
    assert [each.user for each in FactorReset.objects.all()] == [other]


def test_old_requests_are_deleted(member: User) -> None:
    first = make_staff("agent")
    old = ask_to_reset(member, first, **SAID)
    assert old
    FactorReset.objects.update(asked_at=timezone.now() - timedelta(days=91))
    new = ask_to_reset(member, first, **SAID)
    delete_old_resets(lambda: None)
    assert list(FactorReset.objects.all()) == [new]


def test_request_of_a_colleague_who_has_left_is_confirmed_by_nobody(member: User) -> None:
    first, second = make_staff("agent"), make_staff("agent")
    reset = requested(member, first)
    assert end_access(first)
    answer = visitor(second).post(f"{page_of(reset)}confirm/")
    assert answer.status_code == 403
    assert (has_factor(member), state(reset)) == (True, ("", None))
    assert "confirm/" not in html(visitor(second).get(page_of(reset)))
    assert visitor(second).post(f"{page_of(reset)}refuse/").status_code == 302
    assert state(reset) == ("refused", second)


def test_request_for_a_customer_does_not_count_once_they_are_a_colleague(member: User) -> None:
    agent, chief = make_staff("agent"), make_staff()
    reset = requested(member, agent)
    User.objects.filter(pk=member.pk).update(is_staff=True)
    assert visitor(chief).post(f"{page_of(reset)}confirm/").status_code == 403
    assert (has_factor(member), state(reset)) == (True, ("", None))
