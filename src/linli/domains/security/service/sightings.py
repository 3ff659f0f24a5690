"""The console's search by a photo: the best with pictures, all of them as times, and a scene from wherever it lies."""

import base64
from typing import Any, Final, NamedTuple

from linli.domains.security.errors import SearchRefused
from linli.domains.security.service.box_calls import BoxCalls
from linli.domains.security.service.search import CaptureSearch, Sighting
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.protocols.event_api import Code, Fields, PictureFile, Refused, record_search
from linli.things.queries.devices import DeviceRow

BEST: Final = 20
SCENE_MOST: Final = 8 * 1024 * 1024
PUT_S: Final = 120
_FIRST_BYTES: Final = {b"\xff\xd8\xff": "JPG", b"\x89PNG": "PNG", b"BM": "BMP"}
_OURS: Final = {
    "picBase64": "file",
    "picType": "file",
    "startTime": "beginMs",
    "endTime": "endMs",
    "minSimilarity": "likeness",
    "maxSimilarity": "likeness",
}


class Question(NamedTuple):
    picture: PictureFile
    best: dict[str, Any]
    whole: dict[str, Any]


class Sightings:
    def __init__(self, search: CaptureSearch, calls: BoxCalls, objects: ObjectStore, ids: Ids) -> None:
        self._search = search
        self._calls = calls
        self._objects = objects
        self._ids = ids

    async def unserved(self, scope: Scope, devices: list[DeviceRow], *, faces: bool) -> set[str]:
        """Cameras for which nothing can act: no adapter has logged in, and the platform does not do it.

        `faces`: what is asked for is of faces, which the platform's own models know.
        """
        if faces and self._search.sees_faces:
            return set()
        return {each.iot_id for each in devices if await self._calls.node_of(scope, each) is None}

    def question(self, content: bytes, *, begin_ms: int, end_ms: int, likeness: float) -> Question:
        """Raises BadInput: no picture, more than a day, no likeness between 0 and 1."""
        kind = next((kind for first, kind in _FIRST_BYTES.items() if content.startswith(first)), "")
        if not kind:
            raise BadInput(field="file", rule="picture_format")
        if not 0 < likeness < 1:
            raise BadInput(field="likeness", rule="range", low=0, high=1)
        params = {
            "picBase64": base64.b64encode(content).decode(),
            "picType": kind,
            "startTime": begin_ms // 1000,
            "endTime": end_ms // 1000,
            "minSimilarity": likeness,
            "maxSimilarity": 0.9999,
            "recordLimit": BEST,
            "pageSize": BEST,
        }
        try:
            picture, best = record_search(Fields(params))
            _, whole = record_search(Fields(params), whole=True)
        except Refused as refusal:
            field = _OURS.get(refusal.field or "", "file")
            if field == "endMs":
                raise BadInput(field=field, rule="day_after", other="beginMs") from None
            raise BadInput(field=field, rule="unknown") from None
        return Question(picture, best, whole)

    async def find(
        self, scope: Scope, question: Question
    ) -> tuple[list[Sighting], list[tuple[str, float, int]]]:
        """Raises SearchRefused."""
        try:
            best = await self._search.find(scope, question.picture, question.best)
            return best, await self._search.times(scope, question.picture, question.whole)
        except Refused as refusal:
            raise SearchRefused(answer=int(refusal.code), why=refusal.message) from None

    async def scene(self, scope: Scope, scene_id: str) -> bytes:
        """Raises BadInput, SearchRefused."""
        try:
            scene = await self._search.scene(scope, scene_id)
            if isinstance(scene, bytes):
                return scene
            node_id, bare = scene
            key = f"{scope.tenant}/security-calls/{self._ids.hex(32)}/scene"
            url = self._objects.url(key, expires_s=PUT_S, method="PUT", limit=SCENE_MOST)
            await self._calls.ask(
                scope, node_id, "scenePicRecordUpload", {"scenePicId": bare, "uploadUrl": url}
            )
        except Refused as refusal:
            if refusal.code == Code.BAD_FIELD:
                raise BadInput(field="sceneId", rule="unknown") from None
            raise SearchRefused(answer=int(refusal.code), why=refusal.message) from None
        content = await self._objects.get(key, limit=SCENE_MOST)
        await self._objects.delete(key)
        return content
