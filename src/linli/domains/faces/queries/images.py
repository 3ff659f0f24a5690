"""Reads of pictures and their consents."""

from sqlalchemy import and_, bindparam, func, or_, select

from linli.domains.faces.models import consents, images, templates
from linli.domains.faces.rows import Consent, Image
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

_i, _c = images.c, consents.c
_TENANT = "a picture belongs to the tenant; who may see it is decided by its user (service.users)"
_ANY = "jobs and handlers of the row's own tenant"

_of_user = Query(
    select(images)
    .where(
        _i.tenant_id == bindparam("tenant"),
        _i.owner == bindparam("owner"),
        _i.user_type == bindparam("user_type"),
        _i.user_id == bindparam("user_id"),
    )
    .with_for_update(),
    Image,
    unscoped=_TENANT,
)
_by_faces = Query(
    select(images).where(_i.tenant_id == bindparam("tenant"), any_of(_i.face_id, "face_ids")),
    Image,
    unscoped=_TENANT,
)
_by_id = Query(
    select(images).where(_i.tenant_id == bindparam("tenant"), _i.id == bindparam("image_id", type_=INT)),
    Image,
    unscoped=_TENANT,
)
_of_persons = Query(
    select(images).where(
        _i.tenant_id == bindparam("tenant"), any_of(_i.identity_id, "identity_ids"), _i.live == 1
    ),
    Image,
    unscoped=_TENANT,
)
_with_faces = Query(
    select(_i.identity_id)
    .join(templates, templates.c.face_id == _i.face_id)
    .where(
        _i.tenant_id == bindparam("tenant"),
        _i.user_type == "IDENTITY",
        _i.live == 1,
        templates.c.community_id == bindparam("community_id", type_=INT),
    )
    .distinct(),
    unscoped=_TENANT,
)
due_images = Query(
    select(images)
    .outerjoin(consents, and_(_c.image_id == _i.id, _c.ended_ms.is_(None)))
    .where(
        _i.live == 1,
        or_(
            _i.expires_ms <= bindparam("now", type_=INT),
            _c.expires_ms <= bindparam("now", type_=INT),
        ),
    )
    .limit(200),
    Image,
    unscoped="expiry counts for every tenant alike",
)
_consent_of = Query(
    select(consents)
    .where(_c.image_id == bindparam("image_id", type_=INT), _c.ended_ms.is_(None))
    .order_by(_c.id.desc()),
    Consent,
    unscoped=_ANY,
)
_consents_of = Query(
    select(consents).where(any_of(_c.image_id, "image_ids"), _c.ended_ms.is_(None)).order_by(_c.id),
    Consent,
    unscoped=_ANY,
)
_proofs_of = Query(
    select(_c.proof_key).where(_c.image_id == bindparam("image_id", type_=INT), _c.proof_key != ""),
    unscoped=_ANY,
)
_listed = (
    in_scope(consents),
    or_(bindparam("community_id", type_=INT) == 0, _c.community_id == bindparam("community_id", type_=INT)),
    or_(bindparam("identity_id") == "", _c.identity_id == bindparam("identity_id")),
    or_(bindparam("only_live", type_=INT) == 0, _c.ended_ms.is_(None)),
)
_list_consents = Query(
    select(consents)
    .where(*_listed)
    .order_by(_c.given_ms.desc(), _c.id.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    Consent,
)
_count_consents = Query(select(func.count()).select_from(consents).where(*_listed))


async def image_of_user(
    scope: Scope, db: Reader, *, owner: str, user_type: str, user_id: str
) -> Image | None:
    """The picture of a user, also an erased one. The caller has checked their right to the user."""
    return await _of_user.one(db, tenant=scope.tenant, owner=owner, user_type=user_type, user_id=user_id)


async def images_by_face(scope: Scope, db: Reader, face_ids: list[str]) -> dict[str, Image]:
    """Ids of users by faceId, also of erased pictures: the persons of deliveries."""
    if not face_ids:
        return {}
    by_face = await _by_faces.all(db, tenant=scope.tenant, face_ids=face_ids)
    return {image.face_id: image for image in by_face}


async def image_by_id(scope: Scope, db: Reader, image_id: int) -> Image | None:
    return await _by_id.one(db, tenant=scope.tenant, image_id=image_id)


async def images_of_persons(scope: Scope, db: Reader, identity_ids: list[str]) -> dict[str, list[Image]]:
    """Live pictures by identityId. A person has several where integrators use ids of their own."""
    images_by_person: dict[str, list[Image]] = {}
    for image in await _of_persons.all(db, tenant=scope.tenant, identity_ids=identity_ids):
        images_by_person.setdefault(image.identity_id, []).append(image)
    return images_by_person


async def persons_with_faces(scope: Scope, db: Reader, *, community_id: int) -> list[str]:
    """identityIds of all with a live picture in the community's library."""
    rows = await _with_faces.all(db, tenant=scope.tenant, community_id=community_id)
    return [identity_id for (identity_id,) in rows]


async def consent_of(db: Reader, *, image_id: int) -> Consent | None:
    """The consent in force."""
    return await _consent_of.one(db, image_id=image_id)


async def consents_of(db: Reader, *, image_ids: list[int]) -> dict[int, Consent]:
    """The consents in force, by image id."""
    if not image_ids:
        return {}
    return {consent.image_id: consent for consent in await _consents_of.all(db, image_ids=image_ids)}


async def proofs_of(db: Reader, *, image_id: int) -> list[tuple[str]]:
    """Object keys of the signed forms behind a picture."""
    return [tuple(row) for row in await _proofs_of.all(db, image_id=image_id)]


async def list_consents(
    scope: Scope,
    db: Reader,
    *,
    page: PageRequest,
    community_id: int | None = None,
    identity_id: str = "",
    only_live: bool = False,
) -> Page[Consent]:
    binds = {
        "community_id": community_id or 0,
        "identity_id": identity_id,
        "only_live": int(only_live),
    }
    total = await _count_consents.scalar(db, scope, **binds)
    return Page.of(page, total, await _list_consents.all(db, scope, **binds, **page.binds))
