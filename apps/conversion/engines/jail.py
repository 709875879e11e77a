"""The jail around every document: limits, no new privileges, Landlock, seccomp.

`prepare` and `seal` confine the calling process for good. They work as root and as an ordinary
user, need no container and no user name space, and cost about two milliseconds, most of them in
`prepare`. Where the kernel has no Landlock the supervisor puts the whole zygote into bubblewrap
instead (`confine_zygote`).
"""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
import signal
import struct
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import landlock, seccomp

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_SET_CHILD_SUBREAPER = 1, 38, 36
_CAPABILITY_VERSION_3 = 0x20080522
_CAP_DAC_OVERRIDE = 1

# Libraries, fonts and their configuration: nothing of the host's people or programs.
SYSTEM_FILES = (
    "/usr/lib",
    "/usr/lib64",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/usr/share/fontconfig",
    "/etc/fonts",
    "/var/cache/fontconfig",
    "/usr/share/mime",
    "/usr/share/zoneinfo",
    "/etc/localtime",
    "/sys/devices/system/cpu",
    "/dev/null",
    "/dev/urandom",
)
# Of its own entry in /proc: nothing of the host's network, mounts and environment.
_OWN_PROCESS = ("auxv", "cmdline", "exe", "fd", "maps", "stat", "statm", "status")
_LOADERS = ("/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1")

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Jail:
    """What one child may do. Paths are absolute; `memory` counts from what is mapped already."""

    readable: tuple[str, ...]
    writable: tuple[str, ...]
    memory: int
    cpu_seconds: int
    file_bytes: int = 2 * 1024**3
    open_files: int = 256
    programs: tuple[str, ...] = ()
    local_server: bool = False


@dataclass(frozen=True)
class Capabilities:
    """Which layers this host can give."""

    landlock: int
    seccomp: bool
    bubblewrap: bool
    in_bubblewrap: bool

    @property
    def complete(self) -> bool:
        """Whether both files and system calls are confined."""
        return self.seccomp and (self.landlock > 0 or self.in_bubblewrap)

    def layers(self) -> list[str]:
        """Names of the active layers, as `ping` reports them."""
        names = ["rlimits", "no_new_privs", "capabilities"]
        names += ["bubblewrap"] if self.in_bubblewrap else []
        names += [f"landlock:{self.landlock}"] if self.landlock else []
        names += ["seccomp"] if self.seccomp else []
        return names if self.complete else [*names, "INCOMPLETE"]


def capabilities() -> Capabilities:
    """Ask the kernel. RECTO_JAIL=bubblewrap leaves Landlock unused, as on a kernel without it."""
    forced = os.environ.get("RECTO_JAIL") == "bubblewrap"
    return Capabilities(
        landlock=0 if forced else landlock.abi(),
        seccomp=seccomp.supported(),
        bubblewrap=_bubblewrap_works(),
        in_bubblewrap=os.environ.get("RECTO_IN_BUBBLEWRAP") == "1",
    )


def _bubblewrap_works() -> bool:
    if os.environ.get("RECTO_IN_BUBBLEWRAP") == "1" or not shutil.which("bwrap"):
        return False
    probe = ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"]
    try:
        return subprocess.run(probe, capture_output=True, timeout=10, check=False).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def unjailed_allowed() -> bool:
    """Whether the operator took the risk of running without a complete jail."""
    return os.environ.get("RECTO_ALLOW_UNJAILED") == "1"


@dataclass(frozen=True)
class Prepared:
    """A process that is ready to be sealed."""

    layers: Capabilities
    mapped_bytes: int
    ruleset: landlock.Ruleset | None


def prepare(layers: Capabilities, readable: Iterable[str] = ()) -> Prepared:
    """Do to this process what is the same whatever its jail will be; `seal` has less to do then.

    It may read `readable` beside the system's libraries. Raises OSError when a layer fails.
    """
    for kind in (resource.RLIMIT_CORE, resource.RLIMIT_MEMLOCK, resource.RLIMIT_MSGQUEUE):
        _limit(kind, 0)
    _drop_capabilities()
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    ruleset = None
    if layers.landlock:
        ruleset = landlock.Ruleset()
        own = (f"/proc/{os.getpid()}/{name}" for name in _OWN_PROCESS)
        ruleset.allow_reading((*SYSTEM_FILES, *own, *readable))
    if layers.seccomp:
        seccomp.prepare()
    return Prepared(layers, _mapped_bytes(), ruleset)


def seal(jail: Jail, prepared: Prepared) -> None:
    """Confine this process to `jail`, for good. Raises OSError when a layer fails."""
    _limit(resource.RLIMIT_AS, prepared.mapped_bytes + jail.memory)
    _limit(resource.RLIMIT_CPU, jail.cpu_seconds)
    _limit(resource.RLIMIT_FSIZE, jail.file_bytes)
    _limit(resource.RLIMIT_NOFILE, jail.open_files)
    if prepared.ruleset:
        prepared.ruleset.allow_reading(jail.readable)
        prepared.ruleset.allow_writing(jail.writable)
        prepared.ruleset.allow_execution((*jail.programs, *(_LOADERS if jail.programs else ())))
        prepared.ruleset.enforce()
    if prepared.layers.seccomp:
        running = bool(jail.programs)
        seccomp.install(
            allow_exec=running, allow_fork=running, allow_local_server=jail.local_server
        )


def run_program(
    arguments: Sequence[str], layers: Capabilities, *, local_server: bool = False
) -> int:
    """Run one of the jail's programs to its end, with forking refused; returns its exit code.

    For a process sealed with `programs`. A negative code is the signal that ended the program.
    """
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        try:
            die_with_parent(parent)
            if layers.seccomp:
                seccomp.install(allow_exec=True, allow_local_server=local_server)
            os.execv(arguments[0], list(arguments))  # noqa: S606 - without a shell on purpose
        finally:
            os._exit(127)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def die_with_parent(parent: int | None = None) -> None:
    """Have the kernel kill this process when its parent is gone; that outlasts exec.

    `parent`, the process that forked this one, also covers its end before this call.
    """
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if parent is not None and os.getppid() != parent:
        os._exit(1)


def part_from(zygote: int) -> None:
    """Make this fork of a zygote a process group of its own that ends with it, or at a signal."""
    die_with_parent(zygote)
    os.setpgid(0, 0)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def adopt_orphans() -> None:
    """Make this process the parent of its children's orphans, so that it can reap them."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def confine_zygote(
    command: Sequence[str], readable: Iterable[str], writable: Iterable[str]
) -> list[str]:
    """The same command inside bubblewrap: no network, only these paths, dies with its parent."""
    wrapped = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session"]
    wrapped += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]  # noqa: S108 - its own
    for path in dict.fromkeys((*SYSTEM_FILES, *readable)):
        if not path.startswith("/dev/"):
            wrapped += ["--ro-bind-try", path, path]
    for path in writable:
        wrapped += ["--bind", path, path]
    return [*wrapped, "--chdir", str(Path.cwd()), "--setenv", "RECTO_IN_BUBBLEWRAP", "1", *command]


def _limit(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(kind, (value, value))


def _mapped_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()


def _drop_capabilities() -> None:
    # Root without capabilities is an ordinary owner; DAC_OVERRIDE stays where it was given, as
    # the job directory may belong to another user. Landlock decides about everything else.
    kept = 1 << _CAP_DAC_OVERRIDE if os.geteuid() == 0 else 0
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    data = struct.pack("=6I", kept, kept, 0, 0, 0, 0)
    if _libc.capset(header, data) != 0:
        data = bytes(24)
        if _libc.capset(header, data) != 0:
            raise OSError(ctypes.get_errno(), "capset failed")


def _prctl(option: int, value: int) -> None:
    if _libc.prctl(option, value, 0, 0, 0) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"prctl({option}): {os.strerror(error)}")
