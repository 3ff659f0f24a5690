"""Commits that are not on the main branch yet have subjects of at most 72 characters."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from commit_checks import subject_problems

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="Git is not installed")
AUTHOR = {
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(folder), *words], check=True, env={**os.environ, **AUTHOR})


def commit(folder: Path, subject: str) -> None:
    git(folder, "commit", "-q", "--allow-empty", "-m", subject)


@pytest.fixture
def branch(tmp_path: Path) -> Path:
    """A working copy whose main branch has a long subject of long ago."""
    git(tmp_path, "init", "-q")
    commit(tmp_path, "o" * 90)
    git(tmp_path, "update-ref", "refs/remotes/origin/main", "HEAD")
    return tmp_path


def test_only_new_subjects_that_are_too_long_are_named(branch: Path) -> None:
    commit(branch, "n" * 72)
    assert list(subject_problems(branch)) == []
    commit(branch, "拒" * 73)
    (problem,) = subject_problems(branch)
    assert "73 characters, at most 72" in problem


def test_without_a_main_branch_nothing_is_said(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    commit(tmp_path, "x" * 90)
    assert list(subject_problems(tmp_path)) == []


def test_without_a_history_nothing_is_said(tmp_path: Path) -> None:
    assert list(subject_problems(tmp_path)) == []
