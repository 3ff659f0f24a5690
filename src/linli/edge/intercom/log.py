"""What becomes of the site's calls, kept in the box's file until the cloud has it; and who may open their doors."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from linli.calls.opening_words import DOOR_UNKNOWN, NOT_ALLOWED
from linli.calls.rows import ASKED, CUT, MISSED, Account, CallStep, Opening
from linli.edge.framework.device_logs import DeviceLog
from linli.edge.intercom.site import CLOUD, Site
from linli.edge.store import Store
from linli.kernel.clock import Clock
from linli.kernel.errors import LinliError
from linli.kernel.ids import Ids
from linli.protocols.edge_link import SiteCall, SiteOpening, SiteStep
from linli.rules.quiet import AGAIN_MS
from linli.rules.unlocking import TryResult, Way

MOST_KEPT: Final = 50_000
"""Calls that wait for the cloud; beyond it the oldest are dropped."""


type OpensDoors = Callable[[str, str, dict[str, Any]], Awaitable[Any]]
"""The doors' own lines: device, service, parameters."""


@dataclass(slots=True)
class SiteCallInHand:
    """A call that is not over. `reported`: the cloud is told of it; one that came from there it knows."""

    call: SiteCall
    number: int
    reported: bool
    door: str
    """The number of the door among its ends; empty: none."""
    device: str
    asked: dict[int, SiteOpening]

    @property
    def id(self) -> int:
        return self.number

    @property
    def tenant_id(self) -> str:
        return ""

    @property
    def community_id(self) -> int | None:
        return None

    @property
    def target(self) -> str:
        return self.call.target


class SiteLog:
    """Implements `engine.CallLog` and `ladder.Notes`."""

    def __init__(
        self,
        site: Callable[[], Site],
        store: Store,
        clock: Clock,
        ids: Ids,
        log: DeviceLog,
        news: asyncio.Event,
        *,
        trusts: Callable[[], bool],
    ) -> None:
        """`news` is set when a call is over. `trusts`: whether who speaks as the cloud surely is it."""
        self.openings = SiteOpenings(self, site, trusts, clock, ids)
        self._site = site
        self._store = store
        self._clock = clock
        self._ids = ids
        self._log = log
        self._news = news
        self.in_hand: dict[int, SiteCallInHand] = {}
        self._rang: dict[tuple[str, str], int] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """First end what the box left when it ended."""
        now_ms = self._clock.now_ms()

        def end(db: sqlite3.Connection) -> int:
            rows = db.execute("SELECT body FROM intercom_calls WHERE ended_ms = 0").fetchall()
            for (body,) in rows:
                call = msgspec.json.decode(body, type=SiteCall)
                over = replace(call, outcome=CUT if call.answered_ms else MISSED, ended_ms=now_ms)
                _put(db, over)
            return len(rows)

        if count := await self._store.write(end):
            self._log.warning("calls were under way when the box ended", calls=count)
            self._news.set()

    async def stop(self) -> None:
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def begin(
        self, caller: Account, target: str, *, to_group: bool, reported: bool, ends: tuple[str, str]
    ) -> SiteCallInHand:
        """A call is about to ring: from now on it is told, also if the box ends now.

        `ends`: the number and the name of the door among its ends.
        """
        now_ms = self._clock.now_ms()
        number = self._ids.number(now_ms)
        call = SiteCall(
            id=str(number), caller=caller.number, target=target, to_group=to_group, started_ms=now_ms
        )
        hand = self.in_hand[number] = SiteCallInHand(call, number, reported, *ends, {})
        self._rang = {ends: at for ends, at in self._rang.items() if now_ms - at < AGAIN_MS}
        if reported:
            await self._write(call)
        return hand

    def again(self, caller: str, target: str) -> bool:
        """Whether the same one rang the same room a moment ago; noted for the next time."""
        now_ms = self._clock.now_ms()
        before = self._rang.get((caller, target))
        self._rang[caller, target] = now_ms
        return before is not None and now_ms - before < AGAIN_MS

    def tried(self, step: CallStep) -> None:
        report = SiteStep(
            place=step.place,
            step=step.step,
            phones=step.phones,
            result=step.result,
            number="" if step.number == CLOUD else step.number,
            started_ms=step.started_ms,
            ended_ms=step.ended_ms,
        )
        if (hand := self.in_hand.get(step.call_id)) is not None:
            others = [each for each in hand.call.steps if each.place != step.place]
            self._change(step.call_id, steps=sorted([*others, report], key=lambda each: each.place))

    def answered(self, call_id: int, number: str) -> None:
        """Of somebody whom the cloud rang it knows the number itself."""
        answered_by = "" if number == CLOUD else number
        self._change(call_id, answered_ms=self._clock.now_ms(), answered_by=answered_by)

    def opened(self, call_id: int) -> None:
        hand = self.in_hand.get(call_id)
        if hand is not None and not hand.call.opened_ms:
            self._change(call_id, opened_ms=self._clock.now_ms())

    def ended(self, call_id: int, outcome: str) -> None:
        if call_id not in self.in_hand:
            return
        self._change(call_id, outcome=outcome, ended_ms=self._clock.now_ms())
        # What its ladder and an opening still say of it comes within this turn of the loop.
        asyncio.get_running_loop().call_later(5.0, self.in_hand.pop, call_id, None)

    def _change(self, call_id: int, **fields: Any) -> None:
        hand = self.in_hand.get(call_id)
        if hand is not None:
            hand.call = replace(hand.call, **fields)
            self._keep(hand)

    def opening(self, call_id: int, number: int, opening: SiteOpening) -> None:
        """Keep a try to open, or what became of it."""
        hand = self.in_hand.get(call_id)
        if hand is not None:
            hand.asked[number] = opening
            self._change(call_id, openings=list(hand.asked.values())[:40])

    def _keep(self, hand: SiteCallInHand) -> None:
        if not hand.reported:
            return
        call = hand.call
        task = asyncio.get_running_loop().create_task(self._write(call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _write(self, call: SiteCall) -> None:
        try:
            await self._store.write(lambda db: _put(db, call))
        except LinliError as error:
            self._log.error("a call is not kept", why=str(error))
        if call.ended_ms:
            self._news.set()

    # ------------------------------------------------------------ for the cloud

    async def waiting(self, most: int) -> list[SiteCall]:
        """Calls that are over and were not told, the oldest first."""

        def select(db: sqlite3.Connection) -> list[bytes]:
            rows = db.execute(
                "SELECT body FROM intercom_calls WHERE ended_ms > 0 ORDER BY ended_ms LIMIT ?", (most,)
            )
            return [body for (body,) in rows]

        return [msgspec.json.decode(body, type=SiteCall) for body in await self._store.read(select)]

    async def taken(self, calls: list[SiteCall]) -> None:
        """The cloud has them as they were sent; one that changed meanwhile is sent again."""

        def work(db: sqlite3.Connection) -> None:
            for call in calls:
                db.execute(
                    "DELETE FROM intercom_calls WHERE id = ? AND body = ?",
                    (call.id, msgspec.json.encode(call)),
                )

        await self._store.write(work)


def _put(db: sqlite3.Connection, call: SiteCall) -> None:
    db.execute(
        "INSERT OR REPLACE INTO intercom_calls (id, ended_ms, body) VALUES (?, ?, ?)",
        (call.id, call.ended_ms, msgspec.json.encode(call)),
    )
    if int(call.id) % 512 == 0:
        db.execute(
            "DELETE FROM intercom_calls WHERE ended_ms > 0 AND id NOT IN"
            " (SELECT id FROM intercom_calls ORDER BY ended_ms DESC LIMIT ?)",
            (MOST_KEPT,),
        )


class SiteOpenings:
    """Implements `unlocking.Openings`: by what the box knows of who may open what, also with the line cut."""

    def __init__(
        self, log: SiteLog, site: Callable[[], Site], trusts: Callable[[], bool], clock: Clock, ids: Ids
    ) -> None:
        """`trusts`: whether who speaks as the cloud surely is it."""
        self._trusts = trusts
        self._log = log
        self._site = site
        self._clock = clock
        self._ids = ids
        self.door_line: OpensDoors | None = None

    async def ask(self, call_id: int, number: str) -> Opening:
        now_ms = self._clock.now_ms()
        hand = self._log.in_hand.get(call_id)
        refusal = self._refusal(hand, number, now_ms)
        opening = Opening(
            id=self._ids.number(now_ms),
            call_id=call_id,
            tenant_id="",
            community_id=None,
            iot_id="" if hand is None else hand.device,
            number=number,
            identity_id="",
            way="",
            result=refusal or ASKED,
            asked_ms=now_ms,
            answered_ms=now_ms if refusal else 0,
        )
        self._keep(opening, "", opening.result)
        return opening

    def _refusal(self, hand: SiteCallInHand | None, number: str, now_ms: int) -> str:
        if hand is None or not hand.door:
            return DOOR_UNKNOWN
        if self._is_cloud(hand, number):
            return "" if self._trusts() else NOT_ALLOWED  # the cloud looked at the right of who asks there
        return "" if self._site().may_open(number, hand.door, now_ms) else NOT_ALLOWED

    def hears(self, call_id: int, number: str) -> bool:
        """The cloud is not heard on a line that others could speak on: it asks the door by the box's own line then."""
        hand = self._log.in_hand.get(call_id)
        return hand is None or not self._is_cloud(hand, number) or self._trusts()

    def _is_cloud(self, hand: SiteCallInHand, number: str) -> bool:
        return number == CLOUD or (not hand.reported and number == hand.call.caller)

    def by_remote(self, opening: Opening) -> bool:
        return self.door_line is not None and bool(opening.iot_id)

    async def remote(self, opening: Opening) -> str:
        if self.door_line is None:
            return DOOR_UNKNOWN
        try:
            await self.door_line(opening.iot_id, "remoteOpen", {})
        except LinliError as error:
            return error.code
        return TryResult.OPENED

    async def settle(self, opening: Opening, way: Way | None, result: str) -> None:
        self._keep(opening, way or "", result)

    def _keep(self, opening: Opening, way: str, result: str) -> None:
        if opening.number == CLOUD:
            return  # the trace of it is there
        opening_report = SiteOpening(
            number=opening.number[:64],
            way=way,
            result=result[:64],
            asked_ms=opening.asked_ms,
            answered_ms=0 if result == ASKED else self._clock.now_ms(),
        )
        self._log.opening(opening.call_id, opening.id, opening_report)
