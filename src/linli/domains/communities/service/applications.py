"""A community is applied for, reviewed, and in management. Spec B §3.4, F2; A §2.1, §5.1."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, delete

from linli.domains.communities.events import CommunityApproved, CommunityDeleted, CommunityRejected
from linli.domains.communities.models import communities, community_certificates
from linli.domains.communities.queries import communities as queries
from linli.domains.communities.queries import pois
from linli.domains.communities.rows import APPROVED, REJECTED, UNDER_REVIEW, Community, Upload
from linli.domains.communities.service import spaces, uploads
from linli.domains.people.service import groups
from linli.kernel import tenancy
from linli.kernel.db import INT, Command, Tx, in_scope, update_of
from linli.kernel.errors import BadInput, Conflict
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

KINDS: Final = ("community", "village")
NAME_MAX: Final = 64
OPEN_API_NAMES: Final = {"service_start": "serviceStartTime", "service_end": "serviceEndTime"}
ADDRESS_MAX: Final = 255
PHONE_MAX: Final = 24


class NotUnderReview(Conflict):
    """The application has been decided already."""

    code = "community.not_under_review"


class OnlyRejectedDeleted(Conflict):
    """Only an application that was refused can be deleted."""

    code = "community.only_rejected_deleted"


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """An application. Certificates are (wire field, uploadId), in order."""

    poid: str
    name: str
    address: str
    service_start: str
    service_end: str
    certificates: list[tuple[str, str]]
    kind: str = "community"
    managing_body: str = ""
    phone: str = ""
    body_kind: str = ""
    """street, property or agent; empty where nobody was asked (open API)."""


class OnlyRejectedResubmitted(Conflict):
    """Only an application that was refused can be handed in again."""

    code = "community.only_rejected_resubmitted"


PROOFS: Final = {"street": 1, "property": 1, "agent": 2}
"""How many proofs each managing body shows at least: a letter of the street office; the contract with the owners'
committee; for an agent that contract and the property's letter of entrustment. Spec A §2.1."""


_decide = update_of(
    communities,
    (
        "apply_status",
        "reject_reason",
        "root_space_id",
        "scope_id",
        "reviewed_by",
        "reviewed_ms",
        "changed_ms",
    ),
    communities.c.community_id == bindparam("row", type_=INT),
    unscoped="the row was read in scope and locked",
)
_FORM_FIELDS: Final = (
    "name", "kind", "city", "address", "poid", "lng", "lat", "service_start", "service_end", "managing_body",
    "body_kind", "phone",
)  # fmt: skip
_again = update_of(
    communities,
    (*_FORM_FIELDS, "changed_ms"),
    communities.c.community_id == bindparam("row", type_=INT),
    unscoped="the row was read in scope and locked",
    apply_status=UNDER_REVIEW,
    reject_reason="",
)
_delete = Command(
    delete(communities).where(
        communities.c.community_id == bindparam("row", type_=INT), in_scope(communities)
    )
)
_delete_certificates = Command(
    delete(community_certificates).where(
        community_certificates.c.community_id == bindparam("row", type_=INT),
        community_certificates.c.tenant_id == bindparam("tenant"),
    ),
    unscoped="follows a community that was read in scope",
)


def _day(text: str, field: str) -> date:
    try:
        if len(text) != 10:
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(field=field, rule="format", example="2026-06-18") from None


def _filled(text: str, field: str, longest: int) -> str:
    text = " ".join(text.split())
    if not text:
        raise BadInput(field=field, rule="required")
    if len(text) > longest:
        raise BadInput(field=field, rule="too_long", limit=longest)
    return text


async def _checked(
    scope: Scope, tx: Tx, application: Application, wire: Mapping[str, str]
) -> tuple[dict[str, Any], list[Upload]]:
    """The columns that an application says, and its proofs. Raises BadInput."""
    poi = await pois.poi(tx, application.poid)
    if poi is None:
        raise BadInput(field="poid", rule="unknown")
    name = _filled(application.name, "name", NAME_MAX)
    address = _filled(application.address, "address", ADDRESS_MAX)
    start, end = (
        _day(application.service_start, wire["service_start"]),
        _day(application.service_end, wire["service_end"]),
    )
    if end < start:
        raise BadInput(field=wire["service_end"], rule="after", other=wire["service_start"])
    if application.kind not in KINDS:
        raise BadInput(field="kind", rule="one_of", allowed=", ".join(KINDS))
    if len(application.managing_body) > NAME_MAX:
        raise BadInput(field="managingBody", rule="too_long", limit=NAME_MAX)
    if len(application.phone) > PHONE_MAX:
        raise BadInput(field="phone", rule="too_long", limit=PHONE_MAX)
    if application.body_kind:
        if application.body_kind not in PROOFS:
            raise BadInput(field="bodyKind", rule="one_of", allowed=", ".join(PROOFS))
        needed = PROOFS[application.body_kind]
        if len({upload_id for _, upload_id in application.certificates}) < needed:
            raise BadInput(field="certificates", rule="proofs_missing", number=needed)
    proofs = [
        await uploads.certificate(scope, tx, upload_id=upload_id, field=field)
        for field, upload_id in application.certificates
    ]
    lng, _, lat = str(poi["location"] or "").partition(",")
    values = {
        "name": name,
        "kind": application.kind,
        "city": poi["cityname"],
        "address": address,
        "poid": application.poid,
        "lng": float(lng) if lat else None,
        "lat": float(lat) if lat else None,
        "service_start": start.isoformat(),
        "service_end": end.isoformat(),
        "managing_body": application.managing_body,
        "body_kind": application.body_kind,
        "phone": application.phone.strip(),
    }
    return values, proofs


async def _keep_proofs(scope: Scope, tx: Tx, community_id: int, proofs: list[Upload]) -> None:
    rows = [
        {
            "community_id": community_id,
            "position": position,
            "tenant_id": scope.tenant,
            "upload_id": proof.upload_id,
        }
        for position, proof in enumerate(proofs, 1)
    ]
    await tx.insert_many(community_certificates, rows)


async def apply(
    scope: Scope, tx: Tx, *, application: Application, now_ms: int, wire: Mapping[str, str] = OPEN_API_NAMES
) -> int:
    """Hand in an application; the id of the community under review.

    Raises BadInput naming the field as `wire` spells it.
    """
    values, proofs = await _checked(scope, tx, application, wire)
    row = {
        **values,
        "tenant_id": scope.tenant,
        "project_id": scope.project_id,
        "apply_status": UNDER_REVIEW,
        "applied_by": f"{scope.caller.kind}:{scope.caller.id}",
        "created_ms": now_ms,
        "changed_ms": now_ms,
    }
    community_id = await tx.insert(communities, row)
    assert community_id is not None
    await _keep_proofs(scope, tx, community_id, proofs)
    return community_id


async def resubmit(
    scope: Scope,
    tx: Tx,
    *,
    community_id: int,
    application: Application,
    now_ms: int,
    wire: Mapping[str, str] = OPEN_API_NAMES,
) -> None:
    """Hand in a refused application again, corrected: it is under review as before. Spec A §5.1.

    Raises NotFound, OnlyRejectedResubmitted, BadInput.
    """
    community = await queries.community(scope, tx, community_id, lock=True)
    if community.apply_status != REJECTED:
        raise OnlyRejectedResubmitted(name=community.name)
    values, proofs = await _checked(scope, tx, application, wire)
    await _again.run(tx, row=community_id, **values, changed_ms=now_ms)
    await _delete_certificates.run(tx, row=community_id, tenant=community.tenant_id)
    await _keep_proofs(scope, tx, community_id, proofs)


async def approve(
    scope: Scope, tx: Tx, *, community_id: int, reviewer: str, ids: Ids, now_ms: int
) -> Community:
    """Accept an application: root space, scope_id, default groups, and the applying project sees it.

    The surface has checked that the reviewer may. Raises NotFound, NotUnderReview.
    """
    community = await queries.community(scope, tx, community_id, lock=True)
    if community.apply_status != UNDER_REVIEW:
        raise NotUnderReview(name=community.name)
    owner = Scope.system(community.tenant_id, name=reviewer)
    root = await spaces.create_root(
        owner, tx, community_id=community_id, name=community.name, ids=ids, now_ms=now_ms
    )
    scope_id = ids.scope_id()
    await _decide.run(
        tx,
        row=community_id,
        apply_status=APPROVED,
        reject_reason="",
        root_space_id=root,
        scope_id=scope_id,
        reviewed_by=reviewer,
        reviewed_ms=now_ms,
        changed_ms=now_ms,
    )
    await groups.create_defaults(owner, tx, community_id=community_id, ids=ids, now_ms=now_ms)
    if community.project_id is not None:
        await tenancy.grant_community(owner, tx, project_id=community.project_id, community_id=community_id)
    await emit(tx, CommunityApproved(community.tenant_id, community_id, scope_id, root))
    return await queries.community(scope, tx, community_id)


async def reject(scope: Scope, tx: Tx, *, community_id: int, reviewer: str, reason: str, now_ms: int) -> None:
    """Refuse an application with a reason. The surface has checked that the reviewer may.

    Raises NotFound, NotUnderReview, BadInput.
    """
    reason = _filled(reason, "reason", 500)
    community = await queries.community(scope, tx, community_id, lock=True)
    if community.apply_status != UNDER_REVIEW:
        raise NotUnderReview(name=community.name)
    await _decide.run(
        tx,
        row=community_id,
        apply_status=REJECTED,
        reject_reason=reason,
        root_space_id=None,
        scope_id=None,
        reviewed_by=reviewer,
        reviewed_ms=now_ms,
        changed_ms=now_ms,
    )
    await emit(tx, CommunityRejected(community.tenant_id, community_id, reason))


async def remove(scope: Scope, tx: Tx, *, community_id: int) -> None:
    """Take away a refused application. Raises NotFound, OnlyRejectedDeleted."""
    community = await queries.community(scope, tx, community_id, lock=True)
    if community.apply_status != REJECTED:
        raise OnlyRejectedDeleted(name=community.name)
    await _delete_certificates.run(tx, row=community_id, tenant=community.tenant_id)
    await _delete.run(tx, scope, row=community_id)
    await emit(tx, CommunityDeleted(community.tenant_id, community_id))
