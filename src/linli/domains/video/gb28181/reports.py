"""What devices tell by themselves, and what they are: keepalives, alarms, catalogues, ends of recordings."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final

from linli.domains.video.doctor.memory import KEEPALIVE, Catalogue, Doctor
from linli.domains.video.gb28181.alarms import Alarms
from linli.domains.video.gb28181.line import Line
from linli.domains.video.gb28181.places import Places
from linli.domains.video.gb28181.questions import Questions
from linli.domains.video.service import gb28181 as service
from linli.domains.video.service import gb_news
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.kernel.sip.exchange import Incoming
from linli.protocols import gb28181 as gb
from linli.protocols import sip

_MOST_REASON: Final = 60
_MOST_NEWS: Final = 64
"""Of a device's catalogue that wait at once."""


class Dialogue:
    """A call that brings pictures or takes a voice, as the front must know it."""

    line: Line
    channel: str
    call_id: str
    recorded: bool

    def hung_up(self) -> None:
        """The camera ended it."""
        raise NotImplementedError

    def acknowledged(self) -> None:
        """An ACK came, where the camera called."""


class Reports:
    """`questions` is there once the port is open."""

    questions: Questions

    def __init__(
        self,
        db: Database,
        clock: Clock,
        ids: Ids,
        secrets: Secrets,
        doctor: Doctor,
        later: Callable[[Coroutine[Any, Any, object]], None],
    ) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._secrets = secrets
        self._doctor = doctor
        self._later = later
        self._alarms = Alarms(db, clock, ids, later)
        self._places = Places(db, clock, later)
        self._news: dict[str, asyncio.Lock] = {}
        self._waiting: Counter[str] = Counter()
        self.dialogs: dict[sip.DialogKey, Dialogue] = {}

    def take(self, line: Line, incoming: Incoming) -> None:
        """A message of a device that is registered; a NOTIFY is of a subscription."""
        if incoming.request.method == "NOTIFY" and not incoming.request.body.strip():
            incoming.answer(200)
            return
        try:
            message = gb.read(incoming.request.body)
        except gb.Unreadable as error:
            reason = str(error)[:_MOST_REASON].encode("ascii", "replace").decode()
            incoming.answer(400, f"Bad Request - {reason}")
            return
        if message.command == "Alarm" and message.kind == "Notify":
            self._alarms.take(line, message, incoming, self.questions)  # answered once it is kept
            return
        if message.command == "Catalog" and _is_news(message, incoming):
            self._take_news(line, list(message.items), incoming)
            return
        incoming.answer(200)
        if message.command == KEEPALIVE:
            visits = self._doctor.visits(line.device.gb_id)
            visits.note_alive(self._clock.now_ms(), message.get("Status"))
        if message.kind == "Response":
            self.questions.answered(line, message)
        elif message.command == "Catalog":
            self._later(self._take_catalogue(line, list(message.items)))
        elif message.command == "MobilePosition" and message.kind == "Notify":
            self._places.take(line, message)
        elif message.command == "MediaStatus":
            self._recording_ended(line, message.device, incoming.request.call_id)

    def _take_news(self, line: Line, items: list[Mapping[str, str]], incoming: Incoming) -> None:
        """In the order in which they came; answered once they are kept."""
        gb_id = line.device.gb_id
        if self._waiting[gb_id] >= _MOST_NEWS:
            incoming.answer(503, retry_after="5")
            return
        self._waiting[gb_id] += 1
        self._later(self._keep_news(line, items, incoming))

    async def _keep_news(self, line: Line, items: list[Mapping[str, str]], incoming: Incoming) -> None:
        gb_id = line.device.gb_id
        try:
            async with self._news.setdefault(gb_id, asyncio.Lock()):
                unknown = await self._db.run(
                    lambda tx: gb_news.take_news(
                        tx, line.device, items, ids=self._ids, secrets=self._secrets,
                        now_ms=self._clock.now_ms(),
                    )
                )  # fmt: skip
            incoming.answer(200)
        except Exception:
            incoming.answer(500)
            raise
        finally:
            self._waiting[gb_id] -= 1
            if not self._waiting[gb_id]:
                del self._waiting[gb_id], self._news[gb_id]
        if unknown:
            await self.refresh(line)

    def _recording_ended(self, line: Line, channel: str, call_id: str) -> None:
        for dialogue in list(self.dialogs.values()):
            same = dialogue.line is line and dialogue.recorded and dialogue.channel == channel
            if dialogue.call_id == call_id or same:
                dialogue.hung_up()

    def hang_up_all(self, line: Line) -> None:
        for dialogue in list(self.dialogs.values()):
            if dialogue.line is line:
                dialogue.hung_up()

    async def describe(self, line: Line) -> None:
        """What it is, and which cameras it has."""
        answers = await self.questions.ask(line, "DeviceInfo")
        if answers:
            line.described = True
            facts = answers[0]
            await self._db.run(
                lambda tx: service.described(
                    tx, line.device.device_id, maker=facts.get("Manufacturer"), model=facts.get("Model")
                )
            )
        await self.refresh(line)

    async def refresh(self, line: Line) -> int:
        """Ask for the catalogue; how many entries came. Parts come as they will: what came counts."""
        asked_ms, gb_id = self._clock.now_ms(), line.device.gb_id

        def refused(status: int) -> None:
            self._doctor.note_catalogue(gb_id, Catalogue(asked_ms, 0, 0, status))

        answers = await self.questions.ask(line, "Catalog", refused=refused)
        items = [item for answer in answers for item in answer.items]
        if answers:
            entries = len({item.get("DeviceID", "") for item in items})
            self._doctor.note_catalogue(gb_id, Catalogue(asked_ms, entries, answers[-1].total, 0))
        await self._take_catalogue(line, items)
        return len(items)

    async def _take_catalogue(self, line: Line, items: list[Mapping[str, str]]) -> None:
        if items:
            await self._db.run(
                lambda tx: service.take_catalogue(
                    tx, line.device, items, ids=self._ids, secrets=self._secrets, now_ms=self._clock.now_ms()
                )
            )


def _is_news(message: gb.Message, incoming: Incoming) -> bool:
    """What happened to cameras, by subscription or without one; not an answer to a question for the catalogue."""
    return incoming.request.method == "NOTIFY" or (
        message.kind == "Notify" and any("Event" in item for item in message.items)
    )
