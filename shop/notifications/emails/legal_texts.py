"""Legal texts in mails: files to keep, and what they say about the right of withdrawal."""

from urllib.parse import urljoin

from django.conf import settings
from django.utils.translation import gettext as _

from shop.billing.private_buyers import is_private_order
from shop.content.legal_pdfs import file_stem, stored_pdf
from shop.content.models import Page, Version
from shop.content.publishing import newest
from shop.content.shown_pages import FOR_PRIVATE_PERSONS
from shop.customers import sells_to_everyone
from shop.languages import page_language
from shop.notifications.emails.content import Attachment
from shop.orders.models import Order


def legal_text(version: Version) -> Attachment:
    """Return a version of a legal page in the active language: as PDF, else as text.

    The worker makes the PDFs before it sends mails. A mail does not wait for one that fails.
    """
    name = file_stem(version)
    if version.pk is None:  # a sample
        return Attachment(f"{name}.pdf", b"", "application/pdf")
    if pdf := stored_pdf(version.page_id, version.number, page_language()):
        return Attachment(f"{name}.pdf", pdf, "application/pdf")
    # On paper and in a file, a link needs the shop's own address.
    text = version.text.replace("](/", f"]({urljoin(settings.BASE_URL, '/')}")
    return Attachment(f"{name}.txt", f"{version.title}\n\n{text}\n")


def withdrawal_texts(order: Order) -> list[Attachment]:
    """Return the withdrawal notice and the model form, for private persons."""
    if not has_right_of_withdrawal(order):
        return []
    return [legal_text(newest(slug)) for slug in Page.Slug if slug in FOR_PRIVATE_PERSONS]


def withdrawal_words(order: Order) -> list[str]:
    """Return the sentence about the right of withdrawal, for private persons."""
    if not has_right_of_withdrawal(order):
        return []
    return [
        _(
            "As a private person, you can withdraw from the contract within 14 days of "
            "ordering, without giving a reason. The withdrawal notice and the model "
            "withdrawal form are attached."
        )
    ]


def has_right_of_withdrawal(order: Order) -> bool:
    """Tell whether the right exists for the buyer; not whether its time is over."""
    return sells_to_everyone() and is_private_order(order)
