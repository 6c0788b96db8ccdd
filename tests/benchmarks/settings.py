"""The production profile with rate limits that no load reaches; each call is still counted."""

from shop.settings import *

RATE_LIMITS = dict.fromkeys(
    ("application", "anonymous", "orders", "links", "codes"), (1_000_000, 1_000_000_000)
)
