"""Signing in and out, the caller's account and its sessions."""

from litestar import Response

from linli.domains.accounts import cookies, schemas
from linli.domains.accounts.browsers import own_text
from linli.domains.accounts.entrance import AnyRequest, Entrance, code_sent, session_rows
from linli.domains.accounts.me import describe
from linli.domains.accounts.notes import name_account
from linli.domains.accounts.service import sessions, throttle
from linli.domains.accounts.service.sessions import Session
from linli.domains.accounts.service.spare_sessions import SpareSessions
from linli.domains.accounts.service.throttle import SignInThrottled
from linli.domains.people.rights import SIGNED_IN, Rights
from linli.domains.people.service import accounts, codes
from linli.domains.people.service.accounts import BadCredentials, clean_login
from linli.domains.people.service.codes import BadCode, CodeTooSoon
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.disk import freeing_space
from linli.kernel.entry import Routes
from linli.kernel.errors import Forbidden, NotFound
from linli.kernel.i18n import language_of
from linli.kernel.settings import Settings

session_routes = Routes("/session", tags=("session",))


@session_routes.post(public=True, noted="sign-in", status=200, raises=(BadCredentials, SignInThrottled))
async def sign_in(
    request: AnyRequest, data: schemas.SignInRequest, entrance: Entrance, spare_counts: throttle.SpareCounts
) -> Response[schemas.Me]:
    """Sign in with a phone number or log-in name. After five failures one waits here, 30 s and doubling."""
    db = entrance.db
    named_account = await accounts.find_account(db, data.login)
    name = str(named_account.id) if named_account else clean_login(data.login)
    if named_account:
        name_account(request, named_account.id)
    attempt = throttle.Attempt(name, entrance.address(request), entrance.device(request, named_account))
    await throttle.count_attempt(db, attempt, now_ms=entrance.clock.now_ms(), spare=spare_counts)
    account = await accounts.authenticate(db, login=data.login, password=data.password)
    await throttle.forgive(db, attempt, spare=spare_counts)
    return await entrance.enter(request, account, remember=data.remember)


@session_routes.post(
    "/code", public=True, noted="code to sign in", status=202, raises=(CodeTooSoon, SignInThrottled)
)
async def send_code(
    request: AnyRequest, data: schemas.CodeRequest, entrance: Entrance
) -> Response[schemas.CodeSent]:
    """Have a one-time code sent to a phone. The answer is the same whether the phone has a log-in or not."""
    db = entrance.db
    entrance.check_codes()
    phone, now_ms = clean_login(data.phone), entrance.clock.now_ms()
    account = await accounts.find_account(db, phone)
    if account:
        name_account(request, account.id)
    asker, cookie = entrance.asker(request, account)
    if not asker.device:
        await throttle.count_attempt(db, entrance.code_attempt(request), now_ms=now_ms)
    await codes.request_code(
        db,
        phone=phone,
        asker=asker,
        secrets=entrance.secrets,
        language=language_of(request),
        now_ms=now_ms,
    )
    return code_sent(cookie)


@session_routes.post(
    "/code/verify",
    public=True,
    noted="sign-in by code",
    status=200,
    raises=(BadCode, SignInThrottled),
)
async def sign_in_by_code(
    request: AnyRequest, data: schemas.CodeSignIn, entrance: Entrance
) -> Response[schemas.Me]:
    """Sign in with a phone and the code sent to it: five tries, in the browser that asked for it."""
    db = entrance.db
    now_ms, attempt = entrance.clock.now_ms(), await entrance.by_code(request, data.phone)
    await throttle.count_attempt(db, attempt, now_ms=now_ms)
    account = await codes.redeem(
        db,
        phone=clean_login(data.phone),
        code=data.code,
        browser=own_text(request),
        secrets=entrance.secrets,
        now_ms=now_ms,
    )
    await throttle.forgive(db, attempt)
    return await entrance.enter(request, account, remember=data.remember)


@session_routes.get(right=SIGNED_IN, password_due=True)
async def who_am_i(db: Database, rights: Rights, session: Session) -> schemas.Me:
    """The signed-in account, its tenants and its rights."""
    return await describe(db, rights, session.tenant_id)


@session_routes.delete(right=SIGNED_IN, password_due=True, noted="sign-out", status=204)
async def sign_out(
    request: AnyRequest, db: Database, session: Session, settings: Settings, spare: SpareSessions
) -> Response[None]:
    """End this session."""
    await _end(db, spare, session, session.id)
    secure = cookies.is_secure(request, settings)
    gone = cookies.session_cookie(cookies.COOKIE, "", secure=secure, max_age=0)
    return Response(None, status_code=204, cookies=[gone])


@session_routes.post("/tenant", right=SIGNED_IN, status=200, raises=(NotFound,))
async def choose_tenant(data: schemas.TenantChoice, tx: Tx, rights: Rights, session: Session) -> schemas.Me:
    """Work in another tenant of the account."""
    if data.tenant_id not in rights.tenants:
        raise Forbidden()
    await sessions.choose_tenant(tx, session, data.tenant_id)
    return await describe(tx, rights, data.tenant_id)


session_list_routes = Routes("/sessions", tags=("session",))


@session_list_routes.get(right=SIGNED_IN)
async def list_sessions(
    db: Database, session: Session, clock: Clock, settings: Settings, spare: SpareSessions
) -> list[schemas.SessionRow]:
    """Where the account is signed in, the last used first."""
    now_ms = clock.now_ms()
    rows = await sessions.list_sessions(db, session.account_id, now_ms=now_ms)
    kept = spare.of_account(session.account_id, now_ms=now_ms)
    return session_rows([*kept, *rows], session, settings)


@session_list_routes.delete(
    "/{session_id:int}", right=SIGNED_IN, noted="end of a session", raises=(NotFound,)
)
async def revoke(session_id: int, db: Database, session: Session, spare: SpareSessions) -> None:
    """Sign one of the account's sessions out."""
    await _end(db, spare, session, session_id)


@session_list_routes.post("/revoke-others", right=SIGNED_IN, noted="end of other sessions", status=200)
async def revoke_others(db: Database, session: Session, spare: SpareSessions) -> schemas.Revoked:
    """Sign out everywhere but here."""
    kept = spare.end_others(session)
    with freeing_space():
        async with db.begin() as tx:
            return schemas.Revoked(kept + await sessions.revoke_others(tx, session))


async def _end(db: Database, spare: SpareSessions, session: Session, session_id: int) -> None:
    """End one of the account's sessions, with a full disk too. Raises NotFound."""
    if spare.end(account_id=session.account_id, session_id=session_id):
        return
    with freeing_space():
        async with db.begin() as tx:
            await sessions.revoke(tx, account_id=session.account_id, session_id=session_id)
