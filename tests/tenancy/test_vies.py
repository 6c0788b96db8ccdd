"""VAT ids are asked for at VIES: by the worker, once, again where it is away, and recorded."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from shop.tenancy import vies as module
from shop.tenancy import vies_call
from shop.tenancy.signals import vat_id_answered
from shop.tenancy.vat_id_check import VatIdCheck
from shop.tenancy.vies import (
    ask_vies,
    delete_old_checks,
    is_confirmed,
    newest_answer,
    newest_check,
    request_check,
    request_quoted_check,
)
from shop.worker.leases import claim
from tests.factories import make_client, make_profile, make_seller
from tests.tenancy.fake_vies import CONSULTATION, FakeVies, error, fake_vies

pytestmark = pytest.mark.django_db

VIENNA, GRAZ, ATHENS = "ATU12345675", "ATU13585627", "EL094259216"


@pytest.fixture
def vies(settings: Settings) -> Iterator[FakeVies]:
    """A VIES that knows one VAT id of Vienna and one of Athens."""
    make_seller()
    with fake_vies(VIENNA, ATHENS) as server:
        settings.VIES_URL = server.url
        yield server


def test_quotes_have_vies_asked_so_often_an_hour_and_invoices_always(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Anybody can type VAT ids into the checkout, as many as there are."""
    monkeypatch.setattr(module, "QUOTED_AN_HOUR", 2)
    made_up = ["ATU13585627", "EL094259216", "FR40303265045"]
    for vat_id in made_up:
        request_quoted_check(vat_id)
    assert set(VatIdCheck.objects.values_list("vat_id", flat=True)) == set(made_up[:2])
    request_check(VIENNA)
    assert check_of(VIENNA).state == "waiting"
    VatIdCheck.objects.update(created_at=timezone.now() - timedelta(minutes=61))
    request_quoted_check(made_up[2])
    assert check_of(made_up[2]).state == "waiting"


def ask_all() -> None:
    """Do what a woken worker does."""
    ask_vies(lambda: None)


def check_of(vat_id: str) -> VatIdCheck:
    check = newest_check(vat_id)
    assert check
    return check


def make_due() -> None:
    VatIdCheck.objects.update(next_attempt_at=timezone.now())


def answered(vat_id: str, state: str, days_ago: int = 0) -> VatIdCheck:
    day = timezone.localdate() - timedelta(days=days_ago)
    return VatIdCheck.objects.create(vat_id=vat_id, state=state, answered_on=day)


def test_known_vat_id_is_confirmed_with_day_and_consultation_number(vies: FakeVies) -> None:
    request_check(VIENNA)
    assert (check_of(VIENNA).state, is_confirmed(VIENNA), vies.asked) == ("waiting", False, [])
    ask_all()
    check = check_of(VIENNA)
    assert (check.state, check.answered_on) == ("confirmed", timezone.localdate())
    assert (check.consultation_number, check.last_error) == (CONSULTATION, "")
    assert (check.attempts, check.lease_token) == (1, None)
    assert is_confirmed(VIENNA)
    assert newest_answer(VIENNA) == check
    assert vies.asked == [
        {
            "countryCode": "AT",
            "vatNumber": "U12345675",
            "requesterMemberStateCode": "DE",
            "requesterNumber": "123456788",
        }
    ]
    assert vies.paths == ["/rest-api/check-vat-number"]


def test_greek_vat_id_is_asked_for_by_its_prefix(vies: FakeVies) -> None:
    request_check(ATHENS)
    ask_all()
    assert (vies.asked[0]["countryCode"], is_confirmed(ATHENS)) == ("EL", True)


def test_unknown_vat_id_is_recorded_as_unknown(vies: FakeVies) -> None:
    request_check(GRAZ)
    ask_all()
    check = check_of(GRAZ)
    assert (check.state, check.answered_on) == ("unknown", timezone.localdate())
    assert (is_confirmed(GRAZ), newest_answer(GRAZ)) == (False, check)


def test_malformed_vat_id_is_unknown(vies: FakeVies) -> None:
    vies.replies[GRAZ] = error("INVALID_INPUT", 400)
    request_check(GRAZ)
    ask_all()
    assert check_of(GRAZ).state == "unknown"


@pytest.mark.parametrize("vat_id", ["XI980780684", "GB980780684", "CHE107787577IVA", "", "??"])
def test_vat_ids_of_other_countries_are_not_asked_for(vies: FakeVies, vat_id: str) -> None:
    request_check(vat_id)
    request_check(VIENNA)
    ask_all()
    assert [check.vat_id for check in VatIdCheck.objects.all()] == [VIENNA]
    assert len(vies.asked) == 1


def test_vat_id_is_asked_for_once_however_often_it_is_requested(vies: FakeVies) -> None:
    for _each in range(3):
        request_check(VIENNA)
    ask_all()
    request_check(VIENNA)
    ask_all()
    assert (VatIdCheck.objects.count(), len(vies.asked)) == (1, 1)


@pytest.mark.parametrize("state", ["confirmed", "unknown"])
@pytest.mark.parametrize(("days", "asked"), [(30, 0), (31, 1)])
def test_answer_is_relied_on_for_thirty_days(
    vies: FakeVies, state: str, days: int, asked: int
) -> None:
    old = answered(VIENNA, state, days)
    assert newest_answer(VIENNA) == (None if asked else old)
    assert is_confirmed(VIENNA) == (state == "confirmed" and not asked)
    request_check(VIENNA)
    ask_all()
    assert (VatIdCheck.objects.count(), len(vies.asked)) == (1 + asked, asked)
    assert is_confirmed(VIENNA) == (state == "confirmed" or bool(asked))


def test_newest_answer_counts(vies: FakeVies) -> None:
    answered(VIENNA, "confirmed", 3)
    assert is_confirmed(VIENNA)
    answered(VIENNA, "unknown", 2)
    assert not is_confirmed(VIENNA)
    VatIdCheck.objects.create(vat_id=VIENNA)
    assert check_of(VIENNA).state == "waiting"
    assert newest_answer(VIENNA) == VatIdCheck.objects.get(state="unknown")


def elsewhere(act: Callable[[], object]) -> None:
    """Do it in the thread of the server, with a connection of its own."""
    act()
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_two_workers_ask_once(vies: FakeVies) -> None:
    request_check(VIENNA)
    vies.before = lambda: elsewhere(ask_all)
    ask_all()
    assert (len(vies.asked), check_of(VIENNA).attempts) == (1, 1)


def test_attempt_whose_worker_died_is_made_again(vies: FakeVies) -> None:
    request_check(VIENNA)
    claim(VatIdCheck.objects.all(), [check_of(VIENNA).pk], seconds=60)
    ask_all()
    assert vies.asked == []
    VatIdCheck.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    ask_all()
    assert (is_confirmed(VIENNA), check_of(VIENNA).attempts) == (True, 2)


@pytest.mark.django_db(transaction=True)
def test_answer_of_an_attempt_that_was_too_slow_is_not_written(
    vies: FakeVies, caplog: pytest.LogCaptureFixture
) -> None:
    request_check(VIENNA)
    vies.before = lambda: elsewhere(lambda: VatIdCheck.objects.update(lease_token=None))
    ask_all()
    assert check_of(VIENNA).state == "waiting"
    assert "Lost the lease" in caplog.text


def test_rooms_above_hear_of_each_answer(vies: FakeVies) -> None:
    heard: list[tuple[str, str, date | None]] = []

    def hear(check: VatIdCheck, **kwargs: Any) -> None:
        heard.append((check.vat_id, check.state, check.answered_on))

    vat_id_answered.connect(hear)
    vies.replies[ATHENS] = error("MS_UNAVAILABLE")
    for vat_id in (ATHENS, VIENNA, GRAZ):
        request_check(vat_id)
    ask_all()
    vat_id_answered.disconnect(hear)
    today = timezone.localdate()
    assert heard == [(VIENNA, "confirmed", today), (GRAZ, "unknown", today)]


def test_demo_answers_by_a_table_and_asks_nobody(settings: Settings) -> None:
    settings.VIES_URL = ""
    for vat_id in (VIENNA, GRAZ, vies_call.DEMO_AWAY):
        request_check(vat_id)
    ask_all()
    states = [check_of(vat_id).state for vat_id in (VIENNA, GRAZ, vies_call.DEMO_AWAY)]
    assert states == ["confirmed", "unknown", "waiting"]
    assert check_of(vies_call.DEMO_AWAY).last_error == "MS_UNAVAILABLE"


def test_old_questions_are_deleted_unless_a_client_has_the_vat_id(settings: Settings) -> None:
    make_profile(make_client(), vat_id=VIENNA, country="AT")
    for vat_id in (VIENNA, GRAZ, ATHENS):
        answered(vat_id, "confirmed")
    VatIdCheck.objects.create(vat_id=GRAZ)
    old = timezone.now() - timedelta(days=settings.KEEP_VAT_ID_CHECKS_DAYS, minutes=1)
    VatIdCheck.objects.exclude(vat_id=ATHENS).update(created_at=old)
    delete_old_checks(lambda: None)
    found = VatIdCheck.objects.order_by("pk").values_list("vat_id", flat=True)
    assert list(found) == [VIENNA, ATHENS]


def test_looking_for_work_takes_one_query(vies: FakeVies, django_assert_num_queries: Any) -> None:
    answered(VIENNA, "confirmed")
    with django_assert_num_queries(1):
        ask_all()
