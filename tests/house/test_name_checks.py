"""Files are named by nouns, and refused names only become fewer."""

import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from name_checks import REFUSED_FILES, file_problems, name_problems, names

ROOT = Path(__file__).resolve().parents[2]
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="Git is not installed")


def test_no_file_of_the_tree_has_a_refused_name() -> None:
    assert list(file_problems(ROOT)) == []


@pytest.mark.parametrize("name", ["held", "made_up", "of_device", "for_box", "bringing_back", "door_said"])
def test_a_new_file_with_such_a_name_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / f"{name}.py").touch()
    (tmp_path / "src" / "own_certificate.py").touch()
    (problem,) = file_problems(tmp_path)
    assert f"{name}.py" in problem


def test_every_place_that_gives_a_name_is_counted() -> None:
    source = """
async def told(made, *, said=1):
    for one in made:
        found: int = one.held
        if (known := found) and one == said:
            return known
    match made:
        case [held]: ...
class Told: ...
"""
    assert names(source) == Counter(told=2, made=1, said=1, one=1, found=1, known=1, held=1)


def test_the_refused_names_are_in_the_document() -> None:
    text = (ROOT / "docs" / "names.md").read_text(encoding="utf-8")
    assert sorted(word for word in REFUSED_FILES if f"`{word}`" not in text) == []


def git(folder: Path, *words: str) -> None:
    author = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(["git", "-C", str(folder), *author, *words], check=True, env=environment)


@needs_git
def test_names_may_move_and_go_but_not_come(tmp_path: Path) -> None:
    source = tmp_path / "src"
    source.mkdir()
    (source / "doors.py").write_text("found = 1\nheld = 2\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "one")
    assert list(name_problems(tmp_path)) == []  # no main branch to compare with
    git(tmp_path, "update-ref", "refs/remotes/origin/main", "HEAD")

    (source / "doors.py").write_text("door = 1\n")
    (source / "rights.py").write_text("held = 2\n")
    git(tmp_path, "add", ".")
    assert list(name_problems(tmp_path)) == []

    (source / "rights.py").write_text("held = 2\nfound = held\nfound = 3\n")
    (problem,) = name_problems(tmp_path)
    assert "'found' names 1 things more" in problem
