"""An adapter whose cameras need no hardware. `faults` make it fail as real ones do."""

import asyncio
import base64
from dataclasses import dataclass, field
from typing import Any

import httpx

from linli.edge.events.kit import Brand, Device
from linli.kernel.http.client import Client
from linli.protocols.event_api import Code, Refused


@dataclass
class Faults:
    codes: dict[str, int] = field(default_factory=dict)
    """Call → the code that it is refused with."""
    down: dict[str, str] = field(default_factory=dict)
    """Camera's ip → why it does not work."""
    silent: set[str] = field(default_factory=set)
    """Calls that are never answered."""
    forget: bool = False
    """It loses its libraries, as after a factory reset."""


@dataclass
class _Face:
    picture: bytes
    name: str = ""
    ext_info: str = ""


@dataclass
class _Group:
    name: str
    ext_info: str = ""
    faces: dict[str, _Face] = field(default_factory=dict)


@dataclass
class Sighting:
    """A capture record. `likeness` is what a search finds it with."""

    device: Device
    small: bytes
    scene: bytes
    at_s: int
    likeness: float
    kind: str = "JPG"


class SimulatedBrand(Brand):
    """Libraries by camera, and sightings that `records` holds."""

    def __init__(self, manufacture: str) -> None:
        self.manufacture = manufacture
        self.faults = Faults()
        self.devices: list[dict[str, Any]] = []
        self.groups: dict[tuple[Device, str], _Group] = {}
        self.rules: dict[tuple[Device, int], list[dict[str, Any]]] = {}
        self.plans: dict[str, dict[str, Any]] = {}
        self.records: dict[str, Sighting] = {}
        self.calls: list[str] = []
        self._number = 11

    async def connect(self, devices: list[dict[str, Any]]) -> None:
        self.devices = devices

    async def status(self) -> list[dict[str, Any]]:
        await self._fail("deviceManage/getStatus")
        return [self._state(row) for row in self.devices]

    def _state(self, row: dict[str, Any]) -> dict[str, Any]:
        place = {name: row[name] for name in ("ip", "channel", "deviceType") if row.get(name) is not None}
        why = self.faults.down.get(str(row["ip"]))
        return {**place, "status": 0, "unnormalInfo": why} if why else {**place, "status": 1}

    async def arm(self, device: Device, kind: int, week: list[dict[str, Any]]) -> None:
        await self._fail("alarmDeploy/setRule")
        self.rules[device, kind] = week

    async def plan(self, task_id: str, plan: dict[str, Any] | None) -> None:
        await self._fail("capture/setTask" if plan else "capture/deleteTask")
        if plan is None:
            self.plans.pop(task_id, None)
        else:
            self.plans[task_id] = plan

    async def call(self, name: str, device: Device | None, params: dict[str, Any]) -> Any:
        await self._fail(name)
        if name.startswith("record/"):
            return self._record(name, params)
        assert device is not None
        if self.faults.forget:
            self.groups.clear()
            self.faults.forget = False
        if name == "face/createGroup":
            group_id = self._next()
            self.groups[device, group_id] = _Group(params["groupName"], params.get("extInfo", ""))
            return {"groupId": group_id}
        if name == "face/getAllGroups":
            return {"groups": [_shown(key, each) for (at, key), each in self.groups.items() if at == device]}
        group = self._group(device, params)
        return await self._in_group(name, device, group, params)

    async def _in_group(self, name: str, device: Device, group: _Group, params: dict[str, Any]) -> Any:
        group_id = params["groupId"]
        match name:
            case "face/removeGroup":
                del self.groups[device, group_id]
            case "face/modifyGroup":
                group.name = params["groupName"]
                group.ext_info = params.get("extInfo", group.ext_info)
            case "face/getGroupDetail":
                return _shown(group_id, group)
            case "face/create":
                face_id, picture = self._next(), await _fetched(params["facePicUrl"])
                group.faces[face_id] = _Face(picture, params.get("name", ""), params.get("extInfo", ""))
                return {"faceId": face_id}
            case "face/remove":
                self._face(group, params)
                del group.faces[params["faceId"]]
            case "face/modify":
                face = self._face(group, params)
                face.name = params.get("name", face.name)
                face.ext_info = params.get("extInfo", face.ext_info)
                if "facePicUrl" in params:
                    face.picture = await _fetched(params["facePicUrl"])
            case "face/search":
                return self._searched(group_id, group, params)
        return None

    def _searched(self, group_id: str, group: _Group, params: dict[str, Any]) -> Any:
        rows = [
            {
                "groupId": group_id,
                "groupName": group.name,
                "faceId": face_id,
                "name": face.name,
                "facePicBase64": base64.b64encode(face.picture).decode(),
                "facePicType": "JPG",
                **({"extInfo": face.ext_info} if face.ext_info else {}),
            }
            for face_id, face in group.faces.items()
            if params["name"] in face.name and params["extInfo"] in face.ext_info
        ]
        begin = (params["pageNo"] - 1) * params["pageSize"]
        return {"faces": rows[begin : begin + params["pageSize"]]}

    def _record(self, name: str, params: dict[str, Any]) -> Any:
        if name == "record/scenePicUpload":
            record = self.records.get(params["scenePicId"])
            if record is None:
                raise Refused(Code.BAD_FIELD, "scenePicId")
            return {"picBase64": base64.b64encode(record.scene).decode(), "picType": record.kind}
        result = sorted(
            (
                (scene_id, record)
                for scene_id, record in self.records.items()
                if params["startTime"] <= record.at_s <= params["endTime"]
                and params["minSimilarity"] <= record.likeness <= params["maxSimilarity"]
            ),
            key=lambda pair: -pair[1].likeness,
        )
        if name == "record/getAll":
            return {"recordList": [_sighting(record) for _, record in result]}
        result = result[: params["recordLimit"]]
        begin = (params["pageNo"] - 1) * params["pageSize"]
        page = [
            {
                **_sighting(record),
                "smallPicBase64": base64.b64encode(record.small).decode(),
                "smallPicType": record.kind,
                "scenePicId": scene_id,
            }
            for scene_id, record in result[begin : begin + params["pageSize"]]
        ]
        return {"totalSize": len(result), "recordList": page}

    def _group(self, device: Device, params: dict[str, Any]) -> _Group:
        group = self.groups.get((device, params["groupId"]))
        if group is None:
            raise Refused(Code.BAD_FIELD, "groupId")
        return group

    def _face(self, group: _Group, params: dict[str, Any]) -> _Face:
        face = group.faces.get(params["faceId"])
        if face is None:
            raise Refused(Code.BAD_FIELD, "faceId")
        return face

    def _next(self) -> str:
        self._number += 1
        return str(self._number)

    async def _fail(self, name: str) -> None:
        self.calls.append(name)
        if name in self.faults.silent:
            await asyncio.Event().wait()
        if name in self.faults.codes:
            raise Refused(self.faults.codes[name])


def _shown(group_id: str, group: _Group) -> dict[str, Any]:
    row = {"groupId": group_id, "groupName": group.name, "groupFaceNum": len(group.faces)}
    return {**row, "extInfo": group.ext_info} if group.ext_info else row


def _sighting(record: Sighting) -> dict[str, Any]:
    ip, kind, channel = record.device
    place: dict[str, Any] = {"ip": ip, "deviceType": kind}
    if channel is not None:
        place["channel"] = channel
    return {**place, "similarity": record.likeness, "captureTime": record.at_s, "extinfo": []}


async def _fetched(url: str) -> bytes:
    """As a camera loads a face. Raises Refused (810)."""
    try:
        async with Client(trust_env=False, timeout=10.0) as client:
            response = await client.get(url)
            response.raise_for_status()
    except httpx.HTTPError:
        raise Refused(Code.NOT_REACHED) from None
    return response.content
