"""Findings that last are alarms of the community: one each, over when the finding ends, none while it is muted."""

from collections.abc import Iterable
from typing import Final

from linli.domains.access.queries.alarms import ended_since, going_on
from linli.domains.access.rows import AlarmSource
from linli.domains.access.service.alarms import OF_CAMERA_PICTURES, end_alarm, raise_alarm, resume_alarm
from linli.domains.video.health_rows import FINDINGS
from linli.domains.video.queries.cameras import of_device
from linli.kernel.db import Tx
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

KIND_OF: Final = dict(zip(FINDINGS, OF_CAMERA_PICTURES, strict=True))
"""Finding -> kind of alarm."""
REST_MS: Final = 3_600_000
"""A picture that is bad and good by turns, at dusk or in rain, is one alarm and one call."""


async def raise_for(
    scope: Scope, tx: Tx, kinds: Iterable[str], *, iot_id: str, community_id: int, ids: Ids, now_ms: int
) -> None:
    """Tell of findings that nobody was told of. What stands in the list is known, before a restart too.

    One that a person closed is not told of again while the finding goes on. One that ended within the hour goes on.
    """
    source = await _source(scope, tx, iot_id, community_id)
    for kind in kinds:
        if await going_on(scope, tx, iot_id=iot_id, kind=KIND_OF[kind]):
            continue
        since = now_ms - REST_MS
        if last := await ended_since(scope, tx, iot_id=iot_id, kind=KIND_OF[kind], since_ms=since):
            await resume_alarm(tx, door=source, alarm=last, at_ms=now_ms)
            continue
        await raise_alarm(
            tx, door=source, kind=KIND_OF[kind], alarm_id=ids.number(), at_ms=now_ms, received_ms=now_ms, lasts=True
        )  # fmt: skip


async def end_for(scope: Scope, tx: Tx, kinds: Iterable[str], *, iot_id: str, now_ms: int) -> None:
    """The picture is good again, or nobody looks at it, or nobody wants to hear of it."""
    source = AlarmSource(iot_id, scope.tenant, 0, "")  # what the row says of it stays
    for kind in kinds:
        await end_alarm(tx, door=source, kind=KIND_OF[kind], at_ms=now_ms)


async def _source(scope: Scope, tx: Tx, iot_id: str, community_id: int) -> AlarmSource:
    names = {row.community_id: row.name for row in await of_device(scope, tx, iot_id)}
    return AlarmSource(iot_id, scope.tenant, community_id, names.get(community_id) or iot_id)
