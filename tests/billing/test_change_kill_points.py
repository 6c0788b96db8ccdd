"""A process that changes a tier is killed at a given point: it is done wholly, or not at all."""

import subprocess
import sys

import pytest
from django.conf import settings
from django.utils import timezone

from shop.billing.change_quotes import quote_change
from shop.billing.models import Invoice, InvoiceDispatch, NumberSeries, Subscription
from shop.billing.tier_change_rows import TierChange
from shop.billing.tier_changes import change_tier
from shop.catalogue.models import Product
from shop.notifications.emails.models import Message
from shop.tenancy.models import Project
from tests.billing.runs import running
from tests.factories import make_seller
from tests.worker.real import environment

pytestmark = pytest.mark.django_db(transaction=True)

# Kills itself when it comes to a function, before it or after it.
CHANGER = """
import os, signal, sys
import django
django.setup()
from shop.billing import applied_changes, tier_changes
from shop.billing.change_quotes import quote_change
from shop.billing.models import Subscription
from shop.catalogue.models import Product

def kill():
    os.kill(os.getpid(), signal.SIGKILL)

module, name, after = sys.argv[1:]
module = {"applied": applied_changes, "changes": tier_changes}[module]
original = getattr(module, name)

def killed(*arguments, **named):
    if after == "before":
        kill()
    result = original(*arguments, **named)
    kill()
    return result

setattr(module, name, killed)
subscription = Subscription.objects.get()
quote = quote_change(subscription, Product.objects.get(code="m"), "month")
tier_changes.change_tier(quote, quote.hash, subscription.client.client_admin)
"""


def rows() -> tuple[object, ...]:
    subscription = Subscription.objects.get()
    return (
        subscription.product.code,
        subscription.list_cents,
        Project.objects.get().product.code,
        *(model.objects.count() for model in (TierChange, Invoice, InvoiceDispatch)),
        NumberSeries.objects.get().last,
        subscription.events.count(),
    )


@pytest.mark.long
@pytest.mark.parametrize(
    ("point", "is_done"),
    [
        pytest.param(("changes", "lock_rows", "after"), False, id="with the row"),
        pytest.param(("changes", "change_invoice", "after"), False, id="with a number"),
        pytest.param(("changes", "dispatch", "after"), False, id="with the invoice"),
        pytest.param(("changes", "apply_change", "before"), False, id="before it counts"),
        pytest.param(("applied", "record_event", "after"), False, id="before the commit"),
        pytest.param(("changes", "change_tier", "after"), True, id="after the commit"),
    ],
)
def test_killed_change_is_done_wholly_or_not_at_all(point: tuple[str, ...], is_done: bool) -> None:
    make_seller()
    running(timezone.localdate())
    before, mails = rows(), Message.objects.count()
    after = ("m", 9900, "m", 1, 2, 2, 2, 1)
    done = subprocess.run(
        [sys.executable, "-c", CHANGER, *point],
        env=environment(),
        cwd=settings.BASE_DIR,
        check=False,
        capture_output=True,
    )
    assert done.returncode == -9, done.stderr.decode()
    assert rows() == (after if is_done else before)
    if not is_done:
        assert Message.objects.count() == mails
        subscription = Subscription.objects.get()
        quote = quote_change(subscription, Product.objects.get(code="m"), "month")
        change_tier(quote, quote.hash, subscription.client.client_admin)
    assert rows() == after
