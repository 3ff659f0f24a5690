"""The wrapper on a working copy of its own: an empty lock file, a one-line command, a path with blanks."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from prepare_python import PythonEnvironment
from prepare_web import WebBuild

ROOT = Path(__file__).resolve().parents[2]
COMMAND = "import os, sys\nprint(os.getcwd(), sys.argv[1:])\nsys.exit(7 if 'fail' in sys.argv else 0)\n"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The files that the wrapper works with, in a folder whose name has a blank and Chinese in it."""
    root = tmp_path / "邻里 copy"
    (root / "src" / "linli").mkdir(parents=True)
    (root / "src" / "linli" / "__init__.py").touch()
    (root / "src" / "linli" / "cli.py").write_text(COMMAND)
    shutil.copytree(ROOT / "scripts", root / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "linli", root / "linli")
    (root / "requirements.lock").write_text("# nothing\n")
    return root


def linli(root: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LINLI_PYTHON": sys.executable}
    return subprocess.run(
        [str(root / "linli"), *arguments],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
    )


def test_prepares_once_and_runs_anywhere(copy: Path, tmp_path: Path) -> None:
    first = linli(copy, "serve", "--port", "1", cwd=tmp_path)
    assert (first.returncode, first.stdout) == (0, f"{tmp_path} ['serve', '--port', '1']\n"), first.stderr
    assert "making .venv" in first.stderr

    again = linli(copy, "fail", cwd=tmp_path)
    assert (again.returncode, again.stderr) == (7, "")

    (copy / "requirements.lock").write_text("# nothing, said otherwise\n")
    changed = linli(copy, "serve", cwd=tmp_path)
    assert "installing" in changed.stderr
    assert "making .venv" not in changed.stderr


def test_a_moved_copy_makes_its_environment_again(copy: Path, tmp_path: Path) -> None:
    linli(copy, "serve", cwd=tmp_path)
    moved = copy.rename(tmp_path / "elsewhere")
    done = linli(moved, "serve", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "making it again" in done.stderr


def test_two_at_once_wait_for_each_other(copy: Path, tmp_path: Path) -> None:
    line = [str(copy / "linli"), "serve"]
    environment = {**os.environ, "LINLI_PYTHON": sys.executable}
    both = [
        subprocess.Popen(line, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=100)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sum("making .venv" in text for text in said) == 1
    assert sum("waiting for it" in text for text in said) == 1


def test_a_failed_step_is_tried_again(copy: Path, tmp_path: Path) -> None:
    (copy / "requirements.lock").write_text("-r not-there.lock\n")
    failed = linli(copy, "serve", cwd=tmp_path)
    assert failed.returncode == 1
    assert "not-there.lock" in failed.stderr
    (copy / "requirements.lock").write_text("# nothing\n")
    assert linli(copy, "serve", cwd=tmp_path).returncode == 0


def test_the_environment_and_the_pages_are_made_at_once_and_both_may_fail(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (copy / "web").mkdir()
    (copy / "web" / "package-lock.json").write_text("{}")
    tools = tmp_path / "tools"
    tools.mkdir()
    # npm waits for the environment, which must not wait for npm.
    npm = f"touch '{tools}/called'\nuntil [ -d ../.venv ]; do sleep 0.02; done\n[ \"$1\" = ci ] || exit 3"
    for name, text in {"npm": npm, "node": "echo v22.1.0"}.items():
        (tools / name).write_text(f"#!/bin/sh\n{text}\n")
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    done = linli(copy, "serve", cwd=tmp_path)
    assert done.returncode == 1
    assert "building the web pages: failed (exit code 3)" in done.stderr
    assert (copy / ".venv" / "linli-installed.stamp").exists(), "the environment itself was made"
    assert (tools / "called").exists()


def test_without_python_it_says_what_to_install(copy: Path, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "readlink", "dirname"):
        (tools / name).symlink_to(shutil.which(name) or name)
    text = (copy / "linli").read_text().replace("/usr/bin/python3.13 ", "")
    (copy / "linli").write_text(text)
    done = subprocess.run(
        [str(tools / "sh"), str(copy / "linli")], env={"PATH": str(tools)}, capture_output=True, text=True
    )
    assert done.returncode == 69
    assert "apt-get install python3" in done.stderr


def test_web_is_built_again_only_when_a_source_changed(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """npm is a script here that notes what it was asked; the real one is run by the wrapper in every CI run."""
    web = copy / "web"
    (web / "src").mkdir(parents=True)
    (web / "package-lock.json").write_text("{}")
    (web / "package.json").write_text('{"workspaces": []}')
    (web / "src" / "page.ts").write_text("1")
    tools = copy / "tools"
    tools.mkdir()
    for name, text in {"npm": 'echo "$1 $2" >> ../tools/asked', "node": "echo v22.1.0"}.items():
        (tools / name).write_text(f"#!/bin/sh\n{text}\n")
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")

    build = WebBuild(copy, PythonEnvironment(copy))
    asked = tools / "asked"
    build.build()
    assert asked.read_text().split("\n") == ["ci --no-audit", "run build", ""]
    assert (build.built / "licences.txt").exists()
    asked.unlink()
    build.build()
    assert not asked.exists()
    (web / "src" / "page.ts").write_text("2")
    build.build()
    assert asked.read_text() == "run build\n"


def test_manuals_are_built_again_only_when_their_texts_changed(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    web, texts = copy / "web", copy / "docs" / "manual" / "en"
    (web / "manual").mkdir(parents=True)
    texts.mkdir(parents=True)
    (web / "package-lock.json").write_text("{}")
    (web / "package.json").write_text('{"workspaces": []}')
    (texts / "doors.md").write_text("1")
    tools = copy / "tools"
    tools.mkdir()
    for name, text in {"npm": 'echo "$*" >> ../tools/asked', "node": "echo v22.1.0"}.items():
        (tools / name).write_text(f"#!/bin/sh\n{text}\n")
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")

    build, asked = WebBuild(copy, PythonEnvironment(copy)), tools / "asked"
    build.build()
    assert asked.read_text().split("\n")[1:] == ["run build", "run build -w manual", ""]
    asked.unlink()
    (texts / "doors.md").write_text("2")
    build.build()
    assert asked.read_text() == "run build -w manual\n", "the pages stay"
    asked.unlink()
    (web / "page.ts").write_text("1")
    build.build()
    assert asked.read_text() == "run build\n", "the manuals stay"


def test_web_clients_are_described_again_only_when_the_server_says_something_else(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The documents are printed by modules of the copy; npm notes for which apps types were made."""
    web, source = copy / "web", copy / "src" / "linli" / "console"
    web.mkdir()
    (web / "package-lock.json").write_text("{}")
    for name in ("resident", "terminal"):
        (source / name).mkdir(parents=True)
    for folder in (source, source / "resident", source / "terminal"):
        (folder / "__init__.py").touch()
        (folder / "schema.py").write_text("import sys\nopen(sys.argv[1], 'w').write('{}')\n")
    tools = copy / "tools"
    tools.mkdir()
    npm = 'case "$*" in *api*) echo "$*" >> ../tools/asked; touch "$5/src/api/schema.d.ts";; esac'
    for name, text in {"npm": npm, "node": "echo v22.1.0"}.items():
        (tools / name).write_text(f"#!/bin/sh\n{text}\n")
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(copy / "src"))
    python = PythonEnvironment(copy)
    python.interpreter = Path(sys.executable)

    build, asked = WebBuild(copy, python), tools / "asked"
    build.describe()
    made = "".join(f"run --silent api -w {app}\n" for app in ("console", "resident", "terminal"))
    assert (asked.read_text(), (web / "console/src/api/openapi.json").read_text()) == (made, "{}")
    asked.unlink()
    (source / "other.py").write_text("1")
    build.describe()
    assert not asked.exists(), "another file, the same document"
    (source / "schema.py").write_text("import sys\nopen(sys.argv[1], 'w').write('[1]')\n")
    build.describe()
    assert asked.read_text() == "run --silent api -w console\n"
