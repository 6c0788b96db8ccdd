"""Mails about invoices: the invoice or credit note itself, and reminders of what is overdue."""

from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from stdnum import iban

from shop.billing.balances import with_balance
from shop.billing.holds import recipient_of
from shop.billing.invoice_document import InvoiceDocument
from shop.billing.invoice_files import invoice_file
from shop.billing.models import Invoice
from shop.billing.reminder_rows import Reminder, ReminderText
from shop.catalogue.templatetags.money import money
from shop.compiled_inserts import insert_missing
from shop.notifications.emails.content import Attachment, EmailContent, Link, Row, page_url, typed
from shop.notifications.emails.invoice_samples import credit_note_sample, invoice_sample
from shop.notifications.emails.kinds import Email, Sample
from shop.notifications.emails.models import Message
from shop.notifications.emails.samples import NO_PK
from shop.orders.archiving import unarchived

Kind = Message.Kind


class InvoiceEmail(Email):
    """Base class of the mails about an invoice. `details` of the message: `invoice`, its pk."""

    def recipient(self) -> str:
        """Return where the client's invoices go now, for a mail that is sent again."""
        return recipient_of(self.invoice.client)

    @cached_property
    def invoice(self) -> Invoice:
        """The invoice or credit note that the mail is about."""
        number = self.message.details["invoice"]
        if isinstance(number, Invoice):  # a sample
            return number
        related = ("client__client_admin", "subscription__project", "corrects")
        return Invoice.objects.select_related(*related).get(pk=number)

    @cached_property
    def document(self) -> InvoiceDocument:
        """The document as it was issued."""
        return InvoiceDocument.model_validate(self.invoice.document)

    def amount(self, cents: int) -> str:
        """Return an amount in the invoice's currency."""
        return money(cents, self.invoice.currency)

    def what_for(self) -> tuple[Row, ...]:
        """Return the rows of what was bought, and for which days."""
        first, last = _day(self.invoice.period_start), _day(self.invoice.period_end)
        period = _("%(first)s to %(last)s") % {"first": first, "last": last}
        texts = ", ".join(dict.fromkeys(line.text for line in self.document.lines))
        return (
            Row(_("For"), typed(texts)),
            Row(_("Project"), typed(self.invoice.subscription.project.name)),
            Row(_("Period"), period),
        )

    def transfer(self) -> tuple[Row, ...]:
        """Return the rows that a bank transfer needs."""
        seller = self.document.seller
        rows = (
            Row(_("Account holder"), seller.legal_name),
            Row("IBAN", iban.format(seller.iban)),
            Row("BIC", seller.bic),
            Row(_("Payment reference"), self.invoice.number),
        )
        return tuple(row for row in rows if row.value)

    def to_list(self) -> Link:
        """Return the link to all invoices of the client."""
        return Link(_("View all invoices"), page_url("portal_invoices", self.invoice.client_id))

    def closing(self) -> tuple[str, ...]:
        """Return who finds the invoices where, and who answers questions."""
        where = _(
            "All your invoices are in the portal, as PDF and as XML for accounting software. "
            "The person who administers your company can see them."
        )
        ask = _("If something isn't right, please write to %(email)s.")
        return where, ask % {"email": self.document.seller.email}

    def pdf(self) -> Attachment:
        """Return the PDF of the invoice; an empty one of a sample."""
        if self.invoice.pk == NO_PK:
            return Attachment(f"{self.invoice.number}.pdf", b"", "application/pdf")
        return Attachment(*invoice_file(self.invoice, "pdf"), "application/pdf")


class InvoiceIssued(InvoiceEmail, kind=Kind.INVOICE):
    """The invoice or credit note as PDF, with what is to be paid, until when and to where."""

    samples = (
        Sample(gettext_lazy("invoice"), invoice_sample),
        Sample(gettext_lazy("credit note"), credit_note_sample),
    )

    def content(self) -> EmailContent:
        """Return what the buyer's accounting needs."""
        return self._credit_note() if self.invoice.corrects else self._invoice()

    def _invoice(self) -> EmailContent:
        invoice = self.invoice
        sum_, due = self.amount(invoice.gross_cents), _day(invoice.due_on)
        pay = _("Please transfer %(sum)s by %(day)s.") % {"sum": sum_, "day": due}
        outro = self.closing()
        if settings.PAYMENT_PROVIDER:
            outro = (_("You can also pay online in the portal."), *outro)
        return EmailContent(
            subject=_("Invoice %(number)s") % {"number": invoice.number},
            intro=(_("Your invoice is attached as a PDF."), pay),
            rows=(
                Row(_("Invoice number"), invoice.number),
                *self.what_for(),
                Row(_("Amount to pay"), sum_),
                Row(_("Due"), due),
                *self.transfer(),
            ),
            action=self.to_list(),
            outro=outro,
            attachments=(self.pdf(),),
        )

    def _credit_note(self) -> EmailContent:
        invoice, corrected = self.invoice, self.invoice.corrects
        assert corrected is not None  # noqa: S101 -- a credit note corrects an invoice
        names = {"number": corrected.number, "day": _day(corrected.issued_on)}
        corrects = _(
            "This credit note corrects invoice %(number)s of %(day)s. It is attached as a PDF."
        )
        back = _(
            "You owe that much less. If you have already paid the invoice, we transfer the "
            "amount back to you."
        )
        return EmailContent(
            subject=_("Credit note %(number)s") % {"number": invoice.number},
            intro=(corrects % names, back),
            rows=(
                Row(_("Credit note number"), invoice.number),
                Row(_("Corrects invoice"), corrected.number),
                *((Row(_("Reason"), typed(invoice.reason)),) if invoice.reason else ()),
                *self.what_for(),
                Row(_("Amount credited"), self.amount(invoice.gross_cents)),
            ),
            action=self.to_list(),
            outro=self.closing(),
            attachments=(self.pdf(),),
        )


class InvoiceReminder(InvoiceEmail, kind=Kind.INVOICE_REMINDER):
    """Reminder of an overdue invoice, in the text that staff wrote for its level.

    `details` of the message: also `level`, 1 to 3.
    """

    samples = (
        Sample(gettext_lazy("first reminder"), lambda: invoice_sample(level=1)),
        Sample(gettext_lazy("second reminder"), lambda: invoice_sample(level=2)),
        Sample(gettext_lazy("third reminder"), lambda: invoice_sample(level=3)),
    )

    @cached_property
    def open_cents(self) -> int:
        """The amount that is open now, in cents."""
        if self.invoice.pk == NO_PK:
            return int(self.invoice.gross_cents)
        found = with_balance(Invoice.objects.filter(pk=self.invoice.pk))
        return int(found.values_list("open_cents", flat=True).get())

    def is_obsolete(self) -> bool:
        """Tell whether the invoice was paid or cancelled since."""
        return not self.open_cents

    def content(self) -> EmailContent:
        """Return the text of staff and the facts."""
        invoice, level = self.invoice, self.message.details["level"]
        subjects = {
            1: _("Reminder: invoice %(number)s"),
            2: _("Second reminder: invoice %(number)s"),
            3: _("Final reminder: invoice %(number)s"),
        }
        text = ReminderText.objects.filter(pk=level).first()
        paragraphs = (text.text if text else "").splitlines()
        names = {"number": invoice.number, "day": _day(invoice.issued_on)}
        about = _("This is about our invoice %(number)s of %(day)s.") % names
        crossed = _(
            "If you have paid in the meantime, you can ignore this e-mail. The invoice is "
            "attached again as a PDF."
        )
        rows = [
            Row(_("Invoice number"), invoice.number),
            Row(_("Invoice date"), _day(invoice.issued_on)),
            *self.what_for(),
            Row(_("Was due"), _day(invoice.due_on)),
            Row(_("Still to pay"), self.amount(self.open_cents)),
            *self.transfer(),
        ]
        return EmailContent(
            subject=subjects[level] % {"number": invoice.number},
            intro=(about, *(each.strip() for each in paragraphs if each.strip()), crossed),
            rows=tuple(rows),
            action=self.to_list(),
            outro=self.closing(),
            attachments=(self.pdf(),),
        )


def queue_invoice(invoice: Invoice) -> None:
    """Queue the mail with an invoice or credit note, once."""
    _queue(invoice, Kind.INVOICE, invoice.number, invoice.recipient)


def queue_invoice_reminder(reminder: Reminder) -> None:
    """Queue the mail with a reminder, once; it goes where the client's invoices go now."""
    invoice, level = reminder.invoice, reminder.level
    to = recipient_of(invoice.client)
    _queue(invoice, Kind.INVOICE_REMINDER, f"{invoice.number}:{level}", to, level=level)


def mails_about(invoice: Invoice) -> QuerySet[Message]:
    """Return the mails about an invoice, the oldest first."""
    kinds = (Kind.INVOICE, Kind.INVOICE_REMINDER)
    return Message.objects.filter(
        order=invoice.subscription.order_id, kind__in=kinds, details__invoice=invoice.pk
    )


def undelivered_invoices() -> QuerySet[Message]:
    """Return the mails with invoices that were refused or given up; staff are to see them.

    One that was sent again successfully, or waits to be, counts no more.
    """
    failed = (Message.State.FAILED, Message.State.REFUSED)
    mails = Message.objects.filter(kind=Kind.INVOICE)
    again = mails.filter(details=OuterRef("details"), pk__gt=OuterRef("pk"))
    return mails.filter(~Exists(again.exclude(state__in=failed)), state__in=failed)


def _queue(invoice: Invoice, kind: Message.Kind, key: str, to: str, **details: Any) -> None:
    insert_missing(
        [
            Message(
                order=unarchived(invoice.subscription.order),
                kind=kind,
                dedupe_key=key,
                recipient=to,
                language=invoice.language,
                details={"invoice": invoice.pk, **details},
            )
        ]
    )


def _day(value: Any) -> str:
    return date_format(value, "DATE_FORMAT")
