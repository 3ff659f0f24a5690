"""Console: turning and zooming a camera, its presets and cruises, whatever way it came by."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from linli.domains.people.rights import Right
from linli.domains.video import errors
from linli.domains.video.live.desk import VideoDesk
from linli.domains.video.queries import cameras as queries
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, LinliError, NotFound
from linli.kernel.scope import Scope
from linli.protocols import steering
from linli.things.downlink.invoker import Invoker
from linli.things.errors import DeviceOffline, DeviceRefused, DeviceSilent

SEE, STEER = Right.DEVICES_SEE.value, Right.CAMERAS_STEER.value
Direction = Annotated[
    Literal[
        "left", "right", "up", "down", "left_up", "right_up", "left_down", "right_down", "in", "out", "stop"
    ],
    Meta(description="stop ends what began; without it a move ends after 5 seconds."),
]
_ACTIONS = ("left", "right", "up", "down", "left_up", "right_up", "left_down", "right_down", "in", "out")
_REFUSALS: dict[int, type[LinliError]] = {
    steering.NO_SERVICE: errors.CannotSteer,
    steering.CANNOT_STEER: errors.CannotSteer,
    steering.NO_SUCH_PRESET: errors.NoSuchPreset,
    steering.NO_FREE_PRESET: errors.NoFreePreset,
    steering.CAMERA_REFUSES: errors.SteeringRefused,
    steering.LOG_IN_REFUSED: errors.CameraLogInRefused,
    steering.CAMERA_AWAY: errors.CameraAwayAtSite,
}
RAISES = (
    NotFound, errors.CannotSteer, errors.NoSuchPreset, errors.NoFreePreset, errors.SteeringRefused,
    errors.CameraLogInRefused, errors.CameraAwayAtSite, errors.VideoOff, errors.CameraAway,
    errors.CameraLockedOut, errors.CameraSilent,
)  # fmt: skip

type Number = Annotated[int, Meta(ge=1, le=steering.PRESETS_MOST)]


class SteerForm(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    direction: Direction
    speed: Annotated[int, Meta(ge=1, le=9)] = 5


class PresetForm(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    preset: Annotated[int, Meta(ge=0, le=steering.PRESETS_MOST, description="0: a new one.")] = 0
    name: Annotated[
        str, Meta(max_length=64, description="Cameras by GB/T 28181 keep the name they have.")
    ] = ""


class CruiseForm(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    presets: Annotated[list[Number], Meta(min_length=1, max_length=32, description="In their order.")]
    stay: Annotated[int, Meta(ge=1, le=4095, description="Seconds at each.")] = 10


class Preset(msgspec.Struct, rename="camel", frozen=True):
    preset: int
    name: str


class SteeringView(msgspec.Struct, rename="camel", frozen=True):
    """What a camera says that it can; nothing of it while it is away."""

    turns: bool
    zooms: bool
    home: bool
    cruises: bool
    presets_most: int
    presets: list[Preset]
    reason: Annotated[str, Meta(description="Why it cannot be steered, in words; empty: it can.")]


class KeptPreset(msgspec.Struct, rename="camel", frozen=True):
    preset: int


steering_routes = Routes("/communities/{community_id:int}/cameras/{camera_id:int}", tags=("cameras",))


class _Steered:
    """One camera, reached by its thing's services: at this platform or through its box."""

    def __init__(self, scope: Scope, invoker: Invoker, iot_id: str) -> None:
        self._scope, self._invoker, self._iot_id = scope, invoker, iot_id

    @classmethod
    async def at(
        cls, scope: Scope, db: Database, video: VideoDesk, invoker: Invoker, community_id: int, camera_id: int
    ) -> "_Steered":
        """The camera itself, or the one that shows the device of its row. Raises NotFound."""
        row = await queries.camera(scope, db, camera_id, community_id=community_id)
        try:
            iot_id = (await video.camera(scope, db, row.iot_id)).iot_id
        except errors.NoWay:
            iot_id = row.iot_id
        return cls(scope, invoker, iot_id)

    async def call(self, service: str, inputs: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Raises those of `RAISES`, BadInput."""
        try:
            return await self._invoker.invoke(self._scope, self._iot_id, service, inputs or {})
        except DeviceRefused as refused:
            kind = _REFUSALS.get(int(refused.facts.get("answer") or 0), errors.SteeringRefused)
            raise kind(detail=str(refused.facts.get("message", ""))[:200]) from None
        except DeviceOffline:
            raise errors.CameraAwayAtSite(detail="") from None
        except DeviceSilent:
            raise errors.CameraSilent() from None
        except BadInput as error:
            if (
                error.facts.get("rule") == "tsl.unknown_identifier"
            ):  # a product whose model has no such service
                raise errors.CannotSteer() from None
            raise


@steering_routes.get("/steering", right=SEE, raises=(NotFound,))
async def camera_steering(
    community_id: int, camera_id: int, scope: Scope, db: Database, video: VideoDesk, invoker: Invoker
) -> SteeringView:
    """What the camera says that it can now, and its presets."""
    at = await _Steered.at(scope, db, video, invoker, community_id, camera_id)
    try:
        outputs = await at.call(steering.QUERY)
    except NotFound:
        raise
    except LinliError as trouble:
        return SteeringView(False, False, False, False, 0, [], trouble.text(scope.language))
    presets = [
        Preset(int(row["PresetId"]), str(row.get("Name", ""))[:64])
        for row in outputs.get("Presets", [])[: steering.PRESETS_MOST]
        if isinstance(row, dict) and isinstance(row.get("PresetId"), int)
    ]
    return SteeringView(
        bool(outputs.get("Turns")), bool(outputs.get("Zooms")), bool(outputs.get("Home")), bool(outputs.get("Cruises")),
        int(outputs.get("PresetMost") or 0), presets, "",
    )  # fmt: skip


@steering_routes.post("/steer", right=STEER, raises=RAISES, status=204)
async def steer_camera(
    community_id: int,
    camera_id: int,
    data: SteerForm,
    scope: Scope,
    db: Database,
    video: VideoDesk,
    invoker: Invoker,
) -> None:
    """Turn or zoom until told to stop, or for 5 seconds."""
    at = await _Steered.at(scope, db, video, invoker, community_id, camera_id)
    if data.direction == "stop":
        await at.call(steering.STOP)
    else:
        await at.call(steering.START, {"ActionType": _ACTIONS.index(data.direction), "Speed": data.speed})


@steering_routes.post("/presets", right=STEER, raises=RAISES, status=200)
async def keep_preset(
    community_id: int,
    camera_id: int,
    data: PresetForm,
    scope: Scope,
    db: Database,
    video: VideoDesk,
    invoker: Invoker,
) -> KeptPreset:
    """Make what it sees now a preset."""
    at = await _Steered.at(scope, db, video, invoker, community_id, camera_id)
    outputs = await at.call(steering.SET_PRESET, {"PresetId": data.preset, "Name": data.name})
    return KeptPreset(int(outputs.get("PresetId") or data.preset))


@steering_routes.post("/presets/{preset:int}/go", right=STEER, raises=RAISES, status=204)
async def go_to_preset(
    community_id: int,
    camera_id: int,
    preset: int,
    scope: Scope,
    db: Database,
    video: VideoDesk,
    invoker: Invoker,
) -> None:
    """Turn to a preset; 0: to its home position."""
    at = await _Steered.at(scope, db, video, invoker, community_id, camera_id)
    if preset:
        await at.call(steering.GO_TO_PRESET, {"PresetId": _number(preset)})
    else:
        await at.call(steering.GO_HOME)


@steering_routes.delete("/presets/{preset:int}", right=STEER, raises=RAISES)
async def delete_preset(
    community_id: int,
    camera_id: int,
    preset: int,
    scope: Scope,
    db: Database,
    video: VideoDesk,
    invoker: Invoker,
) -> None:
    """The camera forgets it."""
    at = await _Steered.at(scope, db, video, invoker, community_id, camera_id)
    await at.call(steering.DELETE_PRESET, {"PresetId": _number(preset)})


@steering_routes.put("/cruises/{cruise:int}", right=STEER, raises=RAISES, status=204)
async def set_cruise(
    community_id: int,
    camera_id: int,
    cruise: int,
    data: CruiseForm,
    scope: Scope,
    db: Database,
    video: VideoDesk,
    invoker: Invoker,
) -> None:
    """The presets that it goes by turns, for cameras by GB/T 28181. A stop ends a cruise."""
    at = await _Steered.at(scope, db, video, invoker, community_id, camera_id)
    inputs = {"CruiseId": _number(cruise), "Presets": data.presets, "Stay": data.stay}
    await at.call(steering.SET_CRUISE, inputs)


@steering_routes.post("/cruises/{cruise:int}/start", right=STEER, raises=RAISES, status=204)
async def start_cruise(
    community_id: int,
    camera_id: int,
    cruise: int,
    scope: Scope,
    db: Database,
    video: VideoDesk,
    invoker: Invoker,
) -> None:
    """It goes by turns until it is told to stop or to move."""
    at = await _Steered.at(scope, db, video, invoker, community_id, camera_id)
    await at.call(steering.START_CRUISE, {"CruiseId": _number(cruise)})


def _number(number: int) -> int:
    """Of a preset or cruise. Raises NotFound."""
    if not 1 <= number <= steering.PRESETS_MOST:
        raise NotFound(what="preset", id=number)
    return number


__all__ = ["steering_routes"]
