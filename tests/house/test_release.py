"""`./linli release` refuses a wheel with something missing or too much in it, and one whose demo does not run.

The pages are those that are built already, and what the wheel needs is lent by this environment, so that a run takes
seconds and no network; the command itself installs all of it anew by its hashes.
"""

import stat
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import linli
from prepare_python import PythonEnvironment
from release_files import PAGES, SOURCE, wheel_problems
from release_lock import requirements
from release_trial import READY, try_demo
from steps import Failed
from web_licences import PLACE, licences, write

ROOT = Path(__file__).resolve().parents[2]
BUILT = [ROOT / SOURCE / "console" / folder / "index.html" for folder in PAGES]
pytestmark = [
    pytest.mark.skipif(
        not all(page.exists() for page in BUILT), reason="the pages are not built: ./linli setup"
    ),
    pytest.mark.xdist_group("release"),
]


def build(kind: str, source: Path, into: Path) -> Path:
    line = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(into)]
    subprocess.run(line, cwd=source, check=True, capture_output=True, timeout=100)
    (built,) = into.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pages = ROOT / SOURCE / "console" / "static"
    if not (pages / PLACE).exists():
        write(ROOT / "web", pages)
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


def changed(wheel: Path, folder: Path, *, without: str = "", extra: tuple[str, bytes] | None = None) -> Path:
    """A copy of `wheel` without the files whose name ends so, or with one more."""
    copy = folder / wheel.name
    with zipfile.ZipFile(wheel) as archive, zipfile.ZipFile(copy, "w") as into:
        for name in archive.namelist():
            if not (without and name.endswith(without)):
                into.writestr(name, archive.read(name))
        if extra:
            into.writestr(*extra)
    return copy


def test_the_wheel_holds_what_it_must_and_nothing_else(wheel: Path) -> None:
    assert wheel.name == f"linli-{linli.__version__}-py3-none-any.whl"
    assert list(wheel_problems(wheel, ROOT)) == []


@pytest.mark.parametrize(
    "name",
    [
        "linli/console/static/index.html",
        "linli/console/static_resident/index.html",
        "linli/domains/access/strings/zh-CN.json",
        "share/doc/linli/guides/operations.zh.md",
        "share/linli/deploy/linli.service",
        "licenses/NOTICE",
        "static/licences.txt",
    ],
)
def test_what_is_missing_is_named(wheel: Path, tmp_path: Path, name: str) -> None:
    (problem,) = wheel_problems(changed(wheel, tmp_path, without=name), ROOT)
    assert problem.startswith("missing: ")
    assert problem.endswith(name)


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("linli/edge/drivers/door_device/tests/test_door.py", b"", "a test"),
        ("linli/conftest.py", b"", "a test"),
        ("linli/master.key", b"0", "a secret"),
        ("linli/tls/ca.pem", b"", "a secret"),
        ("linli/note.txt", b"-----BEGIN PRIVATE KEY-----\nMIIEvQ==", "a private key"),
        ("linli/console/static/assets/x.js.map", b"{}", "what a machine made"),
        ("linli/note.txt", f"made in {ROOT}/web".encode(), "a path of this machine"),
    ],
)
def test_what_must_not_be_there_is_named(
    wheel: Path, tmp_path: Path, name: str, content: bytes, what: str
) -> None:
    problems = list(wheel_problems(changed(wheel, tmp_path, extra=(name, content)), ROOT))
    assert f"{what}: {name}" in problems


def test_the_source_archive_makes_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(build("sdist", ROOT, tmp_path / "sdist")) as packed:
        packed.extractall(tmp_path / "unpacked", filter="data")
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    again = build("wheel", unpacked, tmp_path / "again")
    assert set(zipfile.ZipFile(again).namelist()) == set(zipfile.ZipFile(wheel).namelist())


def test_requirements_are_what_the_platform_needs_and_no_more() -> None:
    base, faces = requirements(ROOT), requirements(ROOT, "faces")
    assert "\nuvloop==" in base
    assert base.count("==") > 20
    assert all(f"\n{tool}==" not in base for tool in ("pytest", "mypy", "numpy", "playwright"))
    assert "onnxruntime==" in faces
    assert "uvloop==" not in faces
    assert all("--hash=sha256:" in entry for entry in base.split("\n    --hash", 1)[1:])


@pytest.mark.slow
def test_the_demo_of_an_installed_wheel_answers_and_stops(wheel: Path, tmp_path: Path) -> None:
    python = PythonEnvironment(tmp_path)
    python.create(bare=True)
    line = [*python.installer(), "--no-index", "--no-deps", str(wheel)]
    subprocess.run(line, check=True, capture_output=True, timeout=100)
    lent = PythonEnvironment(Path(sys.prefix).parent).site_packages()
    (python.site_packages() / "lent.pth").write_text(f"{lent}\n")
    assert try_demo(python.folder / "bin", tmp_path, linli.__version__, "--no-edge", "--no-car-park") > 0


VERSION = f'[ "$1" = --version ] && echo "linli {linli.__version__}"'


def script(folder: Path, text: str) -> Path:
    """A program `linli` that is not Linli."""
    program = folder / "linli"
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return folder


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("echo linli 0.0.1", "instead of"),
        (VERSION, "was not ready"),
        (
            f"{VERSION}\n[ $1 = demo ] && echo {READY} is ready: http://127.0.0.1:9 && read line",
            "cannot be reached",
        ),
    ],
)
def test_a_program_that_does_not_do_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(Failed, match=reason):
        try_demo(script(tmp_path, text), tmp_path, linli.__version__)


def package(folder: Path, manifest: str) -> None:
    folder.mkdir(parents=True)
    (folder / "package.json").write_text(manifest)


@pytest.fixture
def web(tmp_path: Path) -> Callable[[str], Path]:
    """A web of one app that needs one package under the licence given."""

    def made(licence: str) -> Path:
        package(tmp_path / "app", '{"dependencies": {"outer": "*"}}')
        (tmp_path / "package.json").write_text('{"workspaces": ["app"]}')
        modules = tmp_path / "node_modules"
        package(
            modules / "outer",
            '{"name": "outer", "version": "1.0.0", "license": "MIT", "dependencies": {"inner": "*"}}',
        )
        package(modules / "inner", f'{{"name": "inner", "version": "2.0.0", "license": "{licence}"}}')
        (modules / "outer" / "LICENSE").write_text("Permission is hereby granted to Outer")
        return tmp_path

    return made


def test_licences_of_all_packages_of_the_pages_go_along(web: Callable[[str], Path]) -> None:
    text = licences(web("(MIT OR GPL-3.0)"))
    assert "Permission is hereby granted to Outer" in text
    assert "inner 2.0.0" in text


def test_a_licence_that_cannot_be_passed_on_is_refused(web: Callable[[str], Path]) -> None:
    with pytest.raises(Failed, match=r"inner \(GPL-3.0\)"):
        licences(web("GPL-3.0"))
