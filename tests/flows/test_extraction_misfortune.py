"""Extraction when things go wrong: killed processes, huge pictures, bodies that never end well."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator

import pytest

from tests.fakes import wait_until
from tests.flows import processes
from tests.flows.test_extraction import Extractor, extractor
from tests.flows.test_misfortune import long_document
from tests.stack import Stack


@pytest.fixture(scope="module")
def program(stack: Stack) -> Iterator[Extractor]:
    yield extractor(stack, "Unlucky extractor")


def empty_png(width: int, height: int) -> bytes:
    """A picture of one bit a pixel: many pixels, few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

    packed = zlib.compressobj(9)
    row = b"\0" + b"\xff" * (width // 8)
    data = b"".join(packed.compress(row) for _ in range(height)) + packed.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def test_a_worker_is_killed(stack: Stack, program: Extractor) -> None:
    """What it held is taken up again, and the request ends well."""
    session = program.start()["sessionId"]
    content = long_document("Invoice number: 2026-117", paragraphs=160)
    answer = program.send(session, content, "long.docx", Prefer="respond-async")
    place = answer.headers["Location"]
    wait_until(
        lambda: program.ask(session, place).json()["status"] in ("queued", "running"), seconds=10
    )
    worker = processes.one(stack.process.pid, "recto-worker")
    processes.kill(worker)
    found = program.ended(session, place, seconds=240)
    assert found["status"] == "succeeded", found
    assert found["result"]["pages"] > 100


def test_a_picture_of_too_many_pixels(program: Extractor) -> None:
    session = program.start()["sessionId"]
    answer = program.send(session, empty_png(40_000, 40_000), "huge.png")
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == "limit_exceeded"


def test_a_file_of_200_megabytes(stack: Stack, program: Extractor) -> None:
    """It is streamed: no web process holds it. What becomes of it is told."""
    width, height = 8192, 8192
    size = 54 + width * height * 3
    header = struct.pack("<2sIHHI", b"BM", size, 0, 0, 54)
    header += struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 2835, 2835, 0, 0)
    web = [
        pid for pid, line in processes.descendants(stack.process.pid).items() if "recto-web" in line
    ]
    for pid in web:
        processes.forget_peak(pid)
    before = {pid: processes.peak_memory(pid) for pid in web}
    session = program.start()["sessionId"]
    content = io.BytesIO(header + b"\xff" * (size - len(header)))
    answer = program.send(session, content, "huge.bmp", Prefer="respond-async")
    assert answer.status_code == 202, answer.text
    found = program.ended(session, answer.headers["Location"], seconds=300)
    assert found["status"] == "succeeded" or found["error"]["code"] in (
        "limit_exceeded",
        "out_of_memory",
        "timeout",
    )
    for pid in web:
        assert processes.peak_memory(pid) - before[pid] < 60


def test_a_body_that_breaks_off(program: Extractor) -> None:
    session = program.start()["sessionId"]
    body = b'--x\r\nContent-Disposition: form-data; name="document"; filename="a.pdf"\r\n\r\n%PDF'
    answer = program.call(
        "POST",
        "/documents/append",
        data=body,
        headers={"Session-Id": session, "Content-Type": "multipart/form-data; boundary=x"},
    )
    assert answer.status_code == 400, answer.text
    assert program.ask(session, "/session").json()["requests"] == []


def test_a_chunked_form(program: Extractor) -> None:
    """Without Content-Length, as streaming clients send it."""
    session = program.start()["sessionId"]

    def pieces() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="document"; filename="a.xml"\r\n\r\n'
        yield b"<?xml version='1.0'?><a>" + b"b" * 100_000
        yield b"</a>\r\n--x--\r\n"

    answer = program.call(
        "POST",
        "/documents/append",
        data=pieces(),
        headers={"Session-Id": session, "Content-Type": "multipart/form-data; boundary=x"},
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["classIdentifier"] == "unknown"
