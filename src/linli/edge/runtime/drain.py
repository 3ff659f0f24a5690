"""From the queue to the cloud: oldest first, few in flight, within the cloud's rate, removed at the PUBACK.

Order: reports leave by their seq on one connection. After a break, reports without PUBACK go again before all newer
ones, so the order per device is kept. Once: a report that may have left before is marked DUP and has the same bytes, so
the platform recognises it (`things.inbox.ingest`). The highest seq that may have left is stored before the reports
leave, in steps of NOTE_AHEAD. So this is also true if the box is killed in between.
"""

import asyncio
import json
from typing import Any, Final, Protocol

import msgspec

from linli.edge.cloud import CloudRefused, CloudUnreachable
from linli.edge.runtime.line import Line, own_topic
from linli.edge.runtime.pictures import Pictures
from linli.edge.runtime.presence import Presence
from linli.edge.runtime.queue import Queue, Waiting
from linli.kernel.clock import Clock
from linli.kernel.telemetry import logger
from linli.protocols import edge_link

log = logger(__name__)

IN_FLIGHT: Final = 32
RATE: Final = 200.0
"""Reports a second: after a week offline a box needs its time, and the cloud has others."""
NOTE_AHEAD: Final = 256
AT_ONCE: Final = 200
PICTURE_TRIES: Final = 3
"""Refusals of one picture, after which its report goes without."""
PICTURE_WAIT_S: Final = 5.0
_NO_PICTURE: Final = (400, 404, 413, 415)


class Uploads(Protocol):
    async def post(self, path: str, body: Any, **headers: str) -> bytes:
        """Raises CloudUnreachable, CloudRefused."""
        ...


class Drain:
    """`run` lasts as long as one connection."""

    def __init__(
        self, node: str, queue: Queue, pictures: Pictures, presence: Presence, uploads: Uploads, clock: Clock, *,
        rate: float = RATE, in_flight: int = IN_FLIGHT,
    ) -> None:  # fmt: skip
        self._node = node
        self._queue = queue
        self._pictures = pictures
        self._presence = presence
        self._uploads = uploads
        self._clock = clock
        self.rate = rate
        self._in_flight = in_flight
        self._may_have_left: int | None = None
        self._noted = 0
        self.sent = 0
        """Since the start, for the local console."""

    async def run(self, line: Line) -> None:
        """Raises LineDown, TimeoutError."""
        if self._may_have_left is None:
            self._may_have_left = self._noted = await self._queue.sent()
        slots = asyncio.Semaphore(self._in_flight)
        acks: asyncio.Queue[tuple[Waiting, asyncio.Future[None]]] = asyncio.Queue()
        remover = asyncio.create_task(self._remove(acks, slots), name="drain-acks")
        sender = asyncio.create_task(self._send(line, slots, acks), name="drain")
        try:
            done, _ = await asyncio.wait((sender, remover), return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self._presence.sending.clear()
            for task in (sender, remover):
                task.cancel()
            await asyncio.gather(sender, remover, return_exceptions=True)

    async def _send(self, line: Line, slots: asyncio.Semaphore, acks: "asyncio.Queue[Any]") -> None:
        last, pace = 0, _Pace(self.rate)
        while True:
            self._queue.news.clear()
            rows = await self._queue.head(last, AT_ONCE)
            if not rows:
                self._presence.sending.clear()
                await self._presence.settle()
                await self._queue.news.wait()
                continue
            self._presence.sending |= {row.device for row in rows}
            await self._presence.admit(row.device for row in rows)
            for row in rows:
                last = row.seq
                if row.device in self._presence.refused:
                    continue  # it stays, and is looked at again at the next connection
                payload = await self._payload(row)
                await slots.acquire()
                await pace.turn(self.rate)
                dup = row.seq <= (self._may_have_left or 0)
                await self._note(row.seq)
                acks.put_nowait((row, line.publish(self._topic(row), payload, dup=dup)))

    async def _note(self, seq: int) -> None:
        """`seq` is about to leave: in this life too it goes again with DUP if the line breaks."""
        if seq > self._noted:
            await self._queue.will_send(seq + NOTE_AHEAD)
            self._noted = seq + NOTE_AHEAD
        self._may_have_left = max(self._may_have_left or 0, seq)

    async def _remove(self, acks: "asyncio.Queue[Any]", slots: asyncio.Semaphore) -> None:
        """A slot is free again once its report is off the disk: never more than IN_FLIGHT are sent and still there."""
        while True:
            row, done = await acks.get()
            await done
            seqs = [row.seq]
            while not acks.empty():
                row, done = acks.get_nowait()
                if not done.done():
                    await self._removed(seqs, slots)
                    seqs = []
                await done
                seqs.append(row.seq)
            await self._removed(seqs, slots)

    async def _removed(self, seqs: list[int], slots: asyncio.Semaphore) -> None:
        if seqs:
            await self._queue.remove(seqs)
        self.sent += len(seqs)
        for _ in seqs:
            slots.release()

    # the content of a report

    def _topic(self, row: Waiting) -> str:
        key = self._presence.key_of(row.device)
        assert key is not None  # admitted
        tail = "property/post" if row.kind == "property" else f"{row.name}/post"
        return own_topic(key, f"thing/event/{tail}")

    async def _payload(self, row: Waiting) -> bytes:
        """The same bytes each time."""
        params = json.loads(row.params)
        number = edge_link.message_id(self._node, row.seq)
        if row.kind == "property":
            method = "thing.event.property.post"
            body: Any = {name: {"value": value, "time": row.at_ms} for name, value in params.items()}
        else:
            method = f"thing.event.{row.name}.post"
            info = params.get("extInfo")
            if isinstance(info, str):
                params["extInfo"] = await self._ext_info(info, row, number)
            body = {"value": params, "time": row.at_ms}
        return msgspec.json.encode({"id": number, "version": "1.0", "params": body, "method": method})

    async def _ext_info(self, info: str, row: Waiting, number: str) -> str:
        """`extInfo` with the report's number, and with the picture's place in the cloud once it is there."""
        try:
            fields = json.loads(info)
        except ValueError:
            return info
        if not isinstance(fields, dict):
            return info
        fields["boxReport"] = number
        if row.picture and (place := await self._picture(row)):
            fields["captureImg"] = place
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))

    async def _picture(self, row: Waiting) -> str:
        """Where the cloud has it; empty when it cannot have it. Waits while the cloud is not reached."""
        refusals = 0
        while True:
            picture = await self._pictures.find(row.picture)
            if picture is None or picture.sent:
                return picture.sent if picture is not None else ""
            photo = await self._pictures.content(row.picture)
            if photo is None:
                return ""
            try:
                answer = await self._uploads.post(edge_link.PICTURES, photo, x_linli_for=row.device)
                taken = msgspec.json.decode(answer, type=edge_link.PictureTaken)
            except CloudUnreachable as error:
                log.info("a picture waits: %s", error)
            except (CloudRefused, msgspec.MsgspecError) as error:
                # Only an error about the picture itself counts against it.
                refusals += getattr(error, "facts", {}).get("status") in _NO_PICTURE
                log.warning("a picture of %s is not taken: %s", row.device, error)
                if refusals >= PICTURE_TRIES:
                    return ""
            else:
                await self._pictures.was_sent(row.picture, taken.photo_id, taken.url)
                return taken.photo_id
            await self._clock.sleep(PICTURE_WAIT_S)


class _Pace:
    """A bucket of tokens of one second."""

    def __init__(self, rate: float) -> None:
        self._left = rate
        self._at = asyncio.get_running_loop().time()

    async def turn(self, rate: float) -> None:
        now = asyncio.get_running_loop().time()
        self._left = min(rate, self._left + (now - self._at) * rate)
        self._at = now
        self._left -= 1
        if self._left < 0:
            await asyncio.sleep(-self._left / rate)
