"""A deployment's own steps at a change of tier and at the end of a contract."""

from acme.service import call
from shop.billing.models import Subscription
from shop.billing.tier_change_rows import TierChange
from shop.packing.outcomes import NeedsHuman


def resize_workspace(change: TierChange, key: str) -> None:
    """Have the workspace of the project resized to its new tier."""
    wish = {"project": change.subscription.project_id, "tier": change.product.code}
    if call("/resizings", key, wish) == 402:
        raise NeedsHuman("acme_no_room", staff="Acme has no room for the new tier.")


def remove_workspace(subscription: Subscription, key: str) -> None:
    """Have the workspace of the project removed."""
    call("/removals", key, {"project": subscription.project_id})


resize_workspace.calls_out = True  # type: ignore[attr-defined]  # functions take any attribute
remove_workspace.calls_out = True  # type: ignore[attr-defined]  # the same
