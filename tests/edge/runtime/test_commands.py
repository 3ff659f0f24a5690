"""`linli edge`: the words of setting up and looking, with their exit codes and what they leave on the disk."""

import asyncio
import json
import os
import time
from pathlib import Path

import pytest

from linli.edge.cloud import load_identity
from linli.edge.runtime import commands
from linli.protocols.edge_link import Activated, CloudAddress, DeviceKey, MqttAddress, NodeName
from tests.edge.runtime.stand_in import StandIn


async def edge(*words: str) -> int:
    return await asyncio.to_thread(commands.run, words)


@pytest.fixture
def identity() -> Activated:
    return Activated(
        node=NodeName(id="n1", name="北门"),
        device=DeviceKey(product_key="a1Gw", device_name="box", device_secret="not for eyes"),
        mqtt=MqttAddress(host="127.0.0.1", port=1),
        cloud=CloudAddress(base_url="http://127.0.0.1:1"),
    )


async def test_set_up_once_and_look(
    tmp_path: Path, identity: Activated, capsys: pytest.CaptureFixture[str]
) -> None:
    cloud = StandIn(identity)
    await cloud.start()
    home = str(tmp_path / "box")
    try:
        setup = ("setup", "--home", home, "--cloud", cloud.url, "--serial", "LB-TEST-1", "--once")
        assert await edge(*setup, "--code", "WRONG-CODE") == 1
        assert "edge.code_wrong" in capsys.readouterr().err
        assert await edge(*setup, "--code", "no code") == 2
        assert "activationCode" in capsys.readouterr().err
        assert load_identity(tmp_path / "box") is None
        assert await edge(*setup, "--code", "CODE-1234") == 0
        told = capsys.readouterr().out
        assert "北门" in told
        assert "not for eyes" not in told
        assert await edge(*setup, "--code", "CODE-1234") == 1  # it is somebody already
    finally:
        await cloud.stop()
    assert await edge("status", "--home", home) == 1
    assert "does not run" in capsys.readouterr().err


async def test_a_cloud_that_does_not_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = str(tmp_path / "box")
    words = ("setup", "--home", home, "--cloud", "http://127.0.0.1:1", "--code", "CODE-1234", "--once")
    assert await edge(*words) == 1
    assert "cannot be reached" in capsys.readouterr().err
    assert await edge("status", "--home", home) == 1
    assert "not active" in capsys.readouterr().err
    assert await edge("serial", "--home", home) == 0
    assert capsys.readouterr().out.startswith("LB-")


async def test_status_of_a_running_box(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = {
        "node": {"id": "n1", "name": "北门"}, "serialNumber": "LB-1", "version": "0", "time": 0, "clockOffsetMs": 0,
        "cloud": {"baseUrl": "http://c", "line": "down", "why": "cut"}, "generation": 3,
        "uplink": {"backlog": 7, "sent": 2, "dropped": 0, "pictureBytes": 2**21, "picturesDropped": 0},
        "drivers": [
            {
                "id": "door_device", "version": "1", "state": "running", "why": "", "devices": 2, "restarts": 0,
                "online": 1,
            }
        ],
        "refused": {"door.9": "6401 no sub-device"},
    }  # fmt: skip
    (tmp_path / "status.json").write_text(json.dumps(told), "utf-8")
    assert await edge("status", "--home", str(tmp_path)) == 0
    said = capsys.readouterr().out
    for part in ("line down (cut)", "7 wait", "1 of 2 devices online", "door.9"):
        assert part in said
    assert await edge("status", "--home", str(tmp_path), "--json") == 0
    long_ago = time.time() - commands.STALE_S - 5
    os.utime(tmp_path / "status.json", (long_ago, long_ago))
    assert await edge("status", "--home", str(tmp_path)) == 1, "its power went: nobody wrote since"
    assert json.loads(capsys.readouterr().out) == told
