"""A client changes the tier of a running contract: at once upwards, else from the next period."""

import pytest
from django.utils import timezone

from tests.billing.runs import begun_on, issue_on
from tests.contract_factories import make_tier_change
from tests.factories import make_seller

pytestmark = pytest.mark.django_db


def test_higher_tier_counts_at_once() -> None:
    make_seller()
    today = timezone.localdate()
    subscription = begun_on(today)
    issue_on(today, subscription)
    subscription.refresh_from_db()
    change = make_tier_change(subscription)
    assert (change.state, change.from_on) == ("applied", today)
