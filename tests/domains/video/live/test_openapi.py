"""The `/vision/*` methods by signed calls; FFmpeg is the player."""

import asyncio
import base64
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from linli.kernel import tenancy
from linli.kernel.clock import SystemClock
from linli.kernel.scope import Scope
from linli.sim import gb28181 as sim
from tests.clips import FFMPEG, checksums, clip
from tests.domains.video.live.conftest import WAIT_S, House, channel
from tests.openapi.house import Partner

RECORDINGS = [
    ("2026-11-30T08:00:00", "2026-11-30T08:30:00", "time", 1000),
    ("2026-11-30T09:00:00", "2026-11-30T09:10:00", "alarm", 2000),
    ("2026-11-30T10:00:00", "2026-11-30T10:30:00", "time", 3000),
]
EIGHT = 1_795_996_800
"""2026-11-30 08:00:00 in China."""


class _Place:
    def __init__(self, url: str) -> None:
        self.url = url
        self.clock = SystemClock()


async def _partner(house: House) -> Partner:
    """A key of a project that has the cameras' community."""
    platform = house.platform
    async with platform.db.begin() as tx:
        (tenant,) = await tenancy.list_tenants(tx)
        owner = Scope.system(tenant.id)
        project_id = await tenancy.create_project(owner, tx, name="集成", ids=platform.ids)
        await tenancy.grant_community(owner, tx, project_id=project_id, community_id=int(house.community))
        key, secret = await tenancy.create_app_key(
            owner, tx, project_id=project_id, ids=platform.ids, secrets=platform.secrets
        )
    return Partner(_Place(house.url), tenant.id, project_id, key, secret)  # type: ignore[arg-type]


async def _set_up(house: House, **more: Any) -> tuple[Partner, str]:
    await house.known()
    assert await house.recorder(channel(**more)).start() == 200
    (row,) = await house.listed()
    return await _partner(house), row["iotId"]


async def _play(url: str, seconds: float = 1.6) -> list[str]:
    """Checksums of the pictures that FFmpeg gets in so much of the stream's own time."""
    assert FFMPEG is not None
    words = [FFMPEG, "-loglevel", "error", "-t", str(seconds), "-i", url, "-f", "framemd5", "-"]
    done = await asyncio.to_thread(
        subprocess.run, words, capture_output=True, timeout=WAIT_S * 3, check=False
    )
    lines = done.stdout.decode().splitlines()
    return [line.rpartition(",")[2].strip() for line in lines if not line.startswith("#")]


def _decryptor() -> Callable[..., bytes]:
    """As the guide has it."""
    guide = Path(__file__).parents[4] / "docs" / "guides" / "video.zh.md"
    code: dict[str, Any] = {}
    exec(guide.read_text("utf-8").partition("```python")[2].partition("```")[0], code)
    decrypt: Callable[..., bytes] = code["decrypt_flv"]
    return decrypt


def _check(seen: list[str], least: int = 20) -> None:
    expected = checksums("h264", clip())
    assert len(seen) >= least, seen
    begin = expected.index(seen[0])
    assert seen == (expected[begin:] + expected * 9)[: len(seen)]


async def _fetch(url: str, least: int) -> bytes:
    data = b""
    async with (
        asyncio.timeout(WAIT_S),
        httpx.AsyncClient(trust_env=False) as client,
        client.stream("GET", url) as answer,
    ):
        assert answer.status_code == 200
        async for chunk in answer.aiter_bytes():
            data += chunk
            if len(data) >= least:
                break
    return data


async def test_live_addresses_play_in_ffmpeg(house: House) -> None:
    partner, iot_id = await _set_up(house)
    told = await partner.call(
        "/vision/stream/query", "2.1.1", {"iotId": iot_id, "scheme": "flv", "streamType": 0}
    )
    assert told["code"] == 200, told
    assert told["data"]["supportRelayPrePlay"] is False
    path = told["data"]["path"]
    assert re.fullmatch(house.url + r"/live/\w{6}_0\.flv\?token=[\w-]{24}&session=\w{16}", path), path
    _check(await _play(path))
    async with httpx.AsyncClient(trust_env=False) as client:
        again = await client.get(path)
    assert (again.status_code, again.json()) == (403, {"code": "video.token_used"})
    hls = await partner.call(
        "/vision/stream/query", "2.1.0", {"iotId": iot_id, "scheme": "hls", "streamType": 1}
    )
    assert "_1/index.m3u8?" in hls["data"]["path"]
    _check(await _play(hls["data"]["path"]))
    stopped = await partner.call("/vision/stream/stop", "1.0.4", {"iotId": iot_id})
    assert (stopped["code"], stopped["data"]) == (200, {})
    (camera,) = house.cameras
    await camera.until(lambda: not camera.senders)


async def test_key_frames_are_encrypted_and_the_guides_decryptor_opens_them(house: House) -> None:
    partner, iot_id = await _set_up(house)
    asked = {"iotId": iot_id, "scheme": "flv", "encrypted": True, "encryptType": 0, "forceIFrame": True}
    told = await partner.call("/vision/stream/query", "2.1.0", asked)
    keys = {name: base64.b64decode(told["data"]["decryptKey"][name]) for name in ("key", "iv")}
    data = await _fetch(told["data"]["path"], 120_000)
    _check(checksums("flv", _decryptor()(data, **keys)))
    (camera,) = house.cameras
    assert len(camera.controls.keys_asked) == 1


@pytest.mark.covers("B058", "B059", "F-003", "F-004")
async def test_recordings_by_time_and_kind_and_their_playback(house: House) -> None:
    partner, iot_id = await _set_up(house, recordings=RECORDINGS)
    span = {"iotId": iot_id, "beginTime": EIGHT, "endTime": EIGHT + 7 * 3600}
    first = await partner.call("/vision/record/query", "2.0.0", {**span, "pageNo": 0, "pageSize": 2})
    data = first["data"]
    assert [row["beginTime"] for row in data["recordFileList"]] == [
        "2026-11-30 08:00:00",
        "2026-11-30 09:00:00",
    ]
    assert (data["nextValid"], data["nextBeginTime"]) == (True, EIGHT + 2 * 3600)
    alarms = await partner.call(
        "/vision/record/query", "2.0.0", {**span, "recordType": 1, "needSnapshot": True}
    )
    (row,) = alarms["data"]["recordFileList"]
    assert (row["recordType"], row["fileSize"], row["endTime"]) == (1, 2000, "2026-11-30 09:10:00")
    async with httpx.AsyncClient(trust_env=False, timeout=WAIT_S) as client:
        picture = await client.get(row["snapshotUrl"])
    assert (picture.status_code, picture.content[:3]) == (200, b"\xff\xd8\xff"), picture.text[:200]
    by_file = await partner.call(
        "/vision/vod/getbyfilename", "2.0.0", {"iotId": iot_id, "fileName": row["fileName"]}
    )
    assert f"/vod/{EIGHT + 3600}.flv?token=" in by_file["data"]["vodUrl"]
    _check(await _play(by_file["data"]["vodUrl"]))
    assert await _play(by_file["data"]["vodUrl"]) == []
    by_name = await partner.call(
        "/vision/vod/localfile/getbyname",
        "2.0.0",
        {"iotId": iot_id, "fileName": row["fileName"], "scheme": "hls", "seekTime": 60},
    )
    assert f"/vod/{EIGHT + 3660}/index.m3u8?" in by_name["data"]["vodUrl"]
    _check(await _play(by_name["data"]["vodUrl"]))
    by_time = {**span, "endTime": EIGHT + 600, "seekTime": 300, "scheme": "flv"}
    timed = await partner.call("/vision/vod/localfile/getbytime", "2.0.1", by_time)
    assert f"/vod/{EIGHT + 300}.flv?" in timed["data"]["vodUrl"]
    _check(await _play(timed["data"]["vodUrl"]))
    nothing = {**by_time, "recordType": 2}
    refused = await partner.call("/vision/vod/localfile/getbytime", "2.0.1", nothing)
    assert refused["localizedMsg"] == "这段时间没有录像。"


@pytest.mark.parametrize("house", ["rtmp"], indirect=True)
@pytest.mark.covers("B057", "F-001", "F-002")
async def test_the_three_kinds_of_addresses_main_and_sub_and_their_end(house: House) -> None:
    partner, iot_id = await _set_up(house, sub_pictures=lambda: sim.looped(clip()))
    port = house.platform.video.desk.rtmp_port
    asked = {"iotId": iot_id, "scheme": "rtmp", "streamType": 0, "cacheDuration": 1}
    told = await partner.call("/vision/stream/query", "2.1.1", asked)
    path = told["data"]["path"]
    shape = rf"rtmp://127\.0\.0\.1:{port}/live\?token=[\w-]{{24}}&session=\w{{16}}&cacheDuration=1/\w{{6}}_0"
    assert re.fullmatch(shape, path), path
    _check(await _play(path))
    assert await _play(path) == []
    for scheme in ("hls", "flv"):
        sub = await partner.call(
            "/vision/stream/query", "2.1.0", {**asked, "scheme": scheme, "streamType": 1}
        )
        assert "_1" in sub["data"]["path"]
        _check(await _play(sub["data"]["path"]))
    secret = await partner.call(
        "/vision/stream/query", "2.1.1", {**asked, "scheme": "flv", "encrypted": True}
    )
    keys = {name: base64.b64decode(text) for name, text in secret["data"]["decryptKey"].items()}
    assert {name: len(value) for name, value in keys.items()} == {"key": 16, "iv": 16}
    _check(checksums("flv", _decryptor()(await _fetch(secret["data"]["path"], 120_000), **keys)))
    for kind in (0, 1):
        stop = {"iotId": iot_id, "streamType": kind}
        assert (await partner.call("/vision/stream/stop", "1.0.4", stop))["data"] == {}
    (camera,) = house.cameras
    await camera.until(lambda: not camera.senders)


async def test_refusals(house: House) -> None:
    partner, iot_id = await _set_up(house)
    foreign = await partner.call("/vision/stream/query", "2.1.1", {"iotId": "nobody-has-this"})
    assert (foreign["code"], foreign["message"], foreign["localizedMsg"]) == (
        403,
        "request forbidden.",
        "请求被禁止",
    )
    bad = await partner.call("/vision/stream/query", "2.1.1", {"iotId": iot_id, "scheme": "rtsp"})
    assert "scheme" in bad["message"]
    rtmp = await partner.call("/vision/stream/query", "2.1.1", {"iotId": iot_id, "scheme": "rtmp"})
    assert rtmp["localizedMsg"] == "本平台未开启 rtmp 播放，请改用 flv / hls。"
    (camera,) = house.cameras
    camera.faults = sim.Faults(silent=True)
    silent = await partner.call("/vision/stream/query", "2.0.0", {"iotId": iot_id})
    assert "没有收到任何画面数据" in silent["localizedMsg"]
