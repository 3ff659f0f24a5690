"""Keep what looks at pictures saw: findings begin, go on and end; references are learned and set."""

from typing import Final, NamedTuple

import msgspec
from sqlalchemy import bindparam, delete, update

from linli.domains.video.health_rows import (
    CLOCK,
    FINDINGS,
    KINDS,
    LOST,
    MOST_SEEN_DAYS,
    Finding,
    Health,
    Verdict,
    View,
    needed,
)
from linli.domains.video.models import camera_findings, camera_health, camera_views
from linli.domains.video.queries import health as queries
from linli.domains.video.service import health_alarms
from linli.kernel import history
from linli.kernel.db import INT, Command, Query, Tx, any_of, in_scope
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

HISTORY: Final = "camera_health"
MOST_MUTED_DAYS: Final = 90
_DAY_MS: Final = 86_400_000
_f = camera_findings.c
_EVERYWHERE: Final = "pictures of every tenant are erased in time"
_end = Command(
    delete(camera_findings).where(
        in_scope(camera_findings), _f.iot_id == bindparam("camera"), any_of(_f.kind, "kinds")
    )
)
_mute = Command(
    update(camera_findings)
    .where(in_scope(camera_findings), _f.iot_id == bindparam("camera"), _f.kind == bindparam("what"))
    .values(muted_until_ms=bindparam("until", type_=INT))
)
_forget_views = Command(
    delete(camera_views).where(in_scope(camera_views), camera_views.c.iot_id == bindparam("camera"))
)
_forget = tuple(
    Command(delete(table).where(in_scope(table), table.c.iot_id == bindparam("camera")))
    for table in (camera_health, camera_findings, camera_views)
)
_old_findings = Query(
    delete(camera_findings)
    .where(_f.seen_ms < bindparam("before", type_=INT))
    .returning(_f.tenant_id, _f.iot_id, _f.kind),
    unscoped=_EVERYWHERE,
)
_old_health = Command(
    delete(camera_health).where(
        camera_health.c.tried_ms < bindparam("before", type_=INT), camera_health.c.off == 0
    ),
    unscoped=_EVERYWHERE,
)
_old_views = Command(
    delete(camera_views).where(
        camera_views.c.at_ms < bindparam("before", type_=INT),
        ~camera_views.c.iot_id.in_(
            camera_health.select().with_only_columns(camera_health.c.iot_id).scalar_subquery()
        ),
    ),
    unscoped=_EVERYWHERE,
)


class Looked(NamedTuple):
    """What one look at a camera saw."""

    health: Health
    jpeg: bytes
    """Empty where nothing is kept."""
    verdicts: list[Verdict]
    learned: View | None
    others: dict[str, Verdict | None]
    """Of its clock and its recording, where they were asked."""


async def keep_look(scope: Scope, tx: Tx, looked: Looked, *, ids: Ids, now_ms: int) -> None:
    """Findings that are seen again go on, others of the same kinds end. Who looks after cameras is told of both."""
    health = looked.health
    await _write_health(tx, health)
    before = {row.kind: row for row in await queries.findings_of(scope, tx, health.iot_id)}
    seen: dict[str, Verdict] = {verdict.kind: verdict for verdict in looked.verdicts}
    seen.update({kind: verdict for kind, verdict in looked.others.items() if verdict is not None})
    over = [kind for kind in (*KINDS, *looked.others) if kind in before and kind not in seen]
    if over:
        await _end_findings(scope, tx, health.iot_id, over, now_ms)
    rows: list[Finding] = []
    for kind, verdict in seen.items():
        old = before.get(kind)
        looks = old.looks + 1 if old else 1
        rows.append(
            Finding(
                health.iot_id, kind, health.tenant_id, health.community_id, looks,
                int(looks >= needed(kind)), verdict.sure, msgspec.json.encode(verdict.facts).decode(),
                b"" if kind in (CLOCK, LOST) else looked.jpeg,
                old.since_ms if old else now_ms, now_ms, old.muted_until_ms if old else 0,
            )
        )  # fmt: skip
    await tx.upsert(
        camera_findings, [row._asdict() for row in rows], keys=("iot_id", "kind"),
        update=("looks", "counts", "sure", "facts", "jpeg", "seen_ms"),
    )  # fmt: skip
    if looked.learned is not None:
        await _write_view(tx, looked.learned)
    loud = [row.kind for row in rows if row.counts and row.muted_until_ms <= now_ms]
    await health_alarms.raise_for(
        scope, tx, loud, iot_id=health.iot_id, community_id=health.community_id, ids=ids, now_ms=now_ms
    )


async def _end_findings(scope: Scope, tx: Tx, iot_id: str, kinds: list[str], now_ms: int) -> None:
    await _end.run(tx, scope, camera=iot_id, kinds=kinds)
    await health_alarms.end_for(scope, tx, kinds, iot_id=iot_id, now_ms=now_ms)


async def keep_failure(tx: Tx, health: Health) -> None:
    """There was no picture. What was wrong with it before stays as it was."""
    await _write_health(tx, health)


async def _write_health(tx: Tx, health: Health) -> None:
    row = health._asdict()
    await tx.upsert(
        camera_health, [row], keys=("iot_id",),
        update=tuple(name for name in row if name not in ("iot_id", "tenant_id", "off")),
    )  # fmt: skip


async def _write_view(tx: Tx, view: View) -> None:
    row = view._asdict()
    await tx.upsert(
        camera_views, [row], keys=("iot_id", "period"), update=("sight", "jpeg", "set_by", "at_ms")
    )


async def set_view(scope: Scope, tx: Tx, view: View) -> None:
    """This is the right view: all references go, this one is there, and what was wrong with the picture ends."""
    await _forget_views.run(tx, scope, camera=view.iot_id)
    await _write_view(tx, view)
    await _end_findings(scope, tx, view.iot_id, list(KINDS), view.at_ms)
    record = history.Record(HISTORY, view.iot_id, view.community_id)
    await history.note(
        scope, tx, record, "changed", now_ms=view.at_ms, before={}, after={"view": view.period}
    )


async def switch(scope: Scope, tx: Tx, *, community_id: int, iot_id: str, on: bool, now_ms: int) -> None:
    """Look at its picture now and then, or not any more; then its pictures are erased."""
    before = await queries.health_of(scope, tx, iot_id) or Health(iot_id, scope.tenant, community_id)
    if bool(before.off) != on and before.tried_ms:
        return
    after = before._replace(off=int(not on), tried_ms=before.tried_ms or now_ms)
    if not on:
        await _forget_all(scope, tx, iot_id, now_ms)
        after = Health(iot_id, before.tenant_id, before.community_id, 1, now_ms)
    row = after._asdict()
    await tx.upsert(
        camera_health, [row], keys=("iot_id",), update=tuple(name for name in row if name != "iot_id")
    )
    record = history.Record(HISTORY, iot_id, community_id)
    await history.note(
        scope, tx, record, "changed", now_ms=now_ms, before={"on": not before.off}, after={"on": on}
    )


async def mute(
    scope: Scope, tx: Tx, *, community_id: int, iot_id: str, kind: str, days: int, now_ms: int
) -> None:
    """Say no more of a finding for so long; 0: say it again. Raises BadInput, NotFound when there is none."""
    if kind not in FINDINGS:
        raise BadInput(field="kind", rule="one_of", allowed=", ".join(FINDINGS))
    if not 0 <= days <= MOST_MUTED_DAYS:
        raise BadInput(field="days", rule="range", low=0, high=MOST_MUTED_DAYS)
    until = now_ms + days * _DAY_MS if days else 0
    if not await _mute.run(tx, scope, camera=iot_id, what=kind, until=until):
        raise NotFound(what="camera_finding", id=kind)
    if days:  # once it is over, the next look that sees it tells again
        await health_alarms.end_for(scope, tx, [kind], iot_id=iot_id, now_ms=now_ms)
    record = history.Record(HISTORY, iot_id, community_id)
    await history.note(
        scope, tx, record, "changed", now_ms=now_ms, before={}, after={"muted": kind, "days": days}
    )


async def forget(tx: Tx, *, tenant_id: str, iot_id: str) -> None:
    """A camera that is gone or stands elsewhere now."""
    await _forget_all(Scope.system(tenant_id, "video"), tx, iot_id, tx.db.clock.now_ms())


async def _forget_all(scope: Scope, tx: Tx, iot_id: str, now_ms: int) -> None:
    for command in _forget:
        await command.run(tx, scope, camera=iot_id)
    await health_alarms.end_for(scope, tx, FINDINGS, iot_id=iot_id, now_ms=now_ms)


async def drop_old(tx: Tx, now_ms: int) -> None:
    """What nobody looked at for long, with its pictures."""
    before = now_ms - MOST_SEEN_DAYS * _DAY_MS
    for tenant_id, iot_id, kind in await _old_findings.all(tx, before=before):
        scope = Scope.system(tenant_id, "video")
        await health_alarms.end_for(scope, tx, [kind], iot_id=iot_id, now_ms=now_ms)
    await _old_health.run(tx, before=before)
    await _old_views.run(tx, before=before)
