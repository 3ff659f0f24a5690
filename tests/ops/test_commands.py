"""The operator's commands as processes: what they print, their exit codes, both languages."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from linli.kernel.settings import Objects
from linli.ops.layout import Layout
from tests.ops.conftest import furnished
from tests.real import forked

pytestmark = pytest.mark.engines("sqlite")


def linli(
    data: Path, *words: str, language: str = "en_GB.UTF-8", **more: str
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **more, "LINLI_DATA_DIR": str(data), "LC_ALL": language, "PYTHONUTF8": "1"}
    return forked.run(words, environment, cwd=data.parent)


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


def test_files_in_a_bucket(tmp_path: Path, s3_settings: Objects) -> None:
    """Moved there, served from there, backed up from there and put back into another corner of the bucket."""
    data = tmp_path / "data"
    (data / "objects" / "t1" / "face").mkdir(parents=True)
    (data / "objects" / "t1" / "face" / "一.jpg").write_bytes(b"\xff\xd8picture" * 1000)
    (data / "objects" / "t1" / "list.txt").write_bytes(b"")
    moved = linli(data, "admin", "objects", "move", "--to", "s3", "--json", **in_bucket(s3_settings))
    assert moved.returncode == 0, moved.stderr
    assert json.loads(moved.stdout)["copied"] == 2
    again = linli(data, "admin", "objects", "move", "--to", "s3", "--json", **in_bucket(s3_settings))
    assert again.returncode == 0, again.stderr
    assert (json.loads(again.stdout)["copied"], json.loads(again.stdout)["there already"]) == (0, 2)
    healthy = linli(data, "admin", "health", "--json", **in_bucket(s3_settings))
    assert json.loads(healthy.stdout)["healthy"] is True, healthy.stdout
    wrong = linli(data, "admin", "health", "--json", **in_bucket(s3_settings, BUCKET="none"))
    (files,) = [row for row in json.loads(wrong.stdout)["parts"] if row["part"] == "objects"]
    assert "there is no bucket none" in files["reason"]

    (data / "objects" / "t1" / "list.txt").unlink()
    saved = linli(data, "backup", str(tmp_path / "saved.tar.gz"), "--json", **in_bucket(s3_settings))
    assert json.loads(saved.stdout)["files"] == 2, saved.stderr
    other, place = tmp_path / "other", in_bucket(s3_settings, PREFIX=f"{s3_settings.prefix}/other")
    words = ("restore", str(tmp_path / "saved.tar.gz"), "--key", str(data / "master.key"))
    restored = linli(other, *words, **place)
    assert restored.returncode == 0, restored.stderr
    refused = linli(tmp_path / "third", *words, **place)
    assert (refused.returncode, "t1/face" in refused.stderr) == (1, True)
    back = linli(other, "admin", "objects", "move", "--to", "folder", "--json", **place)
    assert json.loads(back.stdout)["copied"] == 2, back.stderr
    assert (other / "objects" / "t1" / "face" / "一.jpg").read_bytes() == b"\xff\xd8picture" * 1000


def in_bucket(settings: Objects, **changes: str) -> dict[str, str]:
    said = {
        "STORE": "s3", "ENDPOINT": settings.endpoint, "BUCKET": settings.bucket, "PREFIX": settings.prefix,
        "ACCESS_KEY": settings.access_key, "SECRET_KEY": settings.secret_key,
    }  # fmt: skip
    return {f"LINLI_OBJECTS_{name}": value for name, value in (said | changes).items()}
