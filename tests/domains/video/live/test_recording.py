"""The platform records cameras: plans, files, index, gaps, room, and what a page gets of it."""

import asyncio
import hashlib
import io
import itertools
import json
import subprocess
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from linli.domains.security.events import SecurityAlarmed
from linli.domains.video.models import recording_gaps, recording_segments
from linli.domains.video.recorder import recorded
from linli.domains.video.recorder.keeper import Recorder
from linli.domains.video.recorder.timeline import GROWING_MS, uncovered
from linli.domains.video.recording_rows import OPEN, WHOLE, Gap, Segment
from linli.kernel.db import Query
from linli.kernel.disk import free_space
from linli.kernel.events import emit
from linli.media.recorder.exported import PURPOSE, check, fingerprint, key_from
from linli.media.recorder.files import contents
from linli.sim import gb28181 as sim
from tests.clips import checksums, clip
from tests.domains.video.live.conftest import WAIT_S, House

DAY_MS = 86_400_000
_gaps = Query(select(recording_gaps), Gap, unscoped="of the test")
_rows = Query(select(recording_segments.c.segment_id, recording_segments.c.bytes), unscoped="of the test")


async def until(ready: Callable[[], Any]) -> Any:
    """What `ready` says once it says something."""
    async with asyncio.timeout(WAIT_S):
        while True:
            told = ready()
            if asyncio.iscoroutine(told):
                told = await told
            if told:
                return told
            await asyncio.sleep(0.05)


def folder(house: House) -> Path:
    recorder = house.platform.video.recordings.recorder
    assert recorder is not None
    return recorder.ledger.folder


def files_of(house: House) -> list[Path]:
    return sorted(folder(house).glob("*/*/*.mp4"))


async def timeline(house: House, path: str) -> dict[str, Any]:
    now_ms = int(time.time() * 1000)
    span = {"beginMs": now_ms - 3_600_000, "endMs": now_ms + 3_600_000}
    answer = await house.desk.get(f"{path}/timeline", params=span)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def plan(house: House, path: str, **form: Any) -> None:
    answer = await house.desk.put(f"{path}/recording", json={"mode": "plan", **form})
    assert answer.status_code == 204, answer.text


async def state(house: House, path: str) -> dict[str, Any]:
    told: dict[str, Any] = (await house.desk.get(f"{path}/recording")).json()
    return told


async def recorded_ms(house: House, path: str, wanted: int) -> list[dict[str, Any]]:
    """Files once they have so much."""

    async def enough() -> list[dict[str, Any]]:
        files: list[dict[str, Any]] = (await timeline(house, path))["files"]
        whole = sum(row["endMs"] - row["beginMs"] for row in files)
        return files if whole >= wanted else []

    got: list[dict[str, Any]] = await until(enough)
    return got


async def ended() -> None:
    """No camera is recorded any more, and each file is whole."""
    await until(lambda: not any(task.get_name().startswith("recording ") for task in asyncio.all_tasks()))


def plays(path: Path) -> int:
    """Pictures that FFmpeg decodes of a file, and no fault."""
    words = ["ffmpeg", "-v", "error", "-xerror", "-i", str(path), "-f", "framemd5", "-"]
    done = subprocess.run(words, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not done.stderr, done.stderr
    return sum(not line.startswith(b"#") for line in done.stdout.splitlines())


async def test_a_camera_is_recorded_by_plan_and_played_from_the_index(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(recorded, "FILE_MS", 2_000)
    monkeypatch.setattr(recorded, "_NOTED_FRAGMENTS", 1)
    path = await house.camera()
    assert (await house.desk.get(path)).json()["state"] == "online"
    assert (await state(house, path))["state"] == "off"
    await plan(house, path, days=7)
    files = await recorded_ms(house, path, 6_000)
    assert {row["cause"] for row in files} == {"plan"}
    for before, after in itertools.pairwise(files):
        assert 0 <= after["beginMs"] - before["endMs"] < 1_500
    told = await state(house, path)
    assert (told["state"], told["cause"]) == ("recording", "")
    await plan(house, path, mode="off")
    await ended()
    files = (await timeline(house, path))["files"]
    rows = {int(number): int(size) for number, size in await _rows.all(house.platform.db)}
    there = {int(each.stem): each.stat().st_size for each in files_of(house)}
    assert rows == there
    assert sum(row["bytes"] for row in files) == sum(there.values())
    assert [int(row["id"]) for row in files] == sorted(there)
    assert sum(plays(each) for each in files_of(house)) >= 100
    span = {"beginMs": files[0]["beginMs"], "endMs": files[-1]["endMs"]}
    film = (await house.desk.post(f"{path}/timeline/play", json=span)).json()
    url = f"{house.url}/vod/{files[1]['id']}.mp4?token={film['token']}"
    whole = await house.desk.get(url)
    assert (whole.status_code, whole.headers["content-type"]) == (200, "video/mp4")
    assert set(checksums("mp4", whole.content)) <= set(checksums("h264", clip()))
    part = await house.desk.get(url, headers={"range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    later = await house.desk.get(f"{url}&at=1500")
    assert (
        later.content[: contents(files_of(house)[0]).head]
        == whole.content[: contents(files_of(house)[0]).head]
    )
    assert 0 < len(checksums("mp4", later.content)) < len(checksums("mp4", whole.content))
    wanted = {"beginMs": files[0]["beginMs"] + 1_000, "endMs": files[-1]["endMs"], "reason": "物品遗失"}
    saved = (await house.desk.post(f"{path}/timeline/download", json=wanted)).json()
    film_file = await house.desk.get(house.url + saved["path"])
    assert "attachment" in film_file.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(film_file.content)) as archive:
        film_bytes = archive.read("recording.mp4")
        manifest = json.loads(archive.read("manifest.json"))
    assert len(film_bytes) == saved["bytes"]
    assert len(checksums("mp4", film_bytes)) >= 100
    assert (manifest["camera"]["name"], manifest["exported"]["reason"]) == ("北门枪机", "物品遗失")
    assert manifest["exported"]["account"]
    assert len(manifest["contained"]) == len(files)
    sha256 = hashlib.sha256(film_bytes).hexdigest()
    assert manifest["files"] == [{"name": "recording.mp4", "size": len(film_bytes), "sha256": sha256}]
    own = fingerprint(key_from(house.platform.secrets.derived(PURPOSE)).public_key().public_bytes_raw())
    taken = tmp_path / "taken.zip"
    taken.write_bytes(film_file.content)
    assert check(taken, by=own).outcome == "intact"
    assert (await house.desk.get(house.url + saved["path"])).status_code == 403
    views = (await house.desk.get(f"{house.at}/camera-looks")).json()["data"]
    assert [(row["what"], row["reason"]) for row in views] == [("download", "物品遗失"), ("play", "")]
    assert [row["sha256"] for row in views] == [sha256, ""]


async def test_what_a_ticket_does_not_open(house: House) -> None:
    path = await house.camera()
    await plan(house, path)
    (row,) = await recorded_ms(house, path, 1_500)
    span = {"beginMs": row["beginMs"] - 7_200_000, "endMs": row["beginMs"] - 3_600_000}
    film = (await house.desk.post(f"{path}/timeline/play", json=span)).json()
    for name, status in (
        (row["id"], 404), ("1", 404), ("..%2F..%2Fmaster", 403), ("-1", 404), ("9" * 30, 404), ("download", 404),
    ):  # fmt: skip
        answer = await house.desk.get(f"{house.url}/vod/{name}.mp4?token={film['token']}")
        assert answer.status_code == status, name
    assert (await house.desk.get(f"{house.url}/vod/{row['id']}.mp4?token=x")).status_code == 403
    assert (await house.desk.get(f"{house.url}/vod/{row['id']}.mp4")).status_code == 403
    for form, field in (
        ({"beginMs": 2, "endMs": 1, "reason": "x"}, "endMs"),
        ({"beginMs": 0, "endMs": 9_000_000, "reason": "x"}, "endMs"),
        ({"beginMs": 0, "endMs": 1_000, "reason": "  "}, "reason"),
        ({"beginMs": 0, "endMs": 1_000, "reason": "x" * 300}, "reason"),
    ):
        answer = await house.desk.post(f"{path}/timeline/download", json=form)
        assert (answer.status_code, answer.json()["field"]) == (400, field), answer.text
    for body, field in (({"mode": "always"}, "mode"), ({"mode": "plan", "days": 0}, "days")):
        answer = await house.desk.put(f"{path}/recording", json=body)
        assert answer.status_code == 400, answer.text
        assert field in answer.text


async def test_recording_by_hand_ends_and_locks_are_kept(house: House) -> None:
    path = await house.camera()
    assert (await house.desk.post(f"{path}/recording/manual", json={"minutes": 5})).status_code == 204
    files = await recorded_ms(house, path, 1_500)
    assert files[0]["cause"] == "manual"
    assert (await state(house, path))["manualUntilMs"] > 0
    assert (await house.desk.post(f"{path}/recording/manual", json={"minutes": 0})).status_code == 204
    await ended()
    assert (await state(house, path))["state"] == "off"
    span = {"beginMs": files[0]["beginMs"], "endMs": files[0]["endMs"], "reason": "警方调取"}
    assert (await house.desk.post(f"{path}/timeline/lock", json=span)).json() == {"files": 1}
    told = await state(house, path)
    assert told["lockedBytes"] == told["bytes"] > 0
    unlock = {**span, "locked": False}
    assert (await house.desk.post(f"{path}/timeline/lock", json=unlock)).json() == {"files": 1}


async def test_a_camera_that_is_away_and_comes_back(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded, "STALL_MS", 1_000)
    path = await house.camera()
    await plan(house, path)
    await recorded_ms(house, path, 1_500)
    (camera,) = house.cameras
    camera.faults = sim.Faults(refuses=486)
    for sender in list(camera.senders.values()):
        await sender.stop()

    async def away() -> bool:
        return (await state(house, path))["cause"] == "video.refused"

    await until(away)
    camera.faults = sim.Faults()

    async def back() -> list[dict[str, Any]]:
        return [row for row in (await timeline(house, path))["files"] if row["open"]]

    await until(back)
    causes = [row["cause"] for row in (await timeline(house, path))["holes"]]
    assert "video.refused" in causes
    assert causes[0] == "unplanned"


async def test_around_an_alarm_with_ten_seconds_before(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded, "BEFORE_MS", 3_000)
    monkeypatch.setattr("linli.domains.video.service.recording.AFTER_EVENT_MS", 2_000)
    path = await house.camera()
    await plan(house, path, mode="event")
    row = (await house.desk.get(path)).json()
    recorder = house.platform.video.recordings.recorder
    assert recorder is not None

    def ready() -> bool:
        camera = recorder.camera(row["iotId"])
        kept = list(camera._before) if camera is not None else []
        return bool(kept) and kept[-1].end_ms - kept[0].begin_ms >= 3_000

    await until(ready)
    assert (await state(house, path))["state"] == "waiting"
    assert files_of(house) == []
    camera = recorder.camera(row["iotId"])
    assert camera is not None
    at_ms = int(time.time() * 1000)
    alarm = SecurityAlarmed(camera.plan.tenant_id, int(house.community), 1, row["iotId"], 2, at_ms, "new")
    await house.platform.db.run(lambda tx: emit(tx, alarm))
    files = await recorded_ms(house, path, 4_000)
    assert {each["cause"] for each in files} == {"event"}
    assert files[0]["beginMs"] <= at_ms - 2_000

    async def over() -> bool:
        return (await state(house, path))["state"] == "waiting"

    await until(over)
    await plan(house, path, mode="off")
    await ended()
    assert sum(plays(each) for each in files_of(house)) >= 75


async def test_after_a_crash_files_play_up_to_their_last_fragment(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await house.camera()
    await plan(house, path)
    await recorded_ms(house, path, 1_500)
    old = house.platform.video.recordings.recorder
    assert old is not None
    await old._rounds.stop()
    tasks = [task for _, task in old._cameras.values()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    (file,) = files_of(house)
    whole = file.stat().st_size
    with file.open("ab") as torn:
        torn.write(b"\x00\x01\x00\x00moof" + b"x" * 999)
    platform = house.platform
    new = Recorder(
        desk=platform.video.desk, db=platform.db, clock=platform.clock, ids=platform.ids, ledger=old.ledger,
        process=platform.processes.name,
    )  # fmt: skip
    platform.video.recordings.recorder = new
    await new.start()
    (first, *_) = await until(lambda: two_files(house, path))
    assert (first["bytes"], file.stat().st_size, first["open"]) == (whole, whole, False)
    assert plays(file) > 0
    assert "restarted" in {gap.cause for gap in await _gaps.all(platform.db)}


async def two_files(house: House, path: str) -> list[dict[str, Any]]:
    files: list[dict[str, Any]] = (await timeline(house, path))["files"]
    return files if len(files) == 2 else []


async def test_no_more_than_its_room_the_oldest_first_and_locked_ones_never(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorded, "FILE_MS", 1_000)
    path = await house.camera()
    recorder = house.platform.video.recordings.recorder
    assert recorder is not None
    ledger = recorder.ledger
    await plan(house, path)
    files = await recorded_ms(house, path, 2_500)
    ledger.most_bytes = 3 * max(row["bytes"] for row in files)
    oldest = files[0]["id"]
    largest = 0

    async def gone() -> bool:
        nonlocal largest
        largest = max(largest, sum(each.stat().st_size for each in files_of(house) if each.exists()))
        return not any(row["id"] == oldest for row in (await timeline(house, path))["files"])

    await until(gone)
    hole = next(row for row in (await timeline(house, path))["holes"] if row["cause"] == "erased")
    assert hole["beginMs"] <= files[0]["beginMs"] < files[0]["endMs"] <= hole["endMs"]
    assert largest <= max(ledger.most_bytes, sum(row["bytes"] for row in files) + ledger.most_bytes)
    now_ms = int(time.time() * 1000)
    span = {"beginMs": now_ms - 3_600_000, "endMs": now_ms + 3_600_000, "reason": "警方调取"}

    async def used_up() -> bool:
        await house.desk.post(f"{path}/timeline/lock", json=span)
        return (await state(house, path))["cause"] == "quota"

    await until(used_up)
    assert ledger.bytes <= ledger.most_bytes
    assert sum(each.stat().st_size for each in files_of(house)) <= ledger.most_bytes
    assert "quota" in house.platform.condition.recordings_notice()
    ledger.most_bytes = 0
    ledger.free_bytes = lambda _folder: 0

    async def full() -> bool:
        return (await state(house, path))["cause"] == "disk_full"

    await until(full)
    locked = len((await timeline(house, path))["files"])
    ledger.free_bytes = free_space

    async def goes_on() -> bool:
        return len((await timeline(house, path))["files"]) > locked

    await until(goes_on)
    causes = {row["cause"] for row in (await timeline(house, path))["holes"]}
    assert {"quota", "disk_full"} <= causes


async def test_files_go_with_their_camera(house: House) -> None:
    path = await house.camera()
    await plan(house, path)
    await recorded_ms(house, path, 1_500)
    row = (await house.desk.get(path)).json()
    moved = await house.desk.put(f"/devices/{row['iotId']}/community", json={"communityId": None})
    assert moved.status_code == 204, moved.text
    await ended()
    recorder = house.platform.video.recordings.recorder
    assert recorder is not None
    await recorder.ledger.tidy()
    assert files_of(house) == []
    assert await _rows.all(house.platform.db) == []


def test_what_a_growing_file_has_beyond_its_row_is_no_gap() -> None:
    grows = Segment(1, "t", 1, "camera", 0, 10_000, 1, "plan", OPEN, 0)
    assert uncovered([grows], 0, 10_000 + GROWING_MS) == []
    assert uncovered([grows], 0, 40_000) == [(10_000 + GROWING_MS, 40_000)]
    assert uncovered([grows._replace(state=WHOLE)], 0, 20_000) == [(10_000, 20_000)]
