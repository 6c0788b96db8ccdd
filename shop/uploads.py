"""Uploaded files: the shop takes none but the bank files of staff (`bank_upload`)."""

from typing import Any, NoReturn

from django.core.files.uploadhandler import FileUploadHandler, StopUpload


class RefusingUploadHandler(FileUploadHandler):
    """Stops reading a form at its first file; nothing of the file is kept."""

    def new_file(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Stop without reading the rest. Raises StopUpload, which the parser handles."""
        raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep nothing; never called, as `new_file` stops."""

    def file_complete(self, file_size: int) -> None:
        """Keep nothing; never called, as `new_file` stops."""
