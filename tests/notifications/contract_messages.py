"""A message of each kind about a contract, queued by what queues it in the shop."""

from datetime import timedelta

from django.utils import timezone

from shop.billing.contract_cancellation import cancel_contract
from shop.billing.contract_end import end_due, remind_of_ends
from shop.billing.models import Subscription
from tests.contract_factories import make_running_contract, make_tier_change
from tests.factories import make_client, make_user


def make_contract_message(kind: str, language: str, name: str) -> None:
    """Queue a message of `kind` about a contract for a project of this name."""
    client = make_client(client_admin=make_user(language=language))
    subscription = make_running_contract(client=client)
    subscription.project.name = name
    subscription.project.save()
    admin, found = client.client_admin, Subscription.objects.filter(pk=subscription.pk)
    if kind == "tier_change":
        make_tier_change(subscription)
        return
    cancel_contract(subscription, by=admin)
    long_ago, today = timezone.now() - timedelta(days=40), timezone.localdate()
    if kind == "ends_soon":
        found.update(cancelled_at=long_ago, ends_on=today + timedelta(days=14))
        remind_of_ends(lambda: None)
    if kind == "ended":
        found.update(ends_on=today - timedelta(days=1))
        end_due(lambda: None)
