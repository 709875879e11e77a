"""Docxodus, the program that red-lines Word documents, spoken to inside the jail.

It comes with the Python package docx-scalpel, ready to run, and takes one JSON object a line on
its standard input (`docx_scalpel/_transport.py` there). It needs to read its own /proc entry,
which the jail grants to the job's process alone: so that process *becomes* the program, and a
child forked from it, in the same jail, does the rest of the job.
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
from pathlib import Path
from typing import IO

from . import jail, seccomp
from .job import Job, Refusal
from .protocol import FailureCode, Meta

AUTHOR = "Recto"
# Always the same, so that the same pair gives the same bytes; nobody reads a time in it.
_DATE = "2000-01-01T00:00:00Z"
_SETTINGS = {
    "authorForRevisions": AUTHOR,
    "dateTimeForRevisions": _DATE,
    "preAcceptInputRevisions": True,
    "conflateBreakingAndNonbreakingSpaces": False,
}
_ENVIRONMENT = {"DOTNET_EnableDiagnostics": "0", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
_LONGEST_ANSWER = 1024**3
# How .NET says it; a library that cannot be mapped is one that cannot be found.
_NO_MEMORY = re.compile("OutOfMemory|Out of memory|sufficient memory|Could not load file")
_UNPACKED = "DOTNET_BUNDLE_EXTRACT_BASE_DIR"
_FIRST_START_SECONDS = 60


def _installed() -> tuple[str, str]:
    found = importlib.util.find_spec("docx_scalpel")
    if found is None or found.origin is None:
        return "", ""
    program = Path(found.origin).with_name("_bin") / "docxodus-pyhost"
    if not program.is_file():
        return "", ""
    return str(program.resolve()), importlib.metadata.version("docx-scalpel")


PROGRAM, VERSION = _installed()


def set_up(state: Path) -> tuple[str, ...]:
    """Starts the program once, which unpacks a library of its own below `state`, and stops it.

    Before any job. Returns what jobs must be able to read.
    """
    if not PROGRAM:
        return ()
    unpacked = state / "docxodus"
    os.environ[_UNPACKED] = str(unpacked)
    try:
        subprocess.run(
            [PROGRAM],
            input=b'{"id":1,"op":"shutdown","args":{}}\n',
            env={**os.environ, **_ENVIRONMENT},
            capture_output=True,
            timeout=_FIRST_START_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        sys.stderr.write(f"Documents cannot be compared: {error}\n")
    return (str(unpacked),)


def programs(params: Meta) -> tuple[str, ...]:
    """What the jail of a comparison lets run."""
    return (PROGRAM,) if PROGRAM else ()


def redline(job: Job, original: bytes, revised: bytes) -> bytes:
    """The revised document with tracked changes against the original, both .docx.

    Returns in a new process. Raises Refusal when the program fails on this pair.
    """
    if not PROGRAM:
        raise Refusal("format_unsupported", "The program that compares documents is not installed.")
    requests, answers = _become(job)
    head = {"id": 1, "op": "docx_diff_compare_products"}
    arguments = {"settings": _SETTINGS, "products": ["redline"]}
    with contextlib.suppress(BrokenPipeError):  # it has ended; its last words follow
        requests.write(json.dumps(head).encode()[:-1] + b',"args":')
        requests.write(json.dumps(arguments).encode()[:-1])
        for side, content in (("leftB64", original), ("rightB64", revised)):
            requests.write(f',"{side}":"'.encode() + base64.b64encode(content) + b'"')
        requests.write(b"}}\n")
        requests.flush()
    line = answers.readline(_LONGEST_ANSWER)
    if not line.endswith(b"\n"):
        words = (job.tmp / "stderr.txt").read_text("utf-8", "replace").strip()
        raise _failure(words or "The comparison ended without a word.", "engine_crashed")
    answer = json.loads(line)
    if not answer.get("ok"):
        error = answer.get("error") or {}
        reason = str(error.get("message", "no reason given")).strip()
        raise _failure(f"The documents cannot be compared: {reason}", "document_corrupt")
    return base64.b64decode(answer["result"]["redlineB64"])


def _failure(words: str, code: FailureCode) -> Refusal:
    if _NO_MEMORY.search(words):
        return Refusal("out_of_memory", "The comparison needs more memory than is allowed.")
    return Refusal(code, words[:500])


def _become(job: Job) -> tuple[IO[bytes], IO[bytes]]:
    """Turns this process into the program; its child returns, with pipes to and from it."""
    to_program, requests = os.pipe()
    answers, from_program = os.pipe()
    if os.fork():
        try:
            os.dup2(to_program, 0)
            os.dup2(from_program, 1)
            if job.layers.seccomp:
                seccomp.install(allow_exec=True)
            os.execve(PROGRAM, [PROGRAM], {**os.environ, **_ENVIRONMENT})  # noqa: S606
        finally:
            os._exit(127)
    jail.die_with_parent()
    os.close(to_program)
    os.close(from_program)
    # Never closed but by the end of this process: the program, and with it the job, ends then.
    return os.fdopen(requests, "wb", closefd=False), os.fdopen(answers, "rb")
