"""`smartSecurityService` served by adapters: what the cloud asks, in their words, and back (spec H 3.5.17).

The cloud names cameras by productKey and deviceName, adapters by address. 100 stays 100 here: the cloud's records have
255 for it, which the cloud itself puts there.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from linli.edge.events.cameras import Cameras, address
from linli.edge.events.client import AdapterClient
from linli.edge.events.sessions import Sessions
from linli.edge.events.tables import AdapterRow
from linli.protocols.edge_link import SecurityCamera
from linli.protocols.event_api import (
    OTHER,
    Code,
    Fields,
    PictureFile,
    Refused,
    arming,
    capture_plan,
    face,
    group,
    person_search,
    record_search,
)
from linli.protocols.event_api.checks import event_type

MODEL: Final = "smartSecurityService"
PAGE: Final = 20
LOG_QUERY: Final = "log/query"
"""Beside the source's 19 calls."""
RECORDS_MOST: Final = 200
"""A search gathers at most so many records with their pictures."""

type Method = Callable[[Fields], Awaitable[Any]]
type Upload = Callable[[str, PictureFile], Awaitable[None]]


class SecurityService:
    """`upload` puts a picture to an address. All methods raise Refused."""

    def __init__(self, sessions: Sessions, client: AdapterClient, upload: Upload) -> None:
        self._sessions = sessions
        self._client = client
        self._upload = upload
        self.cameras = Cameras()
        self.methods: dict[str, Method] = {
            "faceGroupCreate": self._create_group,
            "faceGroupRemove": self._of_group("face/removeGroup"),
            "faceGroupModify": self._modify_group,
            "faceGroupDetail": self._of_group("face/getGroupDetail"),
            "getAllFaceGroup": self._groups,
            "faceCreate": self._create_face,
            "faceRemove": self._remove_face,
            "faceModify": self._modify_face,
            "faceSearch": self._search_faces,
            "setAlarmRule": self._set_rule,
            "getAlarmRule": self._get_rule,
            "setPicCaptureTask": self._set_plan,
            "getPicCaptureTask": self._get_plan,
            "removeCaptureTask": self._remove_plan,
            "getPicRecord": self._records,
            "getAllPicRecord": self._all_records,
            "scenePicRecordUpload": self._scene,
            "getAdapterLogs": self._logs,
        }
        """`getAllPicRecord` (`record/getAll`) and `getAdapterLogs` are the platform's own, not in the cloud's model."""

    async def _ask(self, camera: SecurityCamera, name: str, params: dict[str, Any]) -> Any:
        adapter = self._sessions.of(camera.manufacture)
        return await self._client.ask(adapter, name, {**address(camera), **params})

    # libraries and faces

    async def _create_group(self, fields: Fields) -> Any:
        camera, params = self.cameras.named(fields), group(fields)
        data = await self._ask(camera, "face/createGroup", {"groupType": OTHER, **params})
        return {"groupId": Fields(_object(data)).text("groupId", most=63)}

    async def _modify_group(self, fields: Fields) -> Any:
        camera, params = self.cameras.named(fields), group(fields, existing=True)
        params.pop("groupType", None)  # no part of the call since Rev0.2
        await self._ask(camera, "face/modifyGroup", params)

    def _of_group(self, name: str) -> Method:
        async def ask(fields: Fields) -> Any:
            camera, group_id = self.cameras.named(fields), fields.text("groupId", most=63)
            return await self._ask(camera, name, {"groupId": group_id})

        return ask

    async def _groups(self, fields: Fields) -> Any:
        data = await self._ask(self.cameras.named(fields), "face/getAllGroups", {})
        return {"groups": data.get("groups", []) if isinstance(data, dict) else data or []}

    async def _create_face(self, fields: Fields) -> Any:
        camera, params = self.cameras.named(fields), face(fields)
        data = await self._ask(camera, "face/create", params)
        return {"faceId": Fields(_object(data)).text("faceId", most=63)}

    async def _remove_face(self, fields: Fields) -> Any:
        camera = self.cameras.named(fields)
        ids = {"groupId": fields.text("groupId", most=63), "faceId": fields.text("faceId", most=63)}
        await self._ask(camera, "face/remove", ids)

    async def _modify_face(self, fields: Fields) -> Any:
        await self._ask(self.cameras.named(fields), "face/modify", face(fields, existing=True))

    async def _search_faces(self, fields: Fields) -> Any:
        params = {name: value for name, value in person_search(fields).items() if value != ""}
        data = await self._ask(self.cameras.named(fields), "face/search", params)
        return {"faces": _list(data, "faces")}

    # arming

    async def _set_rule(self, fields: Fields) -> Any:
        camera = self.cameras.named(fields)
        rule = {"eventType": event_type(fields), "alarmRule": arming(fields)}
        await self._ask(camera, "alarmDeploy/setRule", rule)

    async def _get_rule(self, fields: Fields) -> Any:
        camera, kind = self.cameras.named(fields), event_type(fields)
        return _list(await self._ask(camera, "alarmDeploy/getRule", {"eventType": kind}), "alarmRule")

    # plans

    async def _set_plan(self, fields: Fields) -> Any:
        """Each brand's adapter gets the cameras that are its own."""
        plan, places = capture_plan(fields), dict[str, list[dict[str, Any]]]()
        for each in fields.objects("deviceList", most=512):
            camera = self.cameras.named(each)
            places.setdefault(camera.manufacture, []).append(address(camera))
        if not places:
            raise fields.refuse("deviceList")
        adapters = [(self._sessions.of(brand), devices) for brand, devices in places.items()]
        for adapter, devices in adapters:
            await self._client.ask(adapter, "capture/setTask", {**plan, "deviceList": devices})

    async def _get_plan(self, fields: Fields) -> Any:
        task_id = fields.text("taskId", most=64)
        result: dict[str, Any] = {}
        devices = []
        for adapter in self._adapters():
            data = await self._client.ask(adapter, "capture/getTask", {"taskId": task_id})
            if not isinstance(data, dict) or not data:
                continue
            devices += self._named(_list(data, "deviceList"), adapter.manufacture)
            result = {name: value for name, value in data.items() if name not in ("deviceList", "taskId")}
        return {"deviceList": devices, **result} if result else None

    async def _remove_plan(self, fields: Fields) -> Any:
        task_id = fields.text("taskId", most=64)
        for adapter in self._adapters():
            await self._client.ask(adapter, "capture/deleteTask", {"taskId": task_id})

    # records

    async def _records(self, fields: Fields) -> Any:
        _, asked = record_search(fields)
        limit = min(asked["recordLimit"], RECORDS_MOST)
        records: list[dict[str, Any]] = []
        adapters = self._adapters()
        for adapter in adapters:
            records += await self._gathered(adapter, fields, asked, limit, marked=len(adapters) > 1)
        records.sort(key=lambda each: each["similarity"], reverse=True)
        records = records[:limit]
        begin = (asked["pageNo"] - 1) * asked["pageSize"]
        return {"totalSize": len(records), "recordList": records[begin : begin + asked["pageSize"]]}

    async def _gathered(
        self, adapter: AdapterRow, fields: Fields, asked: dict[str, Any], limit: int, *, marked: bool
    ) -> list[dict[str, Any]]:
        result: list[dict[str, Any]] = []
        page, more = 1, True
        picture = {name: fields.raw(name) for name in ("picBase64", "picType")}
        while more and len(result) < limit:
            params = {**picture, **asked, "recordLimit": limit, "pageNo": page, "pageSize": PAGE}
            data = _object(await self._client.ask(adapter, "record/get", params))
            rows = _list(data, "recordList")
            total = data.get("totalSize")
            result += self._named(rows, adapter.manufacture)
            more = len(rows) == PAGE and (not isinstance(total, int) or page * PAGE < total)
            page += 1
        for row in result:
            if marked and row.get("scenePicId"):
                row["scenePicId"] = f"{adapter.manufacture}~{row['scenePicId']}"
        return result

    async def _all_records(self, fields: Fields) -> Any:
        record_search(fields, whole=True)
        names = ("picBase64", "picType", "startTime", "endTime", "minSimilarity", "maxSimilarity")
        params = {name: fields.raw(name) for name in names}
        result: list[dict[str, Any]] = []
        for adapter in self._adapters():
            data = await self._client.ask(adapter, "record/getAll", params)
            result += self._named(_list(data, "recordList"), adapter.manufacture)
        return {"recordList": result}

    async def _scene(self, fields: Fields) -> Any:
        scene_id, url = fields.text("scenePicId", most=256), fields.text("uploadUrl", most=2048)
        brand, mark, bare = scene_id.partition("~")
        adapters = [self._sessions.of(brand)] if mark else self._adapters()
        refusal = Refused(Code.NOT_LOGGED_IN)
        for adapter in adapters:
            try:
                data = await self._client.ask(
                    adapter, "record/scenePicUpload", {"scenePicId": bare if mark else scene_id}
                )
            except Refused as error:
                refusal = error
                continue
            picture = Fields(_object(data)).picture("picBase64", "picType")
            assert picture is not None
            await self._upload(url, PictureFile(*picture))
            return None
        raise refusal

    async def _logs(self, fields: Fields) -> Any:
        """The logs that an adapter of our kit keeps; others answer that they know no such call."""
        adapter = self._sessions.of(fields.text("manufacture", most=16))
        names = ("kind", "level", "begin", "end")
        asked = {name: fields.raw(name) for name in names if fields.has(name)}
        return await self._client.ask(adapter, LOG_QUERY, asked)

    def _adapters(self) -> list[AdapterRow]:
        """Raises Refused: no adapter has logged in."""
        adapters = self._sessions.all
        if not adapters:
            raise Refused(Code.NOT_LOGGED_IN)
        return adapters

    def _named(self, rows: list[Any], manufacture: str) -> list[dict[str, Any]]:
        """Rows by address as rows of the cloud's cameras; those of other cameras are left out."""
        result = []
        for row in rows:
            if not isinstance(row, dict):
                continue
            try:
                camera = self.cameras.at(Fields(row), manufacture)
            except Refused:
                continue
            rest = {name: value for name, value in row.items() if name not in ("ip", "channel", "deviceType")}
            result.append({"productKey": camera.product_key, "deviceName": camera.device_name, **rest})
        return result


def _object(data: Any) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise Refused(Code.BAD_JSON)
    return data


def _list(data: Any, name: str) -> list[Any]:
    """A bare array, or the member of an object: the source's tables and samples differ."""
    rows = data.get(name) if isinstance(data, dict) else data
    return rows if isinstance(rows, list) else []
