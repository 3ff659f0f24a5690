"""Calls of the cloud to sub-devices: kept where they are to hold, then brought to the door; the rest goes straight on."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Any, Final, Protocol

import msgspec
from msgspec import Meta

from linli.edge.framework import DeviceOffline, DeviceRefused, DriverFailed, ParamsBad, ServiceUnknown
from linli.edge.runtime.carriers import STANDING, outcome_of
from linli.edge.runtime.desired_rows import BLE, CARD, GROUP, KEY, QR, RULE, Kept, Wish, Wishes
from linli.edge.runtime.doorkeeper import KEY_NAME, QrRight
from linli.edge.runtime.reconciler import Mender
from linli.edge.runtime.reports import Reports
from linli.kernel.errors import LinliError, TimedOut
from linli.kernel.masking import shown_credential
from linli.protocols import door_permissions
from linli.protocols.door_http.messages import permissions, rules
from linli.protocols.door_permissions import CardPermission, Entry, PermissionFile, PermissionFileError
from linli.sync import Delivery, Outcome, Result, State

type Params = Mapping[str, Any]
type Outputs = Mapping[str, Any]

_LISTS: Final = {"syncCardPermissions": CARD, "syncBlePermissions": BLE}
_FLOORS: Final = "targetFloorRoomList"
_SETTLED: Final = (State.HELD, State.REMOVED)
_LIFT_ANSWERS: Final = (
    "CloudCallElevator",
    "QueryElevatorStatus",
    "QueryElevatorInfo",
    "SetElevatorRuleState",
    "GetElevatorRuleState",
)
SEND_FAILED: Final = 4
MOST_FILE_BYTES: Final = 64 * 1024 * 1024


class _Group(msgspec.Struct, rename="camel"):
    group_id: Annotated[str, Meta(min_length=1, max_length=64)]
    room_id: Annotated[str, Meta(min_length=1, max_length=64)]


class _Groups(msgspec.Struct, rename="camel"):
    sync_group_room_list: Annotated[list[_Group], Meta(max_length=20_000)]


class Asks(Protocol):
    """The supervisor's interface."""

    async def get_properties(self, device: str, names: Sequence[str]) -> Mapping[str, Any]: ...

    async def set_properties(self, device: str, values: Mapping[str, Any]) -> None: ...

    async def call(self, device: str, service: str, params: Params) -> Mapping[str, Any]: ...


class DoorServices:
    """`download` fetches a file behind an address that the cloud gave. All raise LinliError."""

    def __init__(
        self,
        wishes: Wishes,
        mender: Mender,
        asks: Asks,
        reports: Reports,
        download: Callable[[str], Awaitable[bytes]],
    ) -> None:
        self._wishes = wishes
        self._mender = mender
        self._asks = asks
        self._reports = reports
        self._download = download

    async def call(self, device: str, service: str, params: Params) -> Outputs:
        if service == "syncPermissions":
            return await self._permission_file(device, params)
        if service in _LISTS:
            return await self._card_list(device, _LISTS[service], params)
        if service == "SyncGroupIdAndRoomId":
            return await self._groups(device, params)
        if service == "syncElevatorRules":
            return await self._rules(device, params)
        if service == "queryElevatorRules":
            return _rules_in_model(await self._asks.call(device, service, params))
        if service in _LIFT_ANSWERS:
            return await self._lift(device, service, params)
        if service in STANDING:
            return await self._standing(device, service, params)
        return await self._asks.call(device, service, params)

    # properties

    async def set(self, device: str, values: Params) -> None:
        """The box handles the key of codes; the driver handles the rest."""
        rest = {name: value for name, value in values.items() if name != KEY_NAME}
        if KEY_NAME in values:
            key = values[KEY_NAME]
            if not isinstance(key, str) or not key:
                raise ParamsBad(field=KEY_NAME, rule="must be a text")
            await self._wishes.put(device, [Wish(KEY, KEY_NAME, json.dumps({KEY_NAME: key}))])
            await self._reports.properties(device, {KEY_NAME: key})
        if rest:
            await self._asks.set_properties(device, rest)

    async def get(self, device: str, names: Sequence[str]) -> Outputs:
        """From the driver; values that the driver does not know, from the last reports."""
        try:
            return await self._asks.get_properties(device, names)
        except ServiceUnknown:
            values = self._reports.values.get(device, {})
            if not any(name in values for name in names):
                raise
            return {name: values[name][0] for name in names if name in values}

    # lists

    async def _permission_file(self, device: str, params: Params) -> Outputs:
        url = params.get("permissionUrl")
        if not isinstance(url, str) or not url:
            raise ParamsBad(field="permissionUrl", rule="must be a text")
        content = await self._download(url)
        if len(content) > MOST_FILE_BYTES:
            raise ParamsBad(field="permissionUrl", rule="the file is too large")
        try:
            file = door_permissions.decode(content)
        except PermissionFileError as error:
            raise ParamsBad(field="permissionUrl", rule=str(error)) from None
        if file.passwords:
            raise DeviceRefused(device=device, device_code=460, why="this door takes no PINs")
        wishes = file_wishes(file)
        await self._wishes.put(device, wishes)
        failed = [row for row in await self._brought(device, wishes) if row.item.state not in _SETTLED]
        if failed:
            worst = failed[0].item
            raise DeviceRefused(
                device=device,
                device_code=500,
                why=f"{len(failed)} of {len(wishes)} not confirmed: {shown_credential(worst.kind, worst.credential)}: "
                f"{worst.detail or worst.state}",
            )
        return {}

    async def _groups(self, device: str, params: Params) -> Outputs:
        """SIP groups by room, in the place of those before: the box answers the door's question. Spec A (GV-4)."""
        url = params.get("groupRoomMappingFileUrl")
        if not isinstance(url, str) or not url:
            raise ParamsBad(field="groupRoomMappingFileUrl", rule="must be a text")
        content = await self._download(url)
        if len(content) > MOST_FILE_BYTES:
            raise ParamsBad(field="groupRoomMappingFileUrl", rule="the file is too large")
        try:
            groups = {
                each.room_id: each.group_id
                for each in msgspec.json.decode(content, type=_Groups).sync_group_room_list
            }
        except msgspec.MsgspecError as error:
            raise ParamsBad(field="groupRoomMappingFileUrl", rule=str(error)) from None
        before = {row.item.credential for row in await self._wishes.kept(device, (GROUP,))}
        wishes = [Wish(GROUP, room, "") for room in sorted(before - groups.keys())]
        await self._wishes.put(
            device, wishes + [Wish(GROUP, room, json.dumps(group)) for room, group in groups.items()]
        )
        return {}

    async def _card_list(self, device: str, kind: str, params: Params) -> Outputs:
        entries = _entries(params, "permissions", permissions.Permission)
        wishes = [
            Wish(kind, entry.card_id, "")
            if entry.type == permissions.DELETE
            else Wish(
                kind, entry.card_id, card_content(entry.user_id, entry.effective_time, entry.expiry_time)
            )
            for entry in entries
        ]
        await self._wishes.put(device, wishes)
        return _outputs(await self._brought(device, wishes))

    async def _rules(self, device: str, params: Params) -> Outputs:
        wishes: list[Wish] = []
        for entry in _entries(_rules_of_model(params), "rules", rules.Rule):
            if entry.type == rules.CLEAR:
                rows = await self._wishes.kept(device, (RULE,))
                wishes = [Wish(RULE, kept.item.credential, "") for kept in rows]
                continue
            plain = msgspec.to_builtins(entry)
            content = {name: value for name, value in plain.items() if name not in ("type", "ruleId")}
            deletes = entry.type == rules.DELETE
            wishes.append(Wish(RULE, entry.rule_id or "", "" if deletes else _canonical(content)))
        await self._wishes.put(device, wishes)
        return _outputs(await self._brought(device, wishes))

    async def _brought(self, device: str, wishes: Sequence[Wish]) -> list[Kept]:
        """Bring them to the door. Returns the result of each."""
        await self._mender.bring(device)
        keys = {(wish.kind, wish.credential) for wish in wishes}
        kept = await self._wishes.kept(device, {wish.kind for wish in wishes})
        return [row for row in kept if (row.item.kind, row.item.credential) in keys]

    async def _lift(self, device: str, service: str, params: Params) -> Outputs:
        """A lift's services answer with a code, also where the lift is not reached. Spec E 4.6."""
        work = self._standing if service in STANDING else self._asks.call
        try:
            return await work(device, service, params)
        except (DeviceOffline, DriverFailed, TimedOut):
            return {"code": SEND_FAILED, "message": "send to device fail"}

    async def _standing(self, device: str, service: str, params: Params) -> Outputs:
        """Kept, then called once with the caller waiting: its own answer counts."""
        kind = STANDING[service]
        if params.get("sipNumber") == "":  # taken back: doors have no call for that, and are told it no more
            await self._wishes.put(device, [Wish(kind, kind, "")])
            return await self._asks.call(device, service, params)
        await self._wishes.put(device, [Wish(kind, kind, _canonical(dict(params)))])
        claimed: list[Delivery] = await self._wishes.claim(device, (kind,), most=1)
        try:
            answer = await self._asks.call(device, service, params)
        except LinliError as error:
            await self._wishes.settle(device, [(delivery.item, outcome_of(error)) for delivery in claimed])
            raise
        await self._wishes.settle(device, [(delivery.item, Outcome(Result.DONE)) for delivery in claimed])
        return answer


def file_wishes(file: PermissionFile) -> list[Wish]:
    """The desired rows of a permission file."""
    wishes = []
    for code in file.qr:
        right = code.permission
        content = "" if right is None else _canonical(
            msgspec.to_builtins(
                QrRight(
                    right.starts_ms, right.ends_ms, right.max_scans, right.shared, right.schedule, right.zone,
                    right.person_id, right.way, right.point,
                )
            )
        )  # fmt: skip
        wishes.append(Wish(QR, code.key, content))
    return wishes + _cards(CARD, file.cards) + _cards(BLE, file.ble_cards)


def _cards(kind: str, entries: Sequence[Entry[CardPermission]]) -> list[Wish]:
    wishes = []
    for entry in entries:
        right = entry.permission
        content = (
            ""
            if right is None
            else card_content(right.person_id or None, str(right.starts_ms), str(right.ends_ms))
        )
        wishes.append(Wish(kind, entry.key, content))
    return wishes


def card_content(user_id: str | None, starts_ms: str, ends_ms: str) -> str:
    """In the names of the door protocol."""
    user = {} if user_id is None else {"userId": user_id}
    return _canonical({**user, "effectiveTime": starts_ms, "expiryTime": ends_ms})


def _canonical(content: Mapping[str, Any]) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _entries[E](params: Params, field: str, kind: type[E]) -> list[E]:
    try:
        return msgspec.convert(params.get(field), list[kind])  # type: ignore[valid-type]
    except msgspec.ValidationError as error:
        rule, _, place = str(error).partition(" - at `")
        raise ParamsBad(field=field + place.rstrip("`").removeprefix("$"), rule=rule) from None


def _rules_of_model(params: Params) -> Params:
    """Thing models have no list within a list: there the floors of a rule are JSON text. Raises ParamsBad."""
    entries = params.get("rules")
    if not isinstance(entries, list):
        return params
    return {**params, "rules": [_rule_of_model(entry) for entry in entries]}


def _rule_of_model(entry: Any) -> Any:
    floors = entry.get(_FLOORS) if isinstance(entry, dict) else None
    if not isinstance(floors, str):
        return entry
    try:
        return {**entry, _FLOORS: msgspec.json.decode(floors)}
    except msgspec.DecodeError:
        raise ParamsBad(field=f"rules.{_FLOORS}", rule="must be JSON") from None


def _rules_in_model(answer: Outputs) -> Outputs:
    return {
        **answer,
        "rules": [
            {**rule, _FLOORS: json.dumps(rule[_FLOORS], ensure_ascii=False)} if _FLOORS in rule else rule
            for rule in answer.get("rules", ())
        ],
    }


def _outputs(kept: Sequence[Kept]) -> Outputs:
    """In the words of the door services (`edge.doors.services`)."""
    failed = [row.item for row in kept if row.item.state not in _SETTLED]
    return {
        "confirmed": [row.item.credential for row in kept if row.item.state in _SETTLED],
        "failed": [
            {
                "keys": [item.credential],
                "why": item.detail or item.state.value,
                "timedOut": item.state is State.TIMED_OUT,
            }
            for item in failed
        ],
    }
