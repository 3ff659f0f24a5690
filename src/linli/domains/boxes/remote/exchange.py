"""Where the two ends of a tunnel meet: in this process, or by mail with the process that the other end came to.

An end that came alone is held until the other is there. Whatever ends a tunnel is written with its reason, and how much
went through. Between processes each side may have a bounded number of bytes under way (ADR 0018, 0069).
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

import msgspec
from wsproto.frame_protocol import CloseReason

from linli.domains.boxes.remote import rules
from linli.domains.boxes.remote.lines import End
from linli.domains.boxes.remote.rows import Tunnel
from linli.domains.boxes.remote.service import tunnels
from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.processes import Mail
from linli.kernel.rounds import end_tasks

log = telemetry.logger(__name__)

SWEEP_SECONDS: Final = 5.0
UNDER_WAY: Final = 512 * 1024
"""Bytes sent to another process and not yet passed on there."""
EARLY: Final = 256 * 1024
"""Bytes that an end may send before the other is there."""
SIDES: Final = {"box": "person", "person": "box"}
_CLOSES: Final = {
    "right": CloseReason.POLICY_VIOLATION,
    "too_much": CloseReason.MESSAGE_TOO_BIG,
    "stopped": CloseReason.GOING_AWAY,
}

type Allowed = Callable[[Tunnel], Awaitable[str]]
"""Why a tunnel may not go on (`right`, `node`); empty while it may."""


class Joined(msgspec.Struct, array_like=True):
    """The end of `side` is in process `at`."""

    tunnel_id: int
    side: str
    at: str


class Carried(msgspec.Struct, array_like=True):
    """Handle a message of the end of `side`."""

    tunnel_id: int
    side: str
    text: bool
    data: bytes


class PassedOn(msgspec.Struct, array_like=True):
    """So many bytes of `side` are passed on."""

    tunnel_id: int
    side: str
    size: int


class Over(msgspec.Struct, array_like=True):
    tunnel_id: int
    why: str


class _Joint:
    """A tunnel in this process."""

    def __init__(self, tunnel: Tunnel) -> None:
        self.tunnel = tunnel
        self.ends: dict[str, End] = {}
        self.peer = ""
        """The process of the other end, where that is not this one."""
        self.joined = False
        self.early: list[tuple[str, bytes, bool]] = []
        self.under_way = 0
        self.owed = 0
        """Bytes of the other process that wait in our end's buffer."""
        self.sizes = {"box": 0, "person": 0}
        self.seen: list[str] = []
        self.seen_chars = 0
        self.counted = 0
        self.timer: asyncio.TimerHandle | None = None

    @property
    def early_bytes(self) -> int:
        return sum(len(data) for _, data, _ in self.early)


class Exchange:
    """One per process."""

    def __init__(self, db: Database, clock: Clock, process: str, mail: Mail | None, allowed: Allowed) -> None:
        self._db = db
        self._clock = clock
        self._process = process
        self._mail = mail
        self._allowed = allowed
        self._joints: dict[int, _Joint] = {}
        self._sides: dict[End, tuple[_Joint, str]] = {}
        self._gone: set[End] = set()
        """Ends that left while their ticket was looked up."""
        self._coming: set[End] = set()
        self._work: set[asyncio.Task[None]] = set()
        self._sweeper: asyncio.Task[None] | None = None
        if mail is not None:
            self.share(mail)

    def share(self, mail: Mail) -> None:
        """Find ends in other processes too."""
        self._mail = mail
        mail.on("tunnel.joined", Joined, self._other_came)
        mail.on("tunnel.data", Carried, self._carried)
        mail.on("tunnel.passed", PassedOn, self._passed_on)
        mail.on("tunnel.over", Over, self._over)

    @property
    def open(self) -> int:
        return len(self._joints)

    def start(self) -> None:
        self._sweeper = asyncio.create_task(self._sweep(), name="tunnels-sweep")

    async def stop(self) -> None:
        for joint in list(self._joints.values()):
            self._finish(joint, "stopped")
        await end_tasks(self._sweeper)
        await self.settled()

    async def settled(self) -> None:
        """Return when everything that ended is written."""
        while self._work:
            await asyncio.gather(*self._work, return_exceptions=True)
            await asyncio.sleep(
                0
            )  # gathering what is done does not let the loop turn, and so nothing is discarded

    def end_everywhere(self, tunnel: Tunnel, why: str) -> None:
        """End a tunnel whose ends may be in other processes."""
        if (joint := self._joints.get(tunnel.tunnel_id)) is not None:
            self._finish(joint, why)
        elif self._mail is not None:
            for process in {tunnel.box_process, tunnel.person_process} - {"", self._process}:
                self._mail.send(process, "tunnel.over", Over(tunnel.tunnel_id, why))

    # what ends tell

    def came(self, side: str, ticket: str, end: End) -> None:
        end.hold()
        self._coming.add(end)
        self._spawn(self._arrive(side, ticket, end))

    async def _arrive(self, side: str, ticket: str, end: End) -> None:
        row, why = None, "ticket"
        try:
            row = await self._db.run(
                lambda tx: tunnels.take(
                    tx, side=side, ticket=ticket, process=self._process, now_ms=self._clock.now_ms()
                )
            )
            # A minute may lie between the asking and the coming: the right, the session and the node once more.
            why = await self._allowed(row) if row is not None else why
        except Exception:  # the database is away: the caller gets an error, and may ask for another ticket
            log.exception("a tunnel's ticket could not be looked up")
            why = "broken"
        finally:
            self._coming.discard(end)
        if row is None or why or end in self._gone:
            self._turn_away(end, row, why or side)
            return
        joint = self._joints.setdefault(row.tunnel_id, _Joint(row))
        joint.tunnel = row
        joint.ends[side] = end
        self._sides[end] = joint, side
        other = row.person_process if side == "box" else row.box_process
        if SIDES[side] in joint.ends:
            self._join(joint)
        elif other and other != self._process and self._mail is not None:
            joint.peer = other
            self._mail.send(other, "tunnel.joined", Joined(row.tunnel_id, side, self._process))
            self._join(joint)
        else:
            loop = asyncio.get_running_loop()
            why = "box_silent" if side == "person" else "person_silent"
            joint.timer = loop.call_later(rules.BOX_SECONDS, self._finish, joint, why)

    def _turn_away(self, end: End, row: Tunnel | None, why: str) -> None:
        """The end that came may not stay, or has left already."""
        self._gone.discard(end)
        if row is not None:
            if (joint := self._joints.get(row.tunnel_id)) is not None:
                self._finish(joint, why)  # the other side waits for this one
            else:
                self.end_everywhere(row, why)
                self._spawn(self._write_end(row, why, None))
        _tell(end, why)
        end.close(CloseReason.POLICY_VIOLATION)

    def heard(self, end: End, data: bytes, text: bool) -> None:
        place = self._sides.get(end)
        if place is None:
            if end in self._coming:
                end.close(CloseReason.POLICY_VIOLATION)  # nobody may send before their ticket is checked
            return
        joint, side = place
        if not joint.joined:
            joint.early.append((side, data, text))
            if joint.early_bytes > EARLY:
                self._finish(joint, "too_much")
            return
        self._pass(joint, side, data, text)

    def full(self, end: End) -> None:
        if (place := self._sides.get(end)) is not None:
            joint, side = place
            if (other := joint.ends.get(SIDES[side])) is not None:
                other.hold()

    def drained(self, end: End) -> None:
        if (place := self._sides.get(end)) is None:
            return
        joint, side = place
        if (other := joint.ends.get(SIDES[side])) is not None:
            if joint.joined:
                other.go_on()
        elif joint.owed and self._mail is not None:
            owed, joint.owed = joint.owed, 0
            self._mail.send(joint.peer, "tunnel.passed", PassedOn(joint.tunnel.tunnel_id, SIDES[side], owed))

    def lost(self, end: End, *, too_much: bool = False) -> None:
        if end in self._coming:
            self._gone.add(end)
        if (place := self._sides.pop(end, None)) is not None:
            joint, side = place
            joint.ends.pop(side, None)
            self._finish(joint, "too_much" if too_much else side)

    # joining and passing on

    def _join(self, joint: _Joint) -> None:
        joint.joined = True
        if joint.timer is not None:
            joint.timer.cancel()
            joint.timer = None
        if (person := joint.ends.get("person")) is not None:
            person.send(msgspec.json.encode({"joined": True, "untilMs": joint.tunnel.until_ms}), True)
        early, joint.early = joint.early, []
        for side, data, text in early:
            self._pass(joint, side, data, text)
        for end in list(joint.ends.values()):
            end.go_on()

    def _pass(self, joint: _Joint, side: str, data: bytes, text: bool) -> None:
        joint.sizes[side] += len(data)
        if side == "box" and not text and joint.tunnel.recorded:
            _record(joint, data)
        if (other := joint.ends.get(SIDES[side])) is not None:
            other.send(data, text)
        elif joint.peer and self._mail is not None:
            joint.under_way += len(data)
            if joint.under_way > UNDER_WAY:
                joint.ends[side].hold()
            self._mail.send(
                joint.peer,
                "tunnel.data",
                Carried(joint.tunnel.tunnel_id, side, text, data),
                lost=lambda: self._finish(joint, "broken"),
            )

    # what other processes tell

    def _other_came(self, joined: Joined) -> None:
        joint = self._joints.get(joined.tunnel_id)
        if joint is None:
            if self._mail is not None:
                self._mail.send(joined.at, "tunnel.over", Over(joined.tunnel_id, "broken"))
        elif not joint.joined:
            joint.peer = joined.at
            self._join(joint)

    def _carried(self, piece: Carried) -> None:
        joint = self._joints.get(piece.tunnel_id)
        if joint is None or (end := joint.ends.get(SIDES[piece.side])) is None or self._mail is None:
            return
        joint.sizes[piece.side] += len(piece.data)
        if piece.side == "box" and not piece.text and joint.tunnel.recorded:
            _record(joint, piece.data)
        end.send(piece.data, piece.text)
        joint.owed += len(piece.data)
        if not end.full:
            owed, joint.owed = joint.owed, 0
            self._mail.send(joint.peer, "tunnel.passed", PassedOn(piece.tunnel_id, piece.side, owed))

    def _passed_on(self, passed_on: PassedOn) -> None:
        joint = self._joints.get(passed_on.tunnel_id)
        if joint is not None and (end := joint.ends.get(passed_on.side)) is not None:
            joint.under_way = max(0, joint.under_way - passed_on.size)
            if joint.under_way <= UNDER_WAY // 2:
                end.go_on()

    def _over(self, over: Over) -> None:
        if (joint := self._joints.get(over.tunnel_id)) is not None:
            joint.peer = ""
            self._finish(joint, over.why)

    # ending

    def _finish(self, joint: _Joint, why: str) -> None:
        if self._joints.pop(joint.tunnel.tunnel_id, None) is None:
            return
        if joint.timer is not None:
            joint.timer.cancel()
        if joint.peer and self._mail is not None:
            self._mail.send(joint.peer, "tunnel.over", Over(joint.tunnel.tunnel_id, why))
        for side, end in joint.ends.items():
            self._sides.pop(end, None)
            if side == "person":
                _tell(end, why)
            end.close(_CLOSES.get(why, CloseReason.NORMAL_CLOSURE))
        self._spawn(self._write_end(joint.tunnel, why, joint))

    async def _write_end(self, tunnel: Tunnel, why: str, joint: _Joint | None = None) -> None:
        try:

            async def work(tx: Tx) -> None:
                if joint is not None and any(joint.sizes.values()):
                    await self._count(tx, joint)
                await tunnels.end(tx, tunnel, why=why, now_ms=self._clock.now_ms())

            await self._db.run(work)
        except Exception:  # the sweep of forgotten tunnels ends it by its time
            log.exception("the end of tunnel %d could not be written", tunnel.tunnel_id)

    async def _count(self, tx: Any, joint: _Joint) -> None:
        joint.counted = sum(joint.sizes.values())
        await tunnels.count(
            tx,
            joint.tunnel,
            to_box=joint.sizes["person"],
            from_box=joint.sizes["box"],
            transcript="".join(joint.seen),
        )

    async def _sweep(self) -> None:
        while True:
            await self._clock.sleep(SWEEP_SECONDS)
            try:
                await self.look()
            except Exception:  # the database is away; tunnels go on, and end by their time below
                log.exception("tunnels could not be looked after")

    async def look(self) -> None:
        """End tunnels that may not go on, and store their traffic."""
        now_ms = self._clock.now_ms()
        for joint in list(self._joints.values()):
            if now_ms >= joint.tunnel.until_ms:
                self._finish(joint, "time")
        await self._db.run(lambda tx: tunnels.end_forgotten(tx, now_ms=now_ms - 60_000))
        for joint in [candidate for candidate in self._joints.values() if "person" in candidate.ends]:
            if why := await self._allowed(joint.tunnel):
                self._finish(joint, why)
            elif sum(joint.sizes.values()) != joint.counted:
                await self._db.run(partial(self._count, joint=joint))

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work, name="tunnel")
        self._work.add(task)
        task.add_done_callback(self._work.discard)


def _tell(end: End, why: str) -> None:
    """A person's page says why it is over."""
    end.send(msgspec.json.encode({"ended": why}), True)


def _record(joint: _Joint, data: bytes) -> None:
    room = rules.TRANSCRIPT_CHARS - joint.seen_chars
    if room > 0:
        # Neither engine keeps U+0000 in a text.
        text = data.decode("utf-8", "replace").replace("\0", "")[:room]
        joint.seen.append(text)
        joint.seen_chars += len(text)
