"""A process that issues invoices is killed at a given point: nothing is lost, nothing is doubled."""

import subprocess
import sys
from datetime import date

import pytest
from django.conf import settings

from shop.billing.issuing import issue_all
from shop.billing.models import Invoice, InvoiceDispatch
from tests.billing.runs import beat
from tests.billing.years import Begun, assert_each_period_once, assert_numbers_are_whole, copies
from tests.factories import make_seller, make_subscription
from tests.worker.real import environment

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = date(2026, 3, 31)

# Kills itself when it comes to the function `name` for the time `at`, before it or after it.
ISSUER = """
import datetime, os, signal, sys
import django
django.setup()
from shop.billing import issuing
from shop.billing.models import Subscription

def kill():
    os.kill(os.getpid(), signal.SIGKILL)

name, at, after = sys.argv[1:]
original, calls = getattr(issuing, name), []

def killed(*arguments):
    calls.append(1)
    if len(calls) == int(at) and after == "before":
        kill()
    result = original(*arguments)
    if len(calls) == int(at):
        kill()
    return result

setattr(issuing, name, killed)
pks = Subscription.objects.filter(next_period_on__isnull=False).values_list("pk", flat=True)
issuing.issue_all(sorted(pks), datetime.date(2026, 3, 31), lambda: None)
"""


@pytest.mark.parametrize(
    ("point", "issued"),
    [
        pytest.param(("ready_or_hold", "1", "before"), 0, id="after the claim"),
        pytest.param(("next_number", "1", "after"), 0, id="with a number"),
        pytest.param(("dispatch", "2", "before"), 1, id="before the second is written"),
        pytest.param(("dispatch", "2", "after"), 1, id="before the commit"),
        pytest.param(("issue_next", "2", "after"), 2, id="after the commit"),
    ],
)
def test_killed_issuer_loses_and_doubles_nothing(point: tuple[str, ...], issued: int) -> None:
    make_seller()
    template = make_subscription(next_period_on=None)
    subscriptions = copies(template, [Begun(date(2026, 1, 31)), Begun(date(2026, 2, 28))])
    done = subprocess.run(
        [sys.executable, "-c", ISSUER, *point],
        env=environment(),
        cwd=settings.BASE_DIR,
        check=False,
        capture_output=True,
    )
    assert done.returncode == -9, done.stderr.decode()
    assert Invoice.objects.count() == InvoiceDispatch.objects.count() == issued
    assert_numbers_are_whole()
    issue_all([each.pk for each in subscriptions], TODAY, beat)
    assert Invoice.objects.count() == InvoiceDispatch.objects.count() == 5
    assert_numbers_are_whole()
    assert_each_period_once(subscriptions, TODAY)
