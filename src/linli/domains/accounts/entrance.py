"""The entrance for browsers: address, browser, number of tries, and the session that is opened."""

from dataclasses import dataclass
from typing import Any

from litestar import Request, Response
from litestar.datastructures import Cookie

from linli.domains.accounts import browsers, cookies
from linli.domains.accounts.me import describe
from linli.domains.accounts.notes import name_account
from linli.domains.accounts.schemas import CodeSent, Me, SessionRow
from linli.domains.accounts.service import sessions
from linli.domains.accounts.service.sessions import CONSOLE, Entry, Session
from linli.domains.accounts.service.spare_sessions import SpareSessions
from linli.domains.accounts.service.throttle import Attempt
from linli.domains.people.queries.own_rights import closed_tenants
from linli.domains.people.service import accounts, codes
from linli.domains.people.service.accounts import Account
from linli.domains.people.service.codes import Asker
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.disk import DiskFull, freeing_space
from linli.kernel.errors import Forbidden, Unavailable
from linli.kernel.http import Callers
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings

type AnyRequest = Request[Any, Any, Any]


class CodesOff(Unavailable):
    """The settings forbid signing in with a code."""

    code = "account.codes_off"


@dataclass(frozen=True)
class Entrance:
    """The process's parts for all ways to sign in."""

    db: Database
    clock: Clock
    ids: Ids
    secrets: Secrets
    settings: Settings
    callers: Callers
    spare: SpareSessions

    def address(self, request: AnyRequest) -> str:
        """The caller's address."""
        return self.callers.of(request.scope)

    def entry(self, request: AnyRequest, front: str = CONSOLE) -> Entry:
        """Where a sign-in comes from."""
        return Entry(self.address(request), request.headers.get("user-agent", ""), front)

    def device(self, request: AnyRequest, account: Account | None) -> str:
        """The name of a browser in which the log-in was signed in before; empty for any other."""
        return browsers.device_of(request, self.secrets, account)

    def asker(self, request: AnyRequest, account: Account | None) -> tuple[Asker, Cookie]:
        """The asker of a one-time code, and the cookie to which the code is tied."""
        address = self.address(request)
        return browsers.asker_of(request, self.settings, self.secrets, account, address=address)

    def code_attempt(self, request: AnyRequest) -> Attempt:
        """Having a code sent, as it is counted for an address."""
        return Attempt("", self.address(request), purpose="send code")

    async def by_code(self, request: AnyRequest, phone: str) -> Attempt:
        """A sign-in with a code, as it is counted: the code bears five tries, so the address alone.

        A browser that the phone's log-in knows is counted by itself, whatever others do from its address.
        """
        account = await accounts.find_account(self.db, phone)
        device = self.device(request, account)
        if account:
            name_account(request, account.id)
        name = f"{account.id} (code)" if account and device else ""
        return Attempt(name, self.address(request), device)

    async def enter(self, request: AnyRequest, account: Account, *, remember: bool = False) -> Response[Me]:
        """Open a session for an account that has shown who it is.

        A person without any role may found or join an organisation. Raises Forbidden for who was let out of all theirs.
        """
        name_account(request, account.id)
        db, ids, now_ms = self.db, self.ids, self.clock.now_ms()
        rights = await accounts.rights(db, account.id)
        tenant_id = rights.tenants[0] if rights.tenants else ""
        if not tenant_id and not rights.is_operator and await closed_tenants(db, account.id):
            raise Forbidden()
        entry = self.entry(request)
        try:
            # The reserve of a full disk pays for sign-ins: somebody must come in to free it.
            with freeing_space():
                token, session = await db.run(
                    lambda tx: sessions.open_session(
                        tx,
                        account=account,
                        tenant_id=tenant_id,
                        remember=remember,
                        entry=entry,
                        sign_in=self.settings.sign_in,
                        ids=ids,
                        now_ms=now_ms,
                    )
                )
        except DiskFull:
            token, session = self.spare.open(
                account=account, tenant_id=tenant_id, entry=entry, ids=ids, now_ms=now_ms
            )
        me = await describe(db, rights, tenant_id)
        return Response(me, cookies=self.cookies(request, token, session, account))

    def cookies(self, request: AnyRequest, token: str, session: Session, account: Account) -> list[Cookie]:
        """The session's cookie, which without "stay signed in" ends with the browser, and that of a known browser."""
        lasting = (session.expires_ms - session.created_ms) // 1000 if session.remember else None
        secure = cookies.is_secure(request, self.settings)
        return [
            cookies.session_cookie(cookies.COOKIE, token, secure=secure, max_age=lasting),
            browsers.device_cookie(request, self.settings, self.secrets, account),
        ]

    def check_codes(self) -> None:
        """Raises CodesOff."""
        if self.settings.sms.provider == "off":
            raise CodesOff()


def code_sent(cookie: Cookie) -> Response[CodeSent]:
    """The answer to a request for a code. It is the same whether a code was sent or not."""
    return Response(CodeSent(codes.GAP_MS // 1000, codes.LIVES_MS // 1000), cookies=[cookie])


def session_rows(rows: list[Session], own: Session, settings: Settings) -> list[SessionRow]:
    """An account's sessions as their owner sees them."""
    return [
        SessionRow(
            id=str(row.id),
            current=row.id == own.id,
            address=row.address,
            agent=row.agent,
            created_ms=row.created_ms,
            seen_ms=row.seen_ms,
            expires_ms=row.expires_ms,
            ends_ms=row.ends_ms(settings.sign_in),
        )
        for row in rows
    ]
