"""Services of cameras, as the platform calls them by their thing models: turning, zooming, presets."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from linli.edge.video.checking import CameraCheck
from linli.edge.video.errors import CameraFailed, VideoRefused
from linli.edge.video.room import VideoRoom
from linli.edge.video.steering import Steering
from linli.kernel.clock import Clock
from linli.kernel.errors import LinliError, NotFound
from linli.protocols import camera_check, steering

TIMEOUT_S: Final = 9.0
"""Under the 10 s that the platform waits."""
CHECKS_MOST: Final = 4
"""Cameras that are tested at once."""
_REFUSALS: Final = {
    "cannot_steer": steering.CANNOT_STEER,
    "no_camera": steering.CANNOT_STEER,
    "no_home": steering.CANNOT_STEER,
    "no_such_preset": steering.NO_SUCH_PRESET,
    "no_free_preset": steering.NO_FREE_PRESET,
    "steering_refused": steering.CAMERA_REFUSES,
}

type _Action = Annotated[int, Meta(ge=0, lt=len(steering.ACTIONS))]
type _Preset = Annotated[int, Meta(ge=1, le=steering.PRESETS_MOST)]


class ServiceFailed(Exception):
    """`code` and words for the answer to the platform."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class _Start(msgspec.Struct, rename="pascal"):
    action_type: _Action
    speed: Annotated[int, Meta(ge=1, le=steering.SPEED_MOST)] = 5


class _Nudge(msgspec.Struct, rename="pascal"):
    action_type: _Action
    step: Annotated[int, Meta(ge=0, le=steering.STEP_MOST)] = 3


class _Numbered(msgspec.Struct, rename="pascal"):
    preset_id: _Preset


class _Kept(msgspec.Struct, rename="pascal"):
    preset_id: Annotated[int, Meta(ge=0, le=steering.PRESETS_MOST)] = 0
    name: Annotated[str, Meta(max_length=64)] = ""


class _Nothing(msgspec.Struct):
    pass


async def _start(at: Steering, given: _Start) -> None:
    await at.begin(steering.ACTIONS[given.action_type], given.speed)


async def _stop(at: Steering, given: _Nothing) -> None:
    await at.stop()


async def _nudge(at: Steering, given: _Nudge) -> None:
    await at.nudge(steering.ACTIONS[given.action_type], given.step)


async def _go_to(at: Steering, given: _Numbered) -> None:
    await at.go_to(given.preset_id)


async def _keep(at: Steering, given: _Kept) -> dict[str, Any]:
    return {"PresetId": await at.keep(given.preset_id, given.name)}


async def _remove(at: Steering, given: _Numbered) -> None:
    await at.remove(given.preset_id)


async def _home(at: Steering, given: _Nothing) -> None:
    await at.go_home()


async def _query(at: Steering, given: _Nothing) -> dict[str, Any]:
    ability = await at.ability()
    return {
        "Turns": int(ability.turns),
        "Zooms": int(ability.zooms),
        "Home": int(ability.home),
        "PresetMost": ability.presets_most,
        "Presets": [{"PresetId": number, "Name": row.name} for number, row in ability.presets.items()],
    }


_SERVICES: Final[dict[str, tuple[type[msgspec.Struct], Callable[[Steering, Any], Awaitable[Any]]]]] = {
    steering.START: (_Start, _start),
    steering.STOP: (_Nothing, _stop),
    steering.NUDGE: (_Nudge, _nudge),
    steering.GO_TO_PRESET: (_Numbered, _go_to),
    steering.SET_PRESET: (_Kept, _keep),
    steering.DELETE_PRESET: (_Numbered, _remove),
    steering.GO_HOME: (_Nothing, _home),
    steering.QUERY: (_Nothing, _query),
}


class CameraServices:
    """Answers calls of the platform to the devices of `room`."""

    def __init__(self, room: VideoRoom, clock: Clock) -> None:
        self._room = room
        self._clock = clock
        self._steered: dict[str, Steering] = {}
        self._turn = asyncio.Lock()
        self._checks = 0

    async def stop(self) -> None:
        for each in self._steered.values():
            await each.close()

    async def _steering(self, device_name: str) -> Steering:
        """Raises NotFound, VideoRefused, CameraFailed."""
        row, camera = await self._room.camera_named(device_name)
        async with self._turn:
            there = self._steered.get(device_name)
            if there is None or there.camera is not camera:
                fresh = Steering(camera, await self._room.channel_of(row, camera), self._clock)
                if there is not None:
                    await there.close()
                there = self._steered[device_name] = fresh
            return there

    async def _check(self, device_name: str) -> list[dict[str, Any]]:
        """Raises ServiceFailed."""
        if self._checks >= CHECKS_MOST:
            raise ServiceFailed(steering.CAMERA_AWAY, "too many tests at once")
        try:
            row, camera = await self._room.camera_named(device_name)
        except LinliError as error:
            raise ServiceFailed(steering.NO_SERVICE, error.text("en")) from None
        self._checks += 1
        try:
            check = CameraCheck(row, camera)
            await check.run()
        finally:
            self._checks -= 1
        return check.steps

    async def serve(self, device_name: str, service: str, inputs: Any) -> Mapping[str, Any]:
        """The outputs. Raises ServiceFailed."""
        if service == camera_check.SERVICE:
            return {"Steps": await self._check(device_name)}
        if service in (steering.SET_CRUISE, steering.START_CRUISE):
            raise ServiceFailed(steering.CANNOT_STEER, "cruises are for cameras by GB/T 28181")
        if service not in _SERVICES:
            raise ServiceFailed(steering.NO_SERVICE, "no such service")
        form, act = _SERVICES[service]
        try:
            given = msgspec.convert({} if inputs is None else inputs, form)
        except msgspec.ValidationError as error:
            raise ServiceFailed(steering.BAD_VALUE, str(error)) from None
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await act(await self._steering(device_name), given) or {}
        except VideoRefused as refused:
            code = _REFUSALS.get(str(refused.facts["why"]), steering.CAMERA_REFUSES)
            raise ServiceFailed(code, refused.text("en")) from None
        except CameraFailed as failure:
            wrong = failure.why == "wrong_password"
            code = steering.LOG_IN_REFUSED if wrong else steering.CAMERA_AWAY
            raise ServiceFailed(code, failure.text("en")) from None
        except NotFound as error:
            raise ServiceFailed(steering.NO_SERVICE, error.text("en")) from None
        except TimeoutError:
            raise ServiceFailed(steering.CAMERA_AWAY, "the camera does not answer in time") from None
        except LinliError as error:
            raise ServiceFailed(steering.CAMERA_REFUSES, error.text("en")) from None
