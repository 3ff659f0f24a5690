"""Turning, zooming and presets of one camera by ONVIF.

A move ends by itself: the camera is told for how long, and the box stops it too, where the camera does not listen.
"""

import asyncio
import contextlib
import re
from typing import Final, NamedTuple

from linli.edge.video.camera import Camera
from linli.edge.video.errors import CameraFailed, VideoRefused
from linli.kernel.clock import Clock
from linli.kernel.rounds import end_tasks
from linli.kernel.telemetry import logger
from linli.protocols.onvif import PTZ, Channel, Node, Profile, ptz
from linli.protocols.steering import MOVE_S, PRESETS_MOST, SPEED_MOST, STEP_MOST, Move, nudge_s

log = logger(__name__)

STOP_TRIES: Final = 3
_AGAIN_S: Final = 0.5
_NUMBER: Final = re.compile(r"(\d{1,3})$")


class Ability(NamedTuple):
    turns: bool
    zooms: bool
    home: bool
    presets_most: int
    presets: dict[int, ptz.Preset]
    """By the number that the platform has for each."""


class Steering:
    """Of one video source. `close` when the camera is asked no more."""

    def __init__(self, camera: Camera, channel: Channel, clock: Clock) -> None:
        self._camera = camera
        self._channel = channel
        self._clock = clock
        self._turn = asyncio.Lock()
        self._found: tuple[Profile, ptz.PtzNode] | None = None
        self._timer: asyncio.Task[None] | None = None

    @property
    def camera(self) -> Camera:
        return self._camera

    async def close(self) -> None:
        await end_tasks(self._timer)

    async def begin(self, move: Move, speed: int) -> None:
        """Until `stop`, or for `MOVE_S`. `speed`: 1 to 9. Raises VideoRefused, CameraFailed."""
        async with self._turn:
            profile, _ = await self._node(move)
            await end_tasks(self._timer)
            size = max(1, min(SPEED_MOST, speed)) / SPEED_MOST
            await self._say(ptz.continuous_move(profile.token, move, size, MOVE_S))
            self._stop_after(profile, MOVE_S)

    async def stop(self) -> None:
        """Raises VideoRefused, CameraFailed."""
        async with self._turn:
            profile, _ = await self._node()
            await end_tasks(self._timer)
            await self._say(ptz.stop(profile.token))

    async def nudge(self, move: Move, step: int) -> None:
        """A small way, the further the larger `step` (0 to 10). Raises VideoRefused, CameraFailed."""
        async with self._turn:
            profile, node = await self._node(move)
            await end_tasks(self._timer)
            by_steps = node.zooms_by_steps if move.zoom else node.turns_by_steps
            if by_steps:
                way = (max(0, min(STEP_MOST, step)) + 1) / 50
                await self._say(ptz.relative_move(profile.token, move, way))
                return
            seconds = nudge_s(step)
            await self._say(ptz.continuous_move(profile.token, move, 0.5, MOVE_S))
            self._stop_after(profile, seconds)

    async def ability(self) -> Ability:
        """Asked of the camera now. Raises VideoRefused, CameraFailed."""
        profile, node = await self._node()
        listed = await self._presets(profile) if node.presets else {}
        return Ability(node.turns, node.zooms, node.home, node.presets, listed)

    async def go_to(self, number: int) -> None:
        """Raises VideoRefused, CameraFailed."""
        profile, _ = await self._node()
        preset = await self._preset(profile, number)
        await self._still()
        await self._say(ptz.go_to_preset(profile.token, preset.token))

    async def keep(self, number: int, name: str) -> int:
        """Make what it sees now a preset, in the place of that number or, with 0, a new one; its number.

        Raises VideoRefused, CameraFailed.
        """
        profile, node = await self._node()
        listed = await self._presets(profile)
        preset = listed.get(number)
        if preset is None and len(listed) >= min(node.presets, PRESETS_MOST):
            raise VideoRefused("no_free_preset", field="PresetId", most=node.presets)
        asked = ptz.set_preset(profile.token, name, preset.token if preset is not None else "")
        token = ptz.preset_token(await self._say(asked)) or (preset.token if preset is not None else "")
        after = await self._presets(profile)
        return next((own for own, each in after.items() if each.token == token), number)

    async def remove(self, number: int) -> None:
        """Raises VideoRefused, CameraFailed."""
        profile, _ = await self._node()
        preset = await self._preset(profile, number)
        await self._say(ptz.remove_preset(profile.token, preset.token))

    async def go_home(self) -> None:
        """Raises VideoRefused, CameraFailed."""
        profile, node = await self._node()
        if not node.home:
            raise VideoRefused("no_home")
        await self._still()
        await self._say(ptz.go_home(profile.token))

    # asking

    async def _node(self, move: Move | None = None) -> tuple[Profile, ptz.PtzNode]:
        """The stream by which it is steered, and what it can. Raises VideoRefused, CameraFailed."""
        if self._found is None:
            profile = next((each for each in self._channel.profiles if each.node), None)
            if profile is None or not await self._camera.serves(PTZ):
                raise VideoRefused("cannot_steer")
            nodes = ptz.nodes(await self._camera.ask(PTZ, "GetNodes"))
            node = nodes.get(profile.node)
            if node is None or not (node.turns or node.zooms):
                raise VideoRefused("cannot_steer")
            self._found = profile, node
        _, node = self._found
        if move is not None and (
            (move.zoom and not node.zooms) or ((move.across or move.up) and not node.turns)
        ):
            raise VideoRefused("cannot_steer")
        return self._found

    async def _presets(self, profile: Profile) -> dict[int, ptz.Preset]:
        return numbered(ptz.presets(await self._say(ptz.get_presets(profile.token))))

    async def _preset(self, profile: Profile, number: int) -> ptz.Preset:
        preset = (await self._presets(profile)).get(number)
        if preset is None:
            raise VideoRefused("no_such_preset", field="PresetId", number=number)
        return preset

    async def _say(self, body: str) -> Node:
        try:
            return await self._camera.say(PTZ, body)
        except CameraFailed as failure:
            if failure.why == "not_onvif":
                raise VideoRefused("steering_refused", detail=failure.detail) from None
            raise

    async def _still(self) -> None:
        """No timer of an earlier move may stop the way to a preset."""
        async with self._turn:
            await end_tasks(self._timer)

    def _stop_after(self, profile: Profile, seconds: float) -> None:
        self._timer = asyncio.create_task(self._stop_later(profile, seconds), name="video-steering")

    async def _stop_later(self, profile: Profile, seconds: float) -> None:
        await self._clock.sleep(seconds)
        for _ in range(STOP_TRIES):
            with contextlib.suppress(CameraFailed, VideoRefused):
                await self._say(ptz.stop(profile.token))
                return
            await self._clock.sleep(_AGAIN_S)
        log.warning("a camera that moves was not stopped: it does not answer")


def numbered(listed: list[ptz.Preset]) -> dict[int, ptz.Preset]:
    """Presets by a number from 1 to 255: that at the end of each token, where all have one of their own; else counted."""
    numbers = [int(match[1]) if (match := _NUMBER.search(row.token)) else 0 for row in listed]
    if len(set(numbers)) != len(numbers) or any(not 1 <= number <= PRESETS_MOST for number in numbers):
        numbers = list(range(1, len(listed) + 1))
    return dict(zip(numbers, listed, strict=True))
