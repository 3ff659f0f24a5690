"""Parking's records on their way to the cloud, with a heartbeat each 30 s. Source: spec F 5.12, H 5.8.

In order, each once: a record is removed when the cloud has taken it, and the cloud knows its number when it comes again.
"""

import asyncio
import json
from typing import Final

import msgspec

from linli.edge.cloud import CloudCaller, CloudRefused, CloudUnreachable
from linli.edge.framework.device_logs import DeviceLog
from linli.edge.parking.outbox import Waiting
from linli.edge.parking.refusals import ParkingRefused
from linli.edge.parking.room import ParkingRoom
from linli.edge.runtime.deployer import keep, kept
from linli.edge.services.files import FileStore
from linli.edge.store import Store
from linli.kernel.clock import Clock
from linli.kernel.ids import Ids
from linli.kernel.rounds import set_within
from linli.protocols.edge_link import (
    PARKING_BEAT_S,
    PARKING_PICTURES,
    PARKING_RECORDS,
    ParkingBatch,
    ParkingRecord,
    ParkingTaken,
    PictureTaken,
)

AT_ONCE: Final = 50
AGAIN_S: Final = 5.0
"""After the cloud was not reached."""
_STREAM: Final = "parking_stream"
_NO_PICTURE: Final = (400, 404, 413, 415)


class ParkingUplink:
    """`files`: where pictures of cars are kept; None: nowhere."""

    def __init__(
        self, room: ParkingRoom, store: Store, cloud: CloudCaller, clock: Clock, ids: Ids, log: DeviceLog
    ) -> None:
        self._room = room
        self._store = store
        self._cloud = cloud
        self._clock = clock
        self._ids = ids
        self._log = log
        self.files: FileStore | None = None
        self._sent: dict[str, str] = {}
        """By path, the picture's place in the cloud, for records that are sent again."""

    async def run(self) -> None:
        stream = await self._stream()
        beat_ms, version = 0, ""
        while True:
            self._room.news.clear()
            try:
                # A beat says which lots follow the cloud: it is told at once.
                beats = self._clock.now_ms() >= beat_ms or self._room.given.rules.version != version
                if beats:
                    version = self._room.given.rules.version
                    beat_ms = self._clock.now_ms() + round(PARKING_BEAT_S * 1000)
                more = await self._send(stream, beats=beats)
            except (CloudUnreachable, CloudRefused, ParkingRefused, msgspec.MsgspecError) as error:
                self._log.now_and_then("records of parking wait for the cloud", why=str(error))
                await self._clock.sleep(AGAIN_S)
                continue
            if not more:
                left_s = max(0.0, (beat_ms - self._clock.now_ms()) / 1000)
                await set_within(self._clock, left_s, self._room.news)

    async def _stream(self) -> str:
        """The name of the box's file; it is in its backup."""
        before = await kept(self._store, _STREAM)
        if before is not None:
            return before.decode()
        stream = self._ids.hex(32)
        await keep(self._store, _STREAM, stream.encode())
        return stream

    async def _send(self, stream: str, *, beats: bool) -> bool:
        """Whether more records wait. Raises CloudUnreachable, CloudRefused, MsgspecError."""
        waiting = await self._room.waiting(AT_ONCE)
        lots = await self._room.beats() if beats else []
        if not waiting and not lots:
            return False
        batch = ParkingBatch(stream=stream, records=[await self._record(row) for row in waiting], lots=lots)
        answer = msgspec.json.decode(await self._cloud.post(PARKING_RECORDS, batch), type=ParkingTaken)
        if waiting:
            await self._room.taken(min(answer.seq, waiting[-1].seq))
            self._sent.clear()
        return len(waiting) == AT_ONCE

    async def _record(self, row: Waiting) -> ParkingRecord:
        files = {}
        for field, path in msgspec.json.decode(row.files, type=dict[str, str]).items():
            if place := await self._picture(path):
                files[field] = place
        return ParkingRecord(
            seq=row.seq,
            model=row.model,
            record=json.loads(row.record),
            files=files,
            detail=json.loads(row.detail) if row.detail else {},
        )

    async def _picture(self, path: str) -> str:
        """Where the cloud has it; empty when it cannot. Raises CloudUnreachable, CloudRefused."""
        if path in self._sent:
            return self._sent[path]
        await self._room.picture_stored(path)
        file = await self.files.find(path) if self.files is not None else None
        if file is None:
            return ""
        try:
            content = await asyncio.to_thread(file.place.read_bytes)
            answer = await self._cloud.post(PARKING_PICTURES, content)
        except FileNotFoundError:
            return ""
        except CloudRefused as refused:
            if refused.facts.get("status") not in _NO_PICTURE:
                raise
            self._log.warning("the cloud does not take a picture of a car", why=str(refused))
            return ""
        self._sent[path] = place = msgspec.json.decode(answer, type=PictureTaken).photo_id
        return place
