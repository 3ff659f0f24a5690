"""Carries faces to devices and reads back what they have: `SyncFaceData`, `QueryFaceData` (spec A 4.3-4.5, ADR 0050)."""

import hashlib
from collections.abc import Mapping, Sequence

import msgspec

from linli.delivery.files import DeviceFiles
from linli.delivery.ports import CannotTell, Invoker
from linli.delivery.schemas import FOREVER_MS, Content, Parcel
from linli.domains.faces.kinds import FACE, FaceBody
from linli.domains.faces.pushes import device_list, sync_error
from linli.domains.faces.schemas import DROP_FILE
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import BadInput, LinliError, NotFound, TimedOut, Unavailable
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.protocols.face_data import (
    MAX_BATCH,
    AddImage,
    AddUser,
    DeleteImage,
    DeleteUser,
    FaceDataError,
    FaceEvent,
    FaceImage,
    FaceReport,
    FaceResult,
    FaceUser,
    LibraryCode,
    decode_report,
    decode_results,
    encode_file,
    sent_code,
)
from linli.sync import Outcome, Result

CALL_TIMEOUT_S = 40.0
"""The door downloads up to 15 pictures and extracts their features before it answers."""
QUERY_TIMEOUT_S = 30.0
URL_SECONDS = 900
REPORT_BYTES = 16 * 1024 * 1024
KEEP_SECONDS = 3600
GONE_CODES = frozenset((LibraryCode.SUCCESS, LibraryCode.NO_SUCH_PERSON, LibraryCode.NO_SUCH_IMAGE))

_done = Outcome(Result.DONE)


class FaceCarrier:
    """Brings faces to a device, at most 15 a file, and reads its library back."""

    kinds: Sequence[str] = (FACE,)
    whole = True
    most = MAX_BATCH

    def __init__(self, db: Database, invoker: Invoker, objects: ObjectStore, ids: Ids, clock: Clock) -> None:
        self._db = db
        self._invoker = invoker
        self._objects = objects
        self._ids = ids
        self._clock = clock
        self.files = DeviceFiles(
            db, objects, ids, clock, drop_job=DROP_FILE, url_seconds=URL_SECONDS, keep_seconds=KEEP_SECONDS
        )

    async def carry(self, device: str, batch: Sequence[Parcel]) -> Mapping[tuple[str, str], Outcome]:
        """One outcome for each face that the device reports on. Raises what the call raises for a silent device."""
        tenant_id = batch[0].tenant_id
        content = encode_file([event for parcel in batch for event in self._events(parcel)])
        kept = await self.files.put(f"{tenant_id}/door-faces/{device}", content, device=device)
        try:
            data = await self._invoker.invoke(
                Scope.system(tenant_id, "delivery"),
                device,
                "SyncFaceData",
                {"FaceDataUrl": kept.url},
                timeout_s=CALL_TIMEOUT_S,
            )
            results = decode_results(data.get("FaceResult"))
        except FaceDataError as error:
            outcome = Outcome(Result.REFUSED, "device_store", str(error))
            return {(FACE, parcel.item.credential): outcome for parcel in batch}
        except TimedOut as error:
            await self._tell(batch[0], device, error, 0)
            raise
        except Unavailable:
            raise
        except LinliError as error:
            answer = error.facts.get("answer")
            await self._tell(batch[0], device, error, answer if isinstance(answer, int) else 500)
            outcome = Outcome(Result.REFUSED, "device_store", error.text())
            return {(FACE, parcel.item.credential): outcome for parcel in batch}
        if results is None:
            return {(FACE, parcel.item.credential): _done for parcel in batch}
        return _outcomes(batch, results)

    def _events(self, parcel: Parcel) -> list[FaceEvent]:
        person = parcel.item.credential
        if parcel.item.deleting:
            at = self._clock.now_ms()
            return [DeleteImage(person, "", at), DeleteUser(person, at)]
        user, image = _wanted(person, parcel.opened())
        url = self._objects.url(_body(parcel.opened()).key, expires_s=URL_SECONDS)
        placed = FaceImage(image.person_id, image.md5, image.size, image.timestamp_ms, url)
        return [AddUser(user), AddImage(placed)]

    async def _tell(self, parcel: Parcel, device: str, error: LinliError, code: int) -> None:
        """Notify subscribers that a device refused what it was sent (DEVICE_SYNC_ERROR)."""
        await self._db.run(
            lambda tx: sync_error(
                tx,
                tenant_id=parcel.tenant_id,
                community_id=parcel.community_id,
                iot_id=device,
                code=code,
                message=error.text(),
                ids=self._ids,
                now_ms=self._clock.now_ms(),
            )
        )

    # reading back

    async def read_back(self, device: str, scope: Scope) -> Mapping[tuple[str, str], str]:
        """Raises CannotTell for a product without `QueryFaceData`, and what the call raises."""
        key = f"{scope.tenant}/door-face-lists/{device}/{self._ids.hex(32)}.json"
        url = self._objects.url(key, expires_s=URL_SECONDS, method="PUT", limit=REPORT_BYTES)
        try:
            await self._invoker.invoke(
                scope, device, "QueryFaceData", {"FaceReportUrl": url}, timeout_s=QUERY_TIMEOUT_S
            )
            report = decode_report(await self._objects.get(key, limit=REPORT_BYTES))
        except BadInput as error:
            if error.facts.get("rule") == "tsl.unknown_identifier":
                raise CannotTell from None
            raise
        except (FaceDataError, NotFound) as error:
            raise Unreadable(why=str(error)) from error
        finally:
            await self._objects.delete(key)
        await device_list(
            self._db, self._objects, tenant_id=scope.tenant, iot_id=device, report=report, ids=self._ids
        )
        return _prints(report)

    def fingerprint(self, kind: str, content: str) -> str:
        opened = msgspec.json.decode(content, type=Content)
        user, image = _wanted("", opened)
        return _print(user, image.md5)


class Unreadable(LinliError):
    """A device's list cannot be read."""

    code = "faces.list_unreadable"


def _body(content: Content) -> FaceBody:
    return msgspec.json.decode(content.body, type=FaceBody)


def _wanted(person: str, content: Content) -> tuple[FaceUser, FaceImage]:
    body = _body(content)
    ends = 0 if content.ends_ms >= FOREVER_MS else content.ends_ms
    user = FaceUser(
        person_id=person,
        name=body.name,
        group_ids=body.groups,
        timestamp_ms=body.at_ms,
        extra_info=body.extra,
        policy=body.policy,
        starts_ms=content.starts_ms,
        ends_ms=ends,
        schedule=content.cron,
        zone=content.cron_zone,
    )
    return user, FaceImage(person, body.md5, body.size, body.at_ms)


def _print(user: FaceUser, md5: str) -> str:
    parts = (
        user.name,
        user.group_ids,
        user.timestamp_ms,
        user.extra_info,
        user.policy,
        user.starts_ms,
        user.ends_ms,
        user.schedule,
        *([user.zone] if user.zone else ()),
    )
    return hashlib.sha256(repr((parts, md5)).encode()).hexdigest()[:32]


def _prints(report: FaceReport) -> dict[tuple[str, str], str]:
    """The device has a face when both user and picture are there. One without the other equals no content."""
    pictures = {image.person_id: image.md5 for image in report.images}
    users = {user.person_id: user for user in report.users}
    prints = {}
    for person in {*pictures, *users}:
        whole = person in pictures and person in users
        prints[FACE, person] = _print(users[person], pictures[person]) if whole else "half"
    return prints


def _outcomes(batch: Sequence[Parcel], results: Sequence[FaceResult]) -> dict[tuple[str, str], Outcome]:
    codes: dict[str, list[FaceResult]] = {}
    for result in results:
        codes.setdefault(result.person_id, []).append(result)
    outcomes = {}
    for parcel in batch:
        person, face_results = parcel.item.credential, codes.get(parcel.item.credential)
        if face_results is None:
            continue  # left out: told as "no answer" by the reconciler
        good = GONE_CODES if parcel.item.deleting else {LibraryCode.SUCCESS, LibraryCode.FACE_EXISTS}
        bad = next((result.code for result in face_results if result.code not in good), None)
        if bad is None:
            outcomes[FACE, person] = _done
        else:
            reason = "device_store" if parcel.item.deleting else sent_code(bad)
            outcomes[FACE, person] = Outcome(Result.REFUSED, reason, str(bad))
    return outcomes
