"""The SDK's entries: accounts at a box and at an IPPBX, calls of rooms and telephones, events. Source: spec G 3.10."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, Protocol

from linli.protocols import sip
from linli.sim.voip import sound
from linli.sim.voip.calls import VoipCall
from linli.sim.voip.line import AccountState, LineFailed, LogIn, SipLine
from linli.sim.voip.picture import Clip
from linli.sim.voip.recorder import VoipRecorder
from linli.sim.voip.talk import Talk

_NO_ACCOUNT: Final = 480
_WAIT_S: Final = 60.0


class Event(IntEnum):
    """Events and what is reported of them (A54, A58). 0 and 1 are the types of `/visualIntercom/reportOpenDoor`."""

    CLOUD_UNLOCK = 0
    FIXED_UNLOCK = 1
    UNLOCK_BY_APP = 2
    UNLOCK_BY_PHONE = 3


class VoipError(Exception):
    """EVVoipException: a call of the SDK that cannot be done now."""


@dataclass(frozen=True, slots=True)
class Account:
    """The SIP account that a box or platform gave to the door."""

    number: str
    password: str
    host: str
    port: int


class Door(Protocol):
    """The machine that the SDK is built into: its line to the box or platform."""

    async def connect(self) -> None:
        """Raises what the line raises."""
        ...

    def sip_account(self) -> Account | None:
        """None: it was given none yet."""
        ...

    async def group_of(self, room: str) -> str:
        """Whom a room rings. Raises what the line raises where there is no such room."""
        ...

    async def opened_in_call(self, kind: int, number: str) -> None: ...


type IncomingCallback = Callable[[VoipCall], None]
type EventCallback = Callable[[Event, str], bool | None]
"""Who asks to open: False where the lock did not."""


@dataclass(eq=False)
class VoipAccount:
    """A46, A56: a log-in."""

    line: SipLine
    kind: str
    """`edge` or `ippbx`."""

    @property
    def state(self) -> AccountState:
        return self.line.state

    def set_account_state_callback(self, callback: Callable[[AccountState], None]) -> None:
        """A48; called at once with the state of now."""
        self.line.on_state = callback
        callback(self.line.state)

    async def logout(self) -> None:
        """A47, A57."""
        await self.line.close()


@dataclass(eq=False)
class VoipManager:
    """A44: of one door. Every call needs `init` before."""

    shade: int = 128
    """Of the colour of the picture."""
    ready: bool = False
    calls: list[VoipCall] = field(default_factory=list)
    _accounts: dict[str, VoipAccount] = field(default_factory=dict)
    _incoming: IncomingCallback | None = None
    _event: EventCallback | None = None
    _clip: Clip | None = None
    recorder: VoipRecorder | None = None
    """A61: external sound in place of the tone."""

    def init(self) -> None:
        self.ready = True

    async def de_init(self) -> None:
        """A45."""
        for call in list(self.calls):
            call.hangup()
        for account in list(self._accounts.values()):
            await account.logout()
        self._accounts.clear()
        self.ready = False

    def set_incoming_callback(self, callback: IncomingCallback) -> None:
        """A49. Looks through the camera are answered without it."""
        self._incoming = callback

    def set_on_event_received_listener(self, callback: EventCallback) -> None:
        """A54."""
        self._event = callback

    def enable_camera_wrapper(self, width: int, height: int) -> None:
        """A59: pictures come by `put_image` from now on. Raises ValueError."""
        self._clip = Clip(width, height, shade=self.shade)

    def put_image(self, data: bytes) -> None:
        """A60: a picture in I420. Raises VoipError, ValueError."""
        if self._clip is None:
            raise VoipError("external pictures are not enabled")
        self._clip.put(data)

    async def login_ippbx(self, log_in: LogIn) -> VoipAccount:
        """A56. Raises LineFailed, VoipError."""
        return await self.log_in(log_in, "ippbx")

    async def call_phone_number(self, number: str) -> VoipCall:
        """A55: by the IPPBX. Raises VoipError."""
        return await self.dial(self._account("ippbx"), number)

    # ------------------------------------------------------------

    async def log_in(self, log_in: LogIn, kind: str) -> VoipAccount:
        """Raises LineFailed, VoipError."""
        self._check()
        if (before := self._accounts.pop(kind, None)) is not None:
            await before.logout()
        line = await SipLine.open(log_in, self)
        try:
            await line.log_in_now()
        except LineFailed:
            line.cut()
            raise
        self._accounts[kind] = VoipAccount(line, kind)
        return self._accounts[kind]

    async def dial(self, account: VoipAccount, number: str) -> VoipCall:
        self._check()
        talk = await self._talk(account.line)
        call = VoipCall(account.line, number, talk, self._opens, incoming=False)
        self._keep(call)
        call.dial()
        return call

    def account(self, kind: str) -> VoipAccount | None:
        return self._accounts.get(kind)

    def _account(self, kind: str) -> VoipAccount:
        account = self._accounts.get(kind)
        if account is None or account.state is not AccountState.ONLINE:
            raise VoipError("not logged in")
        return account

    def _check(self) -> None:
        if not self.ready:
            raise VoipError("init comes first")

    async def _talk(self, line: SipLine) -> Talk:
        recorder = self.recorder
        voice = sound.tone if recorder is None else (lambda _number: recorder.next())
        talk = Talk(line.host, self._clip or Clip(shade=self.shade), voice)
        await talk.open()
        return talk

    def _keep(self, call: VoipCall) -> None:
        self.calls.append(call)
        if self.recorder is not None:
            self.recorder.begin()
        task = asyncio.create_task(self._forget(call), name="voip call")
        task.add_done_callback(lambda _task: None)

    async def _forget(self, call: VoipCall) -> None:
        await call.ended.wait()
        if self.recorder is not None:
            self.recorder.end()
        if call in self.calls:
            self.calls.remove(call)

    def _opens(self, way: str, number: str) -> bool:
        if self._event is None:
            return False
        event = Event.UNLOCK_BY_APP if way == "app" else Event.UNLOCK_BY_PHONE
        return self._event(event, number) is not False

    # ------------------------------------------------------------ implements line.User

    def came(self, request: sip.Request, line: SipLine) -> None:
        call = next((call for call in self.calls if call.call_id == request.call_id), None)
        if call is not None and request.to.tag:
            call.take(request)
        elif request.method == "OPTIONS":
            line.respond(request, sip.respond(request, 200, to_tag="o"))
        elif request.method != "INVITE":
            line.respond(request, sip.respond(request, 481, to_tag="n"))
        else:
            task = asyncio.create_task(self._ring(request, line), name="voip ring")
            task.add_done_callback(lambda _task: None)

    async def _ring(self, invite: sip.Request, line: SipLine) -> None:
        silent = _is_look(invite)
        if self.calls or (self._incoming is None and not silent):
            line.respond(invite, sip.respond(invite, 486 if self.calls else _NO_ACCOUNT, to_tag="b"))
            return
        number = invite.from_.uri.user or ""
        call = VoipCall(line, number, await self._talk(line), self._opens, incoming=True)
        try:
            call.ring(invite)
        except sip.Malformed:
            call.talk.close()
            line.respond(invite, sip.respond(invite, 400, to_tag="m"))
            return
        self._keep(call)
        if silent:
            call.accept(silent=True)
        elif self._incoming is not None:
            self._incoming(call)

    def cancelled(self, request: sip.Request, line: SipLine) -> None:
        for call in list(self.calls):
            if call.call_id == request.call_id:
                call.cancelled()


class EdgeBoxManager:
    """A46 to A58: what goes by the box, or by the platform that a door is directly at."""

    def __init__(self, voip: VoipManager, door: Door) -> None:
        self._voip = voip
        self._door = door

    async def login_edge_box(self, display_name: str = "") -> VoipAccount:
        """Connect, wait for the account that the box gives, and log in with it. Raises LineFailed, VoipError."""
        await self._door.connect()
        try:
            async with asyncio.timeout(_WAIT_S):
                while (account := self._door.sip_account()) is None:  # noqa: ASYNC110 each door learns it in its own way
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise VoipError("the box gave no account") from None
        log_in = LogIn(account.number, account.password, account.host, account.port, display_name)
        return await self._voip.log_in(log_in, "edge")

    async def logout_edge_box(self) -> None:
        """A47."""
        if (account := self._voip.account("edge")) is not None:
            await account.logout()

    async def call_room_id(self, room: str) -> VoipCall:
        """A50: ring the home of a room. Raises VoipError, and what the door's line raises for an unknown room."""
        account = self._voip.account("edge")
        if account is None or account.state is not AccountState.ONLINE:
            raise VoipError("not logged in")
        return await self._voip.dial(account, await self._door.group_of(room))

    async def report_open_door(self, event: Event, number: str) -> None:
        """A58."""
        if event not in (Event.CLOUD_UNLOCK, Event.FIXED_UNLOCK):
            raise VoipError("CLOUD_UNLOCK or FIXED_UNLOCK")
        await self._door.opened_in_call(int(event), number)


def _is_look(invite: sip.Request) -> bool:
    """Whether a door is to answer without a ring (RFC 5373 and older ways)."""
    ways = f"{invite.get('call-info') or ''} {invite.get('alert-info') or ''}"
    return (invite.get("answer-mode") or "").lower().startswith("auto") or "answer-after=0" in ways
