"""How vehicles' rights reach lane cameras, and what a camera holds of them. Spec A 4.6 and 5, 14."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from linli.delivery.files import DeviceFiles
from linli.delivery.ports import CannotTell, Invoker
from linli.delivery.schemas import FOREVER_MS, Content, GrantRow, Parcel, Target
from linli.domains.parking.errors import FileRefused, ListUnreadable
from linli.domains.parking.kinds import BLACK, VEHICLE, WHITE
from linli.domains.parking.queries.lanes import lanes_under
from linli.domains.parking.service.uploads import list_folder
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.protocols.vehicle_permissions import (
    BLACKLIST,
    MOST_BYTES,
    ORDINARY,
    WHITELIST,
    Permission,
    VehicleEntry,
    VehicleFileError,
    decode,
    encode,
)
from linli.rules.plates import clean_plate
from linli.sync import Outcome, Result
from linli.things.errors import DeviceSilent

DROP_FILE: Final = "parking.drop_permission_file"
MOST_ENTRIES: Final = 500
CALL_TIMEOUT_S: Final = 30.0
"""A camera fetches the file before it answers."""
EXPORT_TIMEOUT_S: Final = 60.0
"""It asks for a place to put its list, and uploads it, before it answers."""
URL_SECONDS: Final = 120
APPLY_SECONDS: Final = 60
"""How long a camera may take to apply a file that it has."""
_PERMISSIONS: Final[dict[str, Permission]] = {VEHICLE: ORDINARY, WHITE: WHITELIST, BLACK: BLACKLIST}
_KINDS: Final = {permission: kind for kind, permission in _PERMISSIONS.items()}
_LIMIT_MS: Final = FOREVER_MS


class LaneCarrier:
    """One permission file for a batch; the camera answers for the file as a whole, and reports how far it is with it."""

    kinds: Sequence[str] = (VEHICLE, WHITE, BLACK)
    whole = True
    most = MOST_ENTRIES

    def __init__(self, db: Database, invoker: Invoker, objects: ObjectStore, ids: Ids, clock: Clock) -> None:
        self._invoker = invoker
        self._objects = objects
        self._clock = clock
        self.files = DeviceFiles(
            db, objects, ids, clock, drop_job=DROP_FILE, url_seconds=URL_SECONDS, keep_seconds=URL_SECONDS
        )

    async def carry(self, device: str, batch: Sequence[Parcel]) -> Mapping[tuple[str, str], Outcome]:
        """Waits until the camera has applied the file. Raises what the calls raise, DeviceSilent for one that does not
        come to an end, FileRefused."""
        tenant_id = batch[0].tenant_id
        scope = Scope.system(tenant_id, "delivery")
        content = encode([_entry(parcel) for parcel in batch])
        kept = await self.files.put(f"{tenant_id}/lane-permissions/{device}", content, device=device)
        answer = await self._invoker.invoke(
            scope,
            device,
            "AddVehicleIOfPermission",
            {"VehiclePermissionUrl": kept.url},
            timeout_s=CALL_TIMEOUT_S,
        )
        if answer.get("VehiclePermissionStatus") not in (0, None):
            raise FileRefused()
        await self._applied(scope, device)
        await self.files.answered(kept)
        done = Outcome(Result.DONE)
        return {(parcel.item.kind, parcel.item.credential): done for parcel in batch}

    async def _applied(self, scope: Scope, device: str) -> None:
        """Ask until the camera is through with its file."""
        until, pause = self._clock.steady_ms() + APPLY_SECONDS * 1000, 0.1
        while True:
            try:
                answer = await self._invoker.invoke(
                    scope, device, "GetPermissionDownloadProgress", {}, timeout_s=CALL_TIMEOUT_S
                )
            except BadInput as error:
                if error.facts.get("rule") == "tsl.unknown_identifier":
                    return  # such a camera answers when it is done
                raise
            if answer.get("DownloadStatus") in (0, None):
                return
            if self._clock.steady_ms() >= until:
                raise DeviceSilent(id=device, seconds=APPLY_SECONDS)
            await self._clock.sleep(pause)
            pause = min(pause * 2, 5.0)

    # reading back

    async def read_back(self, device: str, scope: Scope) -> Mapping[tuple[str, str], str]:
        """The camera exports its list. Raises CannotTell, ListUnreadable, and what the call raises."""
        folder = list_folder(scope.tenant, device)
        try:
            answer = await self._invoker.invoke(
                scope, device, "GetVehiclePermission", {}, timeout_s=EXPORT_TIMEOUT_S
            )
            key = self._objects.key_of(str(answer.get("VehiclePermissionUrl", ""))) or ""
            if not key.startswith(f"{folder}/") or ".." in key:
                raise ListUnreadable()
            entries = decode(await self._objects.get(key, limit=MOST_BYTES))
        except BadInput as error:
            if error.facts.get("rule") == "tsl.unknown_identifier":
                raise CannotTell from None
            raise
        except (VehicleFileError, NotFound) as error:
            raise ListUnreadable() from error
        finally:
            await self._objects.delete_all(folder)
        return {(_KINDS[entry.permission], clean_plate(entry.plate)): _print(entry) for entry in entries}

    def fingerprint(self, kind: str, content: str) -> str:
        return _print(_filled(kind, "", msgspec.json.decode(content, type=Content)))


async def lanes_of_spaces(scope: Scope, db: Reader, grants: Sequence[GrantRow]) -> dict[int, list[Target]]:
    """Expander of grants on the lanes of spaces."""
    space_of = {grant.id: int(grant.target.partition(":")[2]) for grant in grants}
    lanes = await lanes_under(scope, db, set(space_of.values()))
    return {
        grant.id: [
            Target(lane.iot_id, grant.credential, grant.subject, grant.content, grant.schedule)
            for lane in lanes[space_of[grant.id]]
        ]
        for grant in grants
    }


def _entry(parcel: Parcel) -> VehicleEntry:
    item = parcel.item
    if item.deleting:
        return VehicleEntry(item.credential, _PERMISSIONS[item.kind], delete=True)
    return _filled(item.kind, item.credential, parcel.opened())


def _filled(kind: str, plate: str, content: Content) -> VehicleEntry:
    """Lists have no dates; an ordinary vehicle has both (spec A 4.6)."""
    if kind != VEHICLE:
        return VehicleEntry(plate, _PERMISSIONS[kind])
    return VehicleEntry(plate, ORDINARY, content.starts_ms, min(content.ends_ms, _LIMIT_MS))


def _print(entry: VehicleEntry) -> str:
    """Equal for equal contents: of lists, that it is there."""
    return f"{entry.starts_ms}-{entry.ends_ms}" if entry.permission == ORDINARY else "listed"
