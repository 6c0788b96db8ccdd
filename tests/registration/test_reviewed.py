"""An order that a person reviews: by which day we answer, by its name."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from django.utils.translation import override

from portal.registration.working_days import day_with_weekday, next_working_day
from tests.pages import assert_left_out, visitor, words
from tests.registration.states import order_in, wait

pytestmark = pytest.mark.django_db

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("day", "answer"),
    [(23, 24), (26, 27), (27, 30), (28, 30), (29, 30)],  # Monday, Thursday, Friday to Sunday
)
def test_answer_comes_on_the_next_day_from_monday_to_friday(day: int, answer: int) -> None:
    moment = datetime(2026, 11, day, 23, 59, tzinfo=BERLIN)
    assert next_working_day(moment) == date(2026, 11, answer)


def test_day_is_named_as_each_language_does() -> None:
    for language, name in (("de", "Montag, 30. November"), ("en", "Monday, 30 November")):
        with override(language):
            assert day_with_weekday(date(2026, 11, 30)) == name


@pytest.mark.parametrize("language", ["de", "en"])
def test_page_names_the_day(language: str) -> None:
    order = order_in("need_human")
    with override(language):
        day = day_with_weekday(next_working_day(order.created_at))
    page = words(visitor(language=language).get(f"/register/{order.order_hash}/"))
    assert day in page.partition("<footer")[0]


def test_page_asks_for_pardon_once_the_day_has_passed() -> None:
    order = order_in("need_human")
    url = f"/register/{order.order_hash}/"
    before = words(visitor().get(url))
    wait(order, days=5)
    day = day_with_weekday(next_working_day(timezone.now() - timedelta(days=5)))
    after = words(visitor().get(url))
    assert f"We meant to get back to you by {day} and are sorry for the wait." in after
    assert_left_out("Someone from our team reviews your order", there=before, here=after)
