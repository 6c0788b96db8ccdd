"""Import of a bank file: upload, preview, import; its undoing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from portal.backoffice.billing.billing_access import handler_required
from portal.backoffice.confirmation import ask_first
from portal.backoffice.models import BankUpload
from portal.backoffice.staff_access import ask_for_factor_again, recent_factor_required, staff_user
from shop.billing.bank_files import (
    MAX_BYTES,
    BankFileError,
    FileTooLargeError,
    OtherAccountError,
)
from shop.billing.bank_statements import import_statement, preview, undo_import
from shop.billing.ledger import BankStatement, Payment
from shop.typed_text import isolated

KEPT = timedelta(days=2)  # an uploaded file that nobody has imported


class BankFileHandler(FileUploadHandler):
    """Takes one file of at most MAX_BYTES into memory; the shop takes files nowhere else."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.content = bytearray()
        self.is_too_large = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep a piece. Raises StopUpload where the file becomes too large."""
        if len(self.content) + len(raw_data) > MAX_BYTES:
            self.is_too_large = True
            raise StopUpload
        self.content += raw_data

    def file_complete(self, file_size: int) -> SimpleUploadedFile:
        """Return the file."""
        return SimpleUploadedFile(self.file_name or "", bytes(self.content))


class BankFileForm(forms.Form):
    """Ask for a bank file."""

    file = forms.FileField(
        label=gettext_lazy("Bank file"),
        help_text=gettext_lazy("CAMT.053 (XML) or MT940, for the seller's account, up to 5 MB."),
        allow_empty_file=True,
    )


@csrf_exempt  # the token is checked once it is decided how the file is read
@handler_required
def upload(request: HttpRequest) -> HttpResponse:
    """Ask for a bank file; POST keeps it for its preview, unless it is none of ours."""
    handler = BankFileHandler(request)
    request.upload_handlers = [handler]
    return csrf_protect(_upload)(request, handler)


def _upload(request: HttpRequest, handler: BankFileHandler) -> HttpResponse:
    if request.method != "POST":
        return render(request, "backoffice/bank_upload.html", {"form": BankFileForm()})
    if len(request.FILES) > 1:
        handler.is_too_large = True
    form = BankFileForm(request.POST, request.FILES)
    if handler.is_too_large:
        form.errors["file"] = form.error_class([_refusal(FileTooLargeError())])
    elif form.is_valid():
        file = form.cleaned_data["file"]
        content = file.read()
        try:
            preview(content)
        except BankFileError as error:
            form.add_error("file", _refusal(error))
        else:
            kept = BankUpload.objects.create(
                file_name=file.name[:200], content=content, uploaded_by=staff_user(request)
            )
            return redirect("staff_bank_preview", kept.pk)
    return render(request, "backoffice/bank_upload.html", {"form": form}, status=422)


def delete_old_uploads(beat: Callable[[], None]) -> None:
    """Delete bank files that nobody has imported for two days; hourly. Calls `beat` first."""
    beat()
    BankUpload.objects.filter(uploaded_at__lt=timezone.now() - KEPT).delete()


@handler_required
def bank_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what an uploaded file would do; POST imports it."""
    if request.method == "POST" and (way := ask_for_factor_again(request)):
        return way
    staff = staff_user(request)
    kept = BankUpload.objects.filter(pk=pk, uploaded_by=staff).first()
    if kept is None:
        messages.warning(request, _("This file has already been imported or is no longer kept."))
        return redirect("staff_bank")
    try:
        if request.method != "POST":
            context = {"upload": kept, "preview": preview(bytes(kept.content))}
            return render(request, "backoffice/bank_preview.html", context)
        with transaction.atomic():
            statement = import_statement(bytes(kept.content), kept.file_name, staff)
            kept.delete()
    except BankFileError as error:  # the seller has another account now
        messages.error(request, _refusal(error))
        return redirect("staff_bank_upload")
    paid = Payment.objects.filter(entry__statement=statement, undone_at=None).count()
    text = ngettext(
        "The file is imported: %(number)s payment is entered.",
        "The file is imported: %(number)s payments are entered.",
        paid,
    )
    messages.success(request, text % {"number": paid})
    return redirect("staff_bank")


@handler_required
@recent_factor_required
def undo_bank_import(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask before an import is undone; POST undoes it with all its payments."""
    statement = get_object_or_404(BankStatement, pk=pk, undone_at=None)
    if request.method == "POST":
        if undo_import(statement, staff_user(request)):
            messages.success(request, _("The import is undone, with all its payments."))
        else:
            messages.warning(request, _("Somebody else was faster. This is the current state."))
        return redirect("staff_bank")
    paid = Payment.objects.filter(entry__statement=statement, undone_at=None).count()
    payments = ngettext("%(number)s payment is undone.", "%(number)s payments are undone.", paid)
    return ask_first(
        request,
        _("Undo the import of %(file)s?") % {"file": isolated(statement.file_name)},
        [
            payments % {"number": paid},
            _("Entries of this file that you assigned by hand are undone, too."),
            _("You can import the file again."),
        ],
        button=_("Undo the import"),
        back=reverse("staff_bank"),
    )


def _refusal(error: BankFileError) -> Any:
    if isinstance(error, FileTooLargeError):
        return _("This file is too large. The limit is 5 MB.")
    if isinstance(error, OtherAccountError):
        return _("This file is for another account: %(iban)s.") % {"iban": isolated(error.iban)}
    return _("This is not a bank file. Supported formats are CAMT.053 (XML) and MT940.")
