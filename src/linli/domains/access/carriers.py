"""How rights reach a door (spec A 4.3): a permission file behind a signed URL, and the key as a property."""

from collections.abc import Mapping, Sequence

import msgspec

from linli.delivery.files import DeviceFiles
from linli.delivery.ports import Invoker
from linli.delivery.schemas import GrantRow, Parcel, Target
from linli.delivery.words import hidden_words
from linli.domains.access.queries.credentials import sealed_pins
from linli.domains.access.queries.doors import doors_of_community
from linli.domains.access.service.keys import DoorKeys
from linli.domains.access.service.kinds import (
    BLE,
    CARD,
    KEY,
    KEY_CREDENTIAL,
    PIN,
    QR,
    KeyBody,
    PinBody,
    QrBody,
)
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.protocols.door_permissions import (
    CardPermission,
    Change,
    Entry,
    PasswordPermission,
    PermissionFile,
    QrPermission,
    encode,
)
from linli.sync import ABSENT, Outcome, Result
from linli.things.errors import DeviceRefused
from linli.things.queries.devices import get_device
from linli.things.queries.products import get_product_by_no

CALL_TIMEOUT_S = 30.0
"""A door downloads and stores the file before it answers."""
KEY_TIMEOUT_S = 10.0
URL_SECONDS = 60
"""The time of the call, and the same time again for a door that answers first and fetches the file later."""
MOST_ENTRIES = 500
DROP_FILE = "access.drop_permission_file"

DIGESTS = "PasswordDigest"
"""Property of doors that keep digests of PINs instead of PINs (`linli.rules.pins`)."""

_done = Outcome(Result.DONE)


class DoorCarrier:
    """Brings codes, cards and PINs to a door in one permission file. The door answers for the file as a whole.

    The file is good once, for a minute, and gone when the door that fetched it answers.
    """

    kinds: Sequence[str] = (QR, CARD, BLE, PIN)
    most = MOST_ENTRIES

    def __init__(
        self,
        db: Database,
        invoker: Invoker,
        objects: ObjectStore,
        ids: Ids,
        clock: Clock,
        keys: DoorKeys,
    ) -> None:
        self._db = db
        self._keys = keys
        self._invoker = invoker
        self.files = DeviceFiles(
            db, objects, ids, clock, drop_job=DROP_FILE, url_seconds=URL_SECONDS, keep_seconds=URL_SECONDS
        )

    async def carry(self, device: str, batch: Sequence[Parcel]) -> Mapping[tuple[str, str], Outcome]:
        """Raises what the call raises; then no row of the batch counts as delivered."""
        tenant_id = batch[0].tenant_id
        pins = await self._pins(device, batch)
        file = permission_file(batch, pins, owners=await self._behind_a_box(device, batch))
        kept = await self.files.put(f"{tenant_id}/door-permissions/{device}", encode(file), device=device)
        try:
            await self._invoker.invoke(
                Scope.system(tenant_id, "delivery"),
                device,
                "syncPermissions",
                {"permissionUrl": kept.url},
                timeout_s=CALL_TIMEOUT_S,
            )
        except DeviceRefused as refused:
            refused.facts["message"] = hidden_words(
                str(refused.facts.get("message", "")), [(PIN, pin) for pin in pins.values()]
            )
            raise
        await self.files.answered(kept)
        return {(parcel.item.kind, parcel.item.credential): _done for parcel in batch}

    async def _behind_a_box(self, device: str, batch: Sequence[Parcel]) -> bool:
        """The box gets the owner of each code: its passage rules (spec C010) need it. Asked for codes only."""
        if not any(parcel.item.kind == QR and not parcel.item.deleting for parcel in batch):
            return False
        scope = Scope.system(batch[0].tenant_id, "delivery")
        return (await get_device(scope, self._db, iot_id=device)).gateway_no is not None

    async def _pins(self, device: str, batch: Sequence[Parcel]) -> Mapping[str, str]:
        """PINs in clear by digest, for a door that cannot work with digests; empty for one that can."""
        wanted = sorted({parcel.item.credential for parcel in batch if parcel.item.kind == PIN})
        if not wanted:
            return {}
        scope = Scope.system(batch[0].tenant_id, "delivery")
        device_row = await get_device(scope, self._db, iot_id=device)
        product = await get_product_by_no(scope, self._db, product_no=device_row.product_no)
        if f'"{DIGESTS}"' in product.tsl:
            return {}
        sealed = await sealed_pins(self._db, tenant_id=batch[0].tenant_id, digests=wanted)
        return {digest: self._keys.open_pin(text, digest) for digest, text in sealed.items()}


class KeyCarrier:
    """Sets `RSAPublicKey`, the key a door reads encrypted codes with."""

    kinds: Sequence[str] = (KEY,)
    most = 1

    def __init__(self, invoker: Invoker) -> None:
        self._invoker = invoker

    async def carry(self, device: str, batch: Sequence[Parcel]) -> Mapping[tuple[str, str], Outcome]:
        """Raises what the call raises."""
        for parcel in batch:
            if parcel.item.deleting:
                continue  # a door keeps its last key: it opens nothing without rights
            body = msgspec.json.decode(parcel.opened().body, type=KeyBody)
            scope = Scope.system(parcel.tenant_id, "delivery")
            await self._invoker.set_properties(
                scope, device, {KEY_CREDENTIAL: body.public_key}, timeout_s=KEY_TIMEOUT_S
            )
        return {(parcel.item.kind, parcel.item.credential): _done for parcel in batch}


def permission_file(
    batch: Sequence[Parcel], pins: Mapping[str, str] | None = None, *, owners: bool = False
) -> PermissionFile:
    """The file for a batch: entries to delete, and entries to store with their window.

    `pins`: PINs in clear by digest, for doors that keep them so. `owners`: name the persons of codes; files for doors'
    own use do not.
    """
    qr: list[Entry[QrPermission]] = []
    passwords: list[Entry[PasswordPermission]] = []
    cards: dict[str, list[Entry[CardPermission]]] = {CARD: [], BLE: []}
    for parcel in batch:
        item = parcel.item
        clear = (pins or {}).get(item.credential, "")
        key = clear or item.credential
        if item.deleting:
            if item.kind == QR:
                qr.append(Entry(Change.DELETE, key))
            elif item.kind == PIN:
                passwords.append(Entry(Change.DELETE, key))
            else:
                cards[item.kind].append(Entry(Change.DELETE, key))
            continue
        content = parcel.opened()
        change = Change.ADD if item.reported == ABSENT else Change.MODIFY
        starts, ends, person = content.starts_ms, content.ends_ms, content.subject
        if item.kind == QR:
            body = msgspec.json.decode(content.body, type=QrBody)
            right = QrPermission(
                code=key,
                starts_ms=starts,
                ends_ms=ends,
                max_scans=body.max_scans,
                shared=body.shared and not body.way,
                schedule=content.cron,
                zone=content.cron_zone,
                person_id=person if owners else "",
                way=body.way if owners else "",
                point=body.point if owners else "",
            )
            qr.append(Entry.put(right, change))
        elif item.kind == PIN:
            salt = "" if clear else msgspec.json.decode(content.body, type=PinBody).salt
            passwords.append(
                Entry.put(
                    PasswordPermission(key, starts, ends, person, salt, content.cron, content.cron_zone),
                    change,
                )
            )
        else:
            cards[item.kind].append(
                Entry.put(CardPermission(key, starts, ends, person, content.cron, content.cron_zone), change)
            )
    return PermissionFile(tuple(qr), tuple(cards[CARD]), tuple(cards[BLE]), tuple(passwords))


async def every_door(scope: Scope, db: Reader, grants: Sequence[GrantRow]) -> dict[int, list[Target]]:
    """Expander of grants on all doors of a community."""
    doors = {
        target: await doors_of_community(scope, db, community_id=int(target))
        for target in {grant.target for grant in grants}
    }
    return {
        grant.id: [
            Target(door.iot_id, grant.credential, grant.subject, grant.content, grant.schedule)
            for door in doors[grant.target]
        ]
        for grant in grants
    }
