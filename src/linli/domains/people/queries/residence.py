"""The owners of a phone: persons of all tenants with this phone, and their houses.

Residents prove their phone with a one-time code, and a phone belongs to one person in a tenant. The scope of a resident
is made from the houses of the phone's persons.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import bindparam, case, select

from linli.domains.people.models import accounts, house_members, persons
from linli.domains.people.person_rules import MOVED_IN, MOVED_OUT, OWNER
from linli.domains.people.queries.open_accounts import let_in
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.errors import Conflict, Forbidden, NotFound
from linli.kernel.scope import Caller, Scope
from linli.kernel.tenancy import closed_communities

_WHY = "what a phone's persons may see is what the scope of a resident is made of"
_m, _p = house_members.c, persons.c
_CLOSED = select(closed_communities.c.community_id).scalar_subquery()


class OwnPerson(NamedTuple):
    """The person that a phone is in one tenant."""

    tenant_id: str
    person_id: int
    identity_id: str
    name: str


class Home(NamedTuple):
    """A house that the resident belongs to, or asked to belong to."""

    tenant_id: str
    community_id: int
    house_id: int
    person_id: int
    identity_id: str
    name: str
    type: int
    status: int
    source: str
    approve_comment: str
    moved_in_ms: int
    created_ms: int
    changed_ms: int
    closed: int = 0
    """The service of the community is suspended or stopped: nothing of it is shown or done."""

    @property
    def since_ms(self) -> int:
        """Since when the resident belongs there: what happened before is not theirs to see."""
        return max(self.moved_in_ms, self.created_ms)


_persons = Query(
    select(_p.tenant_id, _p.id, _p.identity_id, _p.name)
    .where(_p.phone == bindparam("phone"))
    .order_by(_p.created_ms),
    OwnPerson,
    unscoped=_WHY,
)
_homes = Query(
    select(
        _m.tenant_id, _m.community_id, _m.house_id, _m.person_id, _p.identity_id, _p.name, _m.type, _m.status,
        _m.source, _m.approve_comment, _m.moved_in_ms, _m.created_ms, _m.changed_ms,
        case((_m.community_id.in_(_CLOSED), 1), else_=0).label("closed"),
    )
    .join(persons, _p.id == _m.person_id)
    .where(
        _p.phone == bindparam("phone"),
        _m.tenant_id == _p.tenant_id,
        _m.status != MOVED_OUT,
        let_in(_m.person_id, _m.community_id),
    )
    .order_by(_m.status, _m.created_ms, _m.house_id),
    Home,
    unscoped=_WHY,
)  # fmt: skip
_who_lives = (
    select(accounts.c.id)
    .join(persons, _p.phone == accounts.c.phone)
    .join(house_members, _m.person_id == _p.id)
    .where(
        in_scope(house_members),
        _m.tenant_id == _p.tenant_id,
        _m.community_id == bindparam("community_id", type_=INT),
        _m.status == MOVED_IN,
        _m.community_id.not_in(_CLOSED),
    )
    .distinct()
)
_in_community = Query(_who_lives)
_in_houses = Query(_who_lives.where(any_of(_m.house_id, "house_ids")))
_of_person = Query(
    select(accounts.c.id)
    .join(persons, _p.phone == accounts.c.phone)
    .where(in_scope(persons), _p.identity_id == bindparam("identity_id"))
)
_names = Query(
    select(accounts.c.id, _p.name)
    .join(persons, _p.phone == accounts.c.phone)
    .where(in_scope(persons), any_of(accounts.c.id, "account_ids"))
    .order_by(accounts.c.id, _p.created_ms)
)
_phones = Query(
    select(accounts.c.id, accounts.c.phone).where(
        any_of(accounts.c.id, "account_ids"), accounts.c.phone.is_not(None)
    )
)


class CommunityClosed(Conflict):
    """The service of the resident's community is suspended or has ended; devices keep what they have."""

    code = "resident.community_closed"


class NotTheOwner(Forbidden):
    """Only an owner of the house may do this."""

    code = "resident.not_owner"


@dataclass(frozen=True)
class Resident:
    """The person signed in on the residents' pages. Staff rights of the same log-in count for nothing here."""

    account_id: int
    phone: str
    name: str
    language: str
    persons: dict[str, OwnPerson]
    """By tenant id."""
    homes: tuple[Home, ...]
    """Lived in first, then those under review and refused."""

    def scope_of(self, tenant_id: str, community_id: int) -> Scope:
        """One community as the resident sees it. The caller has checked that it may be seen."""
        return Scope(
            tenant_id,
            Caller("resident", str(self.account_id)),
            frozenset((community_id,)),
            None,
            self.language,
        )

    def living(self, community_id: int) -> Home:
        """The first house the resident lives in there.

        Raises NotFound as for a community that is not there, CommunityClosed while its service does not run.
        """
        for home in self.homes:
            if home.community_id == community_id and home.status == MOVED_IN:
                if home.closed:
                    raise CommunityClosed()
                return home
        raise NotFound(what="community", id=community_id)

    def scope(self, community_id: int) -> Scope:
        """A community that the resident lives in. Raises NotFound."""
        return self.scope_of(self.living(community_id).tenant_id, community_id)

    def person_in(self, community_id: int) -> tuple[Scope, str]:
        """The scope of a community that the resident lives in, and the identityId there. Raises as `living`."""
        home = self.living(community_id)
        return self.scope_of(home.tenant_id, community_id), home.identity_id

    def home(self, house_id: int, *, owner: bool = False) -> Home:
        """A house that the resident lives in.

        Raises NotFound, CommunityClosed; NotTheOwner if `owner` and somebody else is.
        """
        home = self.tie(house_id)
        if home is None or home.status != MOVED_IN:
            raise NotFound(what="house", id=house_id)
        if home.closed:
            raise CommunityClosed()
        if owner and home.type != OWNER:
            raise NotTheOwner()
        return home

    def tie(self, house_id: int) -> Home | None:
        """The resident's row at a house, whatever its state."""
        return next((home for home in self.homes if home.house_id == house_id), None)

    def at(self, home: Home) -> Scope:
        return self.scope_of(home.tenant_id, home.community_id)

    @property
    def living_in(self) -> list[Home]:
        return [home for home in self.homes if home.status == MOVED_IN and not home.closed]


async def resident(db: Reader, *, account_id: int, phone: str, name: str, language: str) -> Resident:
    """The resident behind a proven phone, as things are now."""
    own = await _persons.all(db, phone=phone) if phone else []
    homes: list[Any] = await _homes.all(db, phone=phone) if phone else []
    shown = next((own_person.name for own_person in own), name)
    return Resident(
        account_id,
        phone,
        shown,
        language,
        {own_person.tenant_id: own_person for own_person in own},
        tuple(homes),
    )


async def accounts_living(
    scope: Scope, db: Reader, *, community_id: int, house_ids: list[int] | None = None
) -> list[int]:
    """Log-ins of who lives in a community, or in some of its houses."""
    if house_ids is None:
        rows = await _in_community.all(db, scope, community_id=community_id)
    else:
        rows = await _in_houses.all(db, scope, community_id=community_id, house_ids=house_ids)
    return [int(account_id) for (account_id,) in rows]


async def accounts_of(scope: Scope, db: Reader, identity_id: str) -> list[int]:
    """The log-in with a person's phone, if there is one."""
    rows = await _of_person.all(db, scope, identity_id=identity_id)
    return [int(account_id) for (account_id,) in rows]


async def names(scope: Scope, db: Reader, account_ids: list[int]) -> dict[int, str]:
    """Account id → name of the person with its phone, for persons whom the scope may see."""
    return dict(await _names.all(db, scope, account_ids=account_ids)) if account_ids else {}


async def phones(db: Reader, account_ids: list[int]) -> dict[int, str]:
    """Account id → phone, of those that have one and are open."""
    return dict(await _phones.all(db, account_ids=account_ids)) if account_ids else {}
