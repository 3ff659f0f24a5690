"""Turning, zooming, presets and cruises of cameras by GB/T 28181, under the services of their thing model (A.3).

A move that nobody ends is stopped after a few seconds: the standard has no time in its commands.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from linli.domains.video import errors
from linli.domains.video.live.desk import Camera, VideoDesk
from linli.domains.video.queries import gb28181 as queries
from linli.domains.video.rows import GbChannel
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import BadInput, LinliError
from linli.kernel.rounds import end_tasks
from linli.kernel.scope import Scope
from linli.protocols import gb28181 as gb
from linli.protocols import steering
from linli.things.fleet import DeviceEntry

_FASTEST: Final = 255
_NUDGE_SPEED: Final = 96

type _Action = Annotated[int, Meta(ge=0, lt=len(steering.ACTIONS))]
type _Preset = Annotated[int, Meta(ge=1, le=steering.PRESETS_MOST)]


class _Inputs(msgspec.Struct, rename="pascal"):
    """Of all services; each asks for its own."""

    action_type: _Action | None = None
    speed: Annotated[int, Meta(ge=1, le=steering.SPEED_MOST)] = 5
    step: Annotated[int, Meta(ge=0, le=steering.STEP_MOST)] = 3
    preset_id: Annotated[int, Meta(ge=0, le=steering.PRESETS_MOST)] = 0
    name: Annotated[str, Meta(max_length=64)] = ""
    cruise_id: Annotated[int, Meta(ge=0, le=255)] = 0
    presets: Annotated[list[_Preset], Meta(max_length=32)] = []
    stay: Annotated[int, Meta(ge=1, le=4095)] = 10

    def move(self) -> steering.Move:
        """Raises BadInput."""
        if self.action_type is None:
            raise BadInput(field="args.ActionType", rule="required")
        return steering.ACTIONS[self.action_type]

    def preset(self) -> int:
        """Raises BadInput."""
        if not self.preset_id:
            raise BadInput(field="args.PresetId", rule="required")
        return self.preset_id


class GbSteering:
    """`things.downlink.answerers.Answerer`."""

    def __init__(self, desk: VideoDesk, db: Database, clock: Clock) -> None:
        self._desk = desk
        self._db = db
        self._clock = clock
        self._timers: dict[int, asyncio.Task[None]] = {}

    async def stop(self) -> None:
        await end_tasks(*self._timers.values())

    async def takes(self, device: DeviceEntry, service: str) -> bool:
        return service in steering.SERVICES and await self._channel(device) is not None

    async def answer(
        self, scope: Scope, device: DeviceEntry, service: str, inputs: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Raises BadInput, Unavailable."""
        channel = await self._channel(device)
        if channel is None:
            raise errors.NoWay()
        try:
            given = msgspec.convert(dict(inputs), _Inputs)
        except msgspec.ValidationError as error:
            raise BadInput(field="args", rule="video.steering", why=str(error)[:200]) from None
        if not channel.steers:
            raise errors.CannotSteer()
        return await self._do(Camera(device.iot_id, device.community_id, channel), service, given)

    async def _do(self, camera: Camera, service: str, given: _Inputs) -> dict[str, Any]:
        match service:
            case steering.START:
                speed = given.speed * _FASTEST // steering.SPEED_MOST
                await self._move(camera, given.move(), speed, steering.MOVE_S)
            case steering.NUDGE:
                await self._move(camera, given.move(), _NUDGE_SPEED, steering.nudge_s(given.step))
            case steering.STOP:
                await self._say(camera, gb.ptz_command(gb.Move()))
            case steering.GO_TO_PRESET:
                await self._say(camera, gb.preset_command(gb.GO_TO_PRESET, given.preset()))
            case steering.DELETE_PRESET:
                await self._say(camera, gb.preset_command(gb.DELETE_PRESET, given.preset()))
            case steering.SET_PRESET:
                number = given.preset_id or _free(await self._desk.presets(camera))
                await self._say(camera, gb.preset_command(gb.SET_PRESET, number))
                return {"PresetId": number}
            case steering.SET_CRUISE:
                await self._set_cruise(camera, given)
            case steering.START_CRUISE:
                await self._say(camera, gb.cruise_command(gb.START_CRUISE, given.cruise_id))
            case steering.QUERY:
                presets = await self._desk.presets(camera)
                listed = [{"PresetId": number, "Name": name} for number, name in presets.items()]
                return {
                    "Turns": 1,
                    "Zooms": 1,
                    "PresetMost": steering.PRESETS_MOST,
                    "Presets": listed,
                    "Cruises": 1,
                }
            case _:
                raise errors.CannotSteer()
        return {}

    async def _set_cruise(self, camera: Camera, given: _Inputs) -> None:
        """Anew: points of before go. Raises BadInput, Unavailable."""
        if not given.presets:
            raise BadInput(field="args.Presets", rule="required")
        await self._say(camera, gb.cruise_command(gb.DELETE_FROM_CRUISE, given.cruise_id))
        for preset in given.presets:
            await self._say(camera, gb.cruise_command(gb.ADD_TO_CRUISE, given.cruise_id, preset))
        await self._say(camera, gb.cruise_command(gb.CRUISE_STAY, given.cruise_id, value=given.stay))

    async def _move(self, camera: Camera, move: steering.Move, speed: int, seconds: float) -> None:
        await self._say(camera, gb.ptz_command(move, speed))
        number = camera.channel.channel_id
        task = asyncio.create_task(self._stop_later(camera, seconds), name="camera-steering")
        self._timers[number] = task
        task.add_done_callback(lambda done: self._over(number, done))

    def _over(self, number: int, done: "asyncio.Task[None]") -> None:
        if self._timers.get(number) is done:
            del self._timers[number]

    async def _say(self, camera: Camera, command: str) -> None:
        """What moves by an earlier command's timer is this one's now."""
        await end_tasks(self._timers.pop(camera.channel.channel_id, None))
        await self._desk.steer(camera, command)

    async def _stop_later(self, camera: Camera, seconds: float) -> None:
        await self._clock.sleep(seconds)
        with contextlib.suppress(LinliError):  # it went away
            await self._desk.steer(camera, gb.ptz_command(gb.Move()))

    async def _channel(self, device: DeviceEntry) -> GbChannel | None:
        whole = Scope.system(device.tenant_id, "video")
        return (await queries.channels_of(whole, self._db, [device.iot_id])).get(device.iot_id)


def _free(presets: Mapping[int, str]) -> int:
    """Raises NoFreePreset."""
    number = next((each for each in range(1, steering.PRESETS_MOST + 1) if each not in presets), 0)
    if not number:
        raise errors.NoFreePreset()
    return number
