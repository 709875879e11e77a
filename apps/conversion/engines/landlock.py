"""Landlock by raw system calls: which files a process may still touch.

Source: Linux `Documentation/userspace-api/landlock.rst` and `include/uapi/linux/landlock.h`.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable

# The same three numbers on every architecture.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_CREATE_RULESET_VERSION = 1
_RULE_PATH_BENEATH = 1

_EXECUTE = 1 << 0
_WRITE_FILE = 1 << 1
_READ_FILE = 1 << 2
_READ_DIR = 1 << 3
_TRUNCATE = 1 << 14
_ALL_OF_ABI_1 = (1 << 13) - 1
_REFER = 1 << 13  # ABI 2
_IOCTL_DEV = 1 << 15  # ABI 5
_READ = _READ_FILE | _READ_DIR
_OF_A_FILE = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE
_NET_BIND_AND_CONNECT = 0b11  # ABI 4
_SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11  # ABI 6

_libc = ctypes.CDLL(None, use_errno=True)


class _RulesetAttributes(ctypes.Structure):
    _fields_ = [
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    ]


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32)]


def abi() -> int:
    """The Landlock version of this kernel, 0 without Landlock."""
    version = _libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _CREATE_RULESET_VERSION)
    return max(0, int(version))


class Ruleset:
    """Files and directories that are left to a process once it enforces this; raises OSError.

    TCP, signals to and abstract sockets of other processes are refused too where the kernel knows
    how. Paths that this process cannot reach anyway are left out.
    """

    def __init__(self) -> None:
        version = abi()
        self._handled = _ALL_OF_ABI_1
        if version >= 2:
            self._handled |= _REFER
        if version >= 3:
            self._handled |= _TRUNCATE
        if version >= 5:
            self._handled |= _IOCTL_DEV
        attributes = _RulesetAttributes(
            self._handled,
            _NET_BIND_AND_CONNECT if version >= 4 else 0,
            _SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS if version >= 6 else 0,
        )
        size = 24 if version >= 6 else 16 if version >= 4 else 8
        reference = ctypes.byref(attributes)
        self._descriptor = _call(_CREATE_RULESET, reference, ctypes.c_size_t(size), 0)

    def allow_reading(self, paths: Iterable[str]) -> None:
        self._allow(paths, _READ)

    def allow_writing(self, paths: Iterable[str]) -> None:
        """Reading included."""
        self._allow(paths, self._handled & ~(_EXECUTE | _IOCTL_DEV))

    def allow_execution(self, paths: Iterable[str]) -> None:
        """Reading included."""
        self._allow(paths, _EXECUTE | _READ)

    def enforce(self) -> None:
        """Confine this process, for good. Needs no_new_privs."""
        try:
            _call(_RESTRICT_SELF, self._descriptor, 0)
        finally:
            os.close(self._descriptor)

    def _allow(self, paths: Iterable[str], access: int) -> None:
        for path in paths:
            try:
                descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
            except (FileNotFoundError, PermissionError):
                continue
            try:
                whole = os.path.isdir(f"/proc/self/fd/{descriptor}")  # noqa: PTH112 - the open file
                rule = _PathBeneath(access if whole else access & _OF_A_FILE, descriptor)
                arguments = self._descriptor, _RULE_PATH_BENEATH, ctypes.byref(rule), 0
                _call(_ADD_RULE, *arguments)
            finally:
                os.close(descriptor)


def _call(number: int, *arguments: object) -> int:
    result = int(_libc.syscall(number, *arguments))
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"landlock: {os.strerror(error)}")
    return result
