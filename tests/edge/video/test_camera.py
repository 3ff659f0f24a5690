"""One camera that keeps silent, says too much, or speaks on another port than its maker's."""

from collections.abc import AsyncIterator

import pytest

from linli.edge.video import camera as cameras
from linli.edge.video.camera import Address, Camera, new_client
from linli.edge.video.errors import CameraFailed
from linli.edge.video.simulator import SimulatedCamera, nvr
from linli.kernel.clock import SystemClock


@pytest.fixture
async def recorder() -> AsyncIterator[SimulatedCamera]:
    made = nvr(SystemClock(), {1: "a", 2: "b"})
    await made.plug_in()
    yield made
    await made.unplug()


async def why(recorder: SimulatedCamera) -> str:
    async with new_client() as http:
        address = Address("127.0.0.1", recorder.port, recorder.user, recorder.password)
        with pytest.raises(CameraFailed) as raised:
            await Camera(address, http, SystemClock()).look()
    return raised.value.why


async def test_a_silent_camera_holds_nobody_up(
    recorder: SimulatedCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cameras, "WHOLE_SECONDS", 0.2)
    recorder.faults.silent = True
    assert await why(recorder) == "unreachable"


@pytest.mark.parametrize(
    "answer",
    [
        b"x" * (cameras.ANSWER_BYTES + 1),
        b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
        b"\x00\xff",
        b"",
    ],
)
async def test_what_is_no_answer_is_refused(recorder: SimulatedCamera, answer: bytes) -> None:
    recorder.faults.broken = answer or b" "
    assert await why(recorder) == "not_onvif"


async def test_a_recorder_tells_channels_recordings_and_addresses(recorder: SimulatedCamera) -> None:
    recorder.faults.other_host = "192.0.2.7"
    async with new_client() as http:
        address = Address("127.0.0.1", recorder.port, recorder.user, recorder.password)
        camera = Camera(address, http, SystemClock())
        look = await camera.look()
        assert [(channel.number, channel.name) for channel in look.channels] == [(1, "a"), (2, "b")]
        assert await camera.recordings() == [("Rec_1", "a"), ("Rec_2", "b")]
        profile = look.channels[1].profiles[0].token
        assert (await camera.stream_uri(profile)).startswith("rtsp://127.0.0.1:554/Streaming/Profile_201")
        assert (await camera.snapshot(profile)).startswith(b"\xff\xd8")
