"""The filters of a list of devices, read in one place for the list, its export and its pickers."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from linli.kernel.db import Database
from linli.kernel.entry import Filter
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope
from linli.kernel.tables import write_csv
from linli.things.device_lists import DeviceFilter, walk_devices
from linli.things.groups.queries import membership_of
from linli.things.queries.devices import DeviceRow, DeviceState

NONE: Final = "none"
"""As a project: bound to none. As a community: in none."""
_AT_ONCE: Final = 1000


class DevicesAsked(Filter, frozen=True):
    """The filter of a list of devices."""

    q: Annotated[str, Meta(description="Part of a name, remark or serial number, or a whole iotId.")] = ""
    device_state: DeviceState | None = msgspec.field(default=None, name="state")
    product_key: str | None = None
    category: Annotated[str | None, Meta(description="A whole CategoryCode or its last part.")] = None
    community_id: Annotated[str | None, Meta(description="A number; `none`: in no community.")] = None
    project_id: Annotated[str | None, Meta(description="`none`: bound to no project.")] = None
    group_id: int | None = None
    tag: Annotated[list[str] | None, Meta(description="`key=value`; all must be there.")] = None


async def device_filter(scope: Scope, db: Database, asked: DevicesAsked) -> DeviceFilter:
    """Raises BadInput, NotFound (the group)."""
    community_id, project_id = asked.community_id, asked.project_id
    if community_id not in (None, NONE) and not (community_id.isascii() and community_id.isdigit()):
        raise BadInput(field="communityId", rule="number")
    tags = []
    for tag in asked.tag or ():
        key, equals, value = tag.partition("=")
        if not key or not equals:
            raise BadInput(field="tag", rule="format", example="building=7")
        tags.append((key, value))
    if len(tags) > 5:
        raise BadInput(field="tag", rule="too_many_items", limit=5)
    return DeviceFilter(
        keyword=asked.q.strip(),
        product_keys=(asked.product_key,) if asked.product_key else (),
        categories=(asked.category,) if asked.category else (),
        state=asked.device_state,
        community_id=int(community_id) if community_id not in (None, NONE) else None,
        homeless=community_id == NONE,
        project_id=project_id if project_id not in (None, NONE, "") else None,
        unbound=project_id == NONE,
        tags=tuple(tags),
        group=None if asked.group_id is None else await membership_of(scope, db, group_no=asked.group_id),
    )


async def export_lines(scope: Scope, db: Database, where: DeviceFilter) -> AsyncIterator[bytes]:
    """A CSV of all devices that fit, a thousand at a time."""
    yield write_csv(
        [("DeviceName", "Nickname", "Remark", "State", "ProductKey", "Product", "Category", "iotId",
          "CommunityId", "ProjectId", "LastSeen", "Created")]
    )  # fmt: skip
    after_no = 0
    while rows := await walk_devices(scope, db, where=where, after_no=after_no, limit=_AT_ONCE):
        yield write_csv((_line(row) for row in rows), mark=False)
        after_no = rows[-1].device_no


def _line(row: DeviceRow) -> tuple[str, ...]:
    return (
        row.device_name, row.nickname, row.remark, row.state, row.product_key, row.product_name,
        row.category_name, row.iot_id, str(row.community_id or ""), row.project_id or "",
        _time(row.last_seen_ms), _time(row.created_ms),
    )  # fmt: skip


def _time(ms: int | None) -> str:
    return "" if ms is None else datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
