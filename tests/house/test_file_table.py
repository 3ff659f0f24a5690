"""Every file of a domain is in the tables of docs/architecture.md, and everything in the tables is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOMAINS = ROOT / "src" / "linli" / "domains"
ROOMS = sorted(folder.name for folder in DOMAINS.iterdir() if (folder / "__init__.py").exists())
SECTION = re.compile(r"^## Files of a domain$(.*?)^## ", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| `(\w+)` \| (.+) \|$", re.MULTILINE)


def tables() -> tuple[dict[str, str], dict[str, str]]:
    """The names that every domain may have, and those of one domain alone, each with its text."""
    section = SECTION.search((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"))
    assert section
    every, _, alone = section[1].partition("Files that one domain alone has")
    return dict(ROW.findall(every)), dict(ROW.findall(alone))


def files_of(room: str) -> set[str]:
    """What stands directly in a domain: files without `.py`, folders by name."""
    return {
        path.stem if path.suffix == ".py" else path.name
        for path in (DOMAINS / room).iterdir()
        if not path.name.startswith("__")
    }


def own_files(row: str) -> set[str]:
    """`name what it is; name what it is` → the names."""
    return {re.findall(r"`([\w.]+)`", part)[0] for part in row.split("; ")}


@pytest.mark.parametrize("room", ROOMS)
def test_every_file_of_a_domain_is_in_a_table(room: str) -> None:
    common, alone = tables()
    in_the_table = own_files(alone[room]) if room in alone else set()
    assert files_of(room) - common.keys() == in_the_table


def test_the_tables_name_nothing_that_is_not_there() -> None:
    common, alone = tables()
    everywhere = set().union(*(files_of(room) for room in ROOMS))
    assert set(common) - everywhere == set()
    assert set(alone) - set(ROOMS) == set()


def test_files_of_rooms_inside_a_domain_have_the_same_names() -> None:
    """`rows` is what queries return; what crosses the wire is in `schemas`, wherever in a domain it stands."""
    misplaced = [
        str(file.relative_to(DOMAINS))
        for file in DOMAINS.rglob("schemas.py")
        if re.search(r'"""A row of `\w+`', file.read_text(encoding="utf-8"))
    ]
    assert misplaced == []
