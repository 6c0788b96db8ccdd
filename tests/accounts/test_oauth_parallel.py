"""One code or refresh token, several calls at the same moment: one gets tokens, which then end."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from allauth.idp.oidc.models import Client as OAuthClient
from allauth.idp.oidc.models import Token
from django.db import connection, transaction

from shop.access.applications import find_application
from shop.access.tokens import end_access, revoke_access
from shop.row_locks import lock_rows
from shop.tenancy.colleagues import end_access as end_access_of_colleague
from shop.tenancy.models import User
from tests.accounts.oauth import Program
from tests.factories import make_staff, make_user
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


def revoke_program(user: User, program: Program) -> object:
    application = find_application(program.id)
    assert application
    return revoke_access(user, application)


@pytest.mark.parametrize(
    "end",
    [
        revoke_program,
        lambda user, _program: end_access(user),
        lambda user, _program: end_access_of_colleague(user),
    ],
)
def test_access_that_ends_while_a_token_is_refreshed_has_no_successor(
    end: Callable[[User, Program], object],
) -> None:
    program, user = Program(), make_staff()
    old = program.exchange(program.code_of(user)).json()["refresh_token"]
    begun = Event()

    def run() -> object:
        try:
            begun.set()
            return end(user, program)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():  # it goes on in those of the call
            lock_rows(OAuthClient.objects.filter(pk=program.id))
            ended = pool.submit(run)
            assert begun.wait(60)
            assert program.token("refresh_token", refresh_token=old).status_code == 200
        assert ended.result(60)
    assert not Token.objects.valid().filter(user=user).exists()
