"""Landlock (Linux, `man 7 landlock`): which files a process may open, from now on and with all that it starts."""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from documents.services.sandbox.confinement.kernel import (
    LANDLOCK_ADD_RULE,
    LANDLOCK_CREATE_RULESET,
    LANDLOCK_RESTRICT_SELF,
    NETWORK_SINCE,
    SIGNALS_SINCE,
    call,
)

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REMOVE_DIR, REMOVE_FILE = (1 << bit for bit in range(6))
MAKE_DIR, MAKE_REG = 1 << 7, 1 << 8
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
READ = READ_FILE | READ_DIR
WRITE = READ | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | REFER | TRUNCATE
"""Neither links nor sockets nor devices are made."""
START = READ_FILE | EXECUTE
_OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
_ALL = {2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
"""What a version can hold; those after 5 as 5."""
_TCP = 0b11
_SIGNALS_AND_ABSTRACT_SOCKETS = 0b11
_RULE_PATH_BENEATH = 1
_kept: list[int] = []


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def restrict(version: int, reads: Sequence[str], writes: Sequence[str], programs: Sequence[str]) -> None:
    """Of files that are not there nothing is allowed. TCP is refused where `version` knows it, and signals to others. Raises OSError."""
    rights = _ALL[min(version, 5)]
    with _ruleset(version, rights) as rules:
        for paths, allowed in ((reads, READ), (writes, WRITE), (programs, START)):
            for path in paths:
                _allow(rules, path, allowed & rights)
        call(LANDLOCK_RESTRICT_SELF, ctypes.c_int(rules), ctypes.c_uint32(0))


@contextmanager
def _ruleset(version: int, rights: int) -> Iterator[int]:
    network = _TCP if version >= NETWORK_SINCE else 0
    scoped = _SIGNALS_AND_ABSTRACT_SOCKETS if version >= SIGNALS_SINCE else 0
    size = 24 if scoped else 16 if network else 8
    attributes = _Ruleset(rights, network, scoped)
    rules = call(LANDLOCK_CREATE_RULESET, ctypes.byref(attributes), ctypes.c_size_t(size), ctypes.c_uint32(0))
    try:
        yield rules
    finally:
        os.close(rules)


def _allow(rules: int, path: str, allowed: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, PermissionError, NotADirectoryError):
        return
    if not stat.S_ISDIR(os.fstat(place).st_mode):
        allowed &= _OF_FILES
    rule = _PathBeneath(allowed, place)
    call(LANDLOCK_ADD_RULE, ctypes.c_int(rules), ctypes.c_int(_RULE_PATH_BENEATH), ctypes.byref(rule), ctypes.c_uint32(0))
    if path.startswith("/proc/"):
        _kept.append(place)  # the kernel makes these anew, under which no rule is, when nobody holds them
    else:
        os.close(place)
