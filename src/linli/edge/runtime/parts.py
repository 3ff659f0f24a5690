"""The parts of this box that the cloud installs, starts and stops, as components in the order of their start."""

import asyncio
from functools import partial

from linli.edge import components
from linli.edge.faces.room import FaceRoom
from linli.edge.framework.supervisor import State, Supervisor
from linli.edge.remote.figures import Meter
from linli.edge.remote.shipping import LogShipper
from linli.edge.runtime.components import Params, Part, PartFailed, always, installed, switched, with_drivers
from linli.edge.runtime.lan import Lan
from linli.edge.runtime.network import check_card
from linli.edge.runtime.passage import Passage
from linli.edge.runtime.video import VideoAccess
from linli.edge.video.room import VideoRoom
from linli.protocols.edge_link import BoxSettings
from linli.vision.engine.ports import Engine
from linli.vision.engine.process import ProcessEngine


class FaceModels:
    """The models that recognise persons at doors which leave it to the box (边侧识别).

    The site's library is there without them, for doors that compare themselves.
    """

    def __init__(self, engine: Engine, room: FaceRoom) -> None:
        self._engine = engine
        self._room = room

    async def start(self, params: Params) -> None:
        """`params`: the card that the component was given. Raises PartFailed."""
        check_card(params)
        if isinstance(self._engine, ProcessEngine):
            await self._engine.start()
        if why := self.failing():
            raise PartFailed(why)
        # What came while they were away is worked through now.
        await self._room.stop()
        await self._room.start()

    async def stop(self) -> None:
        if isinstance(self._engine, ProcessEngine):
            await self._engine.stop()

    def failing(self) -> str:
        state = self._engine.state
        return "" if state.model_id else state.reason


def box_parts(
    *,
    supervisor: Supervisor,
    passage: Passage,
    models: FaceModels,
    shipper: LogShipper,
    meter: Meter,
    lan: Lan | None,
    video: VideoRoom,
    news: asyncio.Event,
) -> list[Part]:
    """`news` is set when rules are to be fetched."""

    def drivers_failing() -> str:
        down = [status for status in supervisor.status() if status.state is State.WAITING]
        return "; ".join(f"{status.driver}: {status.why}" for status in down)

    async def start_passage(params: Params) -> None:
        await passage.start()
        news.set()

    async def ship(on: bool, params: Params) -> None:
        shipper.switch(on)

    async def measure(on: bool, params: Params) -> None:
        meter.on = on

    return [
        Part(components.CLUSTER, always),
        Part(components.DEVICE_ACCESS, with_drivers(components.DEVICE_ACCESS), failing=drivers_failing),
        *(lan.components() if lan is not None else ()),
        Part(components.PASSAGE, installed(components.PASSAGE), start_passage, passage.stop),
        *VideoAccess(video, lan.video_page if lan is not None else None).parts(),
        Part(components.FACES, installed(components.FACES), models.start, models.stop, models.failing),
        Part(
            components.LOG,
            switched(components.LOG, _collects_logs),
            partial(ship, True),
            partial(ship, False, {}),
        ),
        Part(
            components.MONITOR,
            switched(components.MONITOR, _is_measured),
            partial(measure, True),
            partial(measure, False, {}),
        ),
    ]


def _collects_logs(settings: BoxSettings) -> bool:
    return settings.log is True


def _is_measured(settings: BoxSettings) -> bool:
    """Also by a cloud that does not say."""
    return settings.monitor is not False
