"""Who may talk with doors, and how: with the picture, by voice alone, or not at all. Source: spec C014."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import select

from linli.calls.rows import VIDEO
from linli.domains.intercom.models import homes, owners, settings
from linli.domains.intercom.queries.homes import home_rules, settings_of
from linli.kernel.db import Query, Reader, any_of
from linli.kernel.scope import Scope


class Permission(NamedTuple):
    """How terminals and phones of a home may talk with doors: `rows.PERMISSIONS`."""

    indoor: str
    mobile: str


class _Choice(NamedTuple):
    """What a home and its community say of one account's kind of phone."""

    number: str
    identity_id: str
    home_indoor: str | None
    home_mobile: str | None
    indoor: str | None
    mobile: str | None


_o = owners.c
_choices = Query(
    select(
        _o.number,
        _o.identity_id,
        homes.c.indoor,
        homes.c.mobile,
        settings.c.indoor,
        settings.c.mobile,
    )
    .outerjoin(homes, homes.c.space_id == _o.space_id)
    .outerjoin(settings, settings.c.community_id == _o.community_id)
    .where(any_of(_o.number, "numbers"), _o.space_id.is_not(None)),
    _Choice,
    unscoped="the numbers are of a call that this process has in hand, or of one's own account",
)


async def permission_of_home(scope: Scope, db: Reader, *, community_id: int, space_id: int) -> Permission:
    """What holds for a home now."""
    home = await home_rules(scope, db, community_id=community_id, space_id=space_id)
    usual = await settings_of(scope, db, community_id)
    return Permission(home.indoor or usual.indoor, home.mobile or usual.mobile)


async def limited(db: Reader, numbers: Iterable[str]) -> dict[str, str]:
    """VOICE or OFF, by the number of an account of a home; all others may talk with the picture."""
    wanted = sorted(set(numbers))
    rows = await _choices.all(db, numbers=wanted) if wanted else []
    given = {row.number: _permission(row) for row in rows}
    return {number: permission for number, permission in given.items() if permission != VIDEO}


async def sees_doors(db: Reader, number: str) -> bool:
    """Whether the phone of an account may show what a door's camera sees."""
    return not await limited(db, (number,))


def _permission(row: _Choice) -> str:
    """A terminal is nobody's account."""
    if row.identity_id:
        return row.home_mobile or row.mobile or VIDEO
    return row.home_indoor or row.indoor or VIDEO
