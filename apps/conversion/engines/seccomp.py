"""A seccomp filter that refuses what no document ever needs.

Refused calls fail with EPERM, so a library that tries one goes on without it. Source: Linux
`Documentation/userspace-api/seccomp_filter.rst`, `include/uapi/linux/{filter,seccomp}.h`.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import platform
import struct

_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 22, 2
_PR_SET_PDEATHSIG = 1
_LOAD, _JUMP_EQUAL, _JUMP_GREATER_EQUAL, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL_PROCESS = 0x7FFF0000, 0x80000000
_REFUSE, _UNKNOWN = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_CLONE_THREAD = 0x00010000
_AF_UNIX = 1
_X32_BIT = 0x40000000

_ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}

# Name: (x86_64, aarch64); -1 where the architecture has no such call.
_CALLS: dict[str, tuple[int, int]] = {
    # network
    "connect": (42, 203), "accept": (43, 202), "accept4": (288, 242), "bind": (49, 200),
    "listen": (50, 201), "socket": (41, 198), "socketpair": (53, 199), "setsockopt": (54, 208),
    # other programs, other processes
    "execve": (59, 221), "execveat": (322, 281), "fork": (57, -1), "vfork": (58, -1),
    "clone": (56, 220), "clone3": (435, 435), "ptrace": (101, 117),
    "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_open": (434, 434), "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424),
    "process_madvise": (440, 440), "process_mrelease": (448, 448),
    "kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "setsid": (112, 157), "setpgid": (109, 154), "prlimit64": (302, 261), "prctl": (157, 167),
    "setpriority": (141, 140), "sched_setparam": (142, 118), "sched_setscheduler": (144, 119),
    "sched_setaffinity": (203, 122), "sched_setattr": (314, 274), "ioprio_set": (251, 30),
    "migrate_pages": (256, 238), "move_pages": (279, 239),
    # shared memory and queues that outlive the job
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "semget": (64, 190),
    "semop": (65, 193), "semctl": (66, 191), "msgget": (68, 186), "msgsnd": (69, 189),
    "msgrcv": (70, 188), "msgctl": (71, 187), "mq_open": (240, 180), "mq_unlink": (241, 181),
    # file modes and owners, which Landlock does not cover
    "chmod": (90, -1), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, -1), "fchown": (93, 55), "lchown": (94, -1), "fchownat": (260, 54),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "removexattr": (197, 14),
    "lremovexattr": (198, 15), "fremovexattr": (199, 16), "setxattrat": (463, 463),
    "removexattrat": (466, 466), "utime": (132, -1), "utimes": (235, -1), "futimesat": (261, -1),
    "utimensat": (280, 88), "mknod": (133, -1), "mknodat": (259, 33), "chroot": (161, 51),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    "fanotify_init": (300, 262), "fanotify_mark": (301, 263), "file_setattr": (469, 469),
    # Landlock lets a directory be watched that may not be listed: the names of jobs would be told.
    "inotify_init": (253, -1), "inotify_init1": (294, 26), "inotify_add_watch": (254, 27),
    # name spaces and mounts
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39),
    "pivot_root": (155, 41), "open_tree": (428, 428), "move_mount": (429, 429),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "mount_setattr": (442, 442), "quotactl": (179, 60), "quotactl_fd": (443, 443),
    "open_tree_attr": (467, 467), "statmount": (457, 457), "listmount": (458, 458),
    # kernel surface
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "reboot": (169, 142),
    "syslog": (103, 116), "acct": (163, 89), "swapon": (167, 224), "swapoff": (168, 225),
    "access": (21, -1), "faccessat": (269, 48), "faccessat2": (439, 439),
    "personality": (135, 92), "lookup_dcookie": (212, 18), "vhangup": (153, 58),
    "iopl": (172, -1), "ioperm": (173, -1), "modify_ldt": (154, -1), "memfd_secret": (447, 447),
    # identity and clock
    "setuid": (105, 146), "setgid": (106, 144), "setreuid": (113, 145), "setregid": (114, 143),
    "setresuid": (117, 147), "setresgid": (119, 149), "setgroups": (116, 159),
    "setfsuid": (122, 151), "setfsgid": (123, 152), "capset": (126, 91),
    "sethostname": (170, 161), "setdomainname": (171, 162), "settimeofday": (164, 170),
    "clock_settime": (227, 112), "adjtimex": (159, 171), "clock_adjtime": (305, 266),
}  # fmt: skip

_EXECUTION = frozenset({"execve", "execveat"})
_FORKING = frozenset({"fork", "vfork", "clone", "clone3"})
_LOOKS = frozenset({"access", "faccessat", "faccessat2"})
_LOCAL_SERVER = frozenset({"bind", "listen", "accept", "accept4", "setsockopt", "socketpair"})

_libc = ctypes.CDLL(None, use_errno=True)


def supported() -> bool:
    """Whether this machine's architecture and kernel take a filter."""
    if platform.machine() not in _ARCHITECTURES:
        return False
    # A null program is refused with EFAULT by kernels that have filters, EINVAL by others.
    _libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, None, 0, 0)
    return ctypes.get_errno() == errno.EFAULT


def prepare() -> None:
    """Have the filter of a process that runs no programs at hand: to `install` it is quick then."""
    _program(frozenset(), False, os.getpid())


def install(
    *, allow_exec: bool = False, allow_fork: bool = False, allow_local_server: bool = False
) -> None:
    """Filter this process's system calls, for good. Filters add up: a later one only tightens.

    `allow_exec` and `allow_fork` are for a child that runs a converter program;
    `allow_local_server` lets a program listen on a Unix socket (never connect). Needs
    no_new_privs. Raises OSError.
    """
    allowed = _EXECUTION if allow_exec else frozenset()
    allowed |= _FORKING | {"kill"} if allow_fork else set()
    allowed |= _LOCAL_SERVER if allow_local_server else set()
    program = _program(allowed, allow_local_server, os.getpid())
    instructions = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(instructions))
    if _libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, head, 0, 0) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"seccomp: {os.strerror(error)}")


@functools.cache
def _program(allowed: frozenset[str], unix_sockets: bool, own: int) -> bytes:
    audit_architecture, column = _ARCHITECTURES[platform.machine()]
    special = {
        # Threads yes, processes no; clone3 hides its flags in memory, so libc must use clone.
        "clone": _when(_JUMP_ANY_BIT, (_CLONE_THREAD,), _ALLOW, _REFUSE),
        "clone3": _instruction(_RETURN, 0, 0, _UNKNOWN),
        "kill": _when(_JUMP_EQUAL, (own,), _ALLOW, _REFUSE),
        "tgkill": _when(_JUMP_EQUAL, (own,), _ALLOW, _REFUSE),
        "prlimit64": _when(_JUMP_EQUAL, (0, own), _ALLOW, _REFUSE),
        # A thread may choose its own processors: .NET does not start without.
        "sched_setaffinity": _when(_JUMP_EQUAL, (0,), _ALLOW, _REFUSE),
        "prctl": _when(_JUMP_EQUAL, (_PR_SET_PDEATHSIG,), _REFUSE, _ALLOW),
    }
    if "fork" in allowed:
        # The forked program still has to tie its life to ours and may signal itself.
        del special["prctl"], special["tgkill"]
        allowed = allowed | {"prctl", "tgkill"}
    if unix_sockets:
        special["socket"] = _when(_JUMP_EQUAL, (_AF_UNIX,), _ALLOW, _REFUSE)
        # LibreOffice listens in /tmp whenever that looks writable; Landlock cannot deny the look.
        special["access"] = _when(_JUMP_EQUAL, (os.W_OK,), _REFUSE, _ALLOW, argument=1)
        special["faccessat"] = _when(_JUMP_EQUAL, (os.W_OK,), _REFUSE, _ALLOW, argument=2)
        special["faccessat2"] = special["faccessat"]
    else:
        allowed = allowed | _LOOKS
    program = [
        _instruction(_LOAD, 0, 0, _ARCHITECTURE),
        _instruction(_JUMP_EQUAL, 1, 0, audit_architecture),
        _instruction(_RETURN, 0, 0, _KILL_PROCESS),
        _instruction(_LOAD, 0, 0, _NUMBER),
        _instruction(_JUMP_GREATER_EQUAL, 0, 1, _X32_BIT),
        _instruction(_RETURN, 0, 0, _REFUSE),
    ]
    for name, numbers in _CALLS.items():
        if name in allowed or numbers[column] < 0:
            continue
        verdict = special.get(name, _instruction(_RETURN, 0, 0, _REFUSE))
        program += [_instruction(_JUMP_EQUAL, 0, len(verdict) // 8, numbers[column]), verdict]
    program.append(_instruction(_RETURN, 0, 0, _ALLOW))
    return b"".join(program)


def _when(
    test: int, values: tuple[int, ...], then: int, otherwise: int, *, argument: int = 0
) -> bytes:
    """Judge the call by one of its arguments (low 32 bits); ends in a verdict either way."""
    steps = [_instruction(_LOAD, 0, 0, _FIRST_ARGUMENT + 8 * argument)]
    for value in values:
        steps += [_instruction(test, 0, 1, value), _instruction(_RETURN, 0, 0, then)]
    return b"".join([*steps, _instruction(_RETURN, 0, 0, otherwise)])


def _instruction(code: int, if_true: int, if_false: int, value: int) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
