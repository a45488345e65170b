"""seccomp (Linux, `man 2 seccomp`): which system calls a process may make, from now on and with all that it starts.

A list of what is refused, not of what is allowed: the libraries of the parsers are many, and files are Landlock's. What is refused is
every way to the network, to other processes, to the kernel's large and seldom used parts, and to change what is written about a file
(its owner, rights, times), which Landlock does not hold. Numbers are those of Linux' `unistd.h` as (x86-64, ARM 64), None where there is
none.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import termios

from documents.services.sandbox.confinement.kernel import SECCOMP, call

REFUSED: dict[str, tuple[int | None, int | None]] = {
    # the network, and sockets of any kind
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "socketpair": (53, 199),
    # other processes, and who they think we are
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "process_madvise": (440, 440), "pidfd_send_signal": (424, 424), "pidfd_getfd": (438, 438), "setpriority": (141, 140),
    "sched_setparam": (142, 118), "sched_setscheduler": (144, 119), "sched_setattr": (314, 274), "ioprio_set": (251, 30),
    "migrate_pages": (256, 238), "move_pages": (279, 239), "setpgid": (109, 154), "setsid": (112, 157),
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "semget": (64, 190), "semop": (65, 193), "semctl": (66, 191),
    "semtimedop": (220, 192), "msgget": (68, 186), "msgsnd": (69, 189), "msgrcv": (70, 188), "msgctl": (71, 187),
    "mq_open": (240, 180), "mq_unlink": (241, 181),
    # another view of the file system
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "open_tree": (428, 428),
    "move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "mount_setattr": (442, 442), "unshare": (272, 97), "setns": (308, 268), "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265), "quotactl": (179, 60), "swapon": (167, 224), "swapoff": (168, 225),
    "fanotify_init": (300, 262), "fanotify_mark": (301, 263), "mknod": (133, None), "mknodat": (259, 33),
    # what is written about a file
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, None), "fchown": (93, 55),
    "lchown": (94, None), "fchownat": (260, 54), "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16), "setxattrat": (463, 463),
    "removexattrat": (466, 466), "utime": (132, None), "utimes": (235, None), "futimesat": (261, None), "utimensat": (280, 88),
    "truncate": (76, 45),
    # the kernel's own parts
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "reboot": (169, 142), "acct": (163, 89), "settimeofday": (164, 170), "clock_settime": (227, 112),
    "clock_adjtime": (305, 266), "adjtimex": (159, 171), "sethostname": (170, 161), "setdomainname": (171, 162), "iopl": (172, None),
    "ioperm": (173, None), "vhangup": (153, 58), "syslog": (103, 116), "lookup_dcookie": (212, 18),
}  # fmt: skip
PROGRAMS: dict[str, tuple[int | None, int | None]] = {
    "execve": (59, 221), "execveat": (322, 281), "fork": (57, None), "vfork": (58, None),
}  # fmt: skip
"""Refused where no program is started: what a process does then ends with it."""
_IOCTL, _PRLIMIT, _CLONE, _CLONE3 = (16, 29), (302, 261), (56, 220), 435
_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000
_NAMESPACES = 0x7E020080
"""CLONE_NEWNS, -TIME, -CGROUP, -UTS, -IPC, -USER, -PID, -NET."""
_THREAD = 0x00010000
_LOAD, _IS, _AT_LEAST, _HAS, _ANSWER = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCH, _ARGUMENTS = 0, 4, 16
_ALLOWED, _ERROR = 0x7FFF0000, 0x00050000
_SET_MODE_FILTER, _TSYNC = 1, 1
Instruction = tuple[int, int, int, int]
"""(operation, how many to skip if so, if not, value)"""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def restrict(*, programs: bool) -> None:
    """Of this thread and of all others that this process has. Raises OSError."""
    machine = platform.machine()
    packed = b"".join(struct.pack("HBBI", *each) for each in instructions(machine, programs=programs))
    buffer = ctypes.create_string_buffer(packed, len(packed))
    program = _Program(len(packed) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    call(SECCOMP[machine], ctypes.c_uint(_SET_MODE_FILTER), ctypes.c_uint(_TSYNC), ctypes.byref(program))


def instructions(machine: str, *, programs: bool) -> list[Instruction]:
    """The filter: whatever is not of this machine is refused, then what is listed; the rest is allowed."""
    which = 0 if machine == "x86_64" else 1
    refused = REFUSED if programs else {**REFUSED, **PROGRAMS}
    made = [(_LOAD, 0, 0, _ARCH), (_IS, 1, 0, _ARCHITECTURE[machine]), _error(errno.EPERM), (_LOAD, 0, 0, _NUMBER)]
    if machine == "x86_64":
        made += [(_AT_LEAST, 0, 1, _X32), _error(errno.EPERM)]
    for numbers in refused.values():
        if (number := numbers[which]) is not None:
            made += [(_IS, 0, 1, number), _error(errno.EPERM)]
    made += [(_IS, 0, 1, _CLONE3), _error(errno.ENOSYS)]  # its flags are out of sight; libraries take `clone` then
    for typed in (termios.TIOCSTI, _TIOCLINUX):
        made += _where(_IOCTL[which], 1, [(_IS, 0, 1, typed), _error(errno.EPERM)])
    made += _where(_PRLIMIT[which], 0, [(_IS, 1, 0, 0), _error(errno.EPERM)])  # limits of others
    made += _where(_CLONE[which], 0, [(_HAS, 0, 1, _NAMESPACES), _error(errno.EPERM)])
    if not programs:
        made += _where(_CLONE[which], 0, [(_HAS, 1, 0, _THREAD), _error(errno.EPERM)])
    return [*made, (_ANSWER, 0, 0, _ALLOWED)]


_TIOCLINUX = 0x541C


def _where(number: int, argument: int, then: list[Instruction]) -> list[Instruction]:
    """What to look at in the lower half of an argument of one call; the call's number is loaded again behind it."""
    inside = [(_LOAD, 0, 0, _ARGUMENTS + 8 * argument), *then, (_LOAD, 0, 0, _NUMBER)]
    return [(_IS, 0, len(inside), number), *inside]


def _error(number: int) -> Instruction:
    return (_ANSWER, 0, 0, _ERROR | number)
