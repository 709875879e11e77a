"""The embedded broker: kombu's messages in files, each of which appears when it is complete.

kombu itself gives a message's file its name first and its content afterwards. A worker that looks
in between reads an empty message, and ends with "Unrecoverable error: JSONDecodeError".
"""

from __future__ import annotations

import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Writes under a name that no reader looks for, then renames."""

    def _put(  # type: ignore[override]  # the stubs' own base classes disagree
        self, queue: str, payload: dict[str, Any], **kwargs: Any
    ) -> None:
        # Readers take the names in their order: the time comes first, as in kombu's.
        name = f"{time.monotonic_ns() // 1_000_000}_{uuid.uuid4()}.{queue}.msg"
        file = Path(self.data_folder_out) / name
        unfinished = file.with_suffix(".unfinished")
        unfinished.write_text(dumps(payload))
        unfinished.rename(file)


class Transport(filesystem.Transport):
    """`filesystem://` with that channel."""

    Channel = Channel
