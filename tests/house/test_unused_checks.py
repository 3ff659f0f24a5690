"""Nothing stands in `src` that only tests use."""

from pathlib import Path

from unused_checks import FOR_OTHERS, unused_problems

ROOT = Path(__file__).resolve().parents[2]


def test_nothing_of_the_tree_is_unused() -> None:
    assert list(unused_problems(ROOT / "src" / "linli")) == []


def test_every_exception_is_still_there() -> None:
    source = "\n".join(file.read_text("utf-8") for file in (ROOT / "src" / "linli").rglob("*.py"))
    assert sorted(name for name in FOR_OTHERS if name not in source) == []


def test_what_counts_as_used(tmp_path: Path) -> None:
    package = tmp_path / "rooms"
    package.mkdir()
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
    )
    (package / "keys.py").write_text(
        "from rooms import doors\nfrom rooms.doors import imported\n"
        "imported(doors.read_off, doors.typed(), 'rooms.doors:by_string')\n"
    )
    assert list(unused_problems(package)) == [
        "rooms/doors.py:2: nothing uses _private",
        "rooms/doors.py:3: nothing uses handed_on",
        "rooms/doors.py:8: nothing uses calls_itself",
    ]
