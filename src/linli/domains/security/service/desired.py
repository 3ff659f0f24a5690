"""What is wanted of cameras: libraries, faces, arming rules. Each change has the camera brought in line (`keeper`)."""

from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, delete, update

from linli.domains.security.errors import LibraryBound
from linli.domains.security.models import faces, libraries, rules
from linli.domains.security.queries import libraries as queries
from linli.domains.security.rows import REMOVING, WAITING, Face, Library, Rule
from linli.kernel import history, outbox
from linli.kernel.db import INT, Command, Tx, any_of, in_scope, update_of
from linli.kernel.errors import BadInput, TooMany
from linli.kernel.scope import Scope
from linli.things.queries.devices import DeviceRow

BRING: Final = "security.bring"
LIBRARY_HISTORY: Final = "security_library"
RULE_HISTORY: Final = "security_rule"
LIBRARIES_MOST: Final = 64
"""Of one camera."""
FACES_MOST: Final = 5_000
"""Of one library."""

_save_library = update_of(
    libraries,
    (
        "name",
        "type",
        "ext_info",
        "purpose",
        "approver",
        "expires_ms",
        "remote_id",
        "state",
        "why",
        "change_no",
        "changed_ms",
    ),
    libraries.c.library_id == bindparam("row", type_=INT),
    in_scope(libraries),
)
_save_face = update_of(
    faces,
    (
        "name",
        "ext_info",
        "object_key",
        "md5",
        "model_id",
        "vector",
        "remote_id",
        "state",
        "why",
        "changed_ms",
    ),
    faces.c.face_id == bindparam("row", type_=INT),
    in_scope(faces),
)
_claim = Command(
    update(rules)
    .where(
        rules.c.iot_id == bindparam("iot"),
        rules.c.event_type == bindparam("kind", type_=INT),
        rules.c.fired_ms <= bindparam("before", type_=INT),
        in_scope(rules),
    )
    .values(fired_ms=bindparam("at", type_=INT))
)
_drop_library = Command(
    delete(libraries).where(libraries.c.library_id == bindparam("row", type_=INT), in_scope(libraries))
)
_settle_rule = Command(
    update(rules)
    .where(
        rules.c.iot_id == bindparam("iot"),
        rules.c.event_type == bindparam("kind", type_=INT),
        rules.c.week == bindparam("asked"),
        in_scope(rules),
    )
    .values(state=bindparam("now"), why=bindparam("reason"))
)
_drop_rule = Command(
    delete(rules).where(
        rules.c.iot_id == bindparam("iot"),
        rules.c.event_type == bindparam("kind", type_=INT),
        in_scope(rules),
    )
)
_drop_faces = Command(delete(faces).where(any_of(faces.c.face_id, "rows"), in_scope(faces)))


class BringJob(msgspec.Struct, frozen=True):
    """Outbox payload: a camera that is to be brought in line."""

    tenant_id: str
    iot_id: str


async def bring_soon(tx: Tx, *, tenant_id: str, iot_id: str, after_ms: int = 0) -> None:
    job = BringJob(tenant_id, iot_id)
    await outbox.add_once(tx, BRING, job, key=f"{BRING}:{iot_id}:{bool(after_ms)}", within_ms=after_ms)


# libraries


async def create_library(
    scope: Scope,
    tx: Tx,
    device: DeviceRow,
    *,
    facts: dict[str, Any],
    purpose: str = "",
    approver: str = "",
    expires_ms: int | None = None,
    now_ms: int,
) -> int:
    """`facts` as `event_api.group` has them. Raises TooMany."""
    existing = await queries.libraries_of(scope, tx, device.iot_id)
    if len(existing) >= LIBRARIES_MOST:
        raise TooMany(limit=LIBRARIES_MOST)
    library = Library(
        library_id=0,
        tenant_id=scope.tenant,
        community_id=device.community_id,
        iot_id=device.iot_id,
        name=facts["groupName"],
        type=facts.get("groupType", 100),
        ext_info=facts.get("extInfo", ""),
        purpose=purpose,
        approver=approver,
        expires_ms=expires_ms,
        remote_id="",
        state=WAITING,
        why="",
        change_no=0,
        created_ms=now_ms,
        changed_ms=now_ms,
    )
    row = library._asdict()
    del row["library_id"]
    library_id = await tx.insert(libraries, row) or 0
    await _note_library(scope, tx, library._replace(library_id=library_id), "created", now_ms=now_ms)
    await bring_soon(tx, tenant_id=scope.tenant, iot_id=device.iot_id)
    return library_id


async def change_library(
    scope: Scope,
    tx: Tx,
    library: Library,
    *,
    facts: dict[str, Any],
    before: Library | None = None,
    now_ms: int,
) -> None:
    """`before`: as it is stored, where `library` has more changed than `facts` say."""
    changed = library._replace(
        name=facts["groupName"],
        type=facts.get("groupType", library.type),
        ext_info=facts.get("extInfo", library.ext_info),
        state=WAITING,
        why="",
        changed_ms=now_ms,
    )
    await save_library(scope, tx, changed)
    await _note_library(scope, tx, changed, "changed", before=before or library, now_ms=now_ms)
    await bring_soon(tx, tenant_id=scope.tenant, iot_id=library.iot_id)


async def remove_library(scope: Scope, tx: Tx, library: Library, *, now_ms: int) -> None:
    """With its faces. Raises LibraryBound while a rule looks for them."""
    for rule in await queries.rules_of(scope, tx, library.iot_id):
        if str(library.library_id) in {
            each["groupId"] for day in rule.days for each in day.get("bindGroup", ())
        }:
            raise LibraryBound(name=library.name)
    await save_library(scope, tx, library._replace(state=REMOVING, why="", changed_ms=now_ms))
    await _note_library(scope, tx, library, "deleted", now_ms=now_ms)
    await bring_soon(tx, tenant_id=library.tenant_id, iot_id=library.iot_id)


async def save_library(scope: Scope, tx: Tx, library: Library) -> None:
    await _save_library.run(tx, scope, row=library.library_id, **library._asdict())


async def forget_library(scope: Scope, tx: Tx, library_id: int) -> None:
    await _drop_library.run(tx, scope, row=library_id)


# faces


async def add_face(
    scope: Scope, tx: Tx, library: Library, *, facts: dict[str, Any], object_key: str, md5: str, now_ms: int
) -> int:
    """`facts` as `event_api.face` has them; the picture is in the store. Raises TooMany."""
    counts = await queries.face_counts(scope, tx, [library.library_id])
    if counts.get(library.library_id, 0) >= FACES_MOST:
        raise TooMany(limit=FACES_MOST)
    row = Face(
        face_id=0,
        tenant_id=library.tenant_id,
        community_id=library.community_id,
        library_id=library.library_id,
        iot_id=library.iot_id,
        name=facts.get("name", ""),
        ext_info=facts.get("extInfo", ""),
        object_key=object_key,
        md5=md5,
        model_id="",
        vector=None,
        remote_id="",
        state=WAITING,
        why="",
        created_ms=now_ms,
        changed_ms=now_ms,
    )._asdict()
    del row["face_id"]
    face_id = await tx.insert(faces, row) or 0
    await bring_soon(tx, tenant_id=library.tenant_id, iot_id=library.iot_id)
    return face_id


async def change_face(
    scope: Scope, tx: Tx, face: Face, *, facts: dict[str, Any], object_key: str, md5: str, now_ms: int
) -> None:
    """`object_key` empty: the picture stays."""
    changed = face._replace(
        name=facts.get("name", face.name),
        ext_info=facts.get("extInfo", face.ext_info),
        state=WAITING,
        why="",
        changed_ms=now_ms,
    )
    if object_key:
        changed = changed._replace(object_key=object_key, md5=md5, model_id="", vector=None)
    await save_face(scope, tx, changed)
    await bring_soon(tx, tenant_id=face.tenant_id, iot_id=face.iot_id)


async def remove_face(scope: Scope, tx: Tx, face: Face, *, now_ms: int) -> None:
    await save_face(scope, tx, face._replace(state=REMOVING, why="", changed_ms=now_ms))
    await bring_soon(tx, tenant_id=face.tenant_id, iot_id=face.iot_id)


async def save_face(scope: Scope, tx: Tx, face: Face) -> None:
    await _save_face.run(tx, scope, row=face.face_id, **face._asdict())


async def forget_faces(scope: Scope, tx: Tx, face_ids: list[int]) -> None:
    await _drop_faces.run(tx, scope, rows=face_ids)


# arming


async def set_rule(
    scope: Scope, tx: Tx, device: DeviceRow, *, event_type: int, week: list[dict[str, Any]], now_ms: int
) -> None:
    """In the place of the rule before; an empty week disarms. Raises BadInput for a library of another camera."""
    own = {
        str(row.library_id)
        for row in await queries.libraries_of(scope, tx, device.iot_id)
        if row.state != REMOVING
    }
    for day in week:
        for each in day.get("bindGroup", ()):
            if each["groupId"] not in own:
                raise BadInput(field="groupId", rule="unknown")
    before = await queries.rule(scope, tx, device.iot_id, event_type)
    text = msgspec.json.encode(week).decode()
    row = Rule(
        device.iot_id,
        event_type,
        scope.tenant,
        device.community_id,
        text,
        WAITING,
        "",
        before.fired_ms if before else 0,
        now_ms,
    )
    await save_rule(tx, row)
    await history.note(
        scope,
        tx,
        history.Record(RULE_HISTORY, f"{device.iot_id}:{event_type}", device.community_id),
        "changed" if before else "created",
        before={"week": before.week if before else ""},
        after={"week": text},
        now_ms=now_ms,
    )
    await bring_soon(tx, tenant_id=scope.tenant, iot_id=device.iot_id)


async def take_back_rule(scope: Scope, tx: Tx, refused: Rule, *, before: Rule | None, now_ms: int) -> None:
    """The rule before is in force again, as whoever asked was told; nothing, if it was changed meanwhile."""
    if await queries.rule(scope, tx, refused.iot_id, refused.event_type) != refused:
        return
    if before is None:
        await _drop_rule.run(tx, scope, iot=refused.iot_id, kind=refused.event_type)
    else:
        await save_rule(tx, before._replace(changed_ms=now_ms))
    await history.note(
        scope,
        tx,
        history.Record(RULE_HISTORY, f"{refused.iot_id}:{refused.event_type}", refused.community_id),
        "changed" if before else "deleted",
        before={"week": refused.week},
        after={"week": before.week} if before else {},
        now_ms=now_ms,
    )


async def save_rule(tx: Tx, rule: Rule) -> None:
    await tx.upsert(
        rules,
        [rule._asdict()],
        keys=("iot_id", "event_type"),
        update=("week", "state", "why", "fired_ms", "changed_ms", "community_id"),
    )


async def settle_rule(scope: Scope, tx: Tx, rule: Rule) -> None:
    """What became of a rule; nothing, where another week is wanted meanwhile."""
    await _settle_rule.run(
        tx, scope, iot=rule.iot_id, kind=rule.event_type, asked=rule.week, now=rule.state, reason=rule.why
    )


async def claim_interval(scope: Scope, tx: Tx, rule: Rule, *, at_ms: int, before_ms: int) -> bool:
    """Whether an alarm may be raised by a rule: none was within its interval."""
    return await _claim.run(tx, scope, iot=rule.iot_id, kind=rule.event_type, at=at_ms, before=before_ms) > 0


async def _note_library(
    scope: Scope, tx: Tx, library: Library, action: str, *, before: Library | None = None, now_ms: int
) -> None:
    def facts(row: Library | None) -> dict[str, object]:
        if row is None:
            return {}
        return {
            "name": row.name,
            "type": row.type,
            "purpose": row.purpose,
            "approver": row.approver,
            "expiresMs": row.expires_ms,
        }

    await history.note(
        scope,
        tx,
        history.Record(LIBRARY_HISTORY, library.library_id, library.community_id),
        action,
        before=facts(library if action == "deleted" else before),
        after={} if action == "deleted" else facts(library),
        now_ms=now_ms,
    )
