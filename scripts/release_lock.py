"""The locked packages that a release needs: those of requirements.lock that the platform itself is made of."""

import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from steps import Failed

PARTS = ("amqp", "browsers", "faces")
"""Extras of the package that an installation may want; the others are for developers."""


def requirements(root: Path, part: str = "") -> str:
    """Lines of requirements.lock, with hashes, for the platform; for `part` those that it needs besides."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    names = _closure(project["dependencies"])
    if part:
        names = _closure(project["optional-dependencies"][part]) - names
    locked = _entries((root / "requirements.lock").read_text("utf-8"))
    if missing := sorted(names - locked.keys()):
        raise Failed(f"not in requirements.lock: {', '.join(missing)}")
    return "".join(locked[name] for name in sorted(names))


def _closure(wanted: list[str]) -> set[str]:
    """Canonical names of the packages that `wanted` bring along on this machine, as .venv has them."""
    waiting = [Requirement(line) for line in wanted]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        requirement = waiting.pop()
        name, extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        for line in metadata.requires(name) or ():
            inner = Requirement(line)
            asked = [{"extra": extra} for extra in ("", *extras)]
            if inner.marker is None or any(inner.marker.evaluate(extra) for extra in asked):
                waiting.append(inner)
    return {name for name, _ in seen}


def _entries(lock: str) -> dict[str, str]:
    """Canonical name → its lines: one with the version, then one a hash."""
    entries: dict[str, str] = {}
    name = ""
    for line in lock.splitlines(keepends=True):
        if not line.startswith((" ", "#")) and "==" in line:
            name = canonicalize_name(line.partition("==")[0])
            entries[name] = ""
        if name:
            entries[name] += line
    return entries
