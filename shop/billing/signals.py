"""Signals to rooms above. Each signal is sent inside the transaction that it is about."""

from django.dispatch import Signal

subscription_started = Signal()  # subscriptions: list[Subscription]
# event: SubscriptionEvent, of each change, cancellation, end and so on; its `subscription` is as it
# is now.
subscription_event = Signal()
tier_changed = Signal()  # change: TierChange, which counts from now on
subscription_ended = Signal()  # subscription: it ends now; its project is still open
# subscription: it is cancelled; days: int, until its last day
contract_ends_soon = Signal()
declaration_received = Signal()  # case: DeclarationCase, not matched yet
proof_wanted = Signal()  # case: DeclarationCase, matched: its link is to be mailed
invoice_issued = Signal()  # invoice: Invoice, of either kind
invoice_filed = Signal()  # invoice: its PDF and XML are there, so that it can be mailed
invoice_paid = Signal()  # invoice: nothing is open any more
invoice_overdue = Signal()  # invoice: it became overdue
reminder_due = Signal()  # reminder: Reminder
price_raised = Signal()  # change: PriceChange, that the client is to be told of
