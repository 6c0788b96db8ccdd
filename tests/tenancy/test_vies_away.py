"""VIES is asked again where it, or one member state, does not answer."""

import threading
from collections.abc import Iterator

import pytest
from django.utils import timezone
from pytest_django import Settings

from shop.tenancy import vies_call
from shop.tenancy.vat_id_check import VatIdCheck
from shop.tenancy.vies import WAITS, ask_vies, is_confirmed, newest_check, request_check
from tests.factories import make_seller
from tests.ports import free_port
from tests.tenancy.fake_vies import FakeVies, Reply, error, fake_vies

pytestmark = pytest.mark.django_db

VIENNA, GRAZ, ATHENS = "ATU12345675", "ATU13585627", "EL094259216"


@pytest.fixture
def vies(settings: Settings) -> Iterator[FakeVies]:
    """A VIES that knows one VAT id of Vienna and one of Athens."""
    make_seller()
    with fake_vies(VIENNA, ATHENS) as server:
        settings.VIES_URL = server.url
        yield server


def ask_all() -> None:
    """Do what a woken worker does."""
    ask_vies(lambda: None)


def check_of(vat_id: str) -> VatIdCheck:
    check = newest_check(vat_id)
    assert check
    return check


def make_due() -> None:
    VatIdCheck.objects.update(next_attempt_at=timezone.now())


AWAY: list[tuple[Reply, str]] = [
    (error("MS_UNAVAILABLE"), "MS_UNAVAILABLE"),
    (error("MS_MAX_CONCURRENT_REQ", 200), "MS_MAX_CONCURRENT_REQ"),
    ((200, b'{"valid": false, "userError": "MS_UNAVAILABLE"}'), "MS_UNAVAILABLE"),
    ((500, b"<html>no"), "status 500"),
    ((302, b""), "redirect 302"),
    ((200, b"not json"), "no answer that we can read"),
    ((200, b'\xff"valid": true}'), "no answer that we can read"),
    ((200, b"[true]"), "no answer that we can read"),
    ((200, b'{"valid": "true"}'), "no answer that we can read"),
    ((200, b'{"errorWrappers": [7]}'), "no answer that we can read"),
    ((204, b""), "no answer that we can read"),
]


@pytest.mark.parametrize(("reply", "said"), AWAY)
def test_vies_that_is_away_or_broken_is_asked_again(
    vies: FakeVies, reply: Reply, said: str
) -> None:
    vies.replies[VIENNA] = reply
    request_check(VIENNA)
    ask_all()
    check = check_of(VIENNA)
    assert (check.state, check.attempts, check.last_error) == ("waiting", 1, said)
    assert (check.answered_on, check.lease_token) == (None, None)
    wait = (check.next_attempt_at - timezone.now()).total_seconds()
    assert 0.7 * WAITS[0] < wait < 1.3 * WAITS[0]
    ask_all()
    assert len(vies.asked) == 1
    del vies.replies[VIENNA]
    make_due()
    ask_all()
    check = check_of(VIENNA)
    assert (check.state, check.attempts, check.last_error) == ("confirmed", 2, "")


def test_vies_is_asked_as_long_as_it_is_away(vies: FakeVies) -> None:
    vies.replies[""] = error("SERVICE_UNAVAILABLE")
    request_check(VIENNA)
    for _each in range(7):
        make_due()
        ask_all()
    check = check_of(VIENNA)
    assert (check.state, check.attempts) == ("waiting", 7)
    wait = (check.next_attempt_at - timezone.now()).total_seconds()
    assert 0.7 * WAITS[-1] < wait < 1.3 * WAITS[-1]


def test_one_member_state_that_is_away_does_not_hold_up_the_others(vies: FakeVies) -> None:
    vies.replies[GRAZ] = error("MS_UNAVAILABLE")
    for vat_id in (GRAZ, VIENNA):
        request_check(vat_id)
    ask_all()
    assert (check_of(GRAZ).state, is_confirmed(VIENNA)) == ("waiting", True)


def test_vies_that_does_not_answer_at_all_is_asked_once_in_a_run(
    vies: FakeVies, settings: Settings
) -> None:
    settings.VIES_URL = f"http://127.0.0.1:{free_port()}"
    for vat_id in (VIENNA, GRAZ):
        request_check(vat_id)
    ask_all()
    assert [check.last_error for check in VatIdCheck.objects.order_by("pk")] == ["connection", ""]
    settings.VIES_URL = vies.url
    ask_all()
    assert check_of(GRAZ).state == "unknown"


def test_slow_vies_is_given_up_on_after_the_limit(
    vies: FakeVies, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()
    monkeypatch.setattr(vies_call, "SECONDS", 0.3)
    vies.before = lambda: over.wait(20)
    request_check(VIENNA)
    ask_all()
    assert check_of(VIENNA).last_error == "timeout"
    over.set()
    make_due()
    monkeypatch.setattr(vies_call, "SECONDS", 10)
    ask_all()
    assert is_confirmed(VIENNA)


@pytest.mark.parametrize("vat_id", ["", "XI980780684"])
def test_seller_without_a_vat_id_of_the_eu_asks_without_a_number(
    vies: FakeVies, vat_id: str
) -> None:
    make_seller(vat_id=vat_id)
    request_check(VIENNA)
    ask_all()
    assert vies.asked == [{"countryCode": "AT", "vatNumber": "U12345675"}]
    assert (is_confirmed(VIENNA), check_of(VIENNA).consultation_number) == (True, "")


def test_seller_whose_own_vat_id_is_refused_gets_an_answer_without_a_number(
    vies: FakeVies,
) -> None:
    vies.refuses_requester = True
    request_check(VIENNA)
    ask_all()
    assert ["requesterNumber" in question for question in vies.asked] == [True, False]
    assert (is_confirmed(VIENNA), check_of(VIENNA).consultation_number) == (True, "")
