"""Reads of face templates: one, several, changes for an index, and those to be made again."""

from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, func, or_, select

from linli.domains.faces.models import libraries, templates, thresholds
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.vision.looks import Thresholds

PENDING, KEPT, REFUSED, DROPPED = "pending", "kept", "refused", "dropped"

_t = templates.c
_HEAD = (
    _t.community_id,
    _t.face_id,
    _t.tenant_id,
    _t.identity_id,
    _t.object_key,
    _t.state,
    _t.reasons,
    _t.model_id,
    _t.change_no,
    _t.changed_ms,
)
_community = bindparam("community_id", type_=INT)


class Template(NamedTuple):
    """A row without its vector."""

    community_id: int
    face_id: str
    tenant_id: str
    identity_id: str
    object_key: str
    state: str
    reasons: str
    """Reasons of the refusal, separated by commas. `gone`: the picture is deleted."""
    model_id: str
    change_no: int
    changed_ms: int


class Library(NamedTuple):
    change_no: int
    purged_no: int


class Progress(NamedTuple):
    """Faces of a community by state."""

    kept: int
    """Made with the present model: pictures are compared with them."""
    waiting: int
    refused: int
    of_before: int
    """Made with an earlier model: they will be made again."""


class Delta(NamedTuple):
    """One change that an index has to read."""

    face_id: str
    state: str
    model_id: str
    vector: bytes | None
    change_no: int


_by_face = Query(
    select(*_HEAD).where(
        in_scope(templates), _t.community_id == _community, _t.face_id == bindparam("face_id")
    ),
    Template,
)
_locked = Query(
    select(*_HEAD)
    .where(in_scope(templates), _t.community_id == _community, _t.face_id == bindparam("face_id"))
    .with_for_update(),
    Template,
)
_of_face = Query(
    select(*_HEAD)
    .where(in_scope(templates), _t.face_id == bindparam("face_id"), _t.state != DROPPED)
    .order_by(_t.community_id),
    Template,
)
_of_faces = Query(
    select(*_HEAD).where(
        in_scope(templates), _t.community_id == _community, any_of(_t.face_id, "face_ids"), _t.state == KEPT
    ),
    Template,
)
_library = Query(
    select(libraries.c.change_no, libraries.c.purged_no).where(
        in_scope(libraries), libraries.c.community_id == _community
    ),
    Library,
)
_since = Query(
    select(_t.face_id, _t.state, _t.model_id, _t.vector, _t.change_no)
    .where(in_scope(templates), _t.community_id == _community, _t.change_no > bindparam("mark", type_=INT))
    .order_by(_t.change_no)
    .limit(bindparam("limit", type_=INT)),
    Delta,
    heavy=True,
)
_model: Any = bindparam("model_id")
_stale = or_(
    _t.state == PENDING,
    and_(or_(_t.state == KEPT, and_(_t.state == REFUSED, _t.reasons != "gone")), _t.model_id != _model),
)
_outstanding = Query(
    select(*_HEAD)
    .where(
        _stale,
        or_(
            _t.community_id > bindparam("after_community", type_=INT),
            and_(
                _t.community_id == bindparam("after_community", type_=INT),
                _t.face_id > bindparam("after_face"),
            ),
        ),
    )
    .order_by(_t.community_id, _t.face_id)
    .limit(bindparam("limit", type_=INT)),
    Template,
    unscoped="the worker makes templates again for every community",
    heavy=True,
)
_asked_again = and_(
    in_scope(templates),
    _t.community_id == _community,
    or_(_stale, _t.state == REFUSED),
)
_to_enrol = Query(
    select(*_HEAD)
    .where(_asked_again)
    .order_by(_t.changed_ms.desc(), _t.face_id)
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    Template,
)
_to_enrol_count = Query(select(func.count()).select_from(templates).where(_asked_again))
_progress = Query(
    select(_t.state, _t.model_id, func.count())
    .where(in_scope(templates), _t.community_id == _community, _t.state != DROPPED)
    .group_by(_t.state, _t.model_id)
)
_dropped = Query(
    select(_t.community_id, func.max(_t.change_no))
    .where(_t.state == DROPPED, _t.changed_ms < bindparam("before", type_=INT))
    .group_by(_t.community_id),
    unscoped="time removes them in every community",
    heavy=True,
)
_thresholds = Query(
    select(thresholds.c.accept, thresholds.c.unsure, thresholds.c.margin).where(
        in_scope(thresholds), thresholds.c.community_id == _community, thresholds.c.model_id == _model
    ),
    Thresholds,
)


async def template(
    scope: Scope, db: Reader, *, community_id: int, face_id: str, lock: bool = False
) -> Template | None:
    """The row of a face in a community, also a dropped one."""
    return await (_locked if lock else _by_face).one(db, scope, community_id=community_id, face_id=face_id)


async def of_face(scope: Scope, db: Reader, face_id: str) -> list[Template]:
    """Rows of a face in every community of the scope."""
    return await _of_face.all(db, scope, face_id=face_id)


async def of_faces(scope: Scope, db: Reader, community_id: int, face_ids: list[str]) -> dict[str, Template]:
    """By id, those of the faces that a community can recognise."""
    rows = await _of_faces.all(db, scope, community_id=community_id, face_ids=face_ids)
    return {row.face_id: row for row in rows}


async def library(scope: Scope, db: Reader, community_id: int) -> Library | None:
    """Number of the newest change in a community; None if there never was a face."""
    return await _library.one(db, scope, community_id=community_id)


async def since(scope: Scope, db: Reader, community_id: int, mark: int, *, limit: int) -> list[Delta]:
    """Changes after `mark`, in order."""
    return await _since.all(db, scope, community_id=community_id, mark=mark, limit=limit)


async def outstanding(
    db: Reader, model_id: str, *, after: tuple[int, str] = (0, ""), limit: int
) -> list[Template]:
    """Faces of all communities without a template of this model."""
    return await _outstanding.all(
        db, model_id=model_id, after_community=after[0], after_face=after[1], limit=limit
    )


async def to_enrol(
    scope: Scope, db: Reader, community_id: int, model_id: str, request: PageRequest
) -> Page[Template]:
    """Faces of a community that cannot be recognised: waiting, refused, or made with another model."""
    binds = {"community_id": community_id, "model_id": model_id}
    total = int(await _to_enrol_count.scalar(db, scope, **binds))
    return Page.of(request, total, await _to_enrol.all(db, scope, **binds, **request.binds))


async def progress(scope: Scope, db: Reader, community_id: int, model_id: str) -> Progress:
    """Progress of a community's faces with a model."""
    count = {"kept": 0, "waiting": 0, "refused": 0, "of_before": 0}
    for state, of_model, number in await _progress.all(db, scope, community_id=community_id):
        if state == PENDING:
            count["waiting"] += number
        elif model_id and of_model not in ("", model_id):
            count["of_before"] += number
        else:
            count["kept" if state == KEPT else "refused"] += number
    return Progress(**count)


async def dropped_before(db: Reader, before_ms: int) -> list[tuple[int, int]]:
    """(community, newest change) of the rows dropped before a time."""
    return [(community_id, newest) for community_id, newest in await _dropped.all(db, before=before_ms)]


async def site_thresholds(scope: Scope, db: Reader, community_id: int, model_id: str) -> Thresholds | None:
    """A community's thresholds for this model; None: the model's own."""
    return await _thresholds.one(db, scope, community_id=community_id, model_id=model_id)
