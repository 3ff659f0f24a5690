"""Services of things → calls to doors. Names of the platform's thing models where these have one, else the protocol's."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, cast

import msgspec

from linli.edge.doors.desk import run_state
from linli.edge.doors.links import Link
from linli.edge.doors.orders import BatchResult, Orders
from linli.edge.framework.errors import DeviceRefused, ParamsBad, ServiceUnknown
from linli.protocols.door_http import RULE_VERSION, Answer, Ask
from linli.protocols.door_http.messages import connection, elevators, faces, intercom, permissions, rules

type Params = Mapping[str, Any]
type Outputs = dict[str, Any]

_CALL_FIELDS: Final = {
    "ElevatorID": "elevatorId",
    "StartFloor": "startFloor",
    "StartRoomNumber": "startRoom",
    "TargetFloor": "targetFloor",
    "TargetRoomNumber": "targetRoom",
    "TargetDirection": "targetDirection",
}


async def call(link: Link, service: str, params: Params) -> Outputs:
    """Raises ServiceUnknown, ParamsBad, and what `Link.post` raises."""
    handler = SERVICES.get(service)
    if handler is None:
        raise ServiceUnknown(service)
    return await handler(link, params)


def _read[M: Ask](kind: type[M], params: Params, token: str) -> M:
    """The message of a service's inputs. Raises ParamsBad."""
    try:
        return msgspec.convert({**params, "token": token, "version": RULE_VERSION}, kind)
    except msgspec.ValidationError as error:
        rule, separator, place = str(error).partition(" - at `")
        field = place.rstrip("`").removeprefix("$.") if separator else rule.split(" ")[0]
        raise ParamsBad(field=field, rule=rule) from None


def _plain(path: str, kind: type[Ask]) -> Callable[[Link, Params], Awaitable[Outputs]]:
    """Inputs are the message's own fields; the answer's `data` is returned."""

    async def serve(link: Link, params: Params) -> Outputs:
        _read(kind, params, "checked before it is sent")
        answer = await link.post(path, lambda token: _read(kind, params, token))
        data = getattr(answer, "data", None)
        return {} if data is None else cast(Outputs, msgspec.to_builtins(data))

    return serve


async def _set_keep_open(link: Link, params: Params) -> Outputs:
    return await _plain("/setKeepOpen", connection.SetKeepOpen)(link, {"data": dict(params)})


async def _set_temperature(link: Link, params: Params) -> Outputs:
    return await _plain("/setTempCheckRule", connection.SetTemperatureRule)(link, {"data": dict(params)})


# lists


def _list_of[E](params: Params, field: str, kind: type[E]) -> list[E]:
    try:
        return msgspec.convert(params.get(field), list[kind])  # type: ignore[valid-type]
    except msgspec.ValidationError as error:
        rule, _, place = str(error).partition(" - at `")
        raise ParamsBad(field=field + place.rstrip("`").removeprefix("$"), rule=rule) from None


def _batch_outputs(results: list[BatchResult]) -> Outputs:
    return {
        "confirmed": [key for result in results if not result.why for key in result.keys],
        "failed": [
            {"keys": list(result.keys), "why": result.why, "timedOut": result.timed_out}
            for result in results
            if result.why
        ],
    }


async def _sync_faces(link: Link, params: Params) -> Outputs:
    return _batch_outputs(await Orders(link).sync_faces(_list_of(params, "faces", faces.FaceEntry)))


async def _query_faces(link: Link, params: Params) -> Outputs:
    return {"faceInfo": [list(face) for face in await Orders(link).query_faces()]}


async def _sync_cards(link: Link, params: Params) -> Outputs:
    entries = _list_of(params, "permissions", permissions.Permission)
    return _batch_outputs(await Orders(link).sync_cards(entries))


async def _sync_ble(link: Link, params: Params) -> Outputs:
    entries = _list_of(params, "permissions", permissions.Permission)
    return _batch_outputs(await Orders(link).sync_cards(entries, ble=True))


async def _query_cards(link: Link, params: Params) -> Outputs:
    return {"permissions": msgspec.to_builtins(await Orders(link).query_cards())}


async def _sync_rules(link: Link, params: Params) -> Outputs:
    entries = _list_of(params, "rules", rules.Rule)
    try:
        return _batch_outputs(await Orders(link).sync_rules(entries))
    except ValueError as error:
        raise ParamsBad(field="rules", rule=str(error)) from None


async def _query_rules(link: Link, params: Params) -> Outputs:
    return {"rules": msgspec.to_builtins(await Orders(link).query_rules())}


# lifts, in the names of the platform's model


async def _answered(work: Awaitable[Answer]) -> tuple[Answer | None, Outputs]:
    """The model wants the lift's own code and words, also of a refusal."""
    try:
        answer = await work
        return answer, {"code": answer.code, "message": answer.message}
    except DeviceRefused as error:
        return None, {"code": error.facts["device_code"], "message": error.facts["why"]}


async def _call_lift(link: Link, params: Params) -> Outputs:
    fields = {
        _CALL_FIELDS.get(name, name): value for name, value in params.items() if value not in (None, "")
    }
    _read(elevators.CallElevator, fields, "checked before it is sent")
    work = link.post("/elevator/call", lambda token: _read(elevators.CallElevator, fields, token))
    return (await _answered(work))[1]


async def _lift_status(link: Link, params: Params) -> Outputs:
    wanted = params.get("elevatorList")
    work = link.post(
        "/elevator/getRunState",
        lambda token: elevators.GetRunState(version=RULE_VERSION, token=token, elevator_list=wanted),
    )
    answer, outcome = await _answered(work)
    states = answer.data if isinstance(answer, elevators.RunStateAnswer) else []
    return {"ElevatorStatus": [run_state(state) for state in states], **outcome}


async def _lift_info(link: Link, params: Params) -> Outputs:
    info = await Orders(link).lifts()
    rooms = [
        {"ElevatorID": lift.elevator_id or "", "Floor": floor_info.floor, "RoomNumber": room}
        for lift in info.floor_info_list
        for floor_info in lift.floor_info
        for room in floor_info.room_list or [""]
    ]
    lifts = [
        {
            "ElevatorID": lift.elevator_id or "",
            "ElevatorName": lift.elevator_name or "",
            "IsDualCardDoor": int(lift.is_dual_card_door),
        }
        for lift in info.floor_info_list
    ]
    outcome = {"code": 0, "message": "success"}
    return {"ElevatorMode": info.elevator_mode, "ElevatorInfo": lifts, "FloorRoomInfo": rooms, **outcome}


async def _set_rule_state(link: Link, params: Params) -> Outputs:
    fields = {"availability": params.get("Availability", params.get("availability"))}
    _read(rules.SetAvailability, fields, "checked before it is sent")
    work = link.post(
        "/elevator/rule/setAvailability", lambda token: _read(rules.SetAvailability, fields, token)
    )
    return (await _answered(work))[1]


async def _rule_state(link: Link, params: Params) -> Outputs:
    got = await _plain("/elevator/rule/getAvailability", rules.GetAvailability)(link, {})
    return {"Availability": got["availability"], "code": 0, "message": "success"}


SERVICES: Final[dict[str, Callable[[Link, Params], Awaitable[Outputs]]]] = {
    "remoteOpen": _plain("/remoteOpen", connection.RemoteOpen),
    "setKeepOpen": _set_keep_open,
    "getKeepOpen": _plain("/getKeepOpen", connection.GetKeepOpen),
    "setTempCheckRule": _set_temperature,
    "syncFaces": _sync_faces,
    "queryFaces": _query_faces,
    "syncCardPermissions": _sync_cards,
    "queryCardPermissions": _query_cards,
    "syncBlePermissions": _sync_ble,
    "SyncSipNumber": _plain("/visualIntercom/syncSipNumber", intercom.SyncSipNumber),
    "verifyPhoneResult": _plain("/visualIntercom/verifyPhoneResult", intercom.VerifyPhoneResult),
    "CloudCallElevator": _call_lift,
    "QueryElevatorStatus": _lift_status,
    "QueryElevatorInfo": _lift_info,
    "releaseFloors": _plain("/elevator/releaseFloors", elevators.ReleaseFloors),
    "activateFloor": _plain("/elevator/activateFloor", elevators.ActivateFloor),
    "syncElevatorRules": _sync_rules,
    "queryElevatorRules": _query_rules,
    "SetElevatorRuleState": _set_rule_state,
    "GetElevatorRuleState": _rule_state,
}
