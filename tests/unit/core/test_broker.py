"""The embedded broker hands over whole messages only."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from queue import Empty

from kombu import Connection

import portal.celery  # noqa: F401  (names the transport)

MESSAGES = 1500


def test_a_reader_never_meets_half_a_message(tmp_path: Path) -> None:
    options = {"data_folder_in": tmp_path, "data_folder_out": tmp_path, "control_folder": tmp_path}
    connection = Connection("filesystem://", transport_options=options)
    writer, reader = connection.channel(), connection.channel()

    def write() -> None:
        for number in range(MESSAGES):
            writer._put("portal", {"number": number, "padding": "x" * 5000})

    thread = threading.Thread(target=write)
    thread.start()
    read = []
    deadline = time.monotonic() + 60
    while len(read) < MESSAGES and time.monotonic() < deadline:
        try:
            read.append(reader._get("portal")["number"])
        except Empty:
            time.sleep(0)
    thread.join()
    assert sorted(read) == list(range(MESSAGES))
    assert not [file for file in tmp_path.iterdir() if file.suffix != ".exchange"]
