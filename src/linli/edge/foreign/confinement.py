"""A user of its own for each driver of others: it reads its own code, and nothing of the box or of other drivers.

The box's folder is closed to everybody else; the driver's code is reached through a descriptor that is opened before the
user is changed. With another user go: no groups, no capabilities, none to be gained (no_new_privs), limits on memory,
processes and files. Where the box may not change users, it says so instead (`can_confine`).
"""

import contextlib
import ctypes
import json
import os
import pwd
import resource
import signal
from pathlib import Path
from typing import Final

FIRST: Final = 60_700
COUNT: Final = 400
"""User numbers: a range that neither distributions nor systemd give to anybody, and within 16 bits, as in containers."""
USERS: Final = "users.json"
_KILL, _SETGID, _SETUID = 5, 6, 7
_NEEDED: Final = 1 << _SETGID | 1 << _SETUID | 1 << _KILL
_PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 4, 38, 47, 4
_CAPABILITY_VERSION_3: Final = 0x20080522
_MIB: Final = 1024 * 1024
LIMITS: Final = (
    (resource.RLIMIT_AS, 2048 * _MIB),
    (resource.RLIMIT_NPROC, 256),
    (resource.RLIMIT_NOFILE, 512),
    (resource.RLIMIT_FSIZE, 256 * _MIB),
    (resource.RLIMIT_CORE, 0),
)


class NoUserLeft(OSError):
    """All numbers are taken."""


def can_confine() -> bool:
    """Whether this process may change users and end processes of others: root, or with these three capabilities."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/self/status").read_text("ascii").splitlines():
            if line.startswith("CapEff:"):
                return int(line.split()[1], 16) & _NEEDED == _NEEDED
    return False


def user_of(folder: Path) -> int:
    """The user number of the driver in `folder`: always the same one, and no other driver's. Raises NoUserLeft."""
    file = folder.parent / USERS
    try:
        uids: dict[str, int] = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        uids = {}
    if folder.name not in uids:
        taken = set(uids.values())
        free = (
            candidate
            for candidate in range(FIRST, FIRST + COUNT)
            if candidate not in taken and not _is_somebody(candidate)
        )
        number = next(free, None)
        if number is None:
            raise NoUserLeft("no user number is left for another driver")
        uids[folder.name] = number
        part = file.with_suffix(".part")
        part.write_text(json.dumps(uids), "utf-8")
        part.chmod(0o600)
        part.replace(file)
    return uids[folder.name]


def _is_somebody(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def close_home(home: Path) -> None:
    """Only the box's user may enter its folder, whatever the modes inside. Raises OSError."""
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)


def open_code(folder: Path, code: Path) -> None:
    """Let the user who gets the code folder read it, and only it. Blocks. Raises OSError."""
    folder.chmod(0o700)
    for place, _, files in os.walk(code):
        os.chmod(place, 0o755)
        for name in files:
            path = Path(place, name)
            if not path.is_symlink():
                path.chmod(0o644 | (path.stat().st_mode & 0o111))


def become(uid: int, needed: Path) -> None:
    """Be this user from now on, for good. `needed`: a file that it must be able to read. Raises OSError."""
    for what, most in LIMITS:
        _, hard = resource.getrlimit(what)
        limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (limit, limit))
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    _drop_capabilities(libc)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no_new_privs cannot be set")
    # After a change of user /proc/self is root's, and the code is read through it.
    libc.prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)
    os.umask(0o077)
    if not os.access(needed, os.R_OK):
        raise PermissionError(
            f"user {uid} of this driver cannot read {needed}: it must be readable by others"
        )


def _drop_capabilities(libc: ctypes.CDLL) -> None:
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    none = (ctypes.c_uint32 * 6)()
    if libc.capset(header, none) != 0:
        raise OSError(ctypes.get_errno(), "capabilities cannot be dropped")


def end_all(uid: int) -> None:
    """End all processes that a driver's user still runs, in every session."""
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            with contextlib.suppress(OSError):
                if path.stat().st_uid == uid:
                    os.kill(int(path.name), signal.SIGKILL)
