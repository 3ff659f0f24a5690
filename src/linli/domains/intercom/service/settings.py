"""What a community says of its calls, and how a home wants to be called."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, delete

from linli.calls.rows import PERMISSIONS
from linli.domains.intercom.errors import HouseUnbound
from linli.domains.intercom.models import homes, settings, telephones
from linli.domains.intercom.queries import homes as queries
from linli.domains.intercom.queries.permissions import Permission
from linli.domains.intercom.rows import HomeRules, Settings
from linli.kernel import history
from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope
from linli.rules import ladder

HISTORY: Final = "call_settings"
LEAST_TALK, MOST_TALK = 1, 5
"""Minutes (spec A 4.1)."""
LEAST_VIEW, MOST_VIEW = 15, 300
"""Seconds."""
_SHOWN: Final = ("talk_minutes", "view_seconds", "indoor", "mobile")
"""Of a community's settings, what its history shows."""

_disagree = Command(
    delete(telephones).where(
        telephones.c.space_id == bindparam("of_space", type_=INT),
        telephones.c.identity_id == bindparam("of_identity"),
        in_scope(telephones),
    )
)


async def choose(
    scope: Scope,
    tx: Tx,
    *,
    community_id: int,
    talk_minutes: int,
    view_seconds: int,
    permission: Permission | None = None,
    now_ms: int,
) -> None:
    """Say how long calls may last, and how homes may talk with doors (None: as before). Raises BadInput.

    The next call follows it.
    """
    for field, value, low, high in (
        ("talkMinutes", talk_minutes, LEAST_TALK, MOST_TALK),
        ("viewSeconds", view_seconds, LEAST_VIEW, MOST_VIEW),
    ):
        if not low <= value <= high:
            raise BadInput(field=field, rule="range", low=low, high=high)
    before = await queries.settings_of(scope, tx, community_id)
    wish = permission or Permission(before.indoor, before.mobile)
    _check(wish, PERMISSIONS)
    row = Settings(community_id, scope.tenant, talk_minutes, view_seconds, now_ms, *wish)
    changing = ("talk_minutes", "view_seconds", "changed_ms", "indoor", "mobile")
    await tx.upsert(settings, [row._asdict()], keys=("community_id",), update=changing)
    await history.note(
        scope,
        tx,
        history.Record(HISTORY, str(community_id), community_id),
        "changed",
        before={name: getattr(before, name) for name in _SHOWN},
        after={name: getattr(row, name) for name in _SHOWN},
        now_ms=now_ms,
    )


async def permit(
    scope: Scope, tx: Tx, *, community_id: int, space_id: int, permission: Permission, now_ms: int
) -> None:
    """Say how one home may talk with doors; empty: as its community says. The next call follows it. Raises BadInput."""
    _check(permission, ("", *PERMISSIONS))
    before = await queries.home_rules(scope, tx, community_id=community_id, space_id=space_id)
    if (before.indoor, before.mobile) == permission:
        return
    row = before._replace(
        tenant_id=scope.tenant, indoor=permission.indoor, mobile=permission.mobile, changed_ms=now_ms
    )
    await save_home(tx, row)
    await _note(scope, tx, before, row, "changed", now_ms)


def _check(permission: Permission, allowed: Sequence[str]) -> None:
    for field, value in permission._asdict().items():
        if value not in allowed:
            raise BadInput(field=field, rule="one_of", allowed=", ".join(filter(None, allowed)))


async def choose_home(
    scope: Scope,
    tx: Tx,
    *,
    community_id: int,
    space_id: int,
    steps: Sequence[ladder.Step],
    strict_quiet: bool,
    log_hidden: bool,
    messages: bool | None = None,
    now_ms: int,
) -> None:
    """Say whom calls to a home try, in which order, who sees its log, and whether visitors may leave a message (None: as
    before). Raises BadInput."""
    if fault := ladder.fault_of(steps):
        field, rule = fault
        raise BadInput(field=field, rule=rule, low=ladder.LEAST_S, high=ladder.MOST_S)
    before = await queries.home_rules(scope, tx, community_id=community_id, space_id=space_id)
    row = before._replace(
        tenant_id=scope.tenant,
        steps=ladder.write_steps(steps),
        strict_quiet=int(strict_quiet),
        log_hidden=int(log_hidden),
        messages=before.messages if messages is None else int(messages),
        changed_ms=now_ms,
    )
    await save_home(tx, row)
    await _note(scope, tx, before, row, "changed", now_ms)


async def agree_to_telephone(
    scope: Scope, tx: Tx, *, community_id: int, space_id: int, identity_id: str, agreed: bool, now_ms: int
) -> None:
    """A member says whether calls to the home may go on to the member's own telephone."""
    if agreed == (identity_id in await queries.telephones_of(scope, tx, space_id)):
        return
    if agreed:
        row = {
            "space_id": space_id,
            "identity_id": identity_id,
            "tenant_id": scope.tenant,
            "community_id": community_id,
            "agreed_ms": now_ms,
        }
        await tx.upsert(telephones, [row], keys=("space_id", "identity_id"))
    else:
        await _disagree.run(tx, scope, of_space=space_id, of_identity=identity_id)
    record = history.Record("house_calls", str(space_id), community_id)
    await history.note(scope, tx, record, "changed", after={"telephone": agreed}, now_ms=now_ms)


async def name_neighbour(
    scope: Scope, tx: Tx, *, community_id: int, space_id: int, neighbour_id: int | None, now_ms: int
) -> None:
    """Ask another home to answer for this one, or nobody; calls reach it once it agreed. Raises HouseUnbound."""
    if neighbour_id == space_id:
        raise BadInput(field="room", rule="unknown")
    before = await queries.home_rules(scope, tx, community_id=community_id, space_id=space_id)
    if before.neighbour_id == neighbour_id:
        return
    row = before._replace(
        tenant_id=scope.tenant, neighbour_id=neighbour_id, neighbour_agreed=0, changed_ms=now_ms
    )
    await save_home(tx, row)
    await _note(scope, tx, before, row, "changed", now_ms)


async def answer_neighbour(
    scope: Scope, tx: Tx, *, community_id: int, space_id: int, asking_id: int, agreed: bool, now_ms: int
) -> None:
    """Agree to answer for another home, or end it. Raises HouseUnbound when that home does not ask."""
    asking = await queries.home_rules(scope, tx, community_id=community_id, space_id=asking_id)
    if asking.neighbour_id != space_id:
        raise HouseUnbound(str(asking_id))
    row = asking._replace(
        neighbour_id=space_id if agreed else None, neighbour_agreed=int(agreed), changed_ms=now_ms
    )
    await save_home(tx, row)
    await _note(scope, tx, asking, row, "changed", now_ms)


async def save_home(tx: Tx, row: HomeRules) -> None:
    changing = tuple(name for name in HomeRules._fields if name not in ("space_id", "tenant_id"))
    await tx.upsert(homes, [row._asdict()], keys=("space_id",), update=changing)


async def _note(scope: Scope, tx: Tx, before: HomeRules, after: HomeRules, what: str, now_ms: int) -> None:
    record = history.Record("house_calls", str(after.space_id), after.community_id)
    hidden = ("space_id", "tenant_id", "community_id", "changed_ms")
    audit = [
        {name: value for name, value in row._asdict().items() if name not in hidden}
        for row in (before, after)
    ]
    await history.note(scope, tx, record, what, before=audit[0], after=audit[1], now_ms=now_ms)
