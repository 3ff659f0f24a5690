"""A visitor's pass: it opens the doors on the way to the house during the visit; a message brings its link.

Jobs after the commit. They are idempotent: each computes the doors again and writes the difference.
"""

import dataclasses
from itertools import batched
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import bindparam, update

from linli.domains.access.queries.doors import doors_of_community, find_doors
from linli.domains.access.queries.permissions import permissions_of_code
from linli.domains.access.queries.readings import readings_of
from linli.domains.access.rows import Door
from linli.domains.access.service import qr, ways
from linli.domains.access.service.doors import EXIT, LIFTS
from linli.domains.access.service.keys import DoorKeys
from linli.domains.communities.queries import communities, spaces
from linli.domains.communities.space_rules import path_ids
from linli.domains.visitors import queries
from linli.domains.visitors.events import VisitChanged
from linli.domains.visitors.models import visits
from linli.domains.visitors.rows import EXPECTED, HOLDS_PASS, Visit
from linli.domains.visitors.service.links import PassLinks
from linli.domains.visitors.times import wall_clock
from linli.kernel.clock import Clock
from linli.kernel.db import INT, Command, Database, Reader, Tx, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.i18n import DEFAULT, text
from linli.kernel.ids import Ids
from linli.kernel.outbox import Jobs
from linli.kernel.scope import Scope
from linli.kernel.sms import Sms, SmsSender
from linli.kernel.zones import zone_of
from linli.rules.ways import LIFT
from linli.things.queries.devices import find_devices

SEND: Final = "visitors.send_pass"
KIND: Final = "visitor_pass"
_set_codes = Command(
    update(visits)
    .where(visits.c.apply_id == bindparam("row", type_=INT), in_scope(visits))
    .values(door_codes=bindparam("codes"))
)


class PassToSend(msgspec.Struct, frozen=True):
    tenant_id: str
    apply_id: int


class PassPicture(NamedTuple):
    text: str
    """Content of the QR: 88 characters that doors read offline, or the plain code where a scanner reads no other form."""
    doors: list[str]
    """Names of the doors that read it; empty until a door has the pass."""


class Passes:
    """Updates the doors and the visitor's phone when the visit changes."""

    def __init__(
        self, db: Database, clock: Clock, ids: Ids, keys: DoorKeys, links: PassLinks, sender: SmsSender
    ) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._keys = keys
        self._links = links
        self._sender = sender

    def register(self, jobs: Jobs) -> None:
        jobs.on(SEND, PassToSend, self.send)

    async def follow(self, event: VisitChanged) -> None:
        """After a change of a visit: put its codes on the doors of its way, or remove them."""
        await self._sync(event.tenant_id, event.apply_id)

    async def follow_all(self, tenant_id: str, community_id: int) -> None:
        """After a change of the community's doors."""
        scope = Scope.system(tenant_id, "visitors")
        now_ms = self._clock.now_ms()
        for visit in await queries.live(scope, self._db, community_id, list(HOLDS_PASS), now_ms=now_ms):
            await self._sync(tenant_id, visit.apply_id)

    async def _sync(self, tenant_id: str, apply_id: int) -> None:
        scope, now_ms = Scope.system(tenant_id, "visitors"), self._clock.now_ms()

        async def work(tx: Tx) -> None:
            try:
                visit = await queries.visit(scope, tx, apply_id, lock=True)
            except NotFound:
                return
            if visit.qr_code:
                await self._bind(scope, tx, visit, now_ms)

        await self._db.run(work)

    async def _bind(self, scope: Scope, tx: Tx, visit: Visit, now_ms: int) -> None:
        wanted = await doors_on_the_way(scope, tx, visit) if visit.holds_pass(now_ms) else []
        points: dict[str, str] = {}
        if visit.way and wanted:
            row = await ways.begin(
                tx, way=visit.way, tenant_id=visit.tenant_id, community_id=visit.community_id,
                most=visit.uses, ends_ms=visit.ends_ms, now_ms=now_ms,
            )  # fmt: skip
            points = await points_of(scope, tx, wanted)
            if row.walked.is_over(row.most, now_ms):
                wanted = [door for door in wanted if not points[door.iot_id]]
        doors_of = await self._by_code(scope, tx, visit, wanted)
        starts_ms = min(visit.starts_ms, now_ms) if visit.arrived_ms else visit.starts_ms
        right = qr.QrRight(starts_ms, visit.ends_ms)
        for qr_code, doors in doors_of.items():
            qr_permissions = await permissions_of_code(scope, tx, qr_code=qr_code)
            live = {iot_id for iot_id, row in qr_permissions.items() if row.live}
            on_doors = {iot_id for iot_id in live if qr_permissions[iot_id].point == points.get(iot_id, "")}
            code: dict[str, Any] = {
                "qr_code": qr_code,
                "identity_id": visit.visitor_identity,
                "now_ms": now_ms,
            }
            for point in sorted({points.get(iot_id, "") for iot_id in doors - on_doors}):
                at = sorted(iot_id for iot_id in doors - on_doors if points.get(iot_id, "") == point)
                counted = dataclasses.replace(right, max_scans=visit.uses, way=visit.way, point=point)
                for some in batched(at, qr.MAX_DOORS, strict=False):
                    await qr.bind_code(
                        scope,
                        tx,
                        iot_ids=list(some),
                        right=counted if point else right,
                        keys=self._keys,
                        **code,
                    )
            for some in batched(sorted(live - doors), qr.MAX_DOORS, strict=False):
                await qr.remove_code(scope, tx, iot_ids=list(some), **code)

    async def _by_code(self, scope: Scope, tx: Tx, visit: Visit, wanted: list[Door]) -> dict[str, set[str]]:
        """iotIds by code of the pass. A door that reads none of the codes gets one of its own form."""
        reading = await readings_of(scope, tx, wanted)
        doors_of: dict[str, set[str]] = {code: set() for code in visit.codes}
        for door in wanted:
            form = reading[door.iot_id][0]
            code = next((number for number in doors_of if form.reads(number)), None)
            if code is None:
                code = await qr.generate_code(
                    scope,
                    tx,
                    identity_id=visit.visitor_identity,
                    length=None,
                    ids=self._ids,
                    now_ms=self._clock.now_ms(),
                    source="visitor",
                    iot_ids=[door.iot_id],
                )
            doors_of.setdefault(code, set()).add(door.iot_id)
        if len(doors_of) > len(visit.codes):
            await _set_codes.run(tx, scope, row=visit.apply_id, codes=" ".join(list(doors_of)[1:]))
        return doors_of

    async def send(self, job: PassToSend) -> None:
        """Send the link of the pass to the visitor's phone, if the visit is still expected."""
        scope, now_ms = Scope.system(job.tenant_id, "visitors"), self._clock.now_ms()
        try:
            visit = await queries.visit(scope, self._db, job.apply_id)
            community = await communities.community(scope, self._db, visit.community_id)
        except NotFound:
            return
        if visit.state != EXPECTED or visit.ends_ms <= now_ms or not visit.phone:
            return
        zone = await zone_of(self._db, visit.community_id)
        words = text(
            "sms.visitor_pass",
            DEFAULT,
            name=visit.name,
            community=community.name,
            since=wall_clock(visit.starts_ms, zone),
            until=wall_clock(visit.ends_ms, zone),
            url=self._links.url(visit.apply_id),
        )
        await self._sender.send(
            Sms(visit.phone, words, KIND, self._links.token(visit.apply_id), visit.ends_ms)
        )

    async def pictures(self, visit_row: Visit) -> list[PassPicture]:
        """The QR codes to show, at least one; several where doors on the way read different forms.

        They are valid during the visit. They are computed again, since doors may have got another form.
        """
        await self._sync(visit_row.tenant_id, visit_row.apply_id)
        scope, now_ms = Scope.system(visit_row.tenant_id, "visitors"), self._clock.now_ms()

        async def draw(tx: Tx) -> list[PassPicture]:
            pass_pictures = []
            visit = await queries.visit(scope, tx, visit_row.apply_id)
            for code in visit.codes:
                qr_permissions = await permissions_of_code(scope, tx, qr_code=code)
                live = [iot_id for iot_id, row in qr_permissions.items() if row.live]
                doors = await find_doors(scope, tx, iot_ids=live)
                reading = await readings_of(scope, tx, doors.values())
                plain = sorted(door.name for door in doors.values() if reading[door.iot_id][0].plain)
                sealed = sorted(door.name for door in doors.values() if not reading[door.iot_id][0].plain)
                if sealed or not plain:
                    code_text = await qr.encrypt_code(
                        scope,
                        tx,
                        qr_code=code,
                        identity_id=visit.visitor_identity,
                        expires_ms=visit.ends_ms,
                        community_id=visit.community_id,
                        keys=self._keys,
                        now_ms=now_ms,
                    )
                    pass_pictures.append(PassPicture(code_text, sealed))
                if plain:
                    pass_pictures.append(PassPicture(code, plain))
            return pass_pictures

        drawn = await self._db.run(draw)
        return [pass_picture for pass_picture in drawn if pass_picture.doors] or drawn[:1]


async def points_of(scope: Scope, db: Reader, doors: list[Door]) -> dict[str, str]:
    """By iotId the place of a door on a way (`rules.ways`); empty for what leads out, which costs no use.

    Doors of the same space are one place: who went in by one does not go in by the other for nothing.
    """
    devices = await find_devices(scope, db, iot_ids=[door.iot_id for door in doors])
    lifts = {device.iot_id for device in devices if device.category_code in LIFTS}
    return {
        door.iot_id: ""
        if door.direction == EXIT
        else f"{LIFT if door.iot_id in lifts else ''}{door.space_id or 0}"
        for door in doors
    }


async def doors_on_the_way(scope: Scope, db: Reader, visit: Visit) -> list[Door]:
    """The doors on the way from the street: those of a space above the house, and those of no space."""
    house = (await spaces.spaces_by_id(scope, db, [visit.house_id])).get(visit.house_id)
    if house is None:
        return []
    way = set(path_ids(house.path))
    doors = await doors_of_community(scope, db, community_id=visit.community_id)
    return [door for door in doors if door.space_id is None or door.space_id in way]
