"""The POI catalogue of the installation."""

import json
from typing import Any

from sqlalchemy import and_, bindparam, case, func, or_, select

from linli.domains.communities.models import pois
from linli.kernel.db import INT, Query, Reader
from linli.kernel.pages import Page, PageRequest

WORDS_MAX = 5
_c = pois.c
_matches = and_(
    *(_c.search.like(bindparam(f"word{number}"), escape="\\") for number in range(WORDS_MAX)),
    or_(bindparam("only_city", type_=INT) == 0, _c.city_search.like(bindparam("city"), escape="\\")),
)
_rows = Query(
    select(_c.data)
    .where(_matches)
    .order_by(
        case((_c.city_search.like(bindparam("city"), escape="\\"), 0), else_=1),
        case((_c.search.like(bindparam("start"), escape="\\"), 0), else_=1),
        func.length(_c.name),
        _c.name,
        _c.poid,
    )
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    heavy=True,
)
_count = Query(select(func.count()).where(_matches), heavy=True)
_data = Query(select(_c.data).where(_c.poid == bindparam("poid")))


def _like(text: str, *, start: bool = False) -> str:
    escaped = text.casefold().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{escaped}%" if start else f"%{escaped}%"


async def search(
    db: Reader, *, keywords: str, city: str, only_city: bool, page: PageRequest
) -> Page[dict[str, Any]]:
    """POI objects in which every word of `keywords` (split at blanks and "|") is found; the city's own first.

    `city` is a part of the name of a city, district or province: 杭州 finds 杭州市. Spec B §3.4, A003.
    """
    words = keywords.replace("|", " ").split()[:WORDS_MAX]
    binds: dict[str, Any] = {
        f"word{number}": _like(words[number]) if number < len(words) else "%" for number in range(WORDS_MAX)
    }
    binds |= {"city": _like(city.strip()), "only_city": int(only_city)}
    total = int(await _count.scalar(db, **binds))
    binds["start"] = _like(words[0], start=True) if words else "%"
    rows = await _rows.all(db, **binds, **page.binds)
    return Page.of(page, total, [json.loads(data) for (data,) in rows])


async def poi(db: Reader, poid: str) -> dict[str, Any] | None:
    """The POI object with this id."""
    data = await _data.scalar(db, poid=poid)
    return None if data is None else json.loads(data)
