"""How static files are kept for serving."""

from __future__ import annotations

from typing import Any

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedStaticFilesStorage


class GzipStaticFilesStorage(CompressedStaticFilesStorage):  # type: ignore[misc]  # no types
    """Gzip beside each file. Brotli's best level would cost half a minute at every first start."""

    def create_compressor(self, **kwargs: Any) -> Compressor:
        return Compressor(**kwargs, use_brotli=False)
