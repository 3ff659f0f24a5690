"""What measurements, campaigns and scripts import is there: no type checker reads them, and few run in a test."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = ("linli.", "linli_sdk.", "tests.", "bench.")
FILES = [
    file
    for folder in ("bench", "scripts", "tests/campaigns")
    for file in sorted((ROOT / folder).rglob("*.py"))
]


def imported(file: Path) -> Iterator[tuple[str, str]]:
    """(module, name) of everything that a file imports by `from` out of this tree."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and f"{node.module}.".startswith(OURS):
            yield from ((node.module, alias.name) for alias in node.names)


def is_there(module: str, name: str) -> bool:
    if hasattr(importlib.import_module(module), name):
        return True
    try:
        importlib.import_module(f"{module}.{name}")
    except ModuleNotFoundError:
        return False
    return True


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_what_a_file_imports_is_there(file: Path) -> None:
    assert [f"{module}.{name}" for module, name in imported(file) if not is_there(module, name)] == []
