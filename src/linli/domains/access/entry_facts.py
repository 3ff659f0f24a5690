"""The facts behind "why can't I get in": gathered for one person at one door, explained by `linli.rules.entry`."""

from typing import NamedTuple

import msgspec
from sqlalchemy import bindparam, select

from linli.delivery import service as delivery
from linli.delivery.past import window_at
from linli.delivery.queries import rows_of_subject
from linli.delivery.schemas import Content
from linli.domains.access.hours import words_of
from linli.domains.access.models import credentials, qr_permissions
from linli.domains.access.queries import keys
from linli.domains.access.queries.clocks import clocks_of_doors
from linli.domains.access.queries.permissions import codes_used
from linli.domains.access.queries.ways import ways_left
from linli.domains.access.rows import Door
from linli.domains.access.service.kinds import QR, QrBody
from linli.domains.access.times import write_time
from linli.domains.people.person_rules import MOVED_IN, PENDING, REJECTED
from linli.domains.people.queries import employees, persons, residents
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.i18n import text
from linli.kernel.scope import Scope
from linli.kernel.zones import zone_of
from linli.rules import UNLIMITED
from linli.rules.entry import EntryFacts, Finding, Stay, Way, opens
from linli.things.queries.devices import find_devices

_ended_code = Query(
    select(qr_permissions.c.end_reason)
    .where(
        in_scope(qr_permissions),
        qr_permissions.c.iot_id == bindparam("iot_id"),
        qr_permissions.c.identity_id == bindparam("identity_id"),
        qr_permissions.c.live == 0,
    )
    .order_by(qr_permissions.c.changed_ms.desc())
    .limit(1)
)
_ended_own = Query(
    select(credentials.c.end_reason)
    .where(
        in_scope(credentials),
        credentials.c.community_id == bindparam("community_id", type_=INT),
        credentials.c.identity_id == bindparam("identity_id"),
        credentials.c.live == 0,
    )
    .order_by(credentials.c.changed_ms.desc())
    .limit(1)
)
_KNOWN_ENDS = frozenset(
    ("removed", "used_up", "moved_out", "left", "erased", "door_removed", "person_deleted")
)


class FindingText(NamedTuple):
    """A finding in the reader's language."""

    step: str
    code: str
    good: bool
    action: str
    words: str
    ref: str


class Shown(NamedTuple):
    """The credential that was shown to a door."""

    kind: str
    """Of its desired row, e.g. `door.card`."""
    credential: str
    """Empty: not known which of the person's, as of a PIN."""

    @property
    def short(self) -> str:
        return self.kind.rpartition(".")[2]


async def gather(
    scope: Scope, db: Reader, *, door: Door, identity_id: str, now_ms: int, shown: Shown | None = None
) -> EntryFacts:
    """Everything that decides whether a person gets through a door: with `shown`, or with the best they have."""
    here = scope.narrowed(door.community_id)
    registered, stay = await _stay(here, db, door.community_id, identity_id)
    rests = await delivery.holds_on(here, db, community_id=door.community_id, subject=identity_id)
    every = await _ways(here, db, door, identity_id, now_ms)
    ways = tuple(way for shows, way in every if shown is None or _is_shown(shows, shown))
    others = [way for shows, way in every if shown is not None and not _is_shown(shows, shown)]
    other = next((way.kind for way in others if opens(way, now_ms)), "")
    devices = await find_devices(here, db, iot_ids=[door.iot_id])
    served = door.iot_id in await keys.serving_doors(
        here, db, community_id=door.community_id, identity_id=identity_id
    )
    clock = (await clocks_of_doors(here, db, iot_ids=[door.iot_id], now_ms=now_ms)).get(door.iot_id)
    return EntryFacts(
        now_ms=now_ms,
        person_known=registered or bool(every),
        stay=stay,
        rests=tuple(hold.source for hold in rests if hold.lifted_ms is None),
        ways=ways,
        ended="" if ways else await _ended(here, db, door, identity_id, shown, now_ms),
        served=served,
        online=bool(devices and devices[0].online),
        seen_ms=devices[0].last_seen_ms if devices else None,
        zone=await zone_of(db, door.community_id),
        clock_off_ms=clock.off_ms if clock else None,
        shown_kind=shown.short if shown else "",
        other_kind=other,
    )


def _is_shown(has: Shown, shown: Shown) -> bool:
    return has.kind == shown.kind and (not shown.credential or has.credential == shown.credential)


def describe_finding(finding: Finding, language: str, zone: str = "") -> FindingText:
    """`reason` and times among the facts are put into words too, times by the clocks of `zone`."""
    facts = dict(finding.facts)
    at_ms = facts.pop("at_ms", None)
    facts["at"] = write_time(at_ms, zone)[5:16] if at_ms else "—"
    reason = str(facts.get("reason", ""))
    words_of_reason = text(reason, language) if reason else ""
    facts["reason"] = "" if words_of_reason == reason else words_of_reason
    if "end" in facts:
        facts["end"] = text(f"entry.end_{known_end(str(facts['end']))}", language)
    facts["hours"] = words_of(str(facts.pop("schedule", "")), language)
    if "kind" in facts:
        facts["kind"] = text(f"entry.kind_{facts['kind']}", language)
    key = f"entry.{finding.code}"
    words = text(key, language, **facts)
    return FindingText(
        finding.step, finding.code, finding.good, finding.action, words, str(facts.get("ref", ""))
    )


async def _stay(scope: Scope, db: Reader, community_id: int, identity_id: str) -> tuple[bool, Stay]:
    try:
        person = await persons.person(scope, db, identity_id)
    except NotFound:
        return False, "none"
    ties = {tie.status for tie in await residents.ties_of_person(scope, db, person.id)}
    if MOVED_IN in ties:
        return True, "living"
    if await employees.find(scope, db, community_id, identity_id) is not None:
        return True, "working"
    if PENDING in ties:
        return True, "pending"
    if REJECTED in ties:
        return True, "rejected"
    return True, "moved_out" if ties else "none"


async def _ways(
    scope: Scope, db: Reader, door: Door, identity_id: str, now_ms: int
) -> list[tuple[Shown, Way]]:
    rows = await rows_of_subject(scope, db, community_id=door.community_id, subject=identity_id)
    ways: list[tuple[Shown, Way]] = []
    for row in rows:
        if row.device != door.iot_id or not row.content:
            continue
        content = msgspec.json.decode(row.content, type=Content)
        left = None
        if row.kind == QR:
            body = msgspec.json.decode(content.body, type=QrBody)
            if body.way:
                left = await ways_left(db, way=body.way, point=body.point, now_ms=now_ms)
            elif body.max_scans != UNLIMITED:
                used = await codes_used(
                    scope, db, qr_code=row.credential, iot_id=door.iot_id, shared=body.shared
                )
                left = max(body.max_scans - used, 0)
        way = Way(
            kind=row.kind.rpartition(".")[2],
            starts_ms=content.starts_ms,
            ends_ms=content.ends_ms,
            status=row.status,
            scans_left=left,
            reason=row.reason,
            ref=str(row.id),
            schedule=content.schedule,
            zone=content.zone,
            cut=content.cut,
        )
        ways.append((Shown(row.kind, row.credential), way))
    return ways


async def _ended(
    scope: Scope, db: Reader, door: Door, identity_id: str, shown: Shown | None, now_ms: int
) -> str:
    if shown is not None:
        window = await window_at(
            scope, db, device=door.iot_id, kind=shown.kind, credential=shown.credential, at_ms=now_ms
        )
        return known_end(window.end_reason) if window and window.ended_ms is not None else ""
    scalar = await _ended_code.scalar(db, scope, iot_id=door.iot_id, identity_id=identity_id)
    scalar = scalar or await _ended_own.scalar(
        db, scope, community_id=door.community_id, identity_id=identity_id
    )
    return known_end(scalar) if scalar else ""


def known_end(reason: str) -> str:
    """A reason of an end that has words; others were decided by somebody."""
    return reason if reason in _KNOWN_ENDS else "removed"
