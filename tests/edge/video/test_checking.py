"""A camera of the box is tested end to end; each fault is named at its step."""

from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import pytest

from linli.edge.video.camera import Address, Camera, new_client
from linli.edge.video.checking import CameraCheck
from linli.edge.video.rows import VideoDevice
from linli.edge.video.simulator import SimulatedCamera, SimulatedStream, ipc
from linli.kernel.clock import SystemClock
from linli.protocols.camera_check import CAUSES, STATES, STEPS


class Scene(NamedTuple):
    camera: SimulatedCamera
    stream: SimulatedStream

    async def steps(
        self, *, password: str = "", port: int = 0, seconds: float = 60
    ) -> dict[str, tuple[str, str, str]]:
        camera, clock = self.camera, SystemClock()
        address = Address("127.0.0.1", port or camera.port, camera.user, password or camera.password)
        row = VideoDevice(
            no=1, instance=0, kind="ipc", name="a", alias="a", model="", protocol="onvif", ip=address.ip,
            port=address.port, user=address.user, password=address.password,
        )  # fmt: skip
        http = new_client()
        check = CameraCheck(row, Camera(address, http, clock))
        await check.run(seconds)
        await http.aclose()
        assert [step["Step"] for step in check.steps] == list(STEPS)
        assert {step["State"] for step in check.steps} <= set(STATES)
        assert {step["Cause"] for step in check.steps} <= set(CAUSES)
        return {step["Step"]: (step["State"], step["Cause"], step["Detail"]) for step in check.steps}


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    camera = ipc(SystemClock())
    stream = SimulatedStream(camera.user, camera.password)
    await camera.plug_in()
    await stream.start()
    camera.stream_port = stream.port
    yield Scene(camera, stream)
    await stream.stop()
    await camera.unplug()


async def test_a_sound_camera_is_good_at_every_step(scene: Scene) -> None:
    steps = await scene.steps()
    assert {state for state, _, _ in steps.values()} == {"good"}, steps
    assert steps["codec"][2] == "H264"
    assert "×" in steps["profiles"][2]


@pytest.mark.parametrize(
    ("faults", "step", "cause", "seconds"),
    [
        ({"status": 404}, "stream", "site_stream_refused", 60),
        ({"other_password": "x"}, "stream", "site_stream_log_in", 60),
        ({"nonsense": True}, "stream", "site_stream_broken", 60),
        ({"silent": True}, "stream", "site_slow", 6),
        ({"h265": True}, "codec", "site_h265", 60),
        ({"no_packets": True}, "picture", "site_no_packets", 6),
        ({"no_key": True}, "picture", "site_no_key", 6),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
async def test_each_fault_of_a_stream_is_named(
    scene: Scene, faults: dict[str, Any], step: str, cause: str, seconds: float
) -> None:
    for name, value in faults.items():
        setattr(scene.stream.faults, name, value)
    steps = await scene.steps(seconds=seconds)
    assert steps[step][:2] == ("bad", cause), steps


async def test_a_wrong_password_a_wrong_clock_and_a_camera_away(scene: Scene) -> None:
    steps = await scene.steps(password="wrong")
    assert (steps["reached"][0], steps["log_in"][:2]) == ("good", ("bad", "site_wrong_password"))
    scene.camera.faults.clock_off_ms = -7_200_000
    steps = await scene.steps()
    assert steps["clock"][:2] == ("warn", "site_clock_off")
    assert int(steps["clock"][2]) > 7_000
    assert steps["picture"][0] == "good"
    await scene.stream.stop()
    steps = await scene.steps()
    assert steps["stream"][:2] == ("bad", "site_stream_unreachable")
    await scene.camera.unplug()
    steps = await scene.steps()
    assert steps["reached"][:2] == ("bad", "site_unreachable")
    assert steps["picture"] == ("unknown", "waits", "")
