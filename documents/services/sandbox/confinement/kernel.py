"""What this kernel offers to confine a process with. Asked, not guessed: a container may forbid what the kernel has."""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from dataclasses import dataclass
from functools import cache

MACHINES = ("x86_64", "aarch64")
OLDEST_LANDLOCK = 2
"""Before it (Linux 5.19) no file can be moved between two folders of its own."""
NETWORK_SINCE, SIGNALS_SINCE = 4, 6
"""Versions of Landlock's interface (Linux 6.7 and 6.12) that hold TCP, and signals with abstract sockets."""
PR_SET_NO_NEW_PRIVS = 38
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446
SECCOMP = {"x86_64": 317, "aarch64": 277}
_LANDLOCK_CREATE_RULESET_VERSION = 1
_SECCOMP_GET_ACTION_AVAIL = 2
_SECCOMP_RET_ERRNO = 0x00050000

libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Offer:
    """`landlock` is the version of its interface, 0 where there is none; the reasons are the kernel's words for what is not there."""

    landlock: int = 0
    seccomp: bool = False
    no_landlock: str = ""
    no_seccomp: str = ""

    @property
    def files(self) -> bool:
        """Whether a child sees no file but its own."""
        return self.landlock > 0

    @property
    def network(self) -> bool:
        """Whether a child reaches nobody."""
        return self.seccomp

    @property
    def signals(self) -> bool:
        """Whether a child cannot end processes other than its own."""
        return self.landlock >= SIGNALS_SINCE


@cache
def offer() -> Offer:
    if sys.platform != "linux":
        return Offer(no_landlock=f"{sys.platform} has none", no_seccomp=f"{sys.platform} has none")
    landlock, no_landlock = _landlock()
    no_seccomp = _why_no_seccomp()
    return Offer(landlock, not no_seccomp, no_landlock, no_seccomp)


def call(number: int, *arguments: object) -> int:
    """A system call. Raises OSError."""
    result: int = libc.syscall(number, *arguments)
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result


def _landlock() -> tuple[int, str]:
    """(version, why there is none)"""
    try:
        version = call(LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_LANDLOCK_CREATE_RULESET_VERSION))
    except OSError as error:
        return 0, str(error.strerror)
    return (version, "") if version >= OLDEST_LANDLOCK else (0, f"version {version} is too old")


def _why_no_seccomp() -> str:
    machine = platform.machine()
    if machine not in MACHINES:
        return f"the system calls of {machine} are not listed"
    action = ctypes.c_uint32(_SECCOMP_RET_ERRNO)
    try:
        call(SECCOMP[machine], ctypes.c_uint(_SECCOMP_GET_ACTION_AVAIL), ctypes.c_uint(0), ctypes.byref(action))
    except OSError as error:
        return str(error.strerror)
    return ""
