"""Creating a community at once, where nobody reviews applications, and the installation's choice between the two.

What applications leave behind is left behind here too (a place in the catalogue, an application, its approval), so that
whatever reads one finds it.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import select

from linli.domains.communities import poi_csv
from linli.domains.communities.models import community_creation
from linli.domains.communities.rows import Community
from linli.domains.communities.service import applications
from linli.domains.communities.service.poi_requests import TYPECODES
from linli.domains.communities.service.pois import import_catalogue
from linli.kernel.clock import local_day
from linli.kernel.db import Query, Reader, Tx
from linli.kernel.errors import BadInput, Conflict
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.settings import Settings

REVIEWER: Final = "direct"
"""In place of the reviewer's id: nobody looked at it."""
NO_END: Final = "2099-12-31"
"""Last day of a service that nobody gave an end."""
CITY_MAX: Final = 32
_ZONE: Final = "Asia/Shanghai"  # of new communities
_EVERYWHERE: Final = "everywhere"


class ReviewRequired(Conflict):
    """This installation reviews applications: apply instead."""

    code = "community.review_required"


class NewCommunity(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    city: str = ""
    address: str = ""
    phone: str = ""
    kind: str = "community"


class Choice(NamedTuple):
    """A row of `community_creation`, in the order of the columns."""

    rule: str
    review: int
    changed_ms: int


_choice = Query(select(community_creation), Choice)


async def review_required(db: Reader, settings: Settings) -> bool:
    """Whether communities are applied for and reviewed. Without a choice of the operator: where anybody may register."""
    choice = await _choice.one(db)
    return settings.sign_in.registration == "open" if choice is None else bool(choice.review)


async def require_review(tx: Tx, *, review: bool, now_ms: int) -> None:
    """Choose for the installation. The surface has checked that its operator does."""
    row = Choice(_EVERYWHERE, int(review), now_ms)
    await tx.upsert(community_creation, [row._asdict()], keys=("rule",), update=("review", "changed_ms"))


async def create(
    scope: Scope, tx: Tx, *, wanted: NewCommunity, wire: Mapping[str, str], ids: Ids, now_ms: int
) -> Community:
    """A community in management, with a place of its own in the catalogue. `wire` as for `applications.apply`.

    The surface has checked that the installation does not review. Raises BadInput.
    """
    name, city, address = (" ".join(text.split()) for text in (wanted.name, wanted.city, wanted.address))
    if not name:
        raise BadInput(field="name", rule="required")
    if len(city) > CITY_MAX:
        raise BadInput(field="city", rule="too_long", limit=CITY_MAX)
    if wanted.kind not in TYPECODES:
        raise BadInput(field="kind", rule="one_of", allowed=", ".join(TYPECODES))
    poid = ids.poi_id()
    application = applications.Application(
        poid=poid,
        name=name,
        address=address or name,  # as places without an address are called
        service_start=local_day(now_ms, _ZONE),
        service_end=NO_END,
        certificates=[],
        kind=wanted.kind,
        phone=wanted.phone,
    )
    place = {
        "id": poid,
        "name": name,
        "cityname": city,
        "address": address,
        "typecode": TYPECODES[wanted.kind],
    }
    await import_catalogue(tx, [poi_csv.make(place)])
    community_id = await applications.apply(scope, tx, application=application, now_ms=now_ms, wire=wire)
    owner = Scope.system(scope.tenant, name=REVIEWER)
    return await applications.approve(
        owner, tx, community_id=community_id, reviewer=REVIEWER, ids=ids, now_ms=now_ms
    )
