"""Indexes of orders and their events, and the lists that each is for."""

from django.db.models import F, Index, Q
from django.db.models.functions import Coalesce, Upper

# The list of `/api/orders`, newest first: a page is a walk along one of them, however many orders
# there are. Those that no program placed are in none.
LIST_INDEXES = [
    Index(
        fields=[*fields, "created_at", "id"],
        name=f"order_list{name}",
        condition=Q(application__isnull=False),
    )
    for name, fields in {
        "": ["application"],
        "_by_state": ["application", "state"],
        "_by_tier": ["application", "product"],
        "_by_both": ["application", "product", "state"],
    }.items()
]
LIST_INDEXES += [
    Index(
        fields=["application", "reference", "created_at", "id"],
        name="order_list_by_reference",
        condition=Q(reference__isnull=False),
    ),
    Index(
        fields=["application", "canonical_email", "created_at", "id"],
        name="order_list_by_mailbox",
        condition=Q(application__isnull=False),
    ),
    # The client that is shown is one of these two.
    Index(
        F("application"),
        Coalesce("delivered_client", "client_id"),
        F("created_at"),
        F("id"),
        name="order_list_by_client",
        condition=Q(application__isnull=False),
    ),
    # By the last change, oldest first.
    Index(
        fields=["application", "updated_at", "id"],
        name="order_list_by_change",
        condition=Q(application__isnull=False),
    ),
    Index(
        fields=["placed_by", "created_at", "id"],
        name="order_list_of_user",
        condition=Q(placed_by__isnull=False),
    ),
    Index(
        fields=["placed_by", "updated_at", "id"],
        name="order_list_of_user_changed",
        condition=Q(placed_by__isnull=False),
    ),
]

ORDER_INDEXES = [
    Index(fields=["state", "updated_at"]),
    Index(fields=["owner_digest"]),
    # The state in front, else SQLite without statistics takes the index above and sorts.
    Index(
        fields=["state", "created_at"],
        name="order_due",
        condition=Q(state="pending", complete=True),
    ),
    # The queue lists state by state, each by age; the overview counts by days.
    Index(fields=["state", "created_at", "product"], name="order_placed"),
    Index(fields=["product", "state", "updated_at"], name="order_of_tier"),
    Index(
        fields=["taken_by", "state", "updated_at"],
        name="order_taken",
        condition=Q(taken_by__isnull=False),
    ),
    Index(
        fields=["state", "follow_up_on"],
        name="order_follow_up",
        condition=Q(follow_up_on__isnull=False),
    ),
    Index(
        fields=["unreachable_since"],
        name="order_unreachable",
        condition=Q(unreachable_since__isnull=False),
    ),
    Index(fields=["fault", "state", "updated_at"], name="order_fault", condition=Q(fault__gt="")),
    Index(fields=["client_id"], name="order_client", condition=Q(client_id__isnull=False)),
    Index(fields=["canonical_email"], name="order_mailbox"),
    # The orders of a promotion code, the newest first; they keep it as it was typed.
    Index(
        Upper("promo_code"),
        F("id"),
        name="order_promotion",
        condition=Q(promo_code__isnull=False),
    ),
    *LIST_INDEXES,
]

# What colleagues did, newest first; most events have no actor.
EVENT_INDEXES = [
    Index(fields=["at", "id"], name="event_of_actors", condition=Q(actor__isnull=False)),
    Index(fields=["actor", "at", "id"], name="event_of_actor", condition=Q(actor__isnull=False)),
]
