"""A process that ends a contract is killed at a given point: it has ended wholly or not at all."""

import subprocess
import sys
from datetime import date

import pytest
from django.conf import settings

from shop.billing.contract_cancellation import cancel_contract
from shop.billing.contract_end import end_due
from shop.billing.issuing import issue_all
from shop.billing.models import Invoice, InvoiceDispatch, Subscription
from shop.billing.tier_change_rows import SubscriptionEvent
from tests.billing.runs import beat, begun_on
from tests.billing.years import assert_numbers_are_whole
from tests.factories import make_seller
from tests.worker.real import environment

pytestmark = pytest.mark.django_db(transaction=True)
START, LAST = date(2026, 1, 1), date(2026, 1, 20)

# Kills itself when it comes to the function `name` for the time `at`, before it or after it.
WORKER = """
import os, signal, sys
import django
django.setup()
from shop.billing import contract_end

def kill():
    os.kill(os.getpid(), signal.SIGKILL)

name, at, after = sys.argv[1:]
original, calls = getattr(contract_end, name), []

def killed(*arguments):
    calls.append(1)
    if len(calls) == int(at) and after == "before":
        kill()
    result = original(*arguments)
    if len(calls) == int(at):
        kill()
    return result

setattr(contract_end, name, killed)
contract_end.end_due(lambda: None)
"""


def ended() -> int:
    """The contracts that have ended; each has its credit note, its mail and its history, or none."""
    over = Subscription.objects.filter(ended_at__isnull=False)
    events = SubscriptionEvent.objects.filter(kind="ended")
    notes = Invoice.objects.filter(kind="credit_note")
    assert set(over.values_list("pk", flat=True)) == set(
        events.values_list("subscription", flat=True)
    )
    assert sorted(notes.values_list("subscription", flat=True)) == sorted(
        over.values_list("pk", flat=True)
    )
    assert InvoiceDispatch.objects.count() == Invoice.objects.count()
    assert_numbers_are_whole()
    return over.count()


@pytest.mark.parametrize(
    ("point", "before"),
    [
        pytest.param(("credit_rest", "1", "before"), 0, id="after the claim"),
        pytest.param(("credit_rest", "1", "after"), 0, id="with the credit"),
        pytest.param(("record_event", "2", "after"), 1, id="before the commit of the second"),
        pytest.param(("end", "2", "after"), 2, id="after the commit"),
    ],
)
def test_killed_worker_ends_each_contract_wholly_or_not_at_all(
    point: tuple[str, ...], before: int
) -> None:
    make_seller()
    for subscription in [begun_on(START), begun_on(START)]:
        issue_all([subscription.pk], START, beat)
        cancel_contract(subscription, by=None, ends_on=LAST)
    done = subprocess.run(
        [sys.executable, "-c", WORKER, *point],
        env=environment(),
        cwd=settings.BASE_DIR,
        check=False,
        capture_output=True,
    )
    assert done.returncode == -9, done.stderr.decode()
    assert ended() == before
    end_due(beat)
    assert ended() == 2
