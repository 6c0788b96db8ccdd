"""The end of subscriptions, at 00:00 of the day after their last one: the worker's job."""

from collections.abc import Callable

from shop.tenancy.models import Client


def end_due(beat: Callable[[], None]) -> None:
    """End what has had its last day: credit the rest, tell it; its steps follow. Calls `beat`."""
    raise NotImplementedError


def still_needed(client: Client) -> list[str]:
    """Why the client still needs its client_admin: "running", "export", "owed"; empty: no more.

    (Contract, "Who is who".)
    """
    raise NotImplementedError
