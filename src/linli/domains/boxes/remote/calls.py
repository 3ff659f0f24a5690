"""Questions of the console to a box: asked through a tunnel of this process's own, kept a minute for the next one.

The tunnel is a row like any other, so that reading logs or restarting a driver is audited as a terminal is.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, NamedTuple

import msgspec
from wsproto.frame_protocol import CloseReason

from linli.domains.boxes.queries import clusters
from linli.domains.boxes.remote import rules
from linli.domains.boxes.remote.errors import BoxRefused, BoxSilent
from linli.domains.boxes.remote.exchange import Exchange
from linli.domains.boxes.remote.service import tunnels
from linli.domains.boxes.remote.service.tunnels import By
from linli.kernel.db import Database
from linli.kernel.errors import BadInput, LinliError, NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.protocols.edge_remote import wire
from linli.protocols.edge_remote.wire import Answer, Fault, Kind, Question

ANSWER_SECONDS: Final = 60.0
IDLE_SECONDS: Final = 45.0
MOST_BYTES: Final = 32 * 1024 * 1024
"""Of one answer that this process keeps in memory."""


class FullAnswer(NamedTuple):
    """A whole answer: its end, the items before it, the bytes before it."""

    ok: Any
    items: list[Any]
    data: bytes


class _Asked:
    """One open question."""

    def __init__(self) -> None:
        self.done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.items: list[Any] = []
        self.pieces: list[bytes] = []
        self.size = 0

    def fail(self, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error)


class Channel:
    """Our own end of a tunnel. Implements `lines.End`."""

    full = False

    def __init__(self, exchange: Exchange, node: str) -> None:
        self._exchange = exchange
        self._node = node
        self._asked: dict[int, _Asked] = {}
        self._number = 0
        self.joined: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.over = False
        self.idle: asyncio.TimerHandle | None = None

    async def ask(self, do: str, given: dict[str, Any], seconds: float) -> FullAnswer:
        """Raises BoxSilent, BoxRefused, BadInput, NotFound."""
        try:
            async with asyncio.timeout(rules.BOX_SECONDS + 2):
                await asyncio.shield(self.joined)
        except TimeoutError:
            raise BoxSilent(node=self._node) from None
        self._number += 1
        number, asked = self._number, _Asked()
        self._asked[number] = asked
        self._exchange.heard(self, wire.encode(Question(number, do, given)), True)
        try:
            async with asyncio.timeout(seconds):
                ok = await asked.done
        except TimeoutError:
            self._exchange.heard(self, wire.encode(Question(number, wire.CANCEL)), True)
            raise BoxSilent(node=self._node) from None
        finally:
            self._asked.pop(number, None)
        return FullAnswer(ok, asked.items, b"".join(asked.pieces))

    @property
    def busy(self) -> bool:
        return bool(self._asked) or not self.joined.done()

    # as an end

    def send(self, data: bytes, text: bool) -> None:
        try:
            if not text:
                self._piece(*wire.split_piece(data))
            elif not self.joined.done():
                self._begun(data)
            else:
                self._answer(wire.answer(data))
        except wire.WireError:
            self.close(CloseReason.POLICY_VIOLATION)
            self._exchange.lost(self, too_much=False)

    def _begun(self, data: bytes) -> None:
        message = msgspec.json.decode(data)
        if message.get("joined"):
            self.joined.set_result(None)

    def _answer(self, answer: Answer) -> None:
        asked = self._asked.get(answer.id)
        if asked is None:
            return
        if answer.error is not None:
            asked.fail(_refused(answer.error, self._node))
        elif not answer.ends:
            asked.items.append(answer.item)
        elif not asked.done.done():
            asked.done.set_result(answer.ok)

    def _piece(self, number: int, data: bytes) -> None:
        if (asked := self._asked.get(number)) is not None:
            asked.size += len(data)
            if asked.size > MOST_BYTES:
                asked.fail(BoxRefused(node=self._node, text=f"more than {MOST_BYTES} bytes"))
            else:
                asked.pieces.append(data)

    def hold(self) -> None:
        """Questions wait for nothing."""

    def go_on(self) -> None:
        """Questions wait for nothing."""

    def close(self, code: int = CloseReason.NORMAL_CLOSURE) -> None:
        self.over = True
        if not self.joined.done():
            self.joined.set_exception(BoxSilent(node=self._node))
            self.joined.exception()  # for a waiting caller, if there is one
        for asked in list(self._asked.values()):
            asked.fail(BoxSilent(node=self._node))


class BoxCalls:
    """One per process."""

    def __init__(self, db: Database, exchange: Exchange, ids: Ids) -> None:
        self._db = db
        self._exchange = exchange
        self._ids = ids
        self._channels: dict[tuple[int, str, str], Channel] = {}
        self._locks: dict[tuple[int, str, str], asyncio.Lock] = {}

    async def ask(
        self, scope: Scope, node_id: int, do: str, given: dict[str, Any] | None = None, *, by: By, reason: str,
        kind: Kind = "tools", seconds: float = ANSWER_SECONDS,
    ) -> FullAnswer:  # fmt: skip
        """Raises NotFound, BoxNotActive, BoxAway, BoxSilent, BoxRefused, BadInput."""
        await clusters.node(scope, self._db, node_id)  # at each question: a channel outlives rights
        async with self._channel(scope, node_id, kind, by, reason) as channel:
            return await channel.ask(do, given or {}, seconds)

    @asynccontextmanager
    async def _channel(
        self, scope: Scope, node_id: int, kind: Kind, by: By, reason: str
    ) -> AsyncIterator[Channel]:
        key = (node_id, kind, f"{scope.caller.kind}:{scope.caller.id}:{by.session_id}")
        async with self._locks.setdefault(key, asyncio.Lock()):
            channel = self._channels.get(key)
            if channel is None or channel.over:
                channel = await self._open(scope, node_id, kind, by, reason)
                self._channels[key] = channel
        if channel.idle is not None:
            channel.idle.cancel()
            channel.idle = None
        try:
            yield channel
        finally:
            if not channel.busy or channel.over:
                loop = asyncio.get_running_loop()
                channel.idle = loop.call_later(
                    0 if channel.over else IDLE_SECONDS, self._let_go, key, channel
                )

    async def _open(self, scope: Scope, node_id: int, kind: Kind, by: By, reason: str) -> Channel:
        asked = await self._db.run(
            lambda tx: tunnels.ask(
                scope,
                tx,
                node_id=node_id,
                wish=tunnels.TunnelWish(
                    kind=kind, reason=reason, minutes=rules.TOOLS_MINUTES, recorded=False
                ),
                by=by,
                ids=self._ids,
                now_ms=self._db.clock.now_ms(),
            )
        )
        channel = Channel(self._exchange, str(node_id))
        self._exchange.came("person", asked.person_ticket, channel)
        return channel

    def hang_up(self) -> None:
        """End what is kept open, and whatever waits for an answer."""
        for key, channel in list(self._channels.items()):
            if channel.idle is not None:
                channel.idle.cancel()
            del self._channels[key]
            if not channel.over:
                channel.close()
                self._exchange.lost(channel)

    def _let_go(self, key: tuple[int, str, str], channel: Channel) -> None:
        if channel.busy and not channel.over:
            return
        if self._channels.get(key) is channel:
            del self._channels[key]
            self._locks.pop(key, None)
        if not channel.over:
            channel.over = True
            self._exchange.lost(channel)


def _refused(fault: Fault, node: str) -> LinliError:
    """The box's answer, as the console shows it."""
    if fault.code == "bad_input" and fault.field:
        return BadInput(field=fault.field, rule="box_says", text=fault.message)
    if fault.code == "not_found":
        return NotFound(what="edge_file" if fault.field == "path" else "edge_part", id="")
    return BoxRefused(node=node, text=fault.message)
