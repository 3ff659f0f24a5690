"""The doctor of cameras by GB/T 28181: each fault of a camera on the wire is named in words, and what mends it."""

import asyncio
import json
import socket
from typing import Any

import pytest

from linli.domains.video.doctor.ladder import MOST_DOUBTFUL
from linli.domains.video.gb28181.questions import Questions
from linli.sim import gb28181 as sim
from tests.domains.video.live.conftest import CAMERA, PASSWORD, RECORDER, WAIT_S, House, channel

type Steps = dict[str, dict[str, Any]]


async def steps_of(house: House, path: str) -> Steps:
    answer = await house.desk.get(f"{path}/doctor")
    assert answer.status_code == 200, answer.text
    for row in answer.json()["checks"]:
        assert row["reason"], row
        assert "{" not in row["reason"], row
        assert not row["reason"].startswith(("doctor.", "error.")), row
    return {row["step"]: row for row in answer.json()["checks"]}


async def tried(house: House, path: str) -> tuple[Steps, dict[str, Any]]:
    """The steps once a test is over."""
    answer = await house.desk.post(f"{path}/doctor/test")
    assert answer.status_code == 204, answer.text
    async with asyncio.timeout(WAIT_S):
        while (trial := (await house.desk.get(f"{path}/doctor")).json()["trial"])["phase"] != "over":
            await asyncio.sleep(0.1)
    return await steps_of(house, path), trial


def shown(steps: Steps, step: str) -> tuple[str, str]:
    return steps[step]["state"], steps[step]["cause"]


async def test_a_sound_camera_is_good_at_every_step(house: House) -> None:
    path = await house.camera()
    (camera,) = house.cameras
    assert await camera.keep_alive() == 200
    before = await steps_of(house, path)
    assert shown(before, "asked") == ("unknown", "not_asked")
    assert before["asked"]["mend"] == "test"
    steps, trial = await tried(house, path)
    states = {step: row["state"] for step, row in steps.items()}
    assert states.pop("recording") == states.pop("view") == "unknown"
    assert set(states.values()) == {"good"}, steps
    assert steps["playing"]["cause"] == "plays_whole"
    assert "320×240" in steps["codec"]["reason"]
    assert (trial["clock"]["cause"], trial["reason"]) == ("clock_good", "")
    assert steps["asked"]["sinceMs"] >= steps["registered"]["sinceMs"] > 0


@pytest.mark.parametrize(
    ("faults", "step", "state", "cause", "mend"),
    [
        ({"silent": True}, "media", "bad", "no_rtp", "tcp"),
        ({"stranger": "127.0.0.9"}, "media", "bad", "stranger", "test"),
        ({"refuses": 486}, "asked", "bad", "invite_busy", "test"),
        ({"refuses": 500}, "asked", "bad", "invite_refused", "test"),
        ({"deaf": True}, "asked", "bad", "invite_silent", "test"),
        ({"h265": True}, "codec", "bad", "h265", "test"),
        ({"no_key": True}, "playing", "bad", "no_key", "test"),
        ({"keys_each": 6}, "playing", "warn", "long_gap", "test"),
        ({"loses": 40}, "media", "warn", "lossy", "tcp"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
async def test_each_fault_is_named(
    house: House,
    faults: dict[str, Any],
    step: str,
    state: str,
    cause: str,
    mend: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if "loses" in faults:
        monkeypatch.setattr("linli.domains.video.live.trials._LONGEST_S", 5.0)
    if state == "bad":  # what does not come needs no long wait
        monkeypatch.setattr("linli.domains.video.live.trials._PICTURE_S", 5.0)
        monkeypatch.setattr("linli.domains.video.doctor.picture_checks.SILENT_MS", 100)
    path = await house.camera(**faults)
    steps, _ = await tried(house, path)
    assert shown(steps, step) == (state, cause), steps
    assert steps[step]["mend"] == mend


async def test_a_wrong_ssrc_is_taken_and_noted_and_a_wrong_clock_named(house: House) -> None:
    path = await house.camera(wrong_ssrc=True, clock_s=-3_600)
    steps, trial = await tried(house, path)
    assert shown(steps, "playing")[0] == "good"
    (note,) = steps["media"]["notes"]
    assert note["cause"] == "other_ssrc"
    assert (trial["clock"]["state"], trial["clock"]["cause"]) == ("warn", "clock_off")
    assert any(
        row["head"] == "wrong_ssrc" for row in (await house.desk.get(f"{path}/doctor/messages")).json()
    )


async def test_a_wrong_password_is_named_and_mended(house: House) -> None:
    number = await house.known()
    path = f"{house.at}/gb-devices/{number}"
    assert shown(await steps_of(house, path), "registered") == ("bad", "never")
    camera = house.recorder(channel(), password="camera-secret-2")
    assert await camera.start() == 401
    assert await camera.register() == 401
    steps = await steps_of(house, path)
    assert shown(steps, "registered") == ("bad", "wrong_password")
    assert steps["registered"]["mend"] == "password"
    assert " 2 " in steps["registered"]["reason"]
    assert (await house.desk.put(path, json={"password": "camera-secret-2"})).status_code == 204
    assert shown(await steps_of(house, path), "registered") == ("unknown", "password_new")
    assert await camera.register() == 200
    assert shown(await steps_of(house, path), "registered") == ("good", "registered")
    camera.password = "camera-secret-3"
    assert await camera.register() == 401
    assert shown(await steps_of(house, path), "registered") == ("warn", "wrong_since")


async def test_why_a_device_does_not_come(house: House) -> None:
    number = await house.known()
    path = f"{house.at}/gb-devices/{number}"
    mistyped = house.recorder(channel(), gb_id=RECORDER[:-1] + "7")
    assert await mistyped.start() == 401
    steps = await steps_of(house, path)
    assert shown(steps, "registered") == ("bad", "other_code")
    assert mistyped.gb_id in steps["registered"]["reason"]
    shy = house.recorder(channel(), faults=sim.Faults(shy=True), domain="3402000009")
    assert await shy.start() == 401
    assert await shy.register() == 401
    steps = await steps_of(house, path)
    assert shown(steps, "registered") == ("bad", "no_log_in")
    assert [note["cause"] for note in steps["registered"]["notes"]] == ["other_domain"]
    shy.faults.shy = False
    assert await shy.register() == 200
    assert shown(await steps_of(house, path), "registered")[0] == "good"
    assert await shy.register(0) == 200
    assert shown(await steps_of(house, path), "registered") == ("bad", "left")


@pytest.mark.parametrize(
    ("faults", "channels", "cause"),
    [
        ({}, 0, "catalogue_empty"),
        ({"short_catalogue": True}, 1, "catalogue_partial"),
        ({"no_catalogue": True}, 1, "catalogue_silent"),
    ],
)
async def test_what_is_wrong_with_a_catalogue(
    house: House, faults: dict[str, Any], channels: int, cause: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linli.domains.video.gb28181.questions.PAUSE_S", 0.5)
    monkeypatch.setitem(Questions.ask.__kwdefaults__, "answer_s", 2.0)
    number = await house.known()
    camera = house.recorder(*[channel()] * channels, faults=sim.Faults(**faults))
    assert await camera.start() == 200
    path = f"{house.at}/gb-devices/{number}"
    async with asyncio.timeout(WAIT_S):
        while (steps := await steps_of(house, path))["catalogue"]["state"] == "unknown":
            await asyncio.sleep(0.1)
    assert steps["catalogue"]["cause"] == cause
    assert steps["catalogue"]["mend"] == "catalogue"


async def test_the_ladder_and_its_file_have_no_secrets(house: House) -> None:
    path = await house.camera()
    (camera,) = house.cameras
    assert await camera.keep_alive() == 200
    assert await camera.keep_alive() == 200
    await tried(house, path)
    rows = (await house.desk.get(f"{path}/doctor/messages")).json()
    heads = [(row["way"], row["head"], row["about"]) for row in rows]
    assert ("in", "REGISTER", "log-in") in heads
    assert ("out", "INVITE", "") in heads
    assert ("in", "200 OK", "INVITE") in heads
    assert ("out", "ACK", "") in heads
    assert {"first_packet", "first_picture"} <= {row["head"] for row in rows if row["way"] == "media"}
    (alive,) = [row for row in rows if row["about"] == "Keepalive"]
    assert alive["count"] == 2
    (log_in,) = [row for row in rows if row["about"] == "log-in"]
    assert log_in["proven"]
    assert f'username="{RECORDER}"' in log_in["text"]
    answer = await house.desk.get(f"{path}/doctor/messages.jsonl")
    assert answer.headers["content-disposition"] == f'attachment; filename="linli-camera-{CAMERA}.jsonl"'
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert lines[0]["code"] == CAMERA
    assert {"step", "head"} <= {name for line in lines for name in line}
    for text in (answer.text, json.dumps(rows)):
        assert PASSWORD not in text
        assert "nonce" not in text
        assert "response=" not in text


async def test_strangers_push_nothing_out(house: House) -> None:
    number = await house.known()
    camera = house.recorder(channel())
    assert await camera.start() == 200
    path = await house.camera()
    await tried(house, path)
    doctor = house.platform.video.desk.doctor
    before = [row for row in doctor.rows(RECORDER) if row.proven]
    for count in range(12):
        stranger = house.recorder(
            channel(),
            gb_id=RECORDER if count % 2 else f"3402000000118000{count:04d}",
            password="wrong-password",
        )
        assert await stranger.start() in (401, 403)
    after = doctor.rows(RECORDER)
    assert [row for row in after if row.proven][: len(before)] == before
    assert sum(not row.proven for row in after) <= MOST_DOUBTFUL
    assert not doctor.rows("34020000001180000002")
    assert (await house.desk.delete(f"{house.at}/gb-devices/{number}")).status_code == 204
    assert not doctor.rows(RECORDER)


async def test_a_storm_in_the_name_of_a_camera_leaves_its_messages_alone(house: House) -> None:
    await house.known()
    camera = house.recorder(channel())
    assert await camera.start() == 200
    await house.listed()
    doctor = house.platform.video.desk.doctor
    before = [row for row in doctor.rows(RECORDER) if row.proven]
    port = house.platform.video.desk.front.port
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.bind(("127.0.0.9", 0))
        for number in range(3_000):
            head = (
                f"REGISTER sip:34020000002000000001@3402000000 SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP 127.0.0.9:{wire.getsockname()[1]};rport;branch=z9hG4bK{number}\r\n"
                f"From: <sip:{RECORDER}@3402000000>;tag={number}\r\nTo: <sip:{RECORDER}@3402000000>\r\n"
                f"Call-ID: {number}\r\nCSeq: 1 REGISTER\r\nX: {'y' * 1_000}\r\nContent-Length: 0\r\n\r\n"
            )
            wire.sendto(head.encode(), ("127.0.0.1", port))
    async with asyncio.timeout(WAIT_S):
        while not any("127.0.0.9" in row.peer for row in doctor.rows(RECORDER)):
            await asyncio.sleep(0.05)
    assert await camera.keep_alive() == 200
    after = doctor.rows(RECORDER)
    kept = [row for row in after if row.proven and "Keepalive" not in row.about]
    assert kept[: len(before)] == before
    assert sum("127.0.0.9" in row.peer for row in after) <= 4


async def test_one_test_at_a_time_and_none_without_a_way(house: House) -> None:
    path = await house.camera(silent=True)
    assert (await house.desk.post(f"{path}/doctor/test")).status_code == 204
    again = await house.desk.post(f"{path}/doctor/test")
    assert (again.status_code, again.json()["code"]) == (409, "video.test_runs")
    (device,) = (await house.desk.get(f"{house.at}/gb-devices")).json()["devices"]
    assert (await house.desk.delete(f"{house.at}/gb-devices/{device['deviceId']}")).status_code == 204
    answer = (await house.desk.get(f"{path}/doctor")).json()
    assert (answer["way"], answer["checks"]) == ("box", [])
    assert (await house.desk.post(f"{path}/doctor/test")).status_code == 204
    async with asyncio.timeout(WAIT_S):
        while (trial := (await house.desk.get(f"{path}/doctor")).json()["trial"])["phase"] != "over":
            await asyncio.sleep(0.05)
    assert trial["reason"]
    assert (await house.desk.get(f"{path}/doctor/messages")).json()["code"] == "video.no_way"
