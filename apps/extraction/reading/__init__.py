"""What a document says: pure functions from words with boxes to fields with proofs.

No Django, no files, no network, no clock. `read` is the door; see `pipeline`.
"""

from apps.extraction.reading.pipeline import read

__all__ = ["read"]
