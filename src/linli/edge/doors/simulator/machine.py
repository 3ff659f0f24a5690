"""The machine itself: its HTTP server, its calls to the box, and people who come to it."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from linli.edge.doors.caller import Caller, CallFailed, Refusal, ask
from linli.edge.doors.simulator import linkage
from linli.edge.doors.simulator.memory import Memory
from linli.edge.doors.station import LIMITS, answer_with, read_body
from linli.kernel.clock import Clock
from linli.kernel.http import HttpServer, Receive, Send
from linli.kernel.ids import Ids
from linli.protocols import door_http
from linli.protocols.door_http import RULE_VERSION, Answer, Ask, Code, Refused, Server
from linli.protocols.door_http.messages import connection, elevators, faces, intercom, permissions, rules
from linli.protocols.door_http.messages.base import Request, Versioned

SERVED: Final = door_http.served_by(Server.DOOR)
MAC: Final = "00-16-EA-AE-3D-40"
SIGN_METHOD: Final = "md5"


@dataclass(slots=True)
class Faults:
    """The present faults of the machine."""

    wrong_token: bool = False
    """Its calls carry a token that the box never gave."""
    answer_delay_s: float = 0.0
    """How late it answers the box."""
    drops: str = ""
    """The path of calls that it lets fall."""
    clock_off_s: int = 0
    refuses: str = ""
    """Why it cannot do anything, such as a jammed lock."""
    stuck_cars: frozenset[str] = frozenset()
    """Cars (by number) that take calls and do not move."""
    lies: str = ""
    """The floor at which it says that all of its cars are; empty: it tells the truth."""
    is_mute: bool = False
    """Its lift keeps rules, and neither carries them out nor tells of them."""
    repeats: bool = False
    """It tells twice of a rule that it carried out, as if no answer had come."""
    forgets_rules: bool = False
    """Its lift forgets the rules that it keeps when its power is cut."""
    forgets_token: bool = False
    """It does not know the token any more that it gave to the box, as after a restart."""


class SimulatedMachine:
    """One door machine. `stop` cuts its power; its memory stays."""

    def __init__(
        self,
        *,
        sn: str,
        ip: str,
        box: tuple[str, int],
        clock: Clock,
        ids: Ids,
        host: str = "127.0.0.1",
        port: int = 0,
        keepalive: int = 30,
    ) -> None:
        """`ip` is what it says of itself, `box` where it finds the box."""
        self.sn = sn
        self.memory = Memory()
        self.faults = Faults()
        self.keepalive_s = keepalive
        self.token = ""
        """The box's, sent in every call."""
        self.given = ""
        """Its own, which the box must send."""
        self.box_connected = asyncio.Event()
        self._ip = ip
        self._box = box
        self._clock = clock
        self._ids = ids
        self._host = host
        self._port = port
        self._server: HttpServer | None = None
        self._caller = Caller(host if host != "0.0.0.0" else None)
        self._tasks: set[asyncio.Task[None]] = set()

    def aim(self, host: str, port: int) -> None:
        """Enter the box's address, as installers do on the machine."""
        self._box = host, port

    def call_from(self, address: str) -> None:
        """Its calls come from another address from now on, as through NAT or after DHCP gave it one."""
        self._caller = Caller(address)

    def call_itself(self, ip: str) -> None:
        """It says another address of itself from now on."""
        self._ip = ip

    async def start(self) -> None:
        self._server = HttpServer(self._serve, host=self._host, port=self._port, limits=LIMITS)
        await self._server.start()
        self._port = self._server.port

    async def stop(self) -> None:
        if self._server is not None:
            await self._server.stop(grace_seconds=0.2)
            self._server = None
        if self.faults.forgets_rules:
            self.memory.lift_rules.clear()
        self.box_connected.clear()

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.stop()
        await self._caller.close()

    @property
    def port(self) -> int:
        return self._port

    # serving the box

    async def _serve(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        interface = SERVED.get(scope["path"])
        try:
            if interface is None or scope["method"] != "POST":
                raise Refused(Code.OTHER, "no such interface")
            headers = dict(scope["headers"])
            body = await read_body(headers, receive, door_http.body_limit(interface))
            kind = headers.get(b"content-type", b"").decode("latin-1")
            answer = await self._answer(interface.path, door_http.read_request(interface, kind, body))
        except Refused as refused:
            answer = door_http.refusal(refused)
        except ConnectionError:
            return
        await answer_with(send, 200, answer)

    async def _answer(self, path: str, message: Ask) -> Answer:
        if self.faults.answer_delay_s:
            await asyncio.sleep(self.faults.answer_delay_s)
        if path == self.faults.drops:
            raise ConnectionError(path)
        if isinstance(message, connection.Connect):
            if not door_http.is_signed(message):
                raise Refused(Code.BAD_SIGNATURE)
            self.given = f"{self._ids.request_id()}-{message.ip.replace('.', '-')}"
            self.faults.forgets_token = False
            self.box_connected.set()
            return connection.ConnectAnswer(data=connection.TokenData(token=self.given))
        assert isinstance(message, Request | Versioned)
        if not self.given or message.token != self.given or self.faults.forgets_token:
            raise Refused(Code.TOKEN_INVALID)
        if path == "/keepalive":
            return Answer()
        if self.faults.refuses:
            raise Refused(Code.OTHER, self.faults.refuses)
        return self.memory.serve(path, message)

    # calling the box

    async def connect(self) -> None:
        """Raises CallFailed, Refusal."""
        now_s = self._clock.now_ms() // 1000 + self.faults.clock_off_s
        message = connection.Connect(
            sn=self.sn,
            time=now_s,
            ip=self._ip,
            mac=MAC,
            keepalive=self.keepalive_s,
            sign_method=SIGN_METHOD,
            sign=door_http.sign(SIGN_METHOD, time=now_s, mac=MAC, sn=self.sn, ip=self._ip),
        )
        answer = await ask(self._caller, *self._box, "/connect", message, connection.ConnectAnswer)
        self.token = answer.data.token

    async def call(self, path: str, make: Callable[[str], Ask]) -> Answer:
        """A call with the token; a refused token is renewed once, as firmware does. Raises CallFailed, Refusal."""
        token = "wrong" if self.faults.wrong_token else self.token or "none yet"
        answer = await self._caller.post(*self._box, path, make(token))
        if answer.code == Code.TOKEN_INVALID and not self.faults.wrong_token:
            await self.connect()
            answer = await self._caller.post(*self._box, path, make(self.token))
        if answer.code != Code.SUCCESS:
            raise Refusal(answer)
        return answer

    async def beat(self) -> None:
        await self.call("/keepalive", lambda token: connection.Keepalive(token=token))

    async def alarm(self, kind: int, card_id: str | None = None) -> None:
        await self.call(
            "/alarmEvent",
            lambda token: connection.AlarmEvent(token=token, alarm_type=kind, card_id=card_id),
        )

    # people at the door

    async def swipe(self, card_id: str) -> bool:
        """Whether the door opened. It decides alone and tells the box, a refusal as an alarm (spec G 5, F7)."""
        if not self.memory.card(card_id, self._clock.now_ms()).opens:
            await self.alarm(2, card_id)
            return False
        self.memory.opened += 1
        await self.call("/cardAC/passEvent", lambda token: permissions.CardPass(token=token, card_id=card_id))
        await self._link(self.memory.cards[card_id].user_id, "card", card_id)
        return True

    async def tap(self, card_id: str) -> bool:
        """A phone by Bluetooth, the number decrypted already."""
        if not self.memory.ble_card(card_id, self._clock.now_ms()).opens:
            await self.alarm(3, card_id)
            return False
        self.memory.opened += 1
        await self.call("/bleAC/passEvent", lambda token: permissions.CardPass(token=token, card_id=card_id))
        await self._link(self.memory.ble_cards[card_id].user_id, "bluetooth", card_id)
        return True

    async def scan(self, code: str) -> str | None:
        """The userId for whom the door opened."""
        answer = await self._asked("/qrcode", lambda token: permissions.QrCode(token=token, qr_code=code))
        if not isinstance(answer, permissions.QrAnswer):
            return None
        await self._link(answer.data.user_id, "qrcode", code)
        return answer.data.user_id

    async def show_face(
        self, photo: bytes, temperature: str | None = None, *, detect: bool = True
    ) -> faces.RecognizedData | None:
        """The box compares: the person, if the door opened."""
        wanted = "1" if detect else None
        answer = await self._asked(
            "/recognize",
            lambda token: faces.Recognize(
                token=token, photo=photo, disable_edge_detect_face=wanted, temperature=temperature
            ),
        )
        if not isinstance(answer, faces.RecognizeAnswer):
            return None
        await self._link(answer.data.user_id, "face", answer.data.face_id)
        return answer.data

    async def own_face_pass(
        self, face_id: str, photo: bytes, similarity: str, temperature: str | None = None
    ) -> str:
        """The machine itself recognised somebody; the photoId under which the box keeps the photo."""
        answer = await self.call(
            "/faceAC/passEvent",
            lambda token: faces.FacePass(
                token=token, face_id=face_id, photo=photo, similarity=similarity, temperature=temperature
            ),
        )
        assert isinstance(answer, faces.FacePassAnswer)
        face = self.memory.library.get(face_id)
        user = face.user_info.user_id if face is not None and face.user_info is not None else None
        await self._link(user, "face", face_id)
        return answer.data.photo_id

    async def fetch_photo(self, *, photo_id: str | None = None, face_id: str | None = None) -> bytes:
        answer = await self.call(
            "/faceAC/getPhoto",
            lambda token: faces.GetPhoto(token=token, photo_id=photo_id, face_id=face_id),
        )
        assert isinstance(answer, faces.GetPhotoAnswer)
        return answer.data.photo

    async def _asked(self, path: str, make: Callable[[str], Ask]) -> Answer | None:
        """None when the box says no (1); the door opens on anything else."""
        try:
            answer = await self.call(path, make)
        except Refusal as refusal:
            if refusal.answer.code == Code.NOT_RECOGNIZED:
                return None
            raise
        self.memory.opened += 1
        return answer

    # intercom and lifts

    async def group_of(self, room_id: str) -> str:
        answer = await self.call(
            "/visualIntercom/getGroupId", lambda token: intercom.GetGroupId(token=token, room_id=room_id)
        )
        assert isinstance(answer, intercom.GroupAnswer)
        return answer.group_id

    async def ask_phone(self, number: str) -> None:
        await self.call(
            "/visualIntercom/checkPhoneNumber",
            lambda token: intercom.CheckPhoneNumber(token=token, phone_number=number),
        )

    async def opened_in_call(self, kind: int, number: str, room_id: str | None = None) -> None:
        await self.call(
            "/visualIntercom/reportOpenDoor",
            lambda token: intercom.ReportOpenDoor(token=token, type=kind, number=number, room_id=room_id),
        )

    async def report_lifts(self) -> None:
        states = self.memory.run_states
        if self.faults.lies:
            states = [msgspec.structs.replace(state, current_floor=self.faults.lies) for state in states]
        await self.call(
            "/elevator/reportRunState",
            lambda token: elevators.ReportRunState(version=RULE_VERSION, token=token, data=states),
        )

    async def _link(self, user: str | None, auth_type: str, content: str) -> None:
        """Serve whom it let in by its own rules, and tell of it, in the background."""
        for rule in linkage.rule_for(self.memory, user, self._clock.now_ms()):
            self._spawn(self._carry_out(rule, auth_type, content))

    async def _carry_out(self, rule: rules.Rule, auth_type: str, content: str) -> None:
        if self.faults.is_mute:
            return
        await linkage.carry_out(self.memory, rule)
        with contextlib.suppress(CallFailed, Refusal):
            await self._tell(rule, auth_type, content)
            if self.faults.repeats:
                await self._tell(rule, auth_type, content)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name=f"machine-{self.sn}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def rule_done(self, rule_id: str, auth_type: str, content: str) -> None:
        await self._tell(self.memory.lift_rules[rule_id], auth_type, content)

    async def _tell(self, rule: rules.Rule, auth_type: str, content: str) -> None:
        """Of a rule that was carried out, also where it is kept no more."""
        await self.call(
            "/elevator/rule/report",
            lambda token: rules.ReportRule(
                version=RULE_VERSION,
                token=token,
                rule_id=rule.rule_id or "",
                user_id=rule.user_id or "",
                elevator_id=rule.elevator_id,
                auth_type=auth_type,  # type: ignore[arg-type]
                auth_content=content,
                control_mode=rule.control_mode,  # type: ignore[arg-type]
                start_floor=rule.start_floor,
                start_room=rule.start_room,
                target_floor_room_list=rule.target_floor_room_list,
                delay_seconds=rule.delay_seconds,
            ),
        )

    async def report_cards(self) -> None:
        cards = [
            permissions.HeldPermission(
                card_id=card.card_id,
                user_id=card.user_id,
                effective_time=str(card.starts_ms),
                expiry_time=str(card.ends_ms),
            )
            for card in self.memory.cards.values()
        ]
        for at in range(0, len(cards), permissions.ReportPermissions.MOST):
            part = cards[at : at + permissions.ReportPermissions.MOST]
            await self.call(
                "/cardAC/reportPermissions",
                lambda token, part=part: permissions.ReportPermissions(token=token, permissions=part),  # type: ignore[misc]
            )
