"""LibreOffice inside this process, by LibreOfficeKit in its single-threaded `unipoll` mode.

LibreOfficeKit's C interface is public; the three C++ symbols that give full UNO access in the
same process are not. Whoever calls this tests the result at start (see office.py).
"""

from __future__ import annotations

import ctypes
import os
import re
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

PROGRAM = Path("/usr/lib/libreoffice/program")
# Beyond its program directory, which is a library to the jail.
READABLE = (
    "/usr/share/libreoffice",
    "/etc/libreoffice",
    "/var/lib/libreoffice",
    "/var/spool/libreoffice",
)
_CONTEXT = "_ZN10comphelper26getProcessComponentContextEv"
_TEMP_BASE = "_ZN3utl8TempFile24SetTempNameBaseDirectoryERKN3rtl8OUStringE"
_PYUNO_INITIALIZE = (
    "_ZN5pyuno7Runtime10initializeERKN3com3sun4star3uno9ReferenceINS4_17XComponentContextEEE"
)
_VERSION = re.compile(r'"ooSetupVersionAboutBox">\s*<value>([^<]+)</value>')
_RUN_LOOP = 13  # index in LibreOfficeKitClass


class _ReturnedObject(ctypes.Structure):
    """A C++ object returned by value: too big for registers, so the caller passes its address."""

    _fields_ = [("words", ctypes.c_void_p * 4)]


class _Class(ctypes.Structure):
    _fields_ = [("functions", ctypes.c_void_p * 20)]


class _Kit(ctypes.Structure):
    _fields_ = [("class_", ctypes.POINTER(_Class))]


def version() -> str:
    """For example "7.4.7.2", as installed; empty when LibreOffice is not."""
    registry = PROGRAM.parent / "share" / "registry" / "main.xcd"
    if not registry.exists():
        return ""
    found = _VERSION.search(registry.read_text("utf-8"))
    return found[1] if found else "unknown"


def run(profile: Path, ready: Callable[[], NoReturn]) -> NoReturn:
    """Load LibreOffice and call `ready` from inside its main loop, in its only thread.

    `profile` is the user profile directory. Ends the process if anything raises.
    """
    os.environ["SAL_LOK_OPTIONS"] = "unipoll"
    library = _library()
    library.libreofficekit_hook_2.restype = ctypes.POINTER(_Kit)
    kit = library.libreofficekit_hook_2(os.fsencode(PROGRAM), profile.as_uri().encode("ascii"))
    if not kit:
        sys.stderr.write("LibreOfficeKit does not start.\n")
        os._exit(1)
    depth = 0

    def poll(data: int, timeout_us: int) -> int:
        nonlocal depth
        depth += 1
        if depth > 1:
            # Called again from within a load: there is nothing to wait for.
            time.sleep(min(max(timeout_us, 0), 1000) / 1e6)
            return 0
        try:
            _bind_uno()
            ready()
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)

    def wake(data: int) -> None:
        pass

    poll_callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)(poll)
    wake_callback = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(wake)
    run_loop = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 4)(
        kit.contents.class_.contents.functions[_RUN_LOOP]
    )
    # The data pointer must not be null, or LibreOffice never calls `poll`.
    run_loop(kit, poll_callback, wake_callback, ctypes.c_void_p(1))
    os._exit(1)


def use_temp_dir(directory: Path) -> None:
    """Have LibreOffice make its temporary files in `directory` (of a forked child)."""
    text = ctypes.c_void_p()
    sal = ctypes.CDLL(str(PROGRAM / "libuno_sal.so.3"))
    sal.rtl_uString_newFromAscii(ctypes.byref(text), directory.as_uri().encode("ascii"))
    function = getattr(_library(), _TEMP_BASE)
    function.restype = _ReturnedObject
    function(ctypes.byref(text))


def _library() -> ctypes.CDLL:
    return ctypes.CDLL(str(PROGRAM / "libmergedlo.so"))


def _bind_uno() -> None:
    """Give `import uno` the context of the LibreOffice in this process."""
    context = getattr(_library(), _CONTEXT)
    context.restype = _ReturnedObject
    reference = context()
    pyuno = ctypes.PyDLL(str(PROGRAM / "libpyuno.so"))
    getattr(pyuno, _PYUNO_INITIALIZE)(ctypes.byref(reference))
