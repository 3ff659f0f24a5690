"""Keys of a person's own: residents' on the doors of their pass scope, staff's on all (spec A PM-03, PM-04, RES-06).

A key is a code that is never shown in clear. Its owner shows an encrypted form, valid for one to five minutes.
"""

from collections.abc import Sequence

from sqlalchemy import bindparam, update

from linli.delivery import queries as deliveries
from linli.delivery import service as delivery
from linli.delivery.schemas import FOREVER_MS, Grant
from linli.domains.access.errors import NoKey
from linli.domains.access.models import qr_codes
from linli.domains.access.queries import keys as queries
from linli.domains.access.queries import permissions
from linli.domains.access.queries.keys import HOME, STAFF, home_target
from linli.domains.access.rows import QrCode
from linli.domains.access.service.doors import COMMUNITY_DOORS
from linli.domains.access.service.kinds import QR, QrBody, encode
from linli.domains.access.service.scan_codes import live_codes
from linli.kernel.db import INT, Command, Tx
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.rules import UNLIMITED

HOME_DOORS = "home_doors"
"""Target type of grants that hold on every door whose pass scope a person is in."""
CODE_LENGTH = 16
DAY_MS = 86_400_000
STAFF_DAYS = 7
"""A staff key lives this long after the last day on which it was shown, so a person who lost the right keeps no key."""
_mark = Command(
    update(qr_codes)
    .where(qr_codes.c.qr_code == bindparam("of_code"))
    .values(ended_ms=bindparam("at", type_=INT)),
    unscoped="the key was read in scope",
)
_BODY = encode(QrBody(UNLIMITED, False))


async def give_home_keys(
    scope: Scope, tx: Tx, *, community_id: int, identity_ids: list[str], ids: Ids, now_ms: int
) -> None:
    """Let persons' own keys open the doors of their pass scopes; existing keys stay."""
    codes_by_identity = await queries.find_keys(
        scope, tx, community_id=community_id, identity_ids=identity_ids, source=HOME
    )
    granted = await deliveries.credentials_granted(
        scope, tx, source=HOME, kind=QR, credentials=[code.qr_code for code in codes_by_identity.values()]
    )
    for identity_id in sorted(identity_ids):
        code = codes_by_identity.get(identity_id) or await _new_code(
            scope, tx, community_id, identity_id, HOME, ids, now_ms
        )
        await _go_on(tx, code)
        if code.qr_code not in granted:
            await delivery.grant(scope, tx, _home_wish(code, community_id), now_ms=now_ms)


async def reach_anew(tx: Tx, *, community_id: int, identity_ids: Sequence[str]) -> None:
    """The doors of persons' pass scopes changed: every credential that follows them is brought along."""
    if identity_ids:
        first, *more = (home_target(community_id, identity_id) for identity_id in identity_ids)
        await delivery.expand_scope(tx, target_type=HOME_DOORS, target=first, more=more)


async def take_home_key(
    scope: Scope, tx: Tx, *, community_id: int, identity_id: str, reason: str, now_ms: int
) -> None:
    """The person has no key here any more; nothing happens when there was none."""
    code = await queries.find_key(scope, tx, community_id=community_id, identity_id=identity_id, source=HOME)
    if code is not None:
        await _mark.run(tx, of_code=code.qr_code, at=now_ms)
        await delivery.revoke(scope, tx, _home_wish(code, community_id), now_ms=now_ms, reason=reason)


async def take_staff_key(
    scope: Scope, tx: Tx, *, community_id: int, identity_id: str, reason: str, now_ms: int
) -> None:
    code = await queries.find_key(scope, tx, community_id=community_id, identity_id=identity_id, source=STAFF)
    if code is not None:
        await _mark.run(tx, of_code=code.qr_code, at=now_ms)
        wish = _staff_wish(code, community_id, 0)
        await delivery.revoke(scope, tx, wish, now_ms=now_ms, reason=reason)


async def staff_code(
    scope: Scope, tx: Tx, *, community_id: int, identity_id: str, ids: Ids, now_ms: int
) -> str:
    """The code of somebody who may open doors here, held by every door from now on for a week.

    The caller has checked the right. Shown again it lives on; doors are updated at most once a day.
    """
    code = await _code(scope, tx, community_id, identity_id, STAFF, ids, now_ms)
    until = (now_ms // DAY_MS + STAFF_DAYS) * DAY_MS
    await delivery.grant(scope, tx, _staff_wish(code, community_id, until), now_ms=now_ms)
    return code.qr_code


async def best_code(scope: Scope, tx: Tx, *, community_id: int, identity_id: str, now_ms: int) -> str:
    """The code of a person that opens the most doors now, from any project. Raises NoKey."""
    count: dict[str, int] = {}
    rows = await queries.rights_now(
        scope, tx, community_id=community_id, identity_id=identity_id, now_ms=now_ms, any_hour=True
    )
    out = await live_codes(scope, tx, community_id=community_id, identity_id=identity_id)
    for row in rows:
        if row.kind == QR and row.credential not in out:
            count[row.credential] = count.get(row.credential, 0) + 1
    if not count:
        raise NoKey()
    return max(count, key=count.__getitem__)


async def _code(
    scope: Scope, tx: Tx, community_id: int, identity_id: str, source: str, ids: Ids, now_ms: int
) -> QrCode:
    qr_code = await queries.find_key(
        scope, tx, community_id=community_id, identity_id=identity_id, source=source
    )
    if qr_code is None:
        return await _new_code(scope, tx, community_id, identity_id, source, ids, now_ms)
    await _go_on(tx, qr_code)
    return qr_code


async def _go_on(tx: Tx, code: QrCode) -> None:
    """Its owner has the key again."""
    if code.ended_ms is not None:
        await _mark.run(tx, of_code=code.qr_code, at=None)


async def _new_code(
    scope: Scope, tx: Tx, community_id: int, identity_id: str, source: str, ids: Ids, now_ms: int
) -> QrCode:
    text = ids.qr_code(CODE_LENGTH)
    while await permissions.code_exists(tx, qr_code=text):
        text = ids.qr_code(CODE_LENGTH)
    code = QrCode(
        qr_code=text,
        tenant_id=scope.tenant,
        project_id="",
        identity_id=identity_id,
        shared_used=0,
        created_ms=now_ms,
        source=source,
        community_id=community_id,
    )
    await tx.upsert(qr_codes, [code._asdict()], keys=("community_id", "identity_id", "source"))
    # Another job may have been first: the stored row counts.
    return (
        await queries.find_key(scope, tx, community_id=community_id, identity_id=identity_id, source=source)
        or code
    )


def _home_wish(code: QrCode, community_id: int) -> Grant:
    return Grant(
        community_id=community_id,
        source=HOME,
        kind=QR,
        subject=code.identity_id,
        credential=code.qr_code,
        target_type=HOME_DOORS,
        target=home_target(community_id, code.identity_id),
        starts_ms=code.created_ms,
        ends_ms=FOREVER_MS,
        content=_BODY,
    )


def _staff_wish(code: QrCode, community_id: int, until_ms: int) -> Grant:
    return Grant(
        community_id=community_id,
        source=STAFF,
        kind=QR,
        subject=code.identity_id,
        credential=code.qr_code,
        target_type=COMMUNITY_DOORS,
        target=str(community_id),
        starts_ms=code.created_ms,
        ends_ms=until_ms,
        content=_BODY,
    )
