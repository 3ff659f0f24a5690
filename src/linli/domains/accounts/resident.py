"""Residents sign in with their phone and a one-time code; nobody needs to have made them a log-in."""

from typing import Any

from litestar import Controller, Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from linli import __version__
from linli.domains.accounts import cookies
from linli.domains.accounts.browsers import device_cookie, own_text
from linli.domains.accounts.cookies import RESIDENT_COOKIE, RESIDENT_PATH
from linli.domains.accounts.entrance import Entrance, code_sent, session_rows
from linli.domains.accounts.notes import name_account
from linli.domains.accounts.schemas import (
    CodeRequest,
    CodeSent,
    CodeSignIn,
    FrontState,
    ResidentMe,
    Revoked,
    SessionRow,
)
from linli.domains.accounts.service import sessions, throttle
from linli.domains.accounts.service.sessions import RESIDENT, Session
from linli.domains.people.person_rules import PENDING
from linli.domains.people.queries.residence import Resident, resident
from linli.domains.people.service import accounts, codes
from linli.domains.people.service.accounts import clean_login
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import Unavailable
from linli.kernel.i18n import language_of
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings


class NotOpenYet(Unavailable):
    """Nobody has set the installation up: its first log-in must not be a resident's."""

    code = "resident.not_open"


def told(who: Resident) -> ResidentMe:
    return ResidentMe(
        who.name, who.phone, len(who.living_in), sum(home.status == PENDING for home in who.homes)
    )


class ResidentSessionRoutes(Controller):
    path = "/session"
    tags = ("session",)

    @get("/front", public=True)
    async def front(self, settings: NamedDependency[Settings]) -> FrontState:
        """The version of the pages, for those that were opened before an update; and whether codes are sent."""
        return FrontState(__version__, settings.sms.provider != "off")

    @post("/code", public=True, status_code=202, noted="code to sign in")
    async def send_code(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[CodeRequest],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
        secrets: NamedDependency[Secrets],
        entrance: NamedDependency[Entrance],
    ) -> Response[CodeSent]:
        """Have a one-time code sent to any phone; who has none of our log-ins gets one with the first sign-in."""
        entrance.check_codes()
        if not await accounts.any_account(db):
            raise NotOpenYet()
        phone, now_ms = clean_login(data.phone), clock.now_ms()
        known = await accounts.find_account(db, phone)
        if known:
            name_account(request, known.id)
        asker, cookie = entrance.asker(request, known)
        if not asker.device:
            await throttle.count_attempt(db, entrance.code_attempt(request), now_ms=now_ms)
        await codes.request_code(
            db,
            phone=phone,
            asker=asker,
            secrets=secrets,
            language=language_of(request),
            now_ms=now_ms,
            newcomers=True,
        )
        return code_sent(cookie)

    @post("/code/verify", public=True, status_code=200, noted="sign-in by code")
    async def sign_in(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[CodeSignIn],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
        ids: NamedDependency[Ids],
        secrets: NamedDependency[Secrets],
        settings: NamedDependency[Settings],
        entrance: NamedDependency[Entrance],
    ) -> Response[ResidentMe]:
        """Sign in with the code that was sent: five tries, in the browser that asked for it."""
        now_ms, attempt = clock.now_ms(), await entrance.by_code(request, data.phone)
        await throttle.count_attempt(db, attempt, now_ms=now_ms)
        account = await codes.redeem_or_join(
            db,
            phone=clean_login(data.phone),
            code=data.code,
            browser=own_text(request),
            secrets=secrets,
            ids=ids,
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
                sign_in=settings.sign_in,
                ids=ids,
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
        secure = cookies.is_secure(request, settings)
        cookie = cookies.session_cookie(
            RESIDENT_COOKIE, token, secure=secure, max_age=lasting, path=RESIDENT_PATH
        )
        return Response(told(who), cookies=[cookie, device_cookie(request, settings, secrets, account)])

    @get("/")
    async def who_am_i(self, resident: NamedDependency[Resident]) -> ResidentMe:
        """The signed-in resident."""
        return told(resident)

    @delete("/", noted="sign-out")
    async def sign_out(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[Database],
        session: NamedDependency[Session],
        settings: NamedDependency[Settings],
    ) -> Response[None]:
        """End this session."""
        async with db.begin() as tx:
            await sessions.revoke(tx, account_id=session.account_id, session_id=session.id, front=RESIDENT)
        secure = cookies.is_secure(request, settings)
        gone = cookies.session_cookie(RESIDENT_COOKIE, "", secure=secure, max_age=0, path=RESIDENT_PATH)
        return Response(None, status_code=204, cookies=[gone])


class ResidentSessionListRoutes(Controller):
    path = "/sessions"
    tags = ("session",)

    @get("/")
    async def list_sessions(
        self,
        db: NamedDependency[Database],
        session: NamedDependency[Session],
        clock: NamedDependency[Clock],
        settings: NamedDependency[Settings],
    ) -> list[SessionRow]:
        """Where the resident is signed in, the last used first."""
        rows = await sessions.list_sessions(db, session.account_id, now_ms=clock.now_ms(), front=RESIDENT)
        return session_rows(rows, session, settings)

    @delete("/{session_id:int}", noted="end of a session")
    async def revoke(
        self, session_id: FromPath[int], db: NamedDependency[Database], session: NamedDependency[Session]
    ) -> None:
        """Sign one of the resident's sessions out."""
        async with db.begin() as tx:
            await sessions.revoke(tx, account_id=session.account_id, session_id=session_id, front=RESIDENT)

    @post("/revoke-others", status_code=200, noted="end of other sessions")
    async def revoke_others(
        self, db: NamedDependency[Database], session: NamedDependency[Session]
    ) -> Revoked:
        """Sign out everywhere but here."""
        async with db.begin() as tx:
            return Revoked(await sessions.revoke_others(tx, session, front=RESIDENT))


ROUTES = (ResidentSessionRoutes, ResidentSessionListRoutes)
