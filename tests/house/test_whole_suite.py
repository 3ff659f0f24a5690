"""`./linli test`: what it leaves out of the tests is asked by its checks."""

import ast
from pathlib import Path

import pytest

import run_checks
import run_tests

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("test", run_tests.CHECKED_BEFORE)
def test_what_is_left_out_is_one_call_of_what_the_checks_call(test: str) -> None:
    file, _, name = test.partition("::")
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    (body,) = (node.body for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name)
    asked = {node.id for part in body for node in ast.walk(part) if isinstance(node, ast.Name)}
    checks = [word for word in asked if word.endswith(("_problems", "_functions"))]
    assert checks
    assert all(hasattr(run_checks, check) for check in checks)


def test_they_are_left_out_of_the_whole_suite_alone() -> None:
    words = run_tests.whole_suite()
    assert [words[at + 1] for at, word in enumerate(words) if word == "--deselect"] == list(
        run_tests.CHECKED_BEFORE
    )
    assert "--deselect" not in run_tests.side_by_side(["tests/house"])
