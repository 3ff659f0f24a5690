"""The connection between the box and one machine. Source: spec G 5, F1 and F2.

    DISCONNECTED ── door's /connect ──▶ ONE_WAY ── our /connect answered ──▶ ONLINE
         ▲                                 │  3 tries, then one with each heartbeat of the door
         └──── 3 heartbeats missed ────────┴──────────────────────────────────┘

Each side holds the token that the other gave out. The door's calls carry ours, our calls carry the door's.
"""

import asyncio
from collections.abc import Callable
from enum import Enum
from typing import Final, Protocol

from linli.edge.doors.caller import Caller, CallFailed, Refusal, ask
from linli.edge.doors.identity import BoxIdentity
from linli.edge.doors.machines import Machine
from linli.edge.framework.device_logs import DeviceLog
from linli.edge.framework.errors import DeviceOffline, DeviceRefused, ServiceUnknown
from linli.kernel.clock import Clock
from linli.kernel.rounds import set_within
from linli.protocols import door_http
from linli.protocols.door_http import INTERFACES, Answer, Ask, Code
from linli.protocols.door_http.messages.connection import Connect, ConnectAnswer, Keepalive

TRIES: Final = 3
RETRY_SECONDS: Final = 2.0
SILENT_SECONDS: Final = 2.0
MISSED: Final = 3
"""Heartbeats, after which the machine counts as offline."""


class LinkState(Enum):
    DISCONNECTED = "disconnected"
    ONE_WAY = "one_way"
    """The door reaches the box; the box does not reach the door."""
    ONLINE = "online"


class LinkOwner(Protocol):
    """The driver whose machine it is."""

    async def came_online(self, link: "Link") -> None: ...

    async def went_offline(self, link: "Link", why: str) -> None: ...

    async def asked(self, link: "Link", path: str, message: Ask) -> Answer:
        """Answer a call of the door. Raises Refused."""
        ...


class Link:
    """One machine's connection. `tend` runs as long as its driver does."""

    def __init__(
        self,
        machine: Machine,
        owner: LinkOwner,
        *,
        box: BoxIdentity,
        caller: Caller,
        clock: Clock,
        log: DeviceLog,
    ) -> None:
        self.machine = machine
        self.owner = owner
        self.log = log
        self.state = LinkState.DISCONNECTED
        self.given = ""
        """Our token, which the door sends."""
        self.token = ""
        """The door's token, which we send."""
        self.keepalive = 30
        """Seconds, as the door wants it."""
        self.sn = ""
        """As the door names itself."""
        self.address = machine.ip
        """Where it is called: that of its form, or where it moved to."""
        self.clock_off_s = 0
        """By how many seconds the door's clock was ahead of ours at its `/connect`."""
        self._box = box
        self._caller = caller
        self._clock = clock
        self._knocked = asyncio.Event()
        self._connecting = asyncio.Lock()
        self._signs = 0
        """Of life, so far. Periods without one are counted: a clock that is set makes no door absent."""

    @property
    def one_way(self) -> bool:
        """Whether the machine has no port that could be called."""
        return self.machine.port is None

    def knocked(self, message: Connect, token: str) -> None:
        """The door's `/connect` was accepted: its new token holds from now, and the other direction is to be made."""
        self.given, self.sn, self.keepalive = token, message.sn, message.keepalive
        self.clock_off_s = message.time - self._clock.now_ms() // 1000
        self.state = LinkState.ONE_WAY if self.state is LinkState.DISCONNECTED else self.state
        self.seen()
        self._knocked.set()

    def seen(self) -> None:
        """The machine gave a sign of life."""
        self._signs += 1

    # keeping the connection

    async def tend(self) -> None:
        while True:
            await self._knocked.wait()
            self._knocked.clear()
            if self.one_way or await self._connect_back(self.token):
                await self._set_online()
            elif self.state is LinkState.ONLINE:
                self.state = LinkState.ONE_WAY
                await self.owner.went_offline(self, "unreachable")
            await self._hold()

    async def _connect_back(self, old: str) -> bool:
        """Get a token other than `old` by our `/connect`. One call serves all tasks whose old token failed."""
        async with self._connecting:
            return self.token != old or await self._try_to_connect()

    async def _try_to_connect(self) -> bool:
        """Up to three times. Whether the door gave a token."""
        for number in range(1, TRIES + 1):
            try:
                self.token = await self._connect_once()
                self.seen()
                return True
            except (CallFailed, Refusal) as error:
                self.log.warning("the door does not take our /connect", why=str(error), attempt=number)
            if number < TRIES and await self._knock_within(RETRY_SECONDS):
                self._knocked.set()
                return False
        return False

    async def _connect_once(self) -> str:
        box, now_s = self._box, self._clock.now_ms() // 1000
        sign = door_http.sign(box.sign_method, time=now_s, mac=box.mac, sn=box.sn, ip=box.ip)
        message = Connect(
            sn=box.sn,
            time=now_s,
            ip=box.ip,
            mac=box.mac,
            keepalive=self.keepalive,
            sign_method=box.sign_method,  # type: ignore[arg-type]
            sign=sign,
        )
        port = self.machine.port
        assert port is not None
        answer = await ask(self._caller, self.address, port, "/connect", message, ConnectAnswer)
        return answer.data.token

    async def _hold(self) -> None:
        """Heartbeats, until the door knocks again or is gone."""
        missed, signs = 0, self._signs
        while not await self._knock_within(self.keepalive):
            if self.state is LinkState.ONLINE and not self.one_way:
                await self._beat()
            alive = self._signs != signs
            missed, signs = 0 if alive else missed + 1, self._signs
            if alive and self.state is LinkState.ONE_WAY:
                await self._try_once_more()
            if missed >= MISSED:
                await self._set_offline()
                return
        self._knocked.set()

    async def _try_once_more(self) -> None:
        """The door calls us and may never say /connect again, since for it the connection is there."""
        async with self._connecting:
            try:
                self.token = await self._connect_once()
            except (CallFailed, Refusal) as error:
                self.log.now_and_then("the door still does not take our /connect", why=str(error))
                return
        await self._set_online()

    async def _beat(self) -> None:
        token = self.token
        try:
            answer = await self._post("/keepalive", Keepalive(token=token))
        except CallFailed as error:
            self.log.now_and_then("no answer to our heartbeat", why=str(error))
            return
        self.seen()
        if answer.code == Code.TOKEN_INVALID and await self._connect_back(token):
            self.log.info("the door had forgotten our token and was connected again")
            await self.owner.came_online(self)

    async def _knock_within(self, seconds: float) -> bool:
        """Whether the door's `/connect` came before `seconds` of the clock were over."""
        return await set_within(self._clock, seconds, self._knocked)

    async def _set_online(self) -> None:
        self.state = LinkState.ONLINE
        self.log.info("online", sn=self.sn, clock_off_s=self.clock_off_s)
        await self.owner.came_online(self)

    async def _set_offline(self) -> None:
        was_online = self.state is LinkState.ONLINE
        self.state, self.token = LinkState.DISCONNECTED, ""  # `given` stays: the station ends it by its state
        self.log.warning("offline: no sign of life", periods=MISSED, keepalive=self.keepalive)
        if was_online:
            await self.owner.went_offline(self, "silent")

    async def is_silent(self) -> bool:
        """Whether nothing takes a connection where it is called. Only of a machine with a port."""
        assert self.machine.port is not None
        try:
            async with asyncio.timeout(SILENT_SECONDS):
                _, writer = await asyncio.open_connection(self.address, self.machine.port)
        except (OSError, TimeoutError):
            return True
        writer.close()
        return False

    # calling the door

    async def post(self, path: str, make: Callable[[str], Ask], *, timeout_s: float | None = None) -> Answer:
        """Call the door with its token; once more with a new one if it no longer knows the old.

        Returns the answer of a success. Raises DeviceOffline, DeviceRefused, ServiceUnknown, CallTimedOut.
        """
        device = self.machine.device_for(path)
        if device is None or self.one_way:
            raise ServiceUnknown(path)
        if self.state is not LinkState.ONLINE:
            raise DeviceOffline(device=device)
        token = self.token
        answer = await self._call(path, make(token), timeout_s)
        if answer.code == Code.TOKEN_INVALID and await self._connect_back(token):
            answer = await self._call(path, make(self.token), timeout_s)
        if answer.code != Code.SUCCESS:
            self.log.warning("the door refused", path=path, code=answer.code, why=answer.message)
            raise DeviceRefused(device=device, device_code=answer.code, why=answer.message)
        return answer

    async def _call(self, path: str, message: Ask, timeout_s: float | None) -> Answer:
        try:
            answer = await self._post(path, message, timeout_s)
        except CallFailed as error:
            self.log.warning("a call failed", path=path, why=str(error))
            if error.timed_out:
                raise
            raise DeviceOffline(device=self.machine.device_for(path)) from error
        self.seen()
        return answer

    async def _post(self, path: str, message: Ask, timeout_s: float | None = None) -> Answer:
        port = self.machine.port_for(path)
        assert port is not None
        return await self._caller.post(
            self.address,
            port,
            path,
            message,
            timeout_s=INTERFACES[path].timeout_s if timeout_s is None else timeout_s,
        )
