"""One's own password and phone: changed with the old password, with a code to the phone, or by the operator's link."""

from typing import Annotated

import msgspec
from litestar import Response
from msgspec import Meta

from linli.domains.accounts import schemas
from linli.domains.accounts.entrance import AnyRequest, Entrance
from linli.domains.accounts.service import sessions, throttle
from linli.domains.accounts.service.sessions import Session, SessionOver
from linli.domains.accounts.service.throttle import SignInThrottled
from linli.domains.people.rights import SIGNED_IN
from linli.domains.people.service import accounts, codes, passwords, phones
from linli.domains.people.service.accounts import BadCredentials, LoginTaken
from linli.domains.people.service.codes import BadCode, CodeTooSoon
from linli.domains.people.service.passwords import PasswordLinkGone
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import Conflict
from linli.kernel.http import network_of
from linli.kernel.i18n import language_of
from linli.kernel.secrets import Secrets


class NoPhone(Conflict):
    """The log-in has no phone that a code could go to."""

    code = "account.no_phone"


class PasswordFirst(Conflict):
    """A phone is changed with the password, and the log-in has none yet."""

    code = "account.password_first"


class PasswordByCode(msgspec.Struct, rename="camel", frozen=True):
    code: str
    new: str


class NewPhone(msgspec.Struct, rename="camel", frozen=True):
    phone: str


class NewPhoneProven(msgspec.Struct, rename="camel", frozen=True):
    phone: str
    code: Annotated[str, Meta(description="The code that went to the new phone.")]
    password: Annotated[str, Meta(description="One's password: whoever stole the session has it not.")]


class PasswordLink(msgspec.Struct, rename="camel", frozen=True):
    token: Annotated[str, Meta(description="What stands behind # in the link.")]


class PasswordLinkFor(msgspec.Struct, rename="camel", frozen=True):
    name: str
    login: str


class FirstPassword(msgspec.Struct, rename="camel", frozen=True):
    token: str
    password: str


password_routes = Routes("/session", tags=("session",))


@password_routes.post(
    "/password",
    right=SIGNED_IN,
    password_due=True,
    noted="change of password",
    raises=(BadCredentials, SessionOver, SignInThrottled),
)
async def change_password(data: schemas.PasswordChange, db: Database, session: Session, clock: Clock) -> None:
    """Change one's own password; every other session of the account ends."""
    now_ms = clock.now_ms()
    account = await accounts.get_account(db, session.account_id)
    accounts.check_password(data.new, login=account.login)
    await _check_old(db, session, data.old, now_ms)
    await _set(db, session, data.new, now_ms)


@password_routes.post(
    "/password/code",
    right=SIGNED_IN,
    password_due=True,
    noted="code for a password",
    status=202,
    raises=(CodeTooSoon, NoPhone),
)
async def send_code(request: AnyRequest, session: Session, entrance: Entrance) -> schemas.CodeSent:
    """Send a code to the caller's own phone. The code lets them set a password."""
    db = entrance.db
    entrance.check_codes()
    account = await accounts.get_account(db, session.account_id)
    await codes.request_code(
        db,
        phone=_phone(account),
        asker=_asker(session, familiar=True),
        secrets=entrance.secrets,
        language=language_of(request),
        now_ms=entrance.clock.now_ms(),
        purpose="password",
    )
    return schemas.CodeSent(codes.GAP_MS // 1000, codes.LIVES_MS // 1000)


@password_routes.post(
    "/password/by-code",
    right=SIGNED_IN,
    password_due=True,
    noted="change of password by code",
    raises=(BadCode, NoPhone, SessionOver),
)
async def set_by_code(
    data: PasswordByCode, db: Database, session: Session, clock: Clock, secrets: Secrets
) -> None:
    """Set one's own password with the code; every other session of the account ends."""
    now_ms = clock.now_ms()
    account = await accounts.get_account(db, session.account_id)
    accounts.check_password(data.new, login=account.login)
    await codes.prove(
        db,
        phone=_phone(account),
        code=data.code,
        browser=_asker(session).browser,
        secrets=secrets,
        now_ms=now_ms,
        purpose="password",
    )
    await _set(db, session, data.new, now_ms)


@password_routes.post(
    "/phone/code",
    right=SIGNED_IN,
    noted="code for a phone",
    status=202,
    raises=(CodeTooSoon, SignInThrottled),
)
async def send_code_to_new_phone(
    request: AnyRequest, data: NewPhone, session: Session, entrance: Entrance
) -> schemas.CodeSent:
    """Have a code sent to the phone that is to be one's own from now on."""
    db = entrance.db
    entrance.check_codes()
    now_ms = entrance.clock.now_ms()
    await throttle.count_attempt(db, entrance.code_attempt(request), now_ms=now_ms)
    await codes.request_code(
        db,
        phone=data.phone,
        asker=_asker(session),
        secrets=entrance.secrets,
        language=language_of(request),
        now_ms=now_ms,
        purpose="phone",
    )
    return schemas.CodeSent(codes.GAP_MS // 1000, codes.LIVES_MS // 1000)


@password_routes.post(
    "/phone",
    right=SIGNED_IN,
    noted="change of phone",
    raises=(BadCode, BadCredentials, LoginTaken, PasswordFirst, SessionOver, SignInThrottled),
)
async def change_phone(
    data: NewPhoneProven, db: Database, session: Session, clock: Clock, secrets: Secrets
) -> None:
    """Change to another phone, with one's password and the code that went there; every other session ends."""
    now_ms = clock.now_ms()
    if not await passwords.has_password(db, session.account_id):
        raise PasswordFirst()
    await _check_old(db, session, data.password, now_ms)
    phone = await codes.prove(
        db,
        phone=data.phone,
        code=data.code,
        browser=_asker(session).browser,
        secrets=secrets,
        now_ms=now_ms,
        purpose="phone",
    )
    async with db.begin() as tx:
        await sessions.hold(tx, session)
        account = await phones.change(tx, account_id=session.account_id, phone=phone, now_ms=now_ms)
        await sessions.keep(tx, session, generation=account.generation)


# A person whom no code reaches sets their first password by a link from the operator of the installation.
# A link has 192 random bits. Wrong links are not counted: a count would lock out others at the same address.
password_link_routes = Routes("/password-link", tags=("session",))


@password_link_routes.post("/show", public=True, status=200, raises=(PasswordLinkGone,))
async def show(data: PasswordLink, db: Database, clock: Clock) -> PasswordLinkFor:
    """The owner of the link."""
    account = await passwords.find_link(db, token=data.token, now_ms=clock.now_ms())
    return PasswordLinkFor(account.name, account.login)


@password_link_routes.post(
    public=True, noted="sign-in by password link", status=200, raises=(PasswordLinkGone,)
)
async def use(
    request: AnyRequest, data: FirstPassword, db: Database, clock: Clock, entrance: Entrance
) -> Response[schemas.Me]:
    """Set the password, once, and sign in with it."""
    now_ms = clock.now_ms()
    account = await passwords.find_link(db, token=data.token, now_ms=now_ms)
    accounts.check_password(data.password, login=account.login)
    hashed = await accounts.hash_password(data.password)
    async with db.begin() as tx:
        account = await passwords.use_link(tx, token=data.token, password_hash=hashed, now_ms=now_ms)
    return await entrance.enter(request, account)


def _asker(session: Session, *, familiar: bool = False) -> codes.Asker:
    """The person signed in asks for a code, which works in this session alone.

    `familiar`: it goes to the log-in's own phone.
    """
    name = f"session {session.id}"
    return codes.Asker(name, network_of(session.address), name if familiar else "")


def _phone(account: accounts.Account) -> str:
    if account.phone is None:
        raise NoPhone()
    return account.phone


async def _check_old(db: Database, session: Session, old: str, now_ms: int) -> None:
    """A stolen session must not become a way to guess the password. Raises BadCredentials, SignInThrottled."""
    attempt = throttle.Attempt(f"{session.account_id} (change)", session.address)
    await throttle.count_attempt(db, attempt, now_ms=now_ms)
    await passwords.check_old(db, account_id=session.account_id, old=old)
    await throttle.forgive(db, attempt)


async def _set(db: Database, session: Session, new: str, now_ms: int) -> None:
    hashed = await accounts.hash_password(new)
    async with db.begin() as tx:
        await sessions.hold(tx, session)
        account = await passwords.set_password(
            tx, account_id=session.account_id, password_hash=hashed, now_ms=now_ms
        )
        await sessions.keep(tx, session, generation=account.generation)
