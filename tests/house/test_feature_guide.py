"""docs/guides/feature: what it says is done on a copy of the tree, and holds.

The type check of the page takes minutes and is left to `./linli check` of whoever changes it; its texts are checked here.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "guides"
FOLDERS = ("src", "tests", "scripts", "sdk", "bench", "web", "docs")
FILES = ("pyproject.toml", "requirements.lock")
NOT_COPIED = ("node_modules", "static", "static_resident", "static_staff", "static_terminal", "dist")
CACHES = (".mypy_cache", ".ruff_cache", ".import_linter_cache")
"""Taken along where there are any, so that checks look at what is new alone."""
CHECKS = """
import os, sys
import run_checks
left_out = () if os.path.isdir(".mypy_cache") else ("types",)
every = [*run_checks.tools(fix=True), *run_checks.own_checks()]
wanted = [row for row in every if not row[0].startswith(("web ", *left_out))]
sys.exit(any([not run_checks.timed(name, check) for name, check in wanted]))
"""
STEP = re.compile(r"^(?:`([^`\n]+)`\n\n)?```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Step(NamedTuple):
    file: str
    """Empty: lines for a shell."""
    kind: str
    text: str


def steps(language: str) -> list[Step]:
    text = (GUIDE / f"feature.{language}.md").read_text(encoding="utf-8")
    return [Step(*match.groups("")) for match in STEP.finditer(text)]


def hunks(diff: str) -> Iterator[tuple[str, str]]:
    """(lines as they are, lines as they become) of each part of a diff."""
    for part in re.split(r"^@@\n", diff, flags=re.MULTILINE):
        lines = part.splitlines(keepends=True)
        before = "".join(line[1:] for line in lines if line[0] in " -")
        yield before, "".join(line[1:] for line in lines if line[0] in " +")


def changed(text: str, step: Step) -> str:
    for before, after in hunks(step.text):
        assert len(re.findall(rf"^{re.escape(before)}", text, re.MULTILINE)) == 1, f"{step.file}:\n{before}"
        text = text.replace(before, after)
    return text


def test_both_languages_do_the_same() -> None:
    assert steps("zh") == steps("en")


@pytest.mark.parametrize("step", [step for step in steps("en") if step.file], ids=lambda step: step.file)
def test_a_step_fits_the_tree(step: Step) -> None:
    """Quickly, for whoever changes a file that the guide changes too."""
    file = ROOT / step.file
    if step.kind == "diff":
        assert changed(file.read_text(encoding="utf-8"), step)
    else:
        assert not file.exists()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the working copy, with the compiled files and caches that it has."""
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns(*NOT_COPIED))
    for name in FILES:
        shutil.copy2(ROOT / name, tmp_path / name)
    for name in CACHES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def run(tree: Path, *line: str) -> None:
    path = os.pathsep.join(str(tree / folder) for folder in ("src", ".", "scripts", "sdk/src"))
    done = subprocess.run(
        line,
        cwd=tree,
        env={**os.environ, "PYTHONPATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=800,
    )
    assert done.returncode == 0, f"{' '.join(line)}\n{done.stdout[-6000:]}{done.stderr[-3000:]}"


def called(tree: Path, line: str) -> None:
    """One line of the guide, with this environment in place of the copy's own."""
    program, *words = re.findall(r'"[^"]*"|\S+', line)
    words = [word.strip('"') for word in words]
    if program == ".venv/bin/python":
        run(tree, sys.executable, *words)
    elif words[0] == "check":
        run(tree, sys.executable, "-c", CHECKS)
    else:
        assert (program, words[0]) == ("./linli", "test")
        run(
            tree,
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "no:cacheprovider",
            "-q",
            "--database=sqlite",
            *words[1:],
        )


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_feature_goes_through_every_file(tree: Path) -> None:
    for step in steps("en"):
        file = tree / step.file
        if not step.file:
            for line in step.text.splitlines():
                called(tree, line)
        elif step.kind == "diff":
            file.write_text(changed(file.read_text(encoding="utf-8"), step), encoding="utf-8")
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(step.text, encoding="utf-8")
    (migration,) = (tree / "src/linli/migrations/versions").glob("*_parcels_at_the_gatehouse.py")
    assert '"parcels"' in migration.read_text(encoding="utf-8")
    if (node := shutil.which("node")) is not None:
        run(tree / "web" / "console", node, "../scripts/check-strings.mjs", "console", "shared")
