"""The wheel is complete by itself: typed, with its version, and nothing of the platform in it."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import linli_sdk

SDK = Path(__file__).resolve().parents[1]


def test_nothing_of_the_platform_is_imported() -> None:
    for file in (SDK / "src").rglob("*.py"):
        text = file.read_text("utf-8")
        assert "from linli." not in text, file
        assert "import linli." not in text, file


def test_the_wheel(tmp_path) -> None:
    pytest.importorskip("hatchling", reason="its build backend is not installed here")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    done = subprocess.run(build, cwd=SDK, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.name == f"linli_sdk-{linli_sdk.__version__}-py3-none-any.whl"
    names = set(zipfile.ZipFile(wheel).namelist())
    sources = {str(file.relative_to(SDK / "src")) for file in (SDK / "src").rglob("*.py")}
    assert sources | {"linli_sdk/py.typed"} <= names
    assert not [name for name in names if not name.startswith(("linli_sdk/", "linli_sdk-"))]
