"""Only what the demo made is ever thrown away."""

from pathlib import Path

import pytest

from linli.demo.folder import MARKER, DemoFolder, Marker, NotADemo
from linli.demo.main import DONE, FAILED, run
from linli.ops.layout import InUse, sharing


def test_a_folder_is_claimed_noted_and_thrown_away(tmp_path: Path) -> None:
    folder = DemoFolder(tmp_path / "demo")
    assert folder.claim() == Marker(seeded=False)
    folder.seeded()
    assert folder.claim() == Marker(seeded=True)
    (folder.path / "linli.db").write_text("data")
    folder.reset()
    assert not folder.path.exists()
    folder.reset()  # nothing there is nothing to throw away


@pytest.mark.parametrize("occupied", ["file", "folder", "link"])
def test_what_is_not_the_demos_is_left_alone(tmp_path: Path, occupied: str) -> None:
    place = tmp_path / "precious"
    keep = tmp_path / "elsewhere"
    keep.mkdir()
    (keep / MARKER).write_text("{}")
    if occupied == "file":
        place.write_text("precious")
    elif occupied == "link":
        place.symlink_to(keep)
    else:
        place.mkdir()
        (place / "linli.db").write_text("precious")
    folder = DemoFolder(place)
    for touch in (folder.claim, folder.reset):
        with pytest.raises(NotADemo):
            touch()
    assert place.exists()
    assert (keep / MARKER).exists()


def test_a_running_demo_is_not_thrown_away(tmp_path: Path) -> None:
    folder = DemoFolder(tmp_path / "demo")
    folder.claim()
    with sharing(folder.layout), pytest.raises(InUse):
        folder.reset()
    assert folder.path.exists()


def test_the_command_refuses_foreign_folders_and_asks_before_it_deletes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    foreign = tmp_path / "precious"
    foreign.mkdir()
    (foreign / "letter.txt").write_text("dear")
    words = ["--port", "0", "--mqtt-port", "0"]
    assert run(["--data", str(foreign), "--reset", "--yes", *words]) == FAILED
    assert run(["--data", str(foreign), *words]) == FAILED
    assert capsys.readouterr().err.count("is no data folder of the demo") == 2
    assert (foreign / "letter.txt").read_text() == "dear"

    own = DemoFolder(tmp_path / "demo")
    own.claim()
    asked: list[str] = []

    def no(text: str) -> str:
        asked.append(text)
        return "n"

    monkeypatch.setattr("builtins.input", no)
    assert run(["--data", str(own.path), "--reset", *words]) == FAILED
    assert str(own.path) in asked[0]
    assert own.holds_data


def test_wrong_words_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--warp", "0"], ["--warp", "nan"], ["--port", "70000"], ["--fast"]):
        with pytest.raises(SystemExit) as ended:
            run(words)
        assert ended.value.code == 2
    assert "more than 0" in capsys.readouterr().err
    assert DONE == 0
