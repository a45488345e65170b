"""What a child may read, write and start: what every one needs, and what an entry says that it needs besides."""

from __future__ import annotations

import os
import shutil
import site
import sysconfig
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from documents.services.sandbox.confinement.bounds import Bounds
from documents.services.sandbox.confinement.kernel import Offer, offer

ROOT = Path(__file__).resolve().parents[4]
FONTS = ("/usr/share/fonts", "/usr/local/share/fonts", "/usr/share/X11/fonts", "/etc/fonts")
SYSTEM = (
    "/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64",
    "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/ssl/openssl.cnf", "/etc/mime.types",
    "/etc/localtime", "/usr/share/zoneinfo", "/usr/share/locale",
    "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/sys/vm/overcommit_memory",
    "/sys/devices/system", "/sys/fs/cgroup", "/sys/kernel/mm/transparent_hugepage",
    "/dev/urandom", "/dev/random",
)  # fmt: skip
"""Libraries, and what they ask of the machine; of other processes nothing."""
EMPTY_DEVICES = ("/dev/null", "/dev/zero", "/dev/full")
LOADERS = ("/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1")


@dataclass(frozen=True)
class Needs:
    """Of an entry, besides Python, the code of the project and the child's own room: files and folders that it reads, those that it writes,
    programs that it starts (by name). Who starts none cannot start any."""

    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()

    def bounds(self, reads: tuple[str, ...] = (), writes: tuple[str, ...] = (), offered: Offer | None = None) -> Bounds:
        """For one child; `reads` and `writes` are its own folders."""
        offered = offered or offer()
        found = [place for name in self.programs if (place := shutil.which(name))]
        return Bounds(
            landlock=offered.landlock,
            seccomp=offered.seccomp,
            reads=(*SYSTEM, *python_and_code(), *self.reads, *reads),
            writes=(*EMPTY_DEVICES, *_measured(), *self.writes, *writes),
            programs=(*LOADERS, *found) if found else (),
        )


@cache
def python_and_code() -> tuple[str, ...]:
    """The installation of Python with its packages, and the packages of the project. Not the project's folder, where its secrets are."""
    paths = sysconfig.get_paths()
    installed = {paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")} | set(site.getsitepackages())
    library = sysconfig.get_config_var("LIBDIR")
    packages = {str(path.parent) for path in ROOT.glob("*/__init__.py")}
    return tuple(sorted(installed | ({library} if library else set()) | packages))


def _measured() -> tuple[str, ...]:
    """Where the figures go of tests that measure what a child runs (pyproject.toml, tool.coverage)."""
    if "COVERAGE_PROCESS_CONFIG" not in os.environ:
        return ()
    folder = ROOT / "var" / "coverage"
    folder.mkdir(parents=True, exist_ok=True)
    return (str(folder),)
