"""A check of the commits that are not on the main branch yet: subjects that a list of commits can show whole."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

LONGEST_SUBJECT = 72
MAIN = "origin/main"


def subject_problems(root: Path) -> Iterator[str]:
    """Subjects longer than 72 characters since the branch left `origin/main`.

    Says nothing where there is no history to look at: a release, a shallow clone, a machine without Git.
    """
    base = _git(root, "merge-base", MAIN, "HEAD")
    if base is None:
        return
    log = _git(root, "log", "--no-merges", "--format=%h %s", f"{base.strip()}..HEAD") or ""
    for line in log.splitlines():
        commit, _, subject = line.partition(" ")
        if len(subject) > LONGEST_SUBJECT:
            yield f"{commit}: {len(subject)} characters, at most {LONGEST_SUBJECT}: {subject}"


def _git(root: Path, *words: str) -> str | None:
    """What Git prints; None when it fails or is not installed."""
    try:
        done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
