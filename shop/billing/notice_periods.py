"""The end of a contract that is cancelled: pure functions over days of the shop's zone."""

from datetime import date


def end_of_contract(
    *,
    anchor: date,
    interval: str,
    started_on: date,
    is_free: bool,
    private: bool,
    declared_on: date,
    wished: date | None = None,
) -> date:
    """The last day, inclusive, of a contract that is cancelled on a day (contract, "Cancelling").

    To the end of the paid interval, with CANCELLATION_NOTICE_DAYS; of a private person after the
    first year at most a month later. Never before the day that is wished for. What is free ends on
    the day itself.
    """
    raise NotImplementedError
