"""Join codes: how mails show them, and how they may be typed."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from shop.tenancy.invitations import join_code, redeem_code, replace_link
from shop.tenancy.models import Invitation
from tests.tenancy.test_invitations import make_invitation

pytestmark = pytest.mark.django_db


def test_code_is_short_and_has_no_sign_that_is_taken_for_another() -> None:
    code = join_code(make_invitation())
    assert len(code) == 9
    assert set(code) <= set("23456789ABCDEFGHJKLMNPQRSTUVWXYZ-")


def test_each_invitation_has_its_own() -> None:
    assert len({join_code(make_invitation()) for _ in range(20)}) == 20


@pytest.mark.parametrize("typed", [str, str.lower, lambda code: f" {code.replace('-', ' ')}\n"])
def test_code_is_taken_however_it_is_typed(typed: Any) -> None:
    invitation = make_invitation()
    assert redeem_code(typed(join_code(invitation)), invitation)


@pytest.mark.parametrize("typed", ["", "-", "2222-2222", "ä", "\x00", "A" * 5000])
def test_anything_else_is_not(typed: str) -> None:
    assert not redeem_code(typed, make_invitation())


def test_code_of_another_invitation_is_not() -> None:
    assert not redeem_code(join_code(make_invitation()), make_invitation())


def test_taking_it_uses_no_invitation_up() -> None:
    invitation = make_invitation()
    assert redeem_code(join_code(invitation), invitation)
    assert Invitation.objects.get().used_at is None


def test_after_a_few_tries_none_is_right_until_the_next_mail(settings: Settings) -> None:
    invitation = make_invitation()
    for _ in range(settings.JOIN_CODE_TRIES):
        assert not redeem_code("2222-2222", invitation)
    assert not redeem_code(join_code(invitation), invitation)
    assert replace_link(invitation)
    assert redeem_code(join_code(invitation), invitation)


def test_new_mail_ends_the_code_of_before() -> None:
    invitation = make_invitation()
    old = join_code(invitation)
    assert replace_link(invitation)
    assert not redeem_code(old, invitation)


def test_who_has_seen_the_invitation_before_the_new_mail_gets_nowhere() -> None:
    invitation = make_invitation()
    old, seen = join_code(invitation), Invitation.objects.get()
    assert replace_link(invitation)
    assert not redeem_code(old, seen)


def test_used_invitation_takes_none() -> None:
    invitation = make_invitation()
    Invitation.objects.update(used_at=timezone.now())
    assert not redeem_code(join_code(invitation), invitation)


@pytest.mark.parametrize(("days", "good"), [(0, True), (7, True), (8, False)])
def test_code_is_good_for_seven_days(
    days: int, good: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    invitation = make_invitation()
    code = join_code(invitation)
    later = timezone.now() + timedelta(days=days)
    monkeypatch.setattr("shop.tenancy.invitations.timezone.now", lambda: later)
    assert redeem_code(code, invitation) == good


def test_code_outlives_a_change_of_keys_while_the_old_one_is_known(settings: Settings) -> None:
    invitation = make_invitation()
    code, old = join_code(invitation), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 50, [old]
    assert redeem_code(code, invitation)
    settings.SECRET_KEY_FALLBACKS = []
    assert not redeem_code(code, invitation)
