"""The operator's commands as processes: what they print, their exit codes, both languages."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from linli.ops.layout import Layout
from tests.ops.conftest import furnished

pytestmark = pytest.mark.engines("sqlite")


def linli(data: Path, *words: str, language: str = "en_GB.UTF-8") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LINLI_DATA_DIR": str(data), "LC_ALL": language, "PYTHONUTF8": "1"}
    line = [sys.executable, "-m", "linli.cli", *words]
    return subprocess.run(line, env=environment, cwd=data.parent, capture_output=True, text=True, timeout=60)


@pytest.fixture
def data(tmp_path: Path, sqlite_template: Path) -> Path:
    """An installation at the default place of its data folder."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "linli.db").write_bytes(sqlite_template.read_bytes())
    return furnished(Layout(folder, f"sqlite:///{folder / 'linli.db'}")).data


def test_backup_and_restore(data: Path, tmp_path: Path) -> None:
    saved = linli(data, "backup", "--json")
    assert saved.returncode == 0, saved.stderr
    file = json.loads(saved.stdout)["file"]
    assert Path(file).parent == data / "backups"

    other = tmp_path / "other"
    refused = linli(other, "restore", file)
    assert refused.returncode == 1
    assert "--key" in refused.stderr
    restored = linli(other, "restore", file, "--key", str(data / "master.key"))
    assert restored.returncode == 0, restored.stderr
    assert "files: 2" in restored.stdout
    again = linli(other, "restore", file, language="zh_CN.UTF-8")
    assert again.returncode == 1
    assert "不会覆盖" in again.stderr


def test_certificates(data: Path) -> None:
    assert linli(data, "tls", "issue", "linli.example").returncode == 1
    assert linli(data, "tls", "init", "邻里 CA").returncode == 0
    issued = linli(data, "tls", "issue", "linli.example", "10.0.0.5", "--json")
    assert json.loads(issued.stdout)["names"] == "linli.example, 10.0.0.5"
    assert linli(data, "tls", "renew", "--json").stdout == '{"renewed": false}\n'
    shown = json.loads(linli(data, "tls", "show", "--json").stdout)
    assert shown["server.crt"]["days_left"] in (396, 397)


def test_wrong_words_and_settings_are_told(data: Path) -> None:
    assert linli(data, "restore").returncode == 2
    (data.parent / "linli.toml").write_text("colour = 1\n")
    refused = linli(data, "backup")
    assert refused.returncode == 1
    assert "colour" in refused.stderr
