"""A camera that turns and zooms by ONVIF: moves end by themselves, presets are kept, what it cannot is said."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from linli.edge.video.camera import Address, Camera, new_client
from linli.edge.video.errors import CameraFailed, VideoRefused
from linli.edge.video.simulator import SimulatedCamera, SimulatedHead, dome, ipc
from linli.edge.video.steering import Steering, numbered
from linli.kernel.clock import Clock, ManualClock
from linli.protocols.onvif.ptz import Preset
from linli.protocols.steering import ACTIONS, MOVE_S, nudge_s
from tests.edge.video.site import until

UP_RIGHT, IN = ACTIONS[5], ACTIONS[8]


class Site:
    def __init__(self, camera: SimulatedCamera, steering: Steering, clock: ManualClock) -> None:
        self.camera, self.steering, self.clock = camera, steering, clock
        assert camera.head is not None
        self.head: SimulatedHead = camera.head

    async def moves(self, *operations: str) -> None:
        async def there() -> bool:
            return self.head.moves == list(operations)

        await until(there)

    async def pass_s(self, seconds: float) -> None:
        await asyncio.sleep(0)  # what waits begins to wait
        await self.clock.advance(round(seconds * 1000))


async def steering_of(camera: SimulatedCamera, clock: Clock) -> Steering:
    address = Address("127.0.0.1", camera.port, camera.user, camera.password)
    asked = Camera(address, new_client(), clock)
    return Steering(asked, (await asked.look()).channels[0], clock)


@pytest.fixture(params=[True, False], ids=["steps", "no steps"])
async def site(request: pytest.FixtureRequest) -> AsyncIterator[Site]:
    clock = ManualClock()
    camera = dome(clock, steps=request.param)
    await camera.plug_in()
    steering = await steering_of(camera, clock)
    yield Site(camera, steering, clock)
    await steering.close()
    await camera.unplug()


async def test_a_move_ends_when_it_is_told_to(site: Site) -> None:
    await site.steering.begin(UP_RIGHT, 9)
    assert site.head.moving(site.clock.now_ms())
    await site.pass_s(1)
    await site.steering.stop()
    assert not site.head.moving(site.clock.now_ms())
    across, up, zoom = site.head.place
    assert across == up == pytest.approx(0.2)
    assert zoom == 0
    await site.moves("ContinuousMove", "Stop")
    await site.pass_s(MOVE_S * 2)
    await site.moves("ContinuousMove", "Stop")


async def test_a_move_that_nobody_ends_stops_by_itself(site: Site) -> None:
    await site.steering.begin(IN, 5)
    await site.pass_s(MOVE_S - 0.1)
    await site.steering.begin(IN, 5)
    await site.pass_s(0.2)
    assert site.head.moving(site.clock.now_ms()), "it was told to go on"
    await site.pass_s(MOVE_S)
    await site.moves("ContinuousMove", "ContinuousMove", "Stop")


async def test_a_camera_that_forgets_the_stop_has_a_time_of_its_own(site: Site) -> None:
    site.head.deaf_to_stop = True
    await site.steering.begin(UP_RIGHT, 5)
    await site.steering.stop()
    assert site.head.moving(site.clock.now_ms())
    await site.pass_s(MOVE_S)
    assert not site.head.moving(site.clock.now_ms())


async def test_the_stop_is_tried_again_when_the_line_broke(site: Site) -> None:
    await site.steering.begin(UP_RIGHT, 5)
    await site.camera.unplug()
    await site.pass_s(MOVE_S)
    await site.camera.plug_in()

    async def stopped() -> bool:
        await site.pass_s(1)
        return site.head.moves[-1] == "Stop"

    await until(stopped)


async def test_a_step_is_small_whether_the_camera_knows_steps_or_not(site: Site) -> None:
    await site.steering.nudge(UP_RIGHT, 0)
    if site.head.steps:
        await site.moves("RelativeMove")
        assert site.head.place[0] == pytest.approx(0.02)
    else:
        await site.pass_s(nudge_s(0))
        await site.moves("ContinuousMove", "Stop")
        assert site.head.place[0] == pytest.approx(0.5 * 0.2 * nudge_s(0))


async def test_presets_are_set_reached_listed_and_deleted(site: Site) -> None:
    assert (await site.steering.ability()).presets == {}
    await site.steering.begin(UP_RIGHT, 9)
    await site.pass_s(1)
    await site.steering.stop()
    number = await site.steering.keep(0, "大门 <东>")
    assert number == 1
    await site.steering.go_home()
    assert not any(site.head.place)
    await site.steering.go_to(1)
    assert site.head.place[0] == pytest.approx(0.2)
    assert await site.steering.keep(1, "大门") == 1
    ability = await site.steering.ability()
    assert (ability.turns, ability.zooms, ability.home, ability.presets_most) == (True, True, True, 16)
    assert {number: row.name for number, row in ability.presets.items()} == {1: "大门"}
    for _ in range(15):
        await site.steering.keep(0, "")
    with pytest.raises(VideoRefused, match="16 presets at most"):
        await site.steering.keep(0, "one more")
    await site.steering.remove(1)
    with pytest.raises(VideoRefused, match="no preset 1"):
        await site.steering.go_to(1)


async def test_a_camera_that_stands_still_says_so() -> None:
    clock = ManualClock()
    camera = ipc(clock)
    await camera.plug_in()
    steering = await steering_of(camera, clock)
    with pytest.raises(VideoRefused, match="neither turns nor zooms"):
        await steering.begin(UP_RIGHT, 5)
    with pytest.raises(VideoRefused, match="neither turns nor zooms"):
        await steering.ability()
    await camera.unplug()
    with pytest.raises(CameraFailed):
        await (await _asked(camera, clock)).look()


async def _asked(camera: SimulatedCamera, clock: Clock) -> Camera:
    return Camera(Address("127.0.0.1", camera.port, "admin", "x"), new_client(), clock)


def test_presets_have_the_numbers_of_their_tokens_where_they_can() -> None:
    def numbers(*tokens: str) -> list[int]:
        return list(numbered([Preset(token, token) for token in tokens]))

    assert numbers("3", "7") == [3, 7]
    assert numbers("Preset_12", "Preset_4") == [12, 4]
    assert numbers("a", "b") == [1, 2]
    assert numbers("1", "x1") == [1, 2]
    assert numbers("300") == [1]
