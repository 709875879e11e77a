"""Docxodus, the program that red-lines Word documents, as a host of its own for each pair.

It comes with the Python package docx-scalpel, ready to run, and takes one JSON object a line on
its standard input (`docx_scalpel/_transport.py` there).
"""

from __future__ import annotations

import base64
import contextlib
import importlib.metadata
import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from . import compare_rehearsal
from .job import Allowance, Host, Job, Program, Refusal
from .protocol import FailureCode

AUTHOR = "Recto"
# Always the same, so that the same pair gives the same bytes; nobody reads a time in it.
_DATE = "2000-01-01T00:00:00Z"
_SETTINGS = {
    "authorForRevisions": AUTHOR,
    "dateTimeForRevisions": _DATE,
    "preAcceptInputRevisions": True,
    "conflateBreakingAndNonbreakingSpaces": False,
}
_ENVIRONMENT = {
    "DOTNET_EnableDiagnostics": "0",
    "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1",
    # A host lives for one pair: code that would be compiled better later never is.
    "DOTNET_TieredCompilation": "0",
}
_LONGEST_WORDS = 64 * 1024
_LONGEST_ANSWER = 1024**3
# How .NET says it; a library that cannot be mapped is one that cannot be found.
_NO_MEMORY = re.compile("OutOfMemory|Out of memory|sufficient memory|Could not load file")
_UNPACKED = "DOTNET_BUNDLE_EXTRACT_BASE_DIR"
_FIRST_START_SECONDS = 60
# What .NET binds and caches at a method's first calls; more of them gain little.
_REHEARSALS = 3
# What .NET maps beside its heap: its code, its libraries, its threads.
_RUNTIME = 512 * 1024**2


def _installed() -> tuple[str, str]:
    found = importlib.util.find_spec("docx_scalpel")
    if found is None or found.origin is None:
        return "", ""
    program = Path(found.origin).with_name("_bin") / "docxodus-pyhost"
    if not program.is_file():
        return "", ""
    return str(program.resolve()), importlib.metadata.version("docx-scalpel")


PROGRAM, VERSION = _installed()


def set_up(state: Path) -> Program | None:
    """The program, once it has unpacked a library of its own below `state`; None without it.

    Before any job.
    """
    if not PROGRAM:
        return None
    unpacked = str(state / "docxodus")
    environment = {**_ENVIRONMENT, "LANG": "C.UTF-8", _UNPACKED: unpacked}
    try:
        subprocess.run(
            [PROGRAM],
            input=b'{"id":1,"op":"shutdown","args":{}}\n',
            env=environment,
            capture_output=True,
            timeout=_FIRST_START_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        sys.stderr.write(f"Documents cannot be compared: {error}\n")
    rehearsal = b"".join(_request(*compare_rehearsal.pair())) * _REHEARSALS
    return Program(PROGRAM, (unpacked,), environment, rehearsal, _allowance)


def _allowance(memory: int) -> Allowance:
    # .NET wants hexadecimal numbers. Left alone, its heap reserves about all that may be mapped,
    # and whether a thread or a library still finds room is a matter of luck.
    environment = {
        "DOTNET_GCHeapHardLimit": f"{memory:x}",
        "DOTNET_GCRegionRange": f"{memory + memory // 2:x}",
    }
    return Allowance(environment, 2 * memory + _RUNTIME)


def ask(job: Job, original: bytes, revised: bytes) -> None:
    """Have the job's host compare two documents, both .docx; `redline` waits for the result.

    Raises Refusal when there is no host.
    """
    host = _host(job)
    if host.rehearsed:
        _answers(host, _REHEARSALS)
    with (
        contextlib.suppress(BrokenPipeError),  # it has ended; `redline` reads its last words
        os.fdopen(host.requests, "wb", closefd=False) as requests,
    ):
        requests.writelines(_request(original, revised))


def redline(job: Job) -> bytes:
    """The revised document with tracked changes against the original.

    Raises Refusal when the program fails on this pair.
    """
    answer = json.loads(_answers(_host(job), 1)[0])
    if not answer.get("ok"):
        error = answer.get("error") or {}
        reason = str(error.get("message", "no reason given")).strip()
        raise _failure(f"The documents cannot be compared: {reason}", "document_corrupt")
    return base64.b64decode(answer["result"]["redlineB64"])


def _host(job: Job) -> Host:
    if job.host is None:
        raise Refusal("format_unsupported", "The program that compares documents is not installed.")
    return job.host


def _request(original: bytes, revised: bytes) -> Iterator[bytes]:
    """The line that asks for a pair's red-line, in pieces."""
    head = {"id": 1, "op": "docx_diff_compare_products"}
    arguments = {"settings": _SETTINGS, "products": ["redline"]}
    yield json.dumps(head).encode()[:-1] + b',"args":'
    yield json.dumps(arguments).encode()[:-1]
    for side, content in (("leftB64", original), ("rightB64", revised)):
        yield f',"{side}":"'.encode() + base64.b64encode(content) + b'"'
    yield b"}}\n"


def _answers(host: Host, count: int) -> list[bytes]:
    # It says nothing unasked: what is read ahead ends with the last of them.
    with os.fdopen(host.answers, "rb", closefd=False) as answers:
        lines = [answers.readline(_LONGEST_ANSWER) for _ in range(count)]
    if not lines[-1].endswith(b"\n"):
        words = os.pread(host.words, _LONGEST_WORDS, 0).decode("utf-8", "replace").strip()
        raise _failure(words or "The comparison ended without a word.", "engine_crashed")
    return lines


def _failure(words: str, code: FailureCode) -> Refusal:
    if _NO_MEMORY.search(words):
        return Refusal("out_of_memory", "The comparison needs more memory than is allowed.")
    return Refusal(code, words[:500])
