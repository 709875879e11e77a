"""How static files are kept for serving."""

from __future__ import annotations

from typing import Any
from wsgiref.headers import Headers

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedStaticFilesStorage


class GzipStaticFilesStorage(CompressedStaticFilesStorage):  # type: ignore[misc]  # no types
    """Gzip beside each file. Brotli's best level would cost half a minute at every first start."""

    def create_compressor(self, **kwargs: Any) -> Compressor:
        return Compressor(**kwargs, use_brotli=False)


# A worker has a policy of its own. Pictures of scanners (JPEG 2000, JBIG2) are decoded by compiled
# code, which the pages themselves may not run.
_WORKER_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; img-src blob:"
)


def add_static_headers(headers: Headers, path: str, url: str) -> None:
    """Headers of static files beside those that WhiteNoise sets itself."""
    if url.endswith("/pdfjs/build/pdf.worker.min.mjs"):
        headers["Content-Security-Policy"] = _WORKER_POLICY
