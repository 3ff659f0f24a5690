"""Accounts that integrators registered, as their own project may see them."""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, or_, select

from linli.domains.people.models import open_accounts, persons
from linli.kernel import tenancy
from linli.kernel.db import Query, Reader
from linli.kernel.scope import Scope


class OpenAccount(NamedTuple):
    tenant_id: str
    project_id: str
    identity_id: str
    login_id: str
    login_name: str
    nick_name: str
    phone: str | None
    email: str
    avatar_url: str
    location_code: str
    creater: str
    modifier: str
    create_app_key: str
    frozen: int
    created_ms: int
    changed_ms: int


_a = open_accounts.c
_own = and_(_a.tenant_id == bindparam("scope_tenant"), _a.project_id == bindparam("scope_project"))
_by_identity = Query(
    select(open_accounts).where(_a.identity_id == bindparam("identity_id"), _own), OpenAccount
)
_by_phone = Query(select(open_accounts).where(_a.phone == bindparam("phone"), _own), OpenAccount)
_taken = Query(
    select(_a.identity_id).where(
        _own, or_(_a.login_name == bindparam("login_name"), _a.phone == bindparam("phone"))
    )
)


async def find(scope: Scope, db: Reader, *, identity_id: str) -> OpenAccount | None:
    return await _by_identity.one(db, scope, identity_id=identity_id)


async def find_by_phone(scope: Scope, db: Reader, *, phone: str) -> OpenAccount | None:
    return await _by_phone.one(db, scope, phone=phone)


async def taken(scope: Scope, db: Reader, *, login_name: str, phone: str | None) -> bool:
    """Whether the project has an account of this log-in name or phone."""
    return await _taken.one(db, scope, login_name=login_name, phone=phone) is not None


def let_in(person_id: Any, community_id: Any) -> ColumnElement[bool]:
    """Condition on a person in a community: no project that serves it has frozen the person's account (E 5.2)."""
    served = tenancy.project_communities.c
    return (
        ~select(_a.identity_id)
        .join(tenancy.project_communities, served.project_id == _a.project_id)
        .where(
            _a.identity_id
            == select(persons.c.identity_id)
            .where(persons.c.id == person_id)
            .correlate_except(persons)
            .scalar_subquery(),
            _a.frozen == 1,
            served.community_id == community_id,
        )
        .correlate_except(open_accounts, tenancy.project_communities)
        .exists()
    )
