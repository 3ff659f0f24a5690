"""A company's own data about its community, without a review."""

import re
from typing import NamedTuple
from zoneinfo import available_timezones

from sqlalchemy import bindparam, update

from linli.domains.communities.events import CommunityZoneChanged
from linli.domains.communities.models import communities
from linli.domains.communities.queries import communities as queries
from linli.domains.communities.service import history
from linli.domains.communities.service.applications import ADDRESS_MAX
from linli.domains.communities.service.creation import CITY_MAX
from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.errors import BadInput
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

_PHONE = re.compile(r"\+?[0-9][0-9 -]{2,22}")
_set_phone = Command(
    update(communities)
    .where(communities.c.community_id == bindparam("row", type_=INT), in_scope(communities))
    .values(phone=bindparam("to"), changed_ms=bindparam("now", type_=INT))
)
_set_zone = Command(
    update(communities)
    .where(communities.c.community_id == bindparam("row", type_=INT), in_scope(communities))
    .values(time_zone=bindparam("to"), changed_ms=bindparam("now", type_=INT))
)


_set_place = Command(
    update(communities)
    .where(communities.c.community_id == bindparam("row", type_=INT), in_scope(communities))
    .values(
        city=bindparam("in_city"),
        address=bindparam("at_address"),
        lng=bindparam("at_lng", type_=communities.c.lng.type),
        lat=bindparam("at_lat", type_=communities.c.lat.type),
        changed_ms=bindparam("now", type_=INT),
    )
)


class Place(NamedTuple):
    """Where a community is. `lng`, `lat`: degrees as the map provider gives them (GCJ-02), both or neither."""

    city: str
    address: str
    lng: float | None
    lat: float | None

    def __str__(self) -> str:
        where = self.address if self.city in self.address else f"{self.city} {self.address}"
        return where if self.lng is None else f"{where} ({self.lng:.6f}, {self.lat:.6f})"


async def set_place(scope: Scope, tx: Tx, *, community_id: int, place: Place, ids: Ids, now_ms: int) -> None:
    """Where the community is, by its address and on the map; kept in its history. Raises NotFound, BadInput."""
    city, address = " ".join(place.city.split()), " ".join(place.address.split())
    if not address:
        raise BadInput(field="address", rule="required")
    for field, text, most in (("city", city, CITY_MAX), ("address", address, ADDRESS_MAX)):
        if len(text) > most:
            raise BadInput(field=field, rule="too_long", limit=most)
    if (place.lng is None) != (place.lat is None):
        raise BadInput(field="lng" if place.lng is None else "lat", rule="required")
    for field, degrees, most in (("lng", place.lng, 180), ("lat", place.lat, 90)):
        if degrees is not None and not -most <= degrees <= most:
            raise BadInput(field=field, rule="range", low=-most, high=most)
    row = await queries.community(scope, tx, community_id)
    before, after = Place(row.city, row.address, row.lng, row.lat), place._replace(city=city, address=address)
    if before == after:
        return
    values = {"in_city": city, "at_address": address, "at_lng": place.lng, "at_lat": place.lat}
    await _set_place.run(tx, scope, row=community_id, now=now_ms, **values)
    await history.note(
        scope,
        tx,
        tenant_id=row.tenant_id,
        community_id=community_id,
        action="place",
        ids=ids,
        detail=f"{before} → {after}",
    )


async def set_phone(scope: Scope, tx: Tx, *, community_id: int, phone: str, now_ms: int) -> None:
    """The property's phone; empty takes it away. Raises NotFound, BadInput."""
    phone = " ".join(phone.split())
    if phone and not _PHONE.fullmatch(phone):
        raise BadInput(field="phone", rule="format", example="0571-88886666")
    await queries.community(scope, tx, community_id)
    await _set_phone.run(tx, scope, row=community_id, to=phone, now=now_ms)


async def set_zone(scope: Scope, tx: Tx, *, community_id: int, zone: str, now_ms: int) -> None:
    """By whose clocks the community's days and hours go; doors follow. `zone`: IANA name. Raises NotFound, BadInput."""
    if zone not in available_timezones():
        raise BadInput(field="timeZone", rule="format", example="Asia/Shanghai")
    row = await queries.community(scope, tx, community_id)
    if row.time_zone == zone:
        return
    await _set_zone.run(tx, scope, row=community_id, to=zone, now=now_ms)
    await emit(tx, CommunityZoneChanged(row.tenant_id, community_id), key=str(community_id))
