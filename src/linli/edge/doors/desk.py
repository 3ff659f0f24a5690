"""Reports and questions of doors: each call becomes an event of a thing, a question to the doorkeeper, or both.

An event is stored before the door gets its answer, so a confirmed event is never lost. Names and values of `passEvent`
and `doorOpenEvent` are those of the platform's thing models; events that these do not have carry the protocol's own
names.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec

from linli.edge.doors.keeper import Doorkeeper, LinkageReports, Recognised
from linli.edge.doors.links import Link
from linli.edge.doors.machines import Ability
from linli.edge.framework.contract import Things
from linli.kernel.clock import Clock
from linli.protocols.door_http import Answer, Ask, Code, Refused, check_photo
from linli.protocols.door_http.messages import connection, elevators, faces, intercom, permissions, rules
from linli.rules.codes import PassCode
from linli.rules.lift_states import FIRE, MODES

_FIRE_MODE: Final = MODES.index(FIRE)
ALARMS: Final = {
    0: "tamper",
    1: "tamperCleared",
    2: "invalidCard",
    3: "invalidBleCard",
    4: "forcedOpen",
    5: "forcedOpenCleared",
    6: "heldOpen",
    7: "heldOpenCleared",
}


class Desk:
    """Answers for all machines of one driver."""

    def __init__(
        self, things: Things, keeper: Doorkeeper, clock: Clock, reports: LinkageReports | None = None
    ) -> None:
        """`reports` reads what lifts tell of their own rules; None: it is passed on as it is."""
        self._things = things
        self._keeper = keeper
        self._reports = reports
        self._clock = clock
        self._burning: dict[str, set[str]] = {}
        """Cars in fire mode, by device."""
        self._serves: dict[str, Callable[[Link, Any, str], Awaitable[Answer]]] = {
            "/alarmEvent": self._alarm,
            "/recognize": self._recognise,
            "/faceAC/passEvent": self._face_pass,
            "/faceAC/getPhoto": self._photo,
            "/qrcode": self._qr,
            "/cardAC/passEvent": self._card_pass,
            "/cardAC/reportPermissions": self._card_list,
            "/bleAC/passEvent": self._ble_pass,
            "/visualIntercom/getGroupId": self._group,
            "/visualIntercom/checkPhoneNumber": self._phone,
            "/visualIntercom/reportOpenDoor": self._opened,
            "/elevator/reportRunState": self._run_states,
            "/elevator/rule/report": self._rule_done,
        }

    async def serve(self, link: Link, path: str, message: Ask) -> Answer:
        """Raises Refused, with 99 where the machine lacks the ability."""
        device = link.machine.device_for(path)
        if device is None:
            raise Refused(Code.OTHER, "this device was configured without that function")
        return await self._serves[path](link, message, device)

    # passes

    async def _recognise(self, link: Link, message: faces.Recognize, device: str) -> Answer:
        check_photo(message.photo)
        machine = link.machine
        # Photo and recognition run side by side, so that no person waits longer because of the photo.
        recognised, photo_id = await asyncio.gather(
            self._keeper.recognise(
                device, message.photo, detect=message.detects, similarity=machine.similarity
            ),
            self._keeper.keep_photo(device, message.photo),
        )
        extra = {"photoId": photo_id, "temperature": message.temperature}
        if recognised is None:
            await self._passed(device, "face", "", PassCode.FACE_BELOW_THRESHOLD, **extra)
            raise Refused(Code.NOT_RECOGNIZED)
        if not recognised.decision.opens:
            await self._passed(
                device, "face", recognised.face_id, recognised.decision.code, **extra, **_whose(recognised)
            )
            raise Refused(Code.NOT_RECOGNIZED, recognised.decision.message)
        if not machine.temperature.lets_pass(message.temperature):
            await self._fever(device, recognised.face_id, message.temperature)
            raise Refused(Code.NOT_RECOGNIZED, "temperature is outside the limits")
        await self._passed(
            device, "face", recognised.face_id, PassCode.SUCCESS, **extra, **_whose(recognised)
        )
        return faces.RecognizeAnswer(
            data=faces.RecognizedData(
                face_id=recognised.face_id,
                name=recognised.name,
                photo_id=photo_id,
                user_id=_user_for(link, recognised.person, recognised.user_id),
            )
        )

    async def _face_pass(self, link: Link, message: faces.FacePass, device: str) -> Answer:
        check_photo(message.photo)
        photo_id = await self._keeper.keep_photo(device, message.photo)
        await self._passed(
            device,
            "face",
            message.face_id,
            PassCode.SUCCESS,
            photoId=photo_id,
            similarity=message.similarity,
            temperature=message.temperature,
        )
        return faces.FacePassAnswer(data=faces.PhotoData(photo_id=photo_id))

    async def _photo(self, link: Link, message: faces.GetPhoto, device: str) -> Answer:
        if message.photo_id is not None:
            content = await self._keeper.photo(device, message.photo_id)
        else:
            content = await self._keeper.face_photo(device, message.face_id or "")
        if content is None:
            raise Refused(Code.OTHER, "no such photo for this device")
        return faces.GetPhotoAnswer(data=faces.PhotoContent(photo=content))

    async def _qr(self, link: Link, message: permissions.QrCode, device: str) -> Answer:
        length = len(message.qr_code.encode())
        if length != permissions.QR_BYTES and not await self._keeper.reads(device, length):
            raise Refused(Code.BAD_PARAMETER, f"qrCode must have {permissions.QR_BYTES} bytes")
        owner = await self._keeper.check_qr(device, message.qr_code)
        code = owner.decision.code if owner is not None else PassCode.QR_UNKNOWN
        user = owner.user_id if owner is not None else None
        way, point = (owner.way or None, owner.point or None) if owner is not None else (None, None)
        await self._passed(device, "qrCode", message.qr_code, code, userId=user, way=way, point=point)
        if owner is None or not owner.decision.opens:
            raise Refused(Code.NOT_RECOGNIZED, code.message)
        user_id = _user_for(link, owner.person, owner.user_id)
        return permissions.QrAnswer(data=permissions.UserData(user_id=user_id))

    async def _card_pass(self, link: Link, message: permissions.CardPass, device: str) -> Answer:
        await self._passed(device, "tradCard", message.card_id, PassCode.SUCCESS)
        return Answer()

    async def _ble_pass(self, link: Link, message: permissions.CardPass, device: str) -> Answer:
        await self._passed(device, "bleCard", message.card_id, PassCode.SUCCESS)
        return Answer()

    async def _passed(
        self, device: str, kind: str, content: str, code: PassCode, **extra: str | None
    ) -> None:
        """A `passEvent` of the platform's door model. The box's clock counts: a door's may be years off."""
        details = {name: value for name, value in extra.items() if value is not None}
        info = {"type": kind, kind: content, "eventTime": str(self._clock.now_ms() // 1000), **details}
        await self._things.event(
            device,
            "passEvent",
            {
                "code": int(code),
                "message": code.message,
                "type": kind,
                "content": content,
                "extInfo": msgspec.json.encode(info).decode(),
            },
        )

    async def _fever(self, device: str, face_id: str, temperature: str | None) -> None:
        measured = {} if temperature is None else {"temperature": float(temperature)}
        await self._things.event(device, "FeverAlarm", {"content": face_id, **measured})

    # the rest

    async def _alarm(self, link: Link, message: connection.AlarmEvent, device: str) -> Answer:
        by_card = {2: "/cardAC/", 3: "/bleAC/"}.get(message.alarm_type, "/cardAC/")
        device = link.machine.device_for(by_card) or device
        card = {} if message.card_id is None else {"cardId": message.card_id}
        alarm = {"alarmType": message.alarm_type, "alarm": ALARMS[message.alarm_type], **card}
        await self._things.event(device, "alarmEvent", alarm)
        return Answer()

    async def _card_list(self, link: Link, message: permissions.ReportPermissions, device: str) -> Answer:
        # In the platform's model times are numbers, and what is not known is left out.
        cards = [
            {
                "cardId": card.card_id,
                **({} if card.user_id is None else {"userId": card.user_id}),
                "effectiveTime": int(card.effective_time),
                "expiryTime": int(card.expiry_time),
            }
            for card in message.permissions
        ]
        await self._things.event(device, "cardPermissions", {"permissions": cards})
        return Answer()

    async def _group(self, link: Link, message: intercom.GetGroupId, device: str) -> Answer:
        group = await self._keeper.group_of(device, message.room_id)
        if group is None:
            raise Refused(Code.OTHER, "no such room")
        return intercom.GroupAnswer(group_id=group)

    async def _phone(self, link: Link, message: intercom.CheckPhoneNumber, device: str) -> Answer:
        if not await self._keeper.ask_phone(device, message.phone_number):
            raise Refused(Code.OTHER, "the platform cannot be asked now")
        return Answer()

    async def _opened(self, link: Link, message: intercom.ReportOpenDoor, device: str) -> Answer:
        extra = {"roomId": message.room_id or "", "eventTime": str(self._clock.now_ms() // 1000)}
        await self._things.event(
            device,
            "doorOpenEvent",
            {
                "sourceType": message.type,
                "number": message.number,
                "extInfo": msgspec.json.encode(extra).decode(),
            },
        )
        return Answer()

    async def _run_states(self, link: Link, message: elevators.ReportRunState, device: str) -> Answer:
        await self._things.properties(
            device, {"ElevatorStatus": [run_state(state) for state in message.data]}
        )
        with_mode = [state for state in message.data if state.running_mode is not None]
        if with_mode:
            modes = [running_mode(state) for state in with_mode]
            await self._things.properties(device, {"ElevatorRunningMode": modes})
        burning = self._burning.setdefault(device, set())
        now = {state.elevator_id or "" for state in with_mode if state.running_mode == _FIRE_MODE}
        if now - burning:  # the lift's fire input, told once and not with each report
            await self._things.event(device, "FireAlarm", {})
        burning -= {state.elevator_id or "" for state in with_mode}
        burning |= now
        return Answer()

    async def _rule_done(self, link: Link, message: rules.ReportRule, device: str) -> Answer:
        builtins = msgspec.to_builtins(message)
        report = {name: value for name, value in builtins.items() if name not in ("token", "version")}
        event = report if self._reports is None else self._reports.event_of(device, report)
        if event is not None:
            await self._things.event(device, "elevatorRuleEvent", event)
        return Answer()


def _user_for(link: Link, person: str, user_id: str) -> str:
    """Whom a machine is told that it let in: one with a lift finds its rules by the person."""
    return person if person and Ability.LIFT in link.machine.devices else user_id


def _whose(recognised: Recognised) -> dict[str, str]:
    """As the platform's door model tells it in `extInfo` (spec A 4.3)."""
    return {"userId": recognised.user_id, "userID": recognised.face_id, "matchScore": str(recognised.score)}


def running_mode(state: elevators.RunState) -> dict[str, Any]:
    """As `run_state`; of a lift that knows."""
    return {"ElevatorID": state.elevator_id or "", "RunningMode": state.running_mode}


def run_state(state: elevators.RunState) -> dict[str, Any]:
    """In the names of the platform's lift model."""
    return {
        "ElevatorID": state.elevator_id or "",
        "CurrentPosition": state.current_floor,
        "CarStatus": state.car_state,
        "CarDirection": state.car_direction,
    }
