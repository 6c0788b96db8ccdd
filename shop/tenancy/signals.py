"""Signals about clients and their billing data. Each is sent inside its transaction."""

from django.dispatch import Signal

vat_id_answered = Signal()  # check: VatIdCheck, which VIES has answered
client_closed = Signal()  # client: Client, closed for its members but the client_admin
client_reopened = Signal()  # client: Client, open for its members again
# client: Client. Each receiver returns a list of reasons, words such as "running", for which the
# client still needs its client_admin (contract, "Who is who").
client_needed = Signal()
