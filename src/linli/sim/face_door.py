"""A simulated face door: all functions of the smart door, a LinkFace library, and snapshots of persons before it.

Faults on request: a cut link (`link.cut`), a full library or bad pictures (`library`), slow work (`slow_s`), a wrong
clock (`now_ms`), and lost, doubled or late calls (`link.mischief`).
"""

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec

from linli.protocols.face_data import (
    FaceDataError,
    decode_file,
    decode_report,
    encode_report,
    encode_results,
)
from linli.protocols.upload_tokens import unseal
from linli.rules import PassCode
from linli.rules.credentials import Decision
from linli.rules.schedules import holds
from linli.sim.door import SimulatedDoor
from linli.sim.link import CallFailed, Triple
from linli.sim.linkface import FaceLibrary, LinkFace

UPLOAD_SECONDS = 10


class SimulatedFaceDoor(SimulatedDoor):
    """`match` stands for the door's own recognition: by default a picture is who was enrolled with these bytes."""

    def __init__(
        self,
        triple: Triple,
        host: str,
        port: int,
        *,
        state: Path | None = None,
        now_ms: Callable[[], int] | None = None,
        report_every_s: float = 0,
        batch_size: int = 10,
        capacity: int = 50_000,
    ) -> None:
        self.library = FaceLibrary(capacity=capacity)
        self.linkface = LinkFace(self.library, self._picture, batch_size=batch_size)
        self.slow_s = 0.0
        """A fault on request: how long the work of a file takes besides."""
        self.files = 0
        """Face files worked through."""
        self.client: httpx.AsyncClient | None = None
        """Shared by many doors of a campaign; otherwise each download has its own."""
        self._face_turn = asyncio.Lock()
        self._tokens: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        super().__init__(triple, host, port, state=state, now_ms=now_ms, report_every_s=report_every_s)
        self.link.on_service("SyncFaceData", self._sync_faces)
        self.link.on_service("QueryFaceData", self._query_faces)
        self.link.on_service("SendOssStsToken", self._take_token)

    # people at the door

    def show_face(
        self,
        person_id: str | None,
        *,
        score: int = 92,
        capture: str = "",
        temperature: float | None = None,
        code: PassCode | None = None,
    ) -> Decision:
        """Somebody looks into the camera; `person_id` is whom the algorithm takes them for, None for nobody.

        `capture` is the key of an uploaded snapshot, `temperature` in degrees Celsius what a door with that sensor
        measured; `code` reports a fault of the algorithm instead.
        """
        decision = Decision(code if code is not None else self._judge(person_id))
        if decision.opens:
            self.opened += 1
        matched = decision.code in (PassCode.SUCCESS, PassCode.FACE_BLACKLISTED)
        extra: dict[str, Any] = {
            "type": "face",
            "userID": person_id if matched and person_id else "",
            "matchScore": score if matched else 0,
            "eventTime": str(self._now_ms() // 1000),
        }
        if capture:
            extra["captureImg"] = capture
        if temperature is not None:
            extra["temperature"] = f"{temperature:.1f}"
        self.link.queue_event(
            "passEvent",
            {
                "code": int(decision.code),
                "message": decision.message,
                "type": "face",
                "content": extra["userID"],
                "extInfo": msgspec.json.encode(extra).decode(),
            },
        )
        if not self.link.online:
            self._save()
        return decision

    def recognise(self, picture: bytes) -> str | None:
        """The person with exactly this picture; a stand-in for an algorithm."""
        md5 = hashlib.md5(picture, usedforsecurity=False).hexdigest()
        return next(
            (person for person, picture_md5 in self.library.faces.items() if picture_md5 == md5), None
        )

    def _judge(self, person_id: str | None) -> PassCode:
        if not self.library.faces:
            return PassCode.FACE_LIBRARY_EMPTY
        user = self.library.query_user(person_id) if person_id in self.library.faces else None
        if user is None:
            return PassCode.FACE_BELOW_THRESHOLD
        if user.policy == "DENY":
            return PassCode.FACE_BLACKLISTED
        if self._now_ms() < user.starts_ms:
            return PassCode.FACE_NOT_EFFECTIVE
        if user.ends_ms and self._now_ms() > user.ends_ms:
            return PassCode.FACE_EXPIRED
        if not holds(user.schedule, self._now_ms(), user.zone):
            return PassCode.FACE_NOT_EFFECTIVE
        return PassCode.SUCCESS

    async def upload_capture(self, picture: bytes) -> str:
        """Ask for a place, put a snapshot there; its key. Raises TimeoutError, OSError."""
        while not self._tokens.empty():
            self._tokens.get_nowait()
        self.link.queue_event("OssStsTokenRequest", {"RequestType": 0})
        async with asyncio.timeout(UPLOAD_SECONDS):
            token = await self._tokens.get()
        opened = unseal(self.link.triple.device_secret, token["Credentials"])
        url = f"{token['EndPoint']}/{token['ObjectName']}?{opened['securityToken']}"
        await self._put(url, picture)
        return str(token["ObjectName"])

    # what the platform asks

    async def _sync_faces(self, params: Any) -> dict[str, Any]:
        url = params.get("FaceDataUrl") if isinstance(params, dict) else None
        if not isinstance(url, str):
            raise CallFailed(460, "FaceDataUrl is missing")
        async with self._face_turn:  # the SDK never works on two files at once
            if self.slow_s:
                await asyncio.sleep(self.slow_s)
            try:
                events = decode_file(await self._get(url))
            except OSError as error:
                raise CallFailed(500, f"download failed: {error}") from error
            except FaceDataError as error:
                raise CallFailed(460, f"bad face file: {error}") from error
            results = await self.linkface.apply(events)
            self.files += 1
            self._save()
        self.link.queue_properties({"FaceCount": self.library.image_count()})
        return {"FaceResult": encode_results(results)}

    async def _query_faces(self, params: Any) -> dict[str, Any]:
        url = params.get("FaceReportUrl") if isinstance(params, dict) else None
        if not isinstance(url, str):
            raise CallFailed(460, "FaceReportUrl is missing")
        async with self._face_turn:
            try:
                await self._put(url, encode_report(self.linkface.report()))
            except OSError as error:
                raise CallFailed(500, f"upload failed: {error}") from error
        return {"FaceCount": self.library.image_count()}

    async def _take_token(self, params: Any) -> dict[str, Any]:
        self._tokens.put_nowait(dict(params))
        return {"Status": 0}

    async def _picture(self, url: str) -> bytes:
        return await self._get(url)

    async def _get(self, url: str) -> bytes:
        if self.client is None:
            try:
                return await self._download(url)
            except (httpx.HTTPError, AttributeError) as error:
                raise OSError(str(error)) from error
        try:
            response = await self.client.get(url)
            response.raise_for_status()
        except (httpx.HTTPError, AttributeError) as error:  # the last: anyio, reset while connecting
            raise OSError(str(error)) from error
        return response.content

    async def _put(self, url: str, content: bytes) -> None:
        try:
            if self.client is not None:
                (await self.client.put(url, content=content)).raise_for_status()
                return
            verify = url.startswith("https:")
            async with httpx.AsyncClient(timeout=10, trust_env=False, verify=verify) as client:
                (await client.put(url, content=content)).raise_for_status()
        except (httpx.HTTPError, AttributeError) as error:
            raise OSError(str(error)) from error

    # flash

    def _load(self) -> None:
        super()._load()
        if self._state_file is None or not (faces := self._state_file.with_suffix(".faces")).exists():
            return
        report = decode_report(faces.read_bytes())
        self.library.users = {user.person_id: user for user in report.users}
        self.library.images = {image.person_id: image for image in report.images}
        self.library.failed = {result.person_id: result.code for result in report.failed}

    def _save(self) -> None:
        super()._save()
        if self._state_file is None:
            return
        aside = self._state_file.with_suffix(".faces.part")
        aside.write_bytes(encode_report(self.linkface.report()))
        aside.replace(self._state_file.with_suffix(".faces"))
