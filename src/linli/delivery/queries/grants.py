"""Grants: why a device should hold something, and the devices that each reaches."""

from sqlalchemy import and_, bindparam, or_, select

from linli.delivery.models import grant_history, grants, targets
from linli.delivery.schemas import Grant, GrantRow, Support
from linli.kernel.db import INT, Query, Reader, any_of, bytewise, in_scope
from linli.kernel.scope import Scope

_WORKER = "workers serve every tenant; the grant names its own"

grant_by_key = Query(
    select(grants)
    .where(
        grants.c.tenant_id == bindparam("tenant"),
        grants.c.source == bindparam("source"),
        grants.c.kind == bindparam("kind"),
        grants.c.subject == bindparam("subject"),
        grants.c.credential == bindparam("credential"),
        grants.c.target_type == bindparam("target_type"),
        grants.c.target == bindparam("target"),
    )
    .with_for_update(),
    GrantRow,
    unscoped="the tenant is a condition of its own",
)
grants_by_id = Query(
    select(grants).where(any_of(grants.c.id, "grant_ids")).order_by(grants.c.id), GrantRow, unscoped=_WORKER
)
_live_credentials = Query(
    select(grants.c.credential).where(
        in_scope(grants),
        grants.c.source == bindparam("source"),
        grants.c.kind == bindparam("kind"),
        any_of(grants.c.credential, "credentials"),
        grants.c.live == 1,
    )
)
grant_by_id = Query(
    select(grants).where(grants.c.id == bindparam("grant_id", type_=INT)), GrantRow, unscoped=_WORKER
)
live_grants_on = Query(
    select(grants)
    .where(
        grants.c.target_type == bindparam("target_type"),
        any_of(grants.c.target, "targets"),
        grants.c.live == 1,
    )
    .order_by(grants.c.id),
    GrantRow,
    unscoped=_WORKER,
)
_why_revoked = (
    select(grant_history.c.reason)
    .where(grant_history.c.grant_id == grants.c.id, grant_history.c.action == "revoked")
    .order_by(grant_history.c.id.desc())
    .limit(1)
    .correlate(grants)
    .scalar_subquery()
)
_revoked = Query(
    select(grants, _why_revoked)
    .where(
        in_scope(grants),
        grants.c.credential == bindparam("credential"),
        grants.c.kind == bindparam("kind"),
        grants.c.source == bindparam("source"),
        grants.c.subject == bindparam("subject"),
        grants.c.live == 0,
    )
    .order_by(grants.c.id),
)
_live_of = (
    select(grants)
    .where(
        in_scope(grants),
        grants.c.source == bindparam("source"),
        grants.c.kind == bindparam("kind"),
        grants.c.credential == bindparam("credential"),
        grants.c.live == 1,
    )
    .order_by(bytewise(grants.c.target), grants.c.id)
)
live_grants_of, grants_to_end = Query(_live_of, GrantRow), Query(_live_of.with_for_update(), GrantRow)
live_grants_for = Query(
    select(grants)
    .where(
        in_scope(grants),
        grants.c.kind == bindparam("kind"),
        grants.c.credential == bindparam("credential"),
        grants.c.live == 1,
    )
    .order_by(bytewise(grants.c.target), grants.c.id)
    .with_for_update(),
    GrantRow,
)
live_grants_to = Query(
    select(grants)
    .where(
        in_scope(grants),
        grants.c.kind == bindparam("kind"),
        grants.c.target_type == "device",
        grants.c.target == bindparam("device"),
        grants.c.live == 1,
        or_(
            bindparam("community_id", type_=INT) == 0,
            grants.c.community_id == bindparam("community_id", type_=INT),
        ),
    )
    .order_by(grants.c.id)
    .limit(100)
    .with_for_update(),
    GrantRow,
)
_of_credential = and_(
    targets.c.tenant_id == bindparam("tenant"),
    targets.c.kind == bindparam("kind"),
    targets.c.credential == bindparam("credential"),
)
devices_with = Query(
    select(targets.c.device).where(_of_credential).distinct().order_by(targets.c.device),
    unscoped="the tenant is a condition of its own",
)
targets_of_grants = Query(
    select(*(targets.c[name] for name in Support._fields)).where(any_of(targets.c.grant_id, "grant_ids")),
    Support,
    unscoped=_WORKER,
)


async def grants_on_credential(
    scope: Scope, db: Reader, *, source: str, kind: str, credential: str
) -> list[GrantRow]:
    """Live grants of one source on one credential."""
    return await live_grants_of.all(db, scope, source=source, kind=kind, credential=credential)


async def revoked_grants(scope: Scope, db: Reader, *, like: Grant) -> list[tuple[GrantRow, str]]:
    """Revoked grants of the same source, credential and subject, each with the reason it was last revoked for."""
    rows = await _revoked.all(
        db, scope, source=like.source, kind=like.kind, subject=like.subject, credential=like.credential
    )
    return [(GrantRow(*columns), reason or "") for *columns, reason in rows]


async def credentials_granted(
    scope: Scope, db: Reader, *, source: str, kind: str, credentials: list[str]
) -> set[str]:
    """The `credentials` that a source has granted and not revoked."""
    rows = await _live_credentials.all(db, scope, source=source, kind=kind, credentials=credentials)
    return {credential for (credential,) in rows}
