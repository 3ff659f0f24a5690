"""Whose a card is, by its whole number."""

import re
from typing import Any, Final

from sqlalchemy import bindparam, or_, select, union_all

from linli.domains.access.models import cards, credentials
from linli.domains.people.ports import CardHolder
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.scope import Scope

MOST: Final = 20
_NUMBER = re.compile(r"[0-9A-Za-z:_-]{4,64}")
_c, _k = credentials.c, cards.c
_HERE: Final = bindparam("community_id", type_=INT)


def _holders(*, in_community: bool) -> Query[CardHolder]:
    own: list[Any] = [_c.community_id == _HERE] if in_community else []
    given: list[Any] = [_k.community_id == _HERE] if in_community else []
    both = union_all(
        select(_c.identity_id, _c.community_id, _c.credential).where(
            in_scope(credentials),
            *own,
            or_(_c.kind == "door.card", _c.kind == "door.ble"),
            _c.credential == bindparam("number"),
            _c.live == 1,
        ),
        select(_k.identity_id, _k.community_id, _k.card_id).where(
            in_scope(cards), *given, _k.card_id == bindparam("number"), _k.live == 1
        ),
    ).subquery("both_kinds")
    return Query(select(both).distinct().limit(MOST), CardHolder)


_in_community, _anywhere = _holders(in_community=True), _holders(in_community=False)


class CardNumbers:
    """Who has a card in use, by its number typed whole: of a part nothing is told."""

    async def holders(
        self, scope: Scope, db: Reader, number: str, *, community_id: int | None = None
    ) -> list[CardHolder]:
        """At most 20, of the scope or of one community. Empty for what cannot be a card's number."""
        if not _NUMBER.fullmatch(number):
            return []
        if community_id is None:
            return await _anywhere.all(db, scope, number=number)
        return await _in_community.all(db, scope, number=number, community_id=community_id)
