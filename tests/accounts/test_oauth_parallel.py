"""One code or refresh token, several calls at the same moment: one gets tokens, which then end."""

import pytest
from allauth.idp.oidc.models import Token

from tests.accounts.oauth import Program
from tests.factories import make_user
from tests.orders.test_parallel import CALLERS, at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_code_sent_several_times_is_good_once() -> None:
    program = Program()
    code = program.code_of(make_user())
    statuses = at_once(lambda _: program.exchange(code).status_code)
    assert sorted(statuses) == [200] + [400] * (CALLERS - 1)
    assert not Token.objects.exists()


def test_refresh_token_sent_several_times_is_good_once() -> None:
    program = Program()
    value = program.exchange(program.code_of(make_user())).json()["refresh_token"]
    statuses = at_once(lambda _: program.token("refresh_token", refresh_token=value).status_code)
    assert sorted(statuses) == [200] + [400] * (CALLERS - 1)
    assert not Token.objects.exists()
