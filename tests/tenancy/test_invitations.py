"""Join links: which are valid, and why the others are not."""

import time

import pytest
from django.core.signing import TimestampSigner, b62_encode
from django.utils import timezone
from pytest_django import Settings

from shop.tenancy.invitations import LinkError, join_token, read_join_token, replace_link
from shop.tenancy.models import Invitation
from tests.factories import make_membership

pytestmark = pytest.mark.django_db

DAY = 86_400


class OldSigner(TimestampSigner):
    """Signs as if some seconds ago."""

    age = 0

    def timestamp(self) -> str:
        return b62_encode(int(time.time()) - self.age)


def old_token(invitation: Invitation, age: int) -> str:
    signer = OldSigner(sep="~", salt="shop.tenancy.invitation")
    signer.age = age
    return signer.sign(f"{invitation.pk}-{invitation.counter}")


def make_invitation() -> Invitation:
    return Invitation.objects.create(membership=make_membership(joined_at=None))


def problem(token: str, invitation: Invitation | None) -> str:
    with pytest.raises(LinkError) as raised:
        read_join_token(token, invitation)
    return raised.value.reason.value


def test_live_link_leads_to_its_invitation_however_often_it_is_read() -> None:
    invitation = make_invitation()
    token = join_token(invitation)
    assert read_join_token(token, invitation) == invitation
    assert read_join_token(token, invitation) == invitation
    invitation.refresh_from_db()
    assert (invitation.used_at, invitation.counter) == (None, 1)


def test_link_is_good_for_an_address_without_escapes() -> None:
    assert set(join_token(make_invitation())) <= set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_~"
    )


@pytest.mark.parametrize("token", ["", "~", "~~", "1-1", "1-1~x~y", "ä", "\x00", "a" * 5000])
def test_damaged_link_lets_nobody_in(token: str) -> None:
    assert problem(token, make_invitation()) == "damaged"


def test_link_with_any_character_changed_lets_nobody_in() -> None:
    invitation = make_invitation()
    token = join_token(invitation)
    for place, character in enumerate(token):
        other = "b" if character != "b" else "c"
        assert problem(f"{token[:place]}{other}{token[place + 1 :]}", invitation) == "damaged"


def test_link_cut_short_or_prolonged_lets_nobody_in() -> None:
    invitation = make_invitation()
    token = join_token(invitation)
    assert problem(token[:-1], invitation) == "damaged"
    assert problem(f"{token}.", invitation) == "damaged"


def test_link_to_another_invitation_is_foreign() -> None:
    assert problem(join_token(make_invitation()), make_invitation()) == "damaged"


def test_link_to_an_invitation_that_is_gone_was_withdrawn() -> None:
    assert problem(join_token(make_invitation()), None) == "withdrawn"


def test_foreign_link_says_nothing_of_the_other_invitation() -> None:
    used, mine = make_invitation(), make_invitation()
    token = join_token(used)
    Invitation.objects.filter(pk=used.pk).update(used_at=timezone.now())
    assert problem(token, mine) == "damaged"


def test_token_signed_for_another_purpose_is_damaged() -> None:
    invitation = make_invitation()
    token = TimestampSigner(sep="~", salt="elsewhere").sign(f"{invitation.pk}-1")
    assert problem(token, invitation) == "damaged"


def test_link_made_with_another_secret_is_damaged(settings: Settings) -> None:
    invitation = make_invitation()
    token = join_token(invitation)
    settings.SECRET_KEY = "another secret of at least thirty-two characters"
    assert problem(token, invitation) == "damaged"


def test_replaced_link_is_told_from_a_damaged_one() -> None:
    invitation = make_invitation()
    old = join_token(invitation)
    assert replace_link(invitation)
    assert problem(old, invitation) == "replaced"
    assert read_join_token(join_token(invitation), invitation) == invitation


def test_replacing_a_link_counts_one_up_and_gives_new_tries_for_its_code() -> None:
    invitation, other = make_invitation(), make_invitation()
    Invitation.objects.update(counter=3, code_tries=2)
    assert replace_link(invitation)
    assert (invitation.counter, invitation.code_tries) == (4, 0)
    other.refresh_from_db()
    assert (other.counter, other.code_tries) == (3, 2)


def test_used_link_says_so_also_where_it_is_old_or_replaced() -> None:
    invitation = make_invitation()
    token, expired = join_token(invitation), old_token(invitation, 30 * DAY)
    replace_link(invitation)
    invitation.used_at = timezone.now()
    invitation.save()
    assert problem(token, invitation) == "used"
    assert problem(expired, invitation) == "used"
    assert problem(join_token(invitation), invitation) == "used"


def test_used_link_is_not_replaced() -> None:
    invitation = make_invitation()
    Invitation.objects.update(used_at=timezone.now())
    assert not replace_link(invitation)
    invitation.refresh_from_db()
    assert invitation.counter == 1


def test_link_is_good_for_seven_days() -> None:
    invitation = make_invitation()
    assert read_join_token(old_token(invitation, 7 * DAY - 60), invitation) == invitation
    assert problem(old_token(invitation, 7 * DAY + 60), invitation) == "expired"


def test_replaced_link_that_is_old_too_is_called_replaced() -> None:
    invitation = make_invitation()
    token = old_token(invitation, 8 * DAY)
    replace_link(invitation)
    assert problem(token, invitation) == "replaced"


def test_lifetime_of_a_link_is_a_setting(settings: Settings) -> None:
    invitation = make_invitation()
    token = old_token(invitation, 2 * DAY)
    settings.INVITATION_DAYS = 1
    assert problem(token, invitation) == "expired"
