"""Nothing stands in `src` that only tests use."""

from pathlib import Path

import pytest

from unused_checks import FOR_OTHERS, unused_problems

ROOT = Path(__file__).resolve().parents[2]


def test_nothing_of_the_tree_is_unused() -> None:
    assert list(unused_problems(ROOT / "src" / "linli")) == []


def test_every_exception_is_still_there() -> None:
    source = "\n".join(file.read_text("utf-8") for file in (ROOT / "src" / "linli").rglob("*.py"))
    assert sorted(name for name in FOR_OTHERS if name.rpartition(".")[2] not in source) == []


@pytest.fixture
def package(tmp_path: Path) -> Path:
    package = tmp_path / "rooms"
    package.mkdir()
    return package


def test_what_counts_as_used(package: Path) -> None:
    (package / "__init__.py").write_text(
        "from rooms.doors import handed_on, listed\nALL = [listed]\nprint(ALL)\n"
    )
    (package / "doors.py").write_text(
        "LIMIT, OTHER = 1, 2\n"
        "_private = 1\n"
        "def handed_on(): ...\n"
        "def listed(): return listed\n"
        "def imported(): ...\n"
        "def read_off(): ...\n"
        "def by_string(): ...\n"
        "def calls_itself(): calls_itself()\n"
        "@registered\ndef decorated(): ...\n"
        "class Quoted: ...\n"
        "def typed() -> 'Quoted | None': ...\n"
        "@contextmanager\ndef opened(): ...\n"
        "def same_name(): ...\n"
    )
    (package / "keys.py").write_text(
        "from rooms import doors\nfrom rooms.doors import imported\n"
        "imported(doors.read_off, doors.typed(), 'rooms.doors:by_string')\n"
        "def same_name(): ...\n"
        "print(same_name())\n"
    )
    assert list(unused_problems(package)) == [
        "rooms/doors.py:2: nothing uses _private",
        "rooms/doors.py:3: nothing uses handed_on",
        "rooms/doors.py:8: nothing uses calls_itself",
        "rooms/doors.py:14: nothing uses opened",
        "rooms/doors.py:15: nothing uses same_name",
    ]


DOORS = """
import asyncio
from typing import Protocol

class Opens(Protocol):
    def open(self) -> None: ...

class Reads(Protocol):
    def read(self) -> str: ...

class Door:
    def __init__(self, name: str) -> None:
        self.name = name

    def close(self) -> None: ...

    def open(self) -> None: ...

    def read(self) -> str:
        return self.read()

    @property
    def place(self) -> str:
        return self.name

    def lock(self) -> None: ...

class Gate(Door):
    def close(self) -> None: ...

class Line(asyncio.Protocol):
    def connection_made(self, transport): ...

    def write_eof_now(self): ...

def open_all(doors: list[Opens], readers: Reads) -> None:
    for door in doors:
        door.open()
"""
USES = """
from rooms.doors import Door, Gate, Line, Reads, open_all

class File:
    def close(self) -> None: ...

    def lock(self) -> None: ...

def run(gate: Gate, many: dict[str, File], other):
    open_all([gate, Line()], gate)
    gate.close()
    door = Door("a")
    for file in many.values():
        file.lock()
    match other:
        case Door(place="east"):
            return door

print(run, Reads)
"""


def test_a_method_is_used_by_what_can_be_of_its_class(package: Path) -> None:
    """`File.close` is not used by closing a gate, `Door.read` not by itself; `Door.lock` not by locking a file."""
    (package / "__init__.py").touch()
    (package / "doors.py").write_text(DOORS)
    (package / "keys.py").write_text(USES)
    assert [problem.rpartition(" ")[2] for problem in unused_problems(package)] == [
        "Reads.read",
        "Door.read",
        "Door.lock",
        "Line.write_eof_now",
        "File.close",
    ]


def test_what_is_not_clear_counts_for_all(package: Path) -> None:
    (package / "__init__.py").touch()
    (package / "doors.py").write_text(DOORS.replace("self.read()", "'east'"))
    (package / "keys.py").write_text(
        f"{USES}\ndef more(thing, names):\n    thing.lock(), thing.read()\nprint(more)\n"
    )
    assert [problem.rpartition(" ")[2] for problem in unused_problems(package)] == [
        "Line.write_eof_now",
        "File.close",
    ]
