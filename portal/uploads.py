"""Files in forms: the administration's only, so nobody else's are stored."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload


class SignedInOnly(FileUploadHandler):
    """Stops at the first file of a caller who has not signed in; the others keep it."""

    def new_file(self, *details: Any, **more: Any) -> None:
        """Django reads a form, files and all, before any view has asked who sends it."""
        super().new_file(*details, **more)
        user = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Passes it on."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leaves the file to the handlers after this one."""
