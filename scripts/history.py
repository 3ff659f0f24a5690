"""What Git knows of this branch, where there is Git and a history to look at."""

import subprocess
from pathlib import Path

MAIN = "origin/main"


def base_of(root: Path) -> str | None:
    """The commit where the branch left `origin/main`. None in a release, a shallow clone, or without Git."""
    commit = git(root, "merge-base", MAIN, "HEAD")
    return commit.strip() if commit else None


def git(root: Path, *words: str) -> str | None:
    """What Git prints; None when it fails or is not installed."""
    try:
        done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
