"""Signals about orders besides `states.state_changed`, each sent inside its transaction."""

from django.dispatch import Signal

# order: Order, of which fields of its document were filled in, corrected or changed. Once a change.
order_corrected = Signal()
