"""Files of invoices go with their rows."""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from shop.billing.invoice_files import delete_stored
from shop.billing.models import InvoiceFile


@receiver(post_delete, sender=InvoiceFile)
def delete_file(sender: type[InvoiceFile], instance: InvoiceFile, **kwargs: Any) -> None:
    """Delete the stored file, once it is certain that its row is gone."""
    transaction.on_commit(lambda: delete_stored(instance), robust=True)
