"""A contract can be declared to end on any day that calendars reach, and no later."""

from datetime import date

import pytest
from django.utils import timezone

from shop.billing.declaration_rows import Declaration
from tests.pages import error_beside
from tests.storefront.declaring import cancel

pytestmark = pytest.mark.django_db


def test_end_that_no_calendar_reaches_is_a_slip() -> None:
    answer = cancel(wished_end="9999-12-31")
    assert answer.status_code == 422
    assert error_beside(answer, "wished_end") == "Please enter a day within the next hundred years."
    assert not Declaration.objects.exists()
    last = date(timezone.localdate().year + 100, 12, 31)
    assert cancel(wished_end=last.isoformat()).status_code == 302
    assert Declaration.objects.get().wished_end == last
