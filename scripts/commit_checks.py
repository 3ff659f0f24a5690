"""A check of the commits that are not on the main branch yet: subjects that a list of commits can show whole."""

from collections.abc import Iterator
from pathlib import Path

from history import base_of, git

LONGEST_SUBJECT = 72


def subject_problems(root: Path) -> Iterator[str]:
    """Subjects longer than 72 characters since the branch left `origin/main`.

    Says nothing where there is no history to look at: a release, a shallow clone, a machine without Git.
    """
    base = base_of(root)
    if base is None:
        return
    log = git(root, "log", "--no-merges", "--format=%h %s", f"{base}..HEAD") or ""
    for line in log.splitlines():
        commit, _, subject = line.partition(" ")
        if len(subject) > LONGEST_SUBJECT:
            yield f"{commit}: {len(subject)} characters, at most {LONGEST_SUBJECT}: {subject}"
