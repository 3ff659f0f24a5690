"""Captured faces that look like a picture: in boxes with adapters, and in own captures (spec F 5.5)."""

import asyncio
import base64
from typing import Any, Final, NamedTuple

from sqlalchemy import select

from linli.domains.security.models import adapters
from linli.domains.security.queries import happened as queries
from linli.domains.security.service.box_calls import BoxCalls
from linli.domains.security.service.captures import SEARCHED_MOST, likeness
from linli.kernel.db import Database, Query, in_scope
from linli.kernel.errors import LinliError, NotFound
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.protocols.event_api import Code, PictureFile, Refused
from linli.things.queries.devices import get_device
from linli.vision.engine import Engine, EngineError, Off

OWN: Final = "c"
OF_BOX: Final = "n"
TIMES_MOST: Final = 5_000
"""Sightings of one search, of all cameras together."""
_KINDS: Final = {"jpg": "JPG", "png": "PNG", "bmp": "BMP"}
_nodes = Query(select(adapters.c.node_id).where(in_scope(adapters)).distinct())


class Sighting(NamedTuple):
    iot_id: str
    product_key: str
    device_name: str
    small: str
    """Base64."""
    kind: str
    scene_id: str
    similarity: float
    at_s: int
    seen: list[Any]

    def wire(self) -> dict[str, Any]:
        return {
            "productKey": self.product_key,
            "deviceName": self.device_name,
            "smallPicBase64": self.small,
            "smallPicType": self.kind,
            "scenePicId": self.scene_id,
            "similarity": self.similarity,
            "captureTime": self.at_s,
            "extinfo": self.seen,
        }


class CaptureSearch:
    def __init__(self, db: Database, objects: ObjectStore, calls: BoxCalls, engine: Engine) -> None:
        self._db = db
        self._objects = objects
        self._calls = calls
        self._engine = engine

    @property
    def sees_faces(self) -> bool:
        """Whether the platform's own models are there."""
        return bool(self._engine.state.model_id)

    async def find(
        self, scope: Scope, picture: PictureFile, asked: dict[str, Any], *, community_id: int | None = None
    ) -> list[Sighting]:
        """Most alike first, at most `recordLimit`; `asked` as `event_api.record_search` has it.

        Raises Refused when no box and no model could search.
        """
        limit = asked["recordLimit"]
        refusal: Refused | None = None
        result: list[Sighting] = []
        searched = 0
        for node_id in await self._boxes(scope):
            try:
                result += await self._of_box(scope, node_id, picture, asked)
                searched += 1
            except Refused as error:
                refusal = error
        try:
            result += await self._own(scope, picture, asked)
            searched += 1
        except EngineError as error:
            refusal = refusal or Refused(Code.NO_PROTOCOL, message=f"procotol not support: {error}")
        if not searched and refusal is not None:
            raise refusal
        if community_id is not None:
            result = [row for row in result if await self._is_in(scope, row.iot_id, community_id)]
        result.sort(key=lambda row: -row.similarity)
        return result[:limit]

    async def _is_in(self, scope: Scope, iot_id: str, community_id: int) -> bool:
        return (await get_device(scope, self._db, iot_id=iot_id)).community_id == community_id

    async def _boxes(self, scope: Scope) -> list[int]:
        return sorted(int(row[0]) for row in await _nodes.all(self._db, scope))

    async def _of_box(
        self, scope: Scope, node_id: int, picture: PictureFile, asked: dict[str, Any]
    ) -> list[Sighting]:
        params = {
            **asked,
            "picBase64": base64.b64encode(picture.content).decode(),
            "picType": picture.kind,
            "pageNo": 1,
            "pageSize": 20,
        }
        result: list[Sighting] = []
        while len(result) < asked["recordLimit"]:
            data = await self._calls.ask(scope, node_id, "getPicRecord", params)
            rows = data.get("recordList", []) if isinstance(data, dict) else []
            for row in rows:
                entry = await self._record(scope, node_id, row)
                if entry is not None:
                    result.append(entry)
            if len(rows) < params["pageSize"]:
                break
            params["pageNo"] += 1
        return result

    async def _record(self, scope: Scope, node_id: int, row: dict[str, Any]) -> Sighting | None:
        """None for a camera that the caller does not see."""
        try:
            device = await get_device(
                scope,
                self._db,
                product_key=str(row.get("productKey") or "-"),
                device_name=str(row.get("deviceName") or "-"),
            )
            extra = row.get("extinfo")
            return Sighting(
                device.iot_id,
                device.product_key,
                device.device_name,
                str(row.get("smallPicBase64", "")),
                str(row.get("smallPicType", "JPG")),
                f"{OF_BOX}{node_id}~{row.get('scenePicId', '')}",
                float(row["similarity"]),
                int(row["captureTime"]),
                extra if isinstance(extra, list) else [],
            )
        except (LinliError, KeyError, TypeError, ValueError):
            return None

    async def _alike(
        self, scope: Scope, picture: PictureFile, asked: dict[str, Any]
    ) -> list[tuple[float, tuple[Any, ...]]]:
        """The platform's own captures within the likeness that is asked for, most alike first."""
        state = self._engine.state
        if not state.model_id:
            raise Off(state.reason)
        look = await self._engine.look(picture.content, use="search")
        if not look.vector:
            return []
        rows = await queries.with_faces(
            scope,
            self._db,
            begin_ms=asked["startTime"] * 1000,
            end_ms=asked["endTime"] * 1000 + 999,
            model_id=state.model_id,
            most=SEARCHED_MOST,
        )
        scores = await asyncio.to_thread(lambda: [likeness(look.vector, row[3]) for row in rows])
        band = asked["minSimilarity"], asked["maxSimilarity"]
        return sorted(
            ((score, row) for score, row in zip(scores, rows, strict=True) if band[0] <= score <= band[1]),
            key=lambda pair: -pair[0],
        )

    async def _times_of_box(self, scope: Scope, rows: list[dict[str, Any]]) -> list[tuple[str, float, int]]:
        """Without those of cameras that the caller does not see; each camera is asked for once."""
        cameras: dict[tuple[str, str], str | None] = {}
        result = []
        for row in rows:
            key = str(row.get("productKey") or "-"), str(row.get("deviceName") or "-")
            if key not in cameras:
                try:
                    device = await get_device(scope, self._db, product_key=key[0], device_name=key[1])
                    cameras[key] = device.iot_id
                except LinliError:
                    cameras[key] = None
            try:
                if iot_id := cameras[key]:
                    result.append((iot_id, float(row["similarity"]), int(row["captureTime"])))
            except (KeyError, TypeError, ValueError):
                continue
        return result

    async def _own(self, scope: Scope, picture: PictureFile, asked: dict[str, Any]) -> list[Sighting]:
        best = (await self._alike(scope, picture, asked))[: asked["recordLimit"]]
        captures = await queries.captures_by_id(scope, self._db, [int(row[0]) for _, row in best])
        result = []
        for score, row in best:
            capture = captures[int(row[0])]
            device = await get_device(scope, self._db, iot_id=capture.iot_id)
            try:
                content = await self._objects.get(capture.object_key)
            except NotFound:
                continue
            result.append(
                Sighting(
                    device.iot_id,
                    device.product_key,
                    device.device_name,
                    base64.b64encode(content).decode(),
                    _KINDS.get(capture.object_key.rpartition(".")[2], "JPG"),
                    f"{OWN}{capture.capture_id}",
                    round(score, 4),
                    capture.at_ms // 1000,
                    [],
                )
            )
        return result

    async def times(
        self, scope: Scope, picture: PictureFile, asked: dict[str, Any]
    ) -> list[tuple[str, float, int]]:
        """Every sighting without its picture: camera, likeness and second, oldest first (spec H 3.5.16).

        `asked` as `record_search(whole=True)` has it. Raises Refused when no box and no model could search.
        """
        refusal: Refused | None = None
        result: list[tuple[str, float, int]] = []
        searched = 0
        params = {
            **asked,
            "picBase64": base64.b64encode(picture.content).decode(),
            "picType": picture.kind,
        }
        for node_id in await self._boxes(scope):
            try:
                data = await self._calls.ask(scope, node_id, "getAllPicRecord", params)
            except Refused as error:
                refusal = error
                continue
            searched += 1
            rows = data.get("recordList", []) if isinstance(data, dict) else []
            result += await self._times_of_box(scope, rows[:TIMES_MOST])
        try:
            own = await self._alike(scope, picture, asked)
            result += [(row[1], round(score, 4), int(row[2]) // 1000) for score, row in own]
            searched += 1
        except EngineError as error:
            refusal = refusal or Refused(Code.NO_PROTOCOL, message=f"procotol not support: {error}")
        if not searched and refusal is not None:
            raise refusal
        return sorted(result, key=lambda each: each[2])[:TIMES_MOST]

    async def scene(self, scope: Scope, scene_id: str) -> tuple[int, str] | bytes:
        """The box and its id of a scene; or the picture itself, of the platform's own. Raises Refused."""
        kind, rest = scene_id[:1], scene_id[1:]
        try:
            if kind == OWN and rest.isdecimal() and len(rest) < 19:
                capture = await queries.capture(scope, self._db, int(rest))
                return await self._objects.get(capture.object_key)
        except NotFound:
            raise Refused(Code.BAD_FIELD, "scenePicId") from None
        node, mark, bare = rest.partition("~")
        if kind == OF_BOX and mark and node.isdecimal() and int(node) in await self._boxes(scope):
            return int(node), bare
        raise Refused(Code.BAD_FIELD, "scenePicId")
