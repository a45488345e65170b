"""The confinement of one process as data, and how the process puts it on."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from documents.services.sandbox.confinement import landlock, seccomp
from documents.services.sandbox.confinement.kernel import PR_SET_NO_NEW_PRIVS, libc

CANNOT_CONFINE = 77
"""What a child ends with that cannot be confined as it was asked to."""
_CAPABILITY_VERSION_3 = 0x20080522


class NotConfined(Exception):
    """The kernel offered it and refuses now."""


@dataclass(frozen=True)
class Bounds:
    """Files and folders to read, to read and write, programs to start; `landlock` is the version to use, 0 for none."""

    landlock: int
    seccomp: bool
    reads: Sequence[str]
    writes: Sequence[str]
    programs: Sequence[str] = ()


def confine(bounds: Bounds) -> None:
    """Put it on, for good and for all that this process starts. Called before there are threads, which Landlock would not hold.

    Raises NotConfined.
    """
    if sys.platform != "linux":
        return
    try:
        if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
            raise NotConfined("no_new_privs is refused")
        if bounds.landlock:
            if (threads := len(os.listdir("/proc/self/task"))) != 1:
                raise NotConfined(f"there are {threads} threads already")
            landlock.restrict(bounds.landlock, bounds.reads, bounds.writes, bounds.programs)
        _drop_capabilities()
        if bounds.seccomp:
            seccomp.restrict(programs=bool(bounds.programs))
    except OSError as error:
        raise NotConfined(f"{type(error).__name__}: {error}") from error


def confine_or_end(bounds: Bounds) -> None:
    """For a process whose parent knows what CANNOT_CONFINE means: it never goes on with less than it was asked for."""
    try:
        confine(bounds)
    except NotConfined as error:
        print(f"This process cannot be confined: {error}", file=sys.stderr, flush=True)
        os._exit(CANNOT_CONFINE)


def _drop_capabilities() -> None:
    """Root's powers, which go beyond files: over limits, devices, other people's processes."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    if libc.capset(header, (ctypes.c_uint32 * 6)()):
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
