"""One log-in for each role. The database holds hashes only; the demo's folder, closed to others, keeps the passwords for
its sign-in page, but for the resident's."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from linli.app.platform import Platform
from linli.demo import names
from linli.domains.accounts.schemas import SampleLogin
from linli.domains.people.queries import persons
from linli.domains.people.rights import Role
from linli.domains.people.service import accounts, passwords
from linli.kernel.db import Tx
from linli.kernel.scope import Scope

PASSWORD_LENGTH: Final = 14
_LEGIBLE: Final = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class Seat(NamedTuple):
    """One role and who holds it."""

    role: Role
    login: str
    name: str


RESIDENT_LOGIN: Final = names.phone(1)
SEATS: Final = (
    Seat(Role.OPERATOR, "operator", "平台运营"),
    Seat(Role.TENANT_ADMIN, "admin", "物业总部"),
    Seat(Role.COMMUNITY_MANAGER, "manager", "项目经理"),
    Seat(Role.STAFF, "guard", "门岗值班"),
    Seat(Role.RESIDENT, RESIDENT_LOGIN, ""),
)
"""The resident's name is the one the community knows behind the phone."""


class Login(NamedTuple):
    role: Role
    login: str
    password: str


def offered(logins: Iterable[Login]) -> list[SampleLogin]:
    """What the sign-in page offers. Residents sign in on their own pages, by a code to their phone."""
    return [
        SampleLogin(role=login.role.value, login=login.login, password="", page="/m/")
        if login.role is Role.RESIDENT
        else SampleLogin(role=login.role.value, login=login.login, password=login.password, page="/")
        for login in logins
    ]


async def new_passwords(platform: Platform) -> dict[str, tuple[str, str]]:
    """Login → (password, hash), made before any transaction; one after the other, since each takes 64 MB meanwhile."""
    by_login = {}
    for seat in SEATS:
        password = platform.ids.token(PASSWORD_LENGTH, _LEGIBLE)
        by_login[seat.login] = password, await accounts.hash_password(password)
    return by_login


async def create(
    platform: Platform, tx: Tx, scope: Scope, *, community_id: int, passwords: dict[str, tuple[str, str]]
) -> list[Login]:
    """The accounts with their roles. `scope` is the tenant's."""
    now_ms = platform.clock.now_ms()
    created = []
    for seat in SEATS:
        password, hashed = passwords[seat.login]
        resident = None
        if seat.role is Role.RESIDENT:
            resident = await persons.person_of_phone(scope, tx, seat.login)
        account_id = await accounts.create_account(
            tx,
            login=seat.login,
            password_hash=hashed,
            name=resident.name if resident else seat.name or seat.login,
            ids=platform.ids,
            now_ms=now_ms,
            proven=True,  # the person who runs the sample is each of these people
        )
        if resident is not None:
            await accounts.link_person(
                tx, account_id=account_id, tenant_id=scope.tenant, person_id=resident.id
            )
        elif seat.role is not Role.RESIDENT:
            await accounts.grant_role(
                tx,
                account_id=account_id,
                role=seat.role,
                tenant_id=scope.tenant,
                community_id=community_id,
                now_ms=now_ms,
            )
        created.append(Login(seat.role, seat.login, password))
    return created


async def renew(platform: Platform) -> list[Login]:
    """New passwords for the accounts of the sample; the old ones stop working, and sessions end."""
    fresh = await new_passwords(platform)
    renewed = []

    async def work(tx: Tx) -> None:
        for seat in SEATS:
            account = await accounts.find_account(tx, seat.login)
            if account is None:
                continue
            password, hashed = fresh[seat.login]
            await passwords.set_password(
                tx, account_id=account.id, password_hash=hashed, now_ms=platform.clock.now_ms()
            )
            renewed.append(Login(seat.role, seat.login, password))

    await platform.db.run(work)
    return renewed
