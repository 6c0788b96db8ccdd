"""The log formatter: keeps order hashes, links to join and card numbers out of the logs."""

import logging
import re

from shop.middleware import current_id
from shop.orders.card_numbers import hide_cards

SECRET_PATH = re.compile(
    r"/(register|orders|reset/key)/[^\s/?\"']+(/join/[^\s/?\"']+)?", re.IGNORECASE
)


class DiscreetFormatter(logging.Formatter):
    """Masks secret URL parts and card numbers, in tracebacks too."""

    def format(self, record: logging.LogRecord) -> str:
        """The text of `record`, with the id of its request."""
        record.request_id = current_id.get()
        return hide_cards(SECRET_PATH.sub(_mask, super().format(record)))


def _mask(found: re.Match[str]) -> str:
    return f"/{found[1]}/…" + ("/join/…" if found[2] else "")
