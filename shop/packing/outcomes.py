"""Outcomes that a step raises. A step that simply returns is done.

A step is a function named in PACKING_STEPS, recorded by the last part of its dotted path. Once it
is recorded for an order it is not called again for it. There are three kinds:

A local step, `def step(order: Order) -> None`, writes to our database only. It runs in the
transaction that records it: both happen, or neither. Other orders may share that transaction; if a
step fails, all that this attempt did for its order is undone, and done again for it alone. What it
sets of `delivered_client`, `delivered_project`, `member` and `invitation` is saved with the record.

A step that calls another system, `def step(order: Order, key: str) -> None`, sets
`step.calls_out = True`. It is called with no transaction open, and perhaps twice: when a worker is
killed between the call and its record, or when it took longer than its lease. So it passes on
`key`, an idempotency key that is the same for each call for this order and step, and for no other.
All its calls together take at most PACKING_STEP_SECONDS. It may read and write our database in
short transactions of its own.

A gate, `def step(order: Order) -> None`, sets `step.gate = True`. It only decides whether packing
may go on: it reads our database and raises, or returns. It is asked again at each attempt, and is
neither recorded nor shown among the steps. Where it raises NeedsHuman with a code for which staff
have approved the order, packing goes on; other steps use `approvals.ask_staff`.

A step may raise `RetryLater`, `NotBefore`, `NeedsCorrection` or `NeedsHuman`. After any other exception it is
tried again with growing waits, and by a person after the last of PACKING_MAX_ATTEMPTS; OSError and
the database's OperationalError (nobody answers, time-outs) count as transient, everything else as
a bug. Wrap a library whose time-outs are no OSError (urllib3): `raise RetryLater(10) from error`.

The steps of ENDING_STEPS and CHANGING_STEPS are the same, but that they get a `Subscription` or a
`TierChange` in place of the order, and nothing that they set on it is saved. Nobody shares their
transactions. `NeedsCorrection` and `NeedsHuman` both have the run wait for staff, who read `staff`.
"""

from collections.abc import Collection
from datetime import datetime

LONGEST_CODE = 40


class RetryLater(Exception):
    """Not now: try again in `seconds` (at least one, and up to a fifth longer).

    Counts as an attempt; after the last one a person is asked. `reason` is for staff.
    """

    def __init__(self, seconds: float, reason: str = "") -> None:
        super().__init__(reason)
        self.seconds, self.reason = seconds, reason


class NotBefore(Exception):
    """Not before `moment`: wait until then, which does not count as an attempt.

    The steps are asked again at `moment`, and once a day until then: it may have changed. Attempts
    are counted from zero again.
    """

    def __init__(self, moment: datetime) -> None:
        super().__init__(moment)
        self.moment = moment


class NeedsCorrection(Exception):
    """The order must be corrected first; it gets the state `has_packing_errors`.

    `code` is one of `shop.orders.error_codes`, or a deployment's own of at most 40 characters,
    which appears as such on the wire. `members` are the fields of the order that the customer
    can correct: their page shows a form for these, with `customer` beside the first, and packing
    goes on once they are corrected. `customer` is shown on the registration page as it is: write
    it in the order's language, with nothing that the order's hash must not reveal. `staff` is
    shown in the back office.
    """

    def __init__(
        self, code: str, *, customer: str = "", staff: str = "", members: Collection[str] = ()
    ) -> None:
        super().__init__(staff or code)
        self.code, self.staff = checked_code(code), staff
        self.customer, self.members = customer, members


class NeedsHuman(Exception):
    """A person must decide; the order gets the state `need_human`. See NeedsCorrection."""

    def __init__(self, code: str, *, staff: str = "") -> None:
        super().__init__(staff or code)
        self.code, self.staff = checked_code(code), staff


def checked_code(code: str) -> str:
    """Return `code`. Raises ValueError if it is empty, or too long for the order's row."""
    if not 0 < len(code) <= LONGEST_CODE:
        raise ValueError(f"The code of an outcome has 1 to {LONGEST_CODE} characters: {code!r}")
    return code
