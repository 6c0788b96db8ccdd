"""Signals about clients and accounts. Each is sent inside its transaction, unless it says other."""

from django.dispatch import Signal

vat_id_answered = Signal()  # check: VatIdCheck, which VIES has answered
client_closed = Signal()  # client: Client, closed for its members but the client_admin
client_reopened = Signal()  # client: Client, open for its members again
project_closed = Signal()  # project: Project, closed for its members as its contract has ended
export_waived = Signal()  # project: Project, whose data nobody wants to export any more
# client: Client; asks for what it still needs its client_admin for. Each receiver returns a list of
# the values of `shop.tenancy.needed_clients.Need` that it knows of.
client_needed = Signal()
# client: Client, projects: list[Project], archive: ZipFile; receivers add files of their own to what
# the client_admin downloads. Sent outside any transaction.
client_exported = Signal()
account_deleted = Signal()  # email: str, language: str, of a user who wished it and is erased now
