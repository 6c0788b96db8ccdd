"""Signals to rooms above. Each signal is sent inside the transaction that it is about."""

from django.dispatch import Signal

# order: Order, of which members were filled in, corrected or changed.
order_corrected = Signal()
# orders: list of primary keys, of those that held details of people until now: the account was
# deleted, or the order has lapsed.
orders_emptied = Signal()
