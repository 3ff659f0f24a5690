"""A site's intercom in the form that its box gets: accounts as what proves their passwords, never the passwords."""

import asyncio
import hashlib
from collections.abc import Callable
from typing import Final

import msgspec

from linli.calls.rows import OFF, VIDEO, VOICE
from linli.domains.boxes.queries import gateways
from linli.domains.boxes.rows import Node
from linli.domains.communities.queries.zones import CommunityZones
from linli.domains.intercom.queries.homes import settings_of
from linli.domains.intercom.queries.permissions import limited
from linli.domains.intercom.rows import HomeRules, QuietHours, seal_about
from linli.domains.intercom.service.ladder import MINUTE_S, UNIT
from linli.domains.intercom.site import queries
from linli.domains.intercom.site.queries import FixedPhone, SiteDoor
from linli.kernel.db import Reader
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.protocols import sip
from linli.protocols.edge_link import SipPlace, SiteAccount, SiteGroup, SiteIntercom, SiteQuiet
from linli.rules import ladder

MOST_ACCOUNTS: Final = 5_000


class Maker:
    """`realm`: of the platform's own SIP server, which is at `place`, if it is on. `place` may read files."""

    def __init__(self, secrets: Secrets, *, realm: str, place: Callable[[], SipPlace | None]) -> None:
        self._secrets = secrets
        self._realm = realm
        self._place = place

    async def make(self, db: Reader, node: Node) -> SiteIntercom:
        """Empty for a box that is in no community."""
        if node.community_id is None:
            return _marked(SiteIntercom(realm=self._realm))
        scope = Scope.system(node.tenant_id, "intercom").narrowed(node.community_id)
        names = await _doors_behind(db, node)
        doors = await queries.doors_of(scope, db, sorted(names))
        ringing = await queries.rung_by_doors(scope, db, sorted(names))
        phones = (await queries.fixed_phones(scope, db, node.community_id))[:MOST_ACCOUNTS]
        by_house = await queries.group_by_house(scope, db, node.community_id)
        limits = await limited(db, [phone.number for phone in phones])
        numbers = {door.iot_id: door.number for door in doors}
        accounts = [self._door(door, names[door.iot_id]) for door in doors]
        for phone in phones:
            group = by_house.get(phone.space_id) if phone.space_id is not None else None
            rings = ringing.get(group, set()) if group else set(numbers) if phone.space_id is None else set()
            opens = sorted(numbers[door] for door in rings if door in numbers)
            accounts.append(self._phone(phone, opens, limits.get(phone.number, VIDEO)))
        settings = await settings_of(scope, db, node.community_id)
        units = await queries.units_by_group(scope, db, node.community_id)
        homes = await queries.homes_of(scope, db, node.community_id)
        quiet = await queries.quiet_homes(scope, db, node.community_id)
        houses = {group: house for house, group in by_house.items()}
        wanted = sorted({*ringing, *(group for group in by_house.values() if group in units)})
        groups = []
        for group in wanted:
            house = houses.get(group, 0)
            groups.append(_group(group, units.get(group, []), homes.get(house), quiet.get(house)))
        document = SiteIntercom(
            realm=self._realm,
            zone=await CommunityZones().of(db, node.community_id) or "Asia/Shanghai",
            talk_s=settings.talk_minutes * MINUTE_S,
            view_s=float(settings.view_seconds),
            cloud=await asyncio.to_thread(self._place),
            accounts=accounts,
            groups=groups,
        )
        return _marked(document)

    def _door(self, door: SiteDoor, name: str) -> SiteAccount:
        md5, sha256 = self._proofs(door.number, door.password)
        return SiteAccount(number=door.number, kind="door", md5=md5, sha256=sha256, device=name)

    def _phone(self, phone: FixedPhone, opens: list[str], permission: str) -> SiteAccount:
        md5, sha256 = self._proofs(phone.number, phone.password)
        return SiteAccount(
            number=phone.number,
            kind="unit" if phone.owner.startswith(UNIT) else "desk",
            md5=md5,
            sha256=sha256,
            opens=opens,
            permission="off" if permission == OFF else "voice" if permission == VOICE else "video",
        )

    def _proofs(self, number: str, sealed: str) -> tuple[str, str]:
        password = self._secrets.open(sealed, about=seal_about(number))
        return (
            sip.user_hash(number, self._realm, password, "MD5"),
            sip.user_hash(number, self._realm, password, "SHA-256"),
        )


async def _doors_behind(db: Reader, node: Node) -> dict[str, str]:
    """DeviceName by iotId of what is deployed behind a box."""
    scope = Scope.system(node.tenant_id, "intercom")
    gateway = await gateways.gateway_of_node(scope, db, node.node_id)
    if gateway is None:
        return {}
    return {row.iot_id: row.device_name for row in await gateways.devices(scope, db, gateway.gateway_id)}


def _group(name: str, units: list[str], home: HomeRules | None, hours: QuietHours | None) -> SiteGroup:
    """Units ring at once, and for as long as the home's own steps leave to units and family; then the desks."""
    steps = {step.name: step for step in ladder.read_steps(home.steps if home is not None else "")}
    at_home = [steps[name].seconds for name in (ladder.INDOOR, ladder.FAMILY) if steps[name].on]
    desk = steps[ladder.DESK]
    quiet = None
    if hours is not None:
        quiet = SiteQuiet(
            from_minute=hours.from_minute,
            to_minute=hours.to_minute,
            days=hours.days,
            manner="skip" if hours.manner == "skip" else "silent",
            strict=bool(home.strict_quiet) if home is not None else False,
        )
    return SiteGroup(
        id=name,
        units=units if steps[ladder.INDOOR].on else [],
        units_s=float(sum(at_home)),
        desks=desk.on,
        desks_s=float(desk.seconds),
        quiet=quiet,
    )


def _marked(document: SiteIntercom) -> SiteIntercom:
    mark = hashlib.sha256(msgspec.json.encode(document)).hexdigest()[:32]
    return msgspec.structs.replace(document, version=mark)
