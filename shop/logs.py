"""What our logs may hold: an order's number, never its hash, which is a key to it; no card's."""

import logging
import re

from shop.middleware import current_id
from shop.orders.card_numbers import hide_cards

SECRET_ADDRESS = re.compile(
    r"/(register|orders|reset/key)/[^\s/?\"']+(/join/[^\s/?\"']+)?", re.IGNORECASE
)


class DiscreetFormatter(logging.Formatter):
    """Writes addresses without what lets anybody in, and no card numbers, in tracebacks either."""

    def format(self, record: logging.LogRecord) -> str:
        """The line or lines of `record`, with the id of the request it belongs to."""
        record.request_id = current_id.get()
        return hide_cards(SECRET_ADDRESS.sub(_mask, super().format(record)))


def _mask(found: re.Match[str]) -> str:
    return f"/{found[1]}/…" + ("/join/…" if found[2] else "")
