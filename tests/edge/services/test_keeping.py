"""Backups, moving to other hardware, cold standby, with two box folders. Source: spec D 1.6, 5.9 (CB-02, H-73)."""

import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from linli.cli import main
from linli.edge import components
from linli.edge.services import keeping
from linli.edge.services.keeping import BoxFacts, MoveRefused, SealFailed, moving
from linli.edge.services.keeping.facts import facts_of, versions_of
from linli.edge.services.keeping.floors import Versions, obstacles
from linli.edge.services.keeping.standby import (
    NothingKept,
    Pairing,
    Standby,
    StandbyDoor,
    StillThere,
    pairing_key,
)
from linli.edge.services.web import Call, limits_for
from linli.kernel.clock import ManualClock
from linli.kernel.http import HttpServer

PASSPHRASE = "a long passphrase"
SECRET = "d0c0ffee" * 4
IDENTITY = {
    "serialNumber": "SN-0001",
    "activated": {"node": {"id": "n-1", "name": "jinanwangyuefu-01"}, "device": {"deviceSecret": SECRET}},
}


class BoxFolder:
    """What a running box keeps."""

    def __init__(self, folder: Path) -> None:
        self.home = folder
        folder.mkdir()

    def live(self) -> "BoxFolder":
        (self.home / "identity.json").write_text(json.dumps(IDENTITY))
        with closing(self.store()) as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("CREATE TABLE wish (id INTEGER PRIMARY KEY, text TEXT)")
            db.executemany(
                "INSERT INTO wish (text) VALUES (?)", [(f"card {n} opens door {SECRET}",) for n in range(500)]
            )
            db.commit()
        (self.home / "drivers" / "acme_meter").mkdir(parents=True)
        (self.home / "drivers" / "acme_meter" / "index.py").write_text("def handler(e, c): pass\n")
        for left_out in ("files/content/x", "logs/door_device/x.jsonl", "standby/key", "hardware-id"):
            (self.home / left_out).parent.mkdir(parents=True, exist_ok=True)
            (self.home / left_out).write_text("stays")
        return self

    def store(self) -> sqlite3.Connection:
        return sqlite3.connect(self.home / "box.sqlite3")

    def wishes(self) -> int:
        with closing(self.store()) as db:
            return int(db.execute("SELECT COUNT(*) FROM wish").fetchone()[0])

    def run(self, *words: str) -> int:
        return main(["edge", *words, "--home", str(self.home)])

    def backup(self, file: Path) -> Path:
        keeping.back_up(self.home, file, passphrase=PASSPHRASE, facts=facts_of(self.home), now_ms=1)
        return file


@pytest.fixture(autouse=True)
def passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINLI_EDGE_PASSPHRASE", PASSPHRASE)


@pytest.fixture
def old(tmp_path: Path) -> BoxFolder:
    return BoxFolder(tmp_path / "old").live()


@pytest.fixture
def new(tmp_path: Path) -> BoxFolder:
    box = BoxFolder(tmp_path / "new")
    (box.home / "hardware-id").write_text("other hardware")
    return box


@pytest.mark.parametrize("name", ["50-site.yaml", "10-site.network"])
def test_debians_network_files_are_kept_beside(
    old: BoxFolder, new: BoxFolder, tmp_path: Path, name: str
) -> None:
    folder, file = tmp_path / "system", tmp_path / "box.linlibox"
    folder.mkdir()
    for kept in (name, "README"):
        (folder / kept).write_text("kept")
    assert old.run("backup", str(file), "--network", str(folder)) == 0
    assert new.run("restore", str(file)) == 0
    assert [place.name for place in (new.home / "network-of-backup").iterdir()] == [name]


@pytest.mark.covers("CB-02", "H-73")
def test_a_box_is_moved_to_other_hardware_with_its_identity_data_and_drivers(
    old: BoxFolder, new: BoxFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    (scripts / "ifcfg-eno1").write_text("IPADDR=10.249.24.20\n")
    file = tmp_path / "box.linlibox"
    assert old.run("backup", str(file), "--network", str(scripts)) == 0
    assert new.run("restore", str(file)) == 0
    told = capsys.readouterr().out
    assert "this box is now jinanwangyuefu-01 (SN-0001, linli-edge)" in told
    assert "move: restored 100%" in told
    assert json.loads((new.home / "identity.json").read_text()) == IDENTITY
    assert new.wishes() == 500
    assert (new.home / "drivers" / "acme_meter" / "index.py").exists()
    assert (new.home / "network-of-backup" / "ifcfg-eno1").read_text() == "IPADDR=10.249.24.20\n"
    assert (new.home / "hardware-id").read_text() == "other hardware"
    assert not (new.home / "files").exists()
    assert not (new.home / "standby").exists()
    assert (keeping.take_moved(new.home), keeping.take_moved(new.home)) == (True, False)


def test_nothing_leaves_the_box_in_the_clear(old: BoxFolder, tmp_path: Path) -> None:
    file = old.backup(tmp_path / "b")
    raw = file.read_bytes()
    for word in (SECRET, "SN-0001", "jinanwangyuefu", "identity.json", "acme_meter"):
        assert word.encode() not in raw
    assert file.stat().st_mode & 0o077 == 0


def test_a_copy_of_a_database_in_use_is_of_one_moment(old: BoxFolder, new: BoxFolder, tmp_path: Path) -> None:
    going = threading.Event()

    def write() -> None:
        with closing(old.store()) as db:
            while not going.is_set():
                db.execute("INSERT INTO wish (text) VALUES ('a')")
                db.execute("INSERT INTO wish (text) VALUES ('b')")
                db.commit()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        file = old.backup(tmp_path / "b")
    finally:
        going.set()
        writer.join()
    assert new.run("restore", str(file)) == 0
    assert new.wishes() % 2 == 0
    with closing(new.store()) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("harm", ["passphrase", "cut", "changed", "head", "longer", "empty"])
def test_a_backup_that_is_not_whole_changes_nothing(
    old: BoxFolder, new: BoxFolder, tmp_path: Path, harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = old.backup(tmp_path / "b")
    raw = bytearray(file.read_bytes())
    if harm == "passphrase":
        monkeypatch.setenv("LINLI_EDGE_PASSPHRASE", "another passphrase")
    elif harm == "changed":
        raw[len(raw) // 2] ^= 1
    file.write_bytes(
        {"cut": raw[:-3], "head": raw[3:], "longer": raw + b"x", "empty": b""}.get(harm, bytes(raw))
    )
    before = sorted(new.home.iterdir())
    assert new.run("restore", str(file)) == 1
    assert sorted(place for place in new.home.iterdir() if place.name != "moving") == before
    assert keeping.progress(new.home).state in ("idle", "unpacking")
    keeping.finish(new.home)
    assert keeping.progress(new.home).state == "idle"


def test_an_active_box_is_not_overwritten_unless_it_is_said(old: BoxFolder, tmp_path: Path) -> None:
    file = old.backup(tmp_path / "b")
    other = BoxFolder(tmp_path / "other").live()
    assert other.run("restore", str(file)) == 1
    assert other.run("restore", str(file), "--replace") == 0
    assert (other.home / "moving" / "old" / "identity.json").exists()


CUT = """
import os, sys
from pathlib import Path
from linli.edge.services.keeping import moving, restore
from linli.edge.services.keeping.facts import versions_of
left = int(sys.argv[3])
whole = os.replace
def counted(self, target):
    global left
    left -= 1
    if left < 0:
        os._exit(9)
    whole(self, target)
    return Path(target)
Path.replace = counted
home = Path(sys.argv[2])
restore(Path(sys.argv[1]), home, passphrase="a long passphrase", here=versions_of(home), now_ms=5)
"""


@pytest.mark.parametrize("cut", [0, 1, 2, 3])
def test_a_move_that_is_killed_is_finished_or_never_began(
    old: BoxFolder, new: BoxFolder, tmp_path: Path, cut: int
) -> None:
    file = old.backup(tmp_path / "b")
    line = [sys.executable, "-c", CUT, str(file), str(new.home), str(cut)]
    done = subprocess.run(line, check=False, capture_output=True)
    assert done.returncode == 9, done.stderr
    if keeping.finish(new.home):  # its plan was on the disk
        assert keeping.progress(new.home).state == "restored"
        assert (new.wishes(), (new.home / "identity.json").exists()) == (500, True)
    else:
        assert cut == 0
        assert not (new.home / "identity.json").exists()
        assert new.run("restore", str(file)) == 0
        assert new.wishes() == 500


# versions


def of(model: str = "LE-A-B002-SC001", base: str = "2.10", **found: dict[str, str]) -> Versions:
    return Versions(model=model, base=base, **found)  # type: ignore[arg-type]


@pytest.mark.covers("H-73")
@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (of(), of(), []),
        (of(), of(model="LE-A-B011-SC001"), [("model", "all")]),
        (of(base="2.9"), of(), [("base", "all")]),
        (of(), of(base="1.99.9"), [("base", "all")]),
        (of(protocols={"门禁设备官方协议": "2.9.9"}), of(), [("protocol", "data")]),
        (of(protocols={"门禁设备官方协议": "2.10.0"}), of(), []),
        (of(protocols={"门禁一体机官方协议": "1.0.2"}), of(), [("protocol", "data")]),
        (of(protocols={"门禁一体机官方协议": "1.0.2"}), of(protocols={"门禁一体机官方协议": "1.0.3"}), []),
        (of(protocols={"门禁系统官方协议": "0.1"}), of(), []),
        (of(components={"边缘规则引擎": "V3.0", "边缘通行服务": "V3.1"}), of(), [("component", "data")]),
        (of(components={"边缘通行服务": "soon"}), of(), [("component", "data")]),
    ],
)
def test_version_floors(old: Versions, new: Versions, found: list[tuple[str, str]]) -> None:
    assert [(one.what, one.blocks) for one in obstacles(old, new)] == found


def test_this_releases_own_drivers_can_be_moved(new: BoxFolder) -> None:
    here = versions_of(new.home)
    assert here.protocols["门禁设备官方协议"] == "2.10.0"
    assert obstacles(here, here) == []


def test_another_model_is_refused_and_old_drivers_wait_for_their_upgrade(
    old: BoxFolder, new: BoxFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "b"
    facts = BoxFacts(serial_number="SN-1", versions=of(protocols={"门禁设备官方协议": "2.9.0"}))
    keeping.back_up(old.home, file, passphrase=PASSPHRASE, facts=facts, now_ms=1)
    with pytest.raises(MoveRefused, match="LE-A-B002-SC001"):
        keeping.restore(file, new.home, passphrase=PASSPHRASE, here=of(model="X"), now_ms=2)
    assert not (new.home / "identity.json").exists()
    keeping.restore(file, new.home, passphrase=PASSPHRASE, here=of(), now_ms=2)
    state = keeping.progress(new.home)
    assert (state.state, state.waits_for[0].needed) == ("waiting_upgrade", "≥ 2.10.0")
    monkeypatch.setattr(moving, "versions_of", lambda _: of(protocols={"门禁设备官方协议": "2.9.9"}))
    assert [obstacle.needed for obstacle in moving.upgraded(new.home)] == ["≥ 2.10.0"]
    monkeypatch.setattr(moving, "versions_of", lambda _: of(protocols={"门禁设备官方协议": "2.11.0"}))
    assert moving.upgraded(new.home) == []
    assert keeping.progress(new.home).state == "restored"


def test_a_component_is_waited_for_until_its_version_is_told(
    old: BoxFolder, new: BoxFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "b"
    facts = BoxFacts(serial_number="SN-1", versions=of(components={"边缘通行服务": "3.0"}))
    keeping.back_up(old.home, file, passphrase=PASSPHRASE, facts=facts, now_ms=1)
    keeping.restore(file, new.home, passphrase=PASSPHRASE, here=of(), now_ms=2)
    shipped = components.shipped()
    without = {code: manifest for code, manifest in shipped.items() if code != components.PASSAGE}
    monkeypatch.setattr(components, "shipped", lambda: without)
    assert len(moving.upgraded(new.home)) == 1
    assert keeping.progress(new.home).state == "waiting_upgrade"
    monkeypatch.setattr(components, "shipped", lambda: shipped)
    assert moving.upgraded(new.home) == []


def test_a_short_passphrase_is_refused(
    old: BoxFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LINLI_EDGE_PASSPHRASE", "short")
    assert old.run("backup", str(tmp_path / "b")) == 1
    assert "at least 12 characters" in capsys.readouterr().out
    assert list(tmp_path.glob("*b*")) == []


# standby


class Pair:
    """An active box that serves, and its standby."""

    def __init__(self, old: BoxFolder, new: BoxFolder) -> None:
        self.old, self.new = old, new
        self.clock = ManualClock()
        self.door = StandbyDoor(old.home, lambda: facts_of(old.home), self.clock)
        self.server = HttpServer(Call.app(self.door.serve), limits=limits_for(body_bytes=1024))
        self.standby = Standby(new.home, self.clock)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"


@pytest.fixture
async def pair(old: BoxFolder, new: BoxFolder) -> AsyncIterator[Pair]:
    pair = Pair(old, new)
    await pair.server.start()
    key = pairing_key(old.home, make=True)
    assert key is not None
    pair.standby.pair(Pairing(pair.address, key))
    yield pair
    await pair.server.stop()


@pytest.mark.covers("H-73")
async def test_a_standby_fetches_and_takes_over_when_the_box_is_gone(pair: Pair) -> None:
    with pytest.raises(StillThere):
        await pair.standby.take_over(here=versions_of(pair.new.home))
    for _ in range(5):
        await pair.standby.pull()
        await pair.clock.advance(900_000)
    assert len(pair.standby.kept()) == 3
    with closing(pair.old.store()) as db:
        db.execute("INSERT INTO wish (text) VALUES ('the last one')")
        db.commit()
    manifest = await pair.standby.pull()
    assert manifest.box.node_name == "jinanwangyuefu-01"
    assert not (pair.new.home / "identity.json").exists()  # it is nobody until it takes over
    await pair.server.stop()
    await pair.standby.take_over(here=versions_of(pair.new.home))
    assert pair.new.wishes() == 501
    assert json.loads((pair.new.home / "identity.json").read_text()) == IDENTITY


async def test_a_damaged_backup_is_passed_over_for_the_one_before(pair: Pair) -> None:
    await pair.standby.pull()
    await pair.clock.advance(1000)
    await pair.standby.pull()
    newest = pair.standby.kept()[-1]
    newest.write_bytes(newest.read_bytes()[:-1])
    await pair.standby.take_over(here=versions_of(pair.new.home), force=True)
    assert pair.new.wishes() == 500


async def test_only_the_paired_standby_is_served(pair: Pair) -> None:
    async with httpx.AsyncClient(base_url=pair.address, trust_env=False) as stranger:
        assert (await stranger.get("/standby/archive")).status_code == 403
        headers = pair.standby._headers("/standby/state")
        assert (await stranger.get("/standby/state", headers=headers)).status_code == 200
        assert (
            await stranger.get("/standby/state", headers=headers)
        ).status_code == 403  # a nonce serves once
        assert (
            await stranger.get("/standby/archive", headers=pair.standby._headers("/standby/state"))
        ).status_code == 403
        old_time = pair.standby._headers("/standby/state")
        await pair.clock.advance(301_000)
        assert (await stranger.get("/standby/state", headers=old_time)).status_code == 403
    pairing_key(pair.old.home, make=True)  # a new pairing ends the old one
    with pytest.raises(httpx.HTTPStatusError):
        await pair.standby.pull()
    assert pair.standby.kept() == []


async def test_a_standby_of_none_says_so(new: BoxFolder) -> None:
    with pytest.raises(NothingKept):
        await Standby(new.home, ManualClock()).take_over(here=of())
    assert new.run("standby", "run") == 1


def test_the_seal_refuses_what_is_no_backup(tmp_path: Path) -> None:
    for content in (b"", b"LINLIBOX1\n", b"x" * 100, b"LINLIBOX1\n" + os.urandom(16) + b"\x80\x00\x00\x00"):
        (tmp_path / "b").write_bytes(content)
        with pytest.raises(SealFailed):
            keeping.archive.read_manifest(tmp_path / "b", PASSPHRASE)
