"""What a step may say. A step that simply returns is done.

A step is a function of PACKING_STEPS, recorded by the last part of its dotted path. Once recorded
as done for an order it is not called again for it.

A local step, `def step(order: Order) -> None`, writes to our database only. It runs in the
transaction that records it: both happen, or neither.

A step that calls another system, `def step(order: Order, key: str) -> None`, says so by
`step.calls_out = True`. It is called with no transaction open, and perhaps twice: when a worker is
killed between the call and its record, or when it took longer than its lease. So it hands `key`
on, an idempotency key that is the same for each call for this order and step, and for no other. It
puts a limit of at most PACKING_STEP_SECONDS to its calls, and may read and write our database in
short transactions of its own.

Raised in a step: `RetryLater`, `NeedsCorrection`, `NeedsHuman`. Any other exception is tried again after
growing gaps, by a person after the last of PACKING_MAX_ATTEMPTS; OSError and the database's
OperationalError (nobody answers, time-outs) count as what may pass, everything else as a bug. A
library whose time-outs are no OSError (urllib3) is best wrapped: `raise RetryLater(10) from error`.
"""

from collections.abc import Collection

LONGEST_CODE = 40


class RetryLater(Exception):
    """Not now: try again in `seconds` (at least one, and up to a fifth longer).

    It counts as an attempt like any other; after the last one a person is asked. `reason` is for
    staff.
    """

    def __init__(self, seconds: float, reason: str = "") -> None:
        super().__init__(reason)
        self.seconds = seconds
        self.reason = reason


class NeedsCorrection(Exception):
    """A person must mend the order first; it gets the state `has_packing_errors`.

    `members` are those of the order whose mending helps, where whoever ordered can do that: their
    page then shows a form, with `customer` beside the first of them; mended, the order packs on.
    `code` is one of `shop.orders.error_codes`, or a deployment's own of at most 40 characters, which
    then stands for itself on the wire. `customer` is shown on the registration page as it is, so
    it is in the order's language and holds nothing that the order's hash may not show; `staff` is
    shown in the back office.
    """

    def __init__(
        self, code: str, *, customer: str = "", staff: str = "", members: Collection[str] = ()
    ) -> None:
        super().__init__(staff or code)
        self.code = checked_code(code)
        self.customer = customer
        self.members = members
        self.staff = staff


class NeedsHuman(Exception):
    """A person must decide; the order gets the state `need_human`. `code` and `staff` as in Mend."""

    def __init__(self, code: str, *, staff: str = "") -> None:
        super().__init__(staff or code)
        self.code = checked_code(code)
        self.staff = staff


def checked_code(code: str) -> str:
    """`code`. Raises ValueError where the order's row could not hold it."""
    if len(code) > LONGEST_CODE:
        raise ValueError(f"The code of an outcome has at most {LONGEST_CODE} characters: {code}")
    return code


class LeaseLost(Exception):
    """Somebody else works on the order now: write nothing more."""
