"""`python -m tests.manager`: carries out commands of manage.py, Django being loaded once for all.

A line of standard input is a JSON list of arguments; the answer is a line, {"code", "out", "err"}.
Each command has a process of its own.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import traceback
from typing import IO

import django
from django.core.management import execute_from_command_line


def main() -> None:
    """Until standard input ends."""
    django.setup()
    for line in sys.stdin:
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = os.fork()
            if not child:
                _carry_out(json.loads(line), out, err)
            _, status = os.waitpid(child, 0)
            told = {"code": os.waitstatus_to_exitcode(status), "out": _text(out), "err": _text(err)}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


def _carry_out(arguments: list[str], out: IO[bytes], err: IO[bytes]) -> None:
    os.dup2(out.fileno(), 1)
    os.dup2(err.fileno(), 2)
    code = 1
    try:
        execute_from_command_line(["manage.py", *arguments])
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(bool(end.code))
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode()


if __name__ == "__main__":
    main()
