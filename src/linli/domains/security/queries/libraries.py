"""Libraries, their faces, and arming rules."""

from typing import Any

from sqlalchemy import bindparam, func, select

from linli.domains.security.models import faces, libraries, rules
from linli.domains.security.rows import REMOVING, Face, Library, Rule
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope

_l, _f, _r = libraries.c, faces.c, rules.c
_library = Query(
    select(libraries).where(in_scope(libraries), _l.library_id == bindparam("library_id", type_=INT)), Library
)
_of_device = Query(
    select(libraries).where(in_scope(libraries), _l.iot_id == bindparam("iot_id")).order_by(_l.library_id),
    Library,
)
_of_community = Query(
    select(libraries)
    .where(in_scope(libraries), _l.community_id == bindparam("community_id", type_=INT))
    .order_by(_l.library_id)
    .limit(1000),
    Library,
)
_counts = Query(
    select(_f.library_id, func.count())
    .where(in_scope(faces), any_of(_f.library_id, "library_ids"), _f.state != REMOVING)
    .group_by(_f.library_id)
)
_face = Query(select(faces).where(in_scope(faces), _f.face_id == bindparam("face_id", type_=INT)), Face)
_faces = Query(
    select(faces)
    .where(in_scope(faces), _f.library_id == bindparam("library_id", type_=INT))
    .order_by(_f.face_id),
    Face,
)
_rule = Query(
    select(rules).where(
        in_scope(rules), _r.iot_id == bindparam("iot_id"), _r.event_type == bindparam("event_type", type_=INT)
    ),
    Rule,
)
_rules_of_device = Query(
    select(rules).where(in_scope(rules), _r.iot_id == bindparam("iot_id")).order_by(_r.event_type), Rule
)
_rules_of_community = Query(
    select(rules)
    .where(in_scope(rules), _r.community_id == bindparam("community_id", type_=INT))
    .order_by(_r.iot_id, _r.event_type)
    .limit(5000),
    Rule,
)
_ended = Query(
    select(libraries)
    .where(_l.expires_ms <= bindparam("now", type_=INT), _l.state != REMOVING)
    .order_by(_l.library_id)
    .limit(200),
    Library,
    unscoped="libraries of every tenant end by themselves",
)


async def library(scope: Scope, db: Reader, library_id: int) -> Library:
    """Raises NotFound, also for one that is being removed."""
    row = await _library.one(db, scope, library_id=library_id)
    if row is None or row.state == REMOVING:
        raise NotFound(what="face_library", id=library_id)
    return row


async def libraries_of(scope: Scope, db: Reader, iot_id: str) -> list[Library]:
    """Those that are being removed too."""
    return await _of_device.all(db, scope, iot_id=iot_id)


async def libraries_in(scope: Scope, db: Reader, community_id: int) -> list[Library]:
    return [
        row for row in await _of_community.all(db, scope, community_id=community_id) if row.state != REMOVING
    ]


async def ended(db: Reader, now_ms: int) -> list[Library]:
    return await _ended.all(db, now=now_ms)


async def face_counts(scope: Scope, db: Reader, library_ids: list[int]) -> dict[int, int]:
    rows: list[Any] = await _counts.all(db, scope, library_ids=library_ids)
    return {int(library_id): int(count) for library_id, count in rows}


async def face(scope: Scope, db: Reader, face_id: int) -> Face:
    """Raises NotFound, also for one that is being removed."""
    row = await _face.one(db, scope, face_id=face_id)
    if row is None or row.state == REMOVING:
        raise NotFound(what="library_face", id=face_id)
    return row


async def faces_of(scope: Scope, db: Reader, library_id: int) -> list[Face]:
    """Those that are being removed too."""
    return await _faces.all(db, scope, library_id=library_id)


async def rule(scope: Scope, db: Reader, iot_id: str, event_type: int) -> Rule | None:
    return await _rule.one(db, scope, iot_id=iot_id, event_type=event_type)


async def rules_of(scope: Scope, db: Reader, iot_id: str) -> list[Rule]:
    return await _rules_of_device.all(db, scope, iot_id=iot_id)


async def rules_in(scope: Scope, db: Reader, community_id: int) -> list[Rule]:
    return await _rules_of_community.all(db, scope, community_id=community_id)
