"""Residents sign in with their phone and a one-time code; nobody needs to have made them a log-in."""

from litestar import Response

from linli.domains.accounts import cookies
from linli.domains.accounts.browsers import device_cookie, own_text
from linli.domains.accounts.cookies import RESIDENT_COOKIE, RESIDENT_PATH
from linli.domains.accounts.entrance import AnyRequest, Entrance, code_sent, session_rows
from linli.domains.accounts.notes import name_account
from linli.domains.accounts.schemas import (
    CodeRequest,
    CodeSent,
    CodeSignIn,
    ResidentMe,
    Revoked,
    SessionRow,
)
from linli.domains.accounts.service import sessions, throttle
from linli.domains.accounts.service.sessions import RESIDENT, Session
from linli.domains.accounts.service.throttle import SignInThrottled
from linli.domains.people.person_rules import PENDING
from linli.domains.people.queries.residence import Resident, resident
from linli.domains.people.service import accounts, codes
from linli.domains.people.service.accounts import LoginTaken, clean_login
from linli.domains.people.service.codes import BadCode, CodeTooSoon
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound, Unavailable
from linli.kernel.i18n import language_of
from linli.kernel.settings import Settings


class NotOpenYet(Unavailable):
    """The installation is not set up yet: its first log-in must not be a resident's."""

    code = "resident.not_open"


def describe_resident(who: Resident) -> ResidentMe:
    return ResidentMe(
        who.name, who.phone, len(who.living_in), sum(home.status == PENDING for home in who.homes)
    )


resident_session_routes = Routes("/session", tags=("session",))


@resident_session_routes.post(
    "/code",
    public=True,
    noted="code to sign in",
    status=202,
    raises=(CodeTooSoon, NotOpenYet, SignInThrottled),
)
async def send_code(request: AnyRequest, data: CodeRequest, entrance: Entrance) -> Response[CodeSent]:
    """Send a one-time code to any phone. A person without a log-in gets one with the first sign-in."""
    db = entrance.db
    entrance.check_codes()
    if not await accounts.any_account(db):
        raise NotOpenYet()
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
        newcomers=True,
    )
    return code_sent(cookie)


@resident_session_routes.post(
    "/code/verify",
    public=True,
    noted="sign-in by code",
    status=200,
    raises=(BadCode, LoginTaken, SignInThrottled),
)
async def sign_in(request: AnyRequest, data: CodeSignIn, entrance: Entrance) -> Response[ResidentMe]:
    """Sign in with the code that was sent: five tries, in the browser that asked for it."""
    db = entrance.db
    now_ms, attempt = entrance.clock.now_ms(), await entrance.by_code(request, data.phone)
    await throttle.count_attempt(db, attempt, now_ms=now_ms)
    account = await codes.redeem_or_join(
        db,
        phone=clean_login(data.phone),
        code=data.code,
        browser=own_text(request),
        secrets=entrance.secrets,
        ids=entrance.ids,
        now_ms=now_ms,
    )
    await throttle.forgive(db, attempt)
    name_account(request, account.id)
    async with db.begin() as tx:
        token, session = await sessions.open_session(
            tx,
            account=account,
            tenant_id="",
            remember=data.remember,
            entry=entrance.entry(request, RESIDENT),
            sign_in=entrance.settings.sign_in,
            ids=entrance.ids,
            now_ms=now_ms,
        )
    who = await resident(
        db,
        account_id=account.id,
        phone=account.phone or "",
        name=account.name,
        language=language_of(request),
    )
    lasting = (session.expires_ms - now_ms) // 1000 if session.remember else None
    secure = cookies.is_secure(request, entrance.settings)
    cookie = cookies.session_cookie(
        RESIDENT_COOKIE, token, secure=secure, max_age=lasting, path=RESIDENT_PATH
    )
    return Response(
        describe_resident(who),
        cookies=[cookie, device_cookie(request, entrance.settings, entrance.secrets, account)],
    )


@resident_session_routes.get()
async def who_am_i(resident: Resident) -> ResidentMe:
    """The signed-in resident."""
    return describe_resident(resident)


@resident_session_routes.delete(noted="sign-out", status=204)
async def sign_out(request: AnyRequest, tx: Tx, session: Session, settings: Settings) -> Response[None]:
    """End this session."""
    await sessions.revoke(tx, account_id=session.account_id, session_id=session.id, front=RESIDENT)
    secure = cookies.is_secure(request, settings)
    gone = cookies.session_cookie(RESIDENT_COOKIE, "", secure=secure, max_age=0, path=RESIDENT_PATH)
    return Response(None, status_code=204, cookies=[gone])


resident_session_list_routes = Routes("/sessions", tags=("session",))


@resident_session_list_routes.get()
async def list_sessions(db: Database, session: Session, clock: Clock, settings: Settings) -> list[SessionRow]:
    """Where the resident is signed in, the last used first."""
    rows = await sessions.list_sessions(db, session.account_id, now_ms=clock.now_ms(), front=RESIDENT)
    return session_rows(rows, session, settings)


@resident_session_list_routes.delete("/{session_id:int}", noted="end of a session", raises=(NotFound,))
async def revoke(session_id: int, tx: Tx, session: Session) -> None:
    """Sign one of the resident's sessions out."""
    await sessions.revoke(tx, account_id=session.account_id, session_id=session_id, front=RESIDENT)


@resident_session_list_routes.post("/revoke-others", noted="end of other sessions", status=200)
async def revoke_others(tx: Tx, session: Session) -> Revoked:
    """Sign out everywhere but here."""
    return Revoked(await sessions.revoke_others(tx, session, front=RESIDENT))


ROUTES = (resident_session_routes, resident_session_list_routes)
