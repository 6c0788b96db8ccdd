"""Records of attempts: when each ended, at which step, and why; kept for good.

Those that fail are kept, and the success after failed ones. Orders that are packed at once write
none, so packing them costs nothing more.
"""

import os
import re
import socket
from datetime import datetime

from shop.orders.models import OrderEvent, State
from shop.packing.models import AttemptRecord, ContractRun, Packing

Outcome = AttemptRecord.Outcome
# The code of orders whose last attempt has failed, and of each attempt that leads there.
EXHAUSTED = "tries_used_up"
FAILED = (Outcome.RETRY, Outcome.GIVEN_UP, Outcome.DECISION, Outcome.CORRECTION)
LONGEST_ERROR = 2000
LONGEST_FAMILY = 100
OF_ONE_CASE = re.compile(
    r"""'[^']*' | "[^"]*" | „[^“]*“ | “[^”]*”  # what is quoted
    | \S+@\S+ | https?://\S+ | \b[0-9a-fA-F]{8}[0-9a-fA-F-]*\b
    | (?<!\d)(?![45]\d\d(?!\d))\d+  # numbers, but for the status of a failed HTTP call""",
    re.VERBOSE,
)


def record_attempt(
    row: Packing | ContractRun,
    outcome: AttemptRecord.Outcome,
    *,
    step: str,
    fault: str = "",
    error: str = "",
    kind: str = "",
    by_another: bool = False,
) -> None:
    """Record how an attempt at `row` has ended, in the transaction that ends it.

    `by_another`: its worker has died, and this process ends it.
    """
    packing = row if isinstance(row, Packing) else None
    AttemptRecord.objects.create(
        order_id=packing.pk if packing else None,
        run=None if isinstance(row, Packing) else row,
        number=row.attempts,
        began_at=_began_at(packing) if packing else None,
        step=step,
        outcome=outcome,
        fault=fault,
        kind=kind,
        error=error[:LONGEST_ERROR],
        family=error_family(error),
        alone=packing is None or packing.alone,
        worker="" if by_another else f"{socket.gethostname()}, process {os.getpid()}"[-100:],
    )


def outcome_of(state: State, fault: str, kind: str) -> AttemptRecord.Outcome:
    """Return the outcome of an attempt that moves its order to `state`."""
    match state:
        case State.PACKED:
            return Outcome.DONE
        case State.HAS_PACKING_ERRORS:
            return Outcome.CORRECTION
        case State.NEED_HUMAN:
            return Outcome.GIVEN_UP if fault == EXHAUSTED else Outcome.DECISION
        case _:
            return Outcome.RETRY if kind else Outcome.WAITS


def error_family(error: str) -> str:
    """Return the first line of an error without what differs from one order to the next."""
    first = next(iter(error.strip().splitlines()), "")
    return " ".join(OF_ONE_CASE.sub("…", first).split())[:LONGEST_FAMILY]


def _began_at(record: Packing) -> datetime | None:
    claimed = OrderEvent.objects.filter(
        order=record.pk, kind=OrderEvent.Kind.STATE, state=State.PACKING
    )
    return claimed.order_by("-pk").values_list("at", flat=True).first()
