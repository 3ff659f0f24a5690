"""A visitor's pass: the doors on the way to the house, as long as the visit lasts, and the message that tells of it.

Jobs after the commit, idempotent: the doors are worked out anew each time and only the difference is written.
"""

from itertools import batched
from typing import Final

import msgspec

from linli.domains.access.queries.doors import doors_of_community
from linli.domains.access.queries.permissions import permissions_of_code
from linli.domains.access.service import qr
from linli.domains.access.service.keys import DoorKeys
from linli.domains.communities.queries import communities, spaces
from linli.domains.communities.space_rules import path_ids
from linli.domains.visitors import queries
from linli.domains.visitors.events import VisitChanged
from linli.domains.visitors.schemas import EXPECTED, HOLDS_PASS, Visit
from linli.domains.visitors.service.links import PassLinks
from linli.domains.visitors.times import wall_clock
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.errors import NotFound
from linli.kernel.i18n import DEFAULT, text
from linli.kernel.outbox import Jobs
from linli.kernel.scope import Scope
from linli.kernel.sms import Sms, SmsSender
from linli.kernel.zones import zone_of

SEND: Final = "visitors.send_pass"
KIND: Final = "visitor_pass"


class PassToSend(msgspec.Struct, frozen=True):
    tenant_id: str
    apply_id: int


class Passes:
    """Keeps the doors and the visitor's phone in step with the visit."""

    def __init__(
        self, db: Database, clock: Clock, keys: DoorKeys, links: PassLinks, sender: SmsSender
    ) -> None:
        self._db = db
        self._clock = clock
        self._keys = keys
        self._links = links
        self._sender = sender

    def register(self, jobs: Jobs) -> None:
        jobs.on(SEND, PassToSend, self.send)

    async def follow(self, event: VisitChanged) -> None:
        """After a change of a visit: its code holds on the doors on its way, or on none."""
        await self._sync(event.tenant_id, event.apply_id)

    async def follow_all(self, tenant_id: str, community_id: int) -> None:
        """After a change of the community's doors."""
        scope = Scope.system(tenant_id, "visitors")
        now_ms = self._clock.now_ms()
        for found in await queries.live(scope, self._db, community_id, list(HOLDS_PASS), now_ms=now_ms):
            await self._sync(tenant_id, found.apply_id)

    async def _sync(self, tenant_id: str, apply_id: int) -> None:
        scope, now_ms = Scope.system(tenant_id, "visitors"), self._clock.now_ms()
        async with self._db.begin() as tx:
            try:
                found = await queries.visit(scope, tx, apply_id, lock=True)
            except NotFound:
                return
            if found.qr_code:
                await self._bind(scope, tx, found, now_ms)

    async def _bind(self, scope: Scope, tx: Tx, found: Visit, now_ms: int) -> None:
        wanted = await doors_on_the_way(scope, tx, found) if found.holds_pass(now_ms) else set()
        known = await permissions_of_code(scope, tx, qr_code=found.qr_code)
        held = {iot_id for iot_id, row in known.items() if row.live}
        code = {"qr_code": found.qr_code, "identity_id": found.visitor_identity, "now_ms": now_ms}
        right = qr.QrRight(
            min(found.starts_ms, now_ms) if found.arrived_ms else found.starts_ms, found.ends_ms
        )
        for some in batched(sorted(wanted - held), qr.MAX_DOORS, strict=False):
            await qr.bind_code(scope, tx, iot_ids=list(some), right=right, keys=self._keys, **code)  # type: ignore[arg-type]
        for some in batched(sorted(held - wanted), qr.MAX_DOORS, strict=False):
            await qr.remove_code(scope, tx, iot_ids=list(some), **code)  # type: ignore[arg-type]

    async def send(self, job: PassToSend) -> None:
        """Tell the visitor's phone where the pass is, if the visit still stands."""
        scope, now_ms = Scope.system(job.tenant_id, "visitors"), self._clock.now_ms()
        try:
            found = await queries.visit(scope, self._db, job.apply_id)
            community = await communities.community(scope, self._db, found.community_id)
        except NotFound:
            return
        if found.state != EXPECTED or found.ends_ms <= now_ms or not found.phone:
            return
        zone = await zone_of(self._db, found.community_id)
        words = text(
            "sms.visitor_pass", DEFAULT, name=found.name, community=community.name,
            since=wall_clock(found.starts_ms, zone), until=wall_clock(found.ends_ms, zone),
            url=self._links.url(found.apply_id),
        )  # fmt: skip
        await self._sender.send(
            Sms(found.phone, words, KIND, self._links.token(found.apply_id), found.ends_ms)
        )

    async def picture(self, found: Visit) -> str:
        """What the QR picture of a pass holds: 88 characters that doors read offline. Valid as long as the visit."""
        scope = Scope.system(found.tenant_id, "visitors")
        async with self._db.begin() as tx:
            return await qr.encrypt_code(
                scope, tx, qr_code=found.qr_code, identity_id=found.visitor_identity, expires_ms=found.ends_ms,
                community_id=found.community_id, keys=self._keys, now_ms=self._clock.now_ms(),
            )  # fmt: skip


async def doors_on_the_way(scope: Scope, db: Reader, found: Visit) -> set[str]:
    """iotIds of the doors between the street and the house: those at a space above it, and those at no space."""
    house = (await spaces.spaces_by_id(scope, db, [found.house_id])).get(found.house_id)
    if house is None:
        return set()
    way = set(path_ids(house.path))
    doors = await doors_of_community(scope, db, community_id=found.community_id)
    return {door.iot_id for door in doors if door.space_id is None or door.space_id in way}
