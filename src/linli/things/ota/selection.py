"""The devices of a campaign: chosen once when it begins and, for a dynamic campaign, again at each report."""

from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import and_, bindparam, func, or_, select

from linli.kernel.db import INT, Query, Reader, Tx, any_of, in_scope
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.things.groups.conditions import Membership, is_member
from linli.things.groups.queries import membership_of
from linli.things.models import device_firmware, device_tags, devices
from linli.things.queries.devices import find_devices, find_named_devices

MAX_CHOSEN: Final = 20_000
_SHOWN: Final = 5


class Selection(msgspec.Struct, frozen=True, rename="camel"):
    """Conditions that must all hold; none given: every device of the product. Stored as JSON with the campaign."""

    versions: tuple[str, ...] = ()
    """It reports one of these; an empty text stands for devices that never reported."""
    iot_ids: tuple[str, ...] = ()
    """Chosen one by one, or read from a list of names."""
    group: tuple[str, str] | None = None
    """A group of devices by a common tag: (key, value)."""
    device_group: int = 0
    """Members of this device group; 0: not asked for."""


class Candidate(NamedTuple):
    device_no: int
    iot_id: str
    device_name: str
    version: str | None


_FROM = devices.outerjoin(
    device_firmware,
    and_(
        device_firmware.c.device_no == devices.c.device_no, device_firmware.c.module == bindparam("of_module")
    ),
)
_version = func.coalesce(device_firmware.c.version, "")
_tagged = (
    select(device_tags.c.device_no)
    .where(
        device_tags.c.device_no == devices.c.device_no,
        device_tags.c.tag_key == bindparam("tag_key"),
        device_tags.c.tag_value == bindparam("tag_value"),
    )
    .exists()
)
_CONDITIONS = (
    devices.c.product_no == bindparam("product_no", type_=INT),
    devices.c.enabled == 1,
    _version != bindparam("target"),
    or_(bindparam("source") == "", _version == bindparam("source")),
    or_(
        bindparam("in_community", type_=INT) == 0,
        devices.c.community_id == bindparam("in_community", type_=INT),
    ),
    or_(bindparam("any_version", type_=INT) == 1, any_of(_version, "versions")),
    or_(bindparam("any_id", type_=INT) == 1, any_of(devices.c.iot_id, "iot_ids")),
    or_(bindparam("tag_key") == "", _tagged),
    or_(bindparam("any_group", type_=INT) == 1, is_member()),
)
_CHOSEN = [devices.c.device_no, devices.c.iot_id, devices.c.device_name, device_firmware.c.version]
_page = Query(
    select(*_CHOSEN)
    .select_from(_FROM)
    .where(in_scope(devices), *_CONDITIONS, devices.c.device_no > bindparam("after", type_=INT))
    .order_by(devices.c.device_no)
    .limit(bindparam("limit", type_=INT)),
    Candidate,
)
_count = Query(select(func.count()).select_from(_FROM).where(in_scope(devices), *_CONDITIONS), heavy=True)
_is_candidate = Query(
    select(devices.c.device_no)
    .select_from(_FROM)
    .where(*_CONDITIONS, devices.c.device_no == bindparam("device_no", type_=INT)),
    unscoped="the campaign's own product and community are conditions of their own",
)


class Aim(NamedTuple):
    """The campaign's facts for a selection."""

    product_no: int
    module: str
    target: str
    source: str
    """Version that a differential image applies to, or empty."""
    community_id: int | None
    selection: Selection
    members: Membership = Membership()
    """The present members of the selection's device group."""

    @property
    def binds(self) -> dict[str, Any]:
        chosen = self.selection
        key, value = chosen.group or ("", "")
        return {
            "product_no": self.product_no,
            "of_module": self.module,
            "target": self.target,
            "source": self.source,
            "in_community": self.community_id or 0,
            "any_version": 0 if chosen.versions else 1,
            "versions": list(chosen.versions),
            "any_id": 0 if chosen.iot_ids else 1,
            "iot_ids": list(chosen.iot_ids),
            "tag_key": key,
            "tag_value": value,
            "any_group": 0 if chosen.device_group else 1,
            **self.members.binds,
        }


async def count_candidates(scope: Scope, db: Reader, aim: Aim) -> int:
    """How many devices the campaign would bring its firmware to now."""
    aim = await _with_members(scope, db, aim)
    return int(await _count.scalar(db, scope, **aim.binds))


async def page_of_candidates(
    scope: Scope, db: Reader, aim: Aim, *, after: int, limit: int
) -> list[Candidate]:
    """The devices with a number above `after`, in order."""
    aim = await _with_members(scope, db, aim)
    return await _page.all(db, scope, **aim.binds, after=after, limit=limit)


async def is_candidate(tx: Tx, aim: Aim, *, device_no: int) -> bool:
    """Whether one device, as it reported itself now, belongs in the campaign."""
    aim = await _with_members(Scope.system(), tx, aim)
    return await _is_candidate.one(tx, **aim.binds, device_no=device_no) is not None


async def _with_members(scope: Scope, db: Reader, aim: Aim) -> Aim:
    """The aim with the members of its device group looked up; of a group that is gone, there are none."""
    if not aim.selection.device_group:
        return aim
    try:
        members = await membership_of(scope, db, group_no=aim.selection.device_group)
    except NotFound:
        members = Membership()
    return aim._replace(members=members)


async def resolve(
    scope: Scope, db: Reader, *, product_key: str, iot_ids: list[str], device_names: list[str]
) -> tuple[str, ...]:
    """The iotIds of chosen devices; an unknown name or id is refused, not left out. Raises BadInput."""
    if len(iot_ids) + len(device_names) > MAX_CHOSEN:
        raise BadInput(field="deviceNames", rule="too_many_items", limit=MAX_CHOSEN)
    by_id = {
        row.iot_id for row in await find_devices(scope, db, iot_ids=iot_ids) if row.product_key == product_key
    }
    _refuse_missing("iotIds", [iot_id for iot_id in iot_ids if iot_id not in by_id])
    by_name = {
        row.device_name: row.iot_id
        for row in await find_named_devices(scope, db, product_key=product_key, device_names=device_names)
    }
    _refuse_missing("deviceNames", [name for name in device_names if name not in by_name])
    return tuple(dict.fromkeys([*iot_ids, *by_name.values()]))


def _refuse_missing(field: str, missing: list[str]) -> None:
    if missing:
        raise BadInput(
            field=field, rule="unknown_devices", count=len(missing), names=", ".join(missing[:_SHOWN])
        )
