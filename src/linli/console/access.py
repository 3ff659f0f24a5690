"""The caller: the session of the cookie, the rights for the route, and the resulting Scope."""

from typing import Any, Final, NamedTuple, cast

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.types import ASGIApp, Message, Receive, Send
from litestar.types import Scope as AsgiScope

from linli.console.errors import request_id_in
from linli.console.serving import parts_of
from linli.domains.accounts.cookies import console_token
from linli.domains.accounts.service import sessions
from linli.domains.accounts.service.sessions import Session
from linli.domains.accounts.service.spare_sessions import SpareSessions
from linli.domains.people.rights import ANY_RIGHT, SIGNED_IN, Right, Rights
from linli.domains.people.service import accounts, agreements
from linli.domains.people.service.agreements import AgreementPending
from linli.domains.people.service.passwords import PasswordDue
from linli.kernel.db import Database
from linli.kernel.disk import may_use_reserve, use_reserve
from linli.kernel.errors import BadInput, Forbidden, LinliError, Unauthorized
from linli.kernel.http import known_caller
from linli.kernel.i18n import language_of
from linli.kernel.members import check_members
from linli.kernel.nul import holds_nul
from linli.kernel.scope import Scope
from linli.kernel.settings import Settings

GUARD_HEADER: Final = "x-linli-request"
"""Sent by our own pages on every change. A form or image of another site cannot send it, and its scripts would need
a pre-flight that we never allow: with SameSite=Lax the second lock against forged requests."""
_PENDING: Final = "agreements_pending"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})

type Connection = ASGIConnection[Any, Any, Any, Any]


class ForgedRequest(Forbidden):
    code = "console.forged_request"


class SignInFirst(Unauthorized):
    code = "unauthorized"


class SignedIn(NamedTuple):
    """The account of a valid session, and its present rights."""

    session: Session
    rights: Rights
    pending: bool
    """Agreements wait for their consent: until then they use no right."""


async def signed_in(
    db: Database, token: str, *, spare: SpareSessions, now_ms: int, password_due: bool = False
) -> SignedIn:
    """The account of a session's token, by the present state of the database.

    Raises SignInFirst; PasswordDue for whom somebody else set the password, unless `password_due` lets them in to change
    it or to leave.
    """
    session = await sessions.find_session(db, token, now_ms=now_ms) if token else None
    if session is None and token:
        session = await _spare_session(db, token, spare, now_ms)
    if session is None:
        raise SignInFirst()
    try:
        rights = await accounts.rights(db, session.account_id)
    except LinliError as error:  # closed or gone since the sign-in
        raise SignInFirst() from error
    if rights.password_due and not password_due:
        raise PasswordDue()
    wanted = [] if rights.is_operator else await agreements.pending(db, rights.account_id)
    rights = msgspec.structs.replace(rights, withheld=agreements.withheld(wanted))
    return SignedIn(session, rights, agreements.waits(wanted))


async def _spare_session(db: Database, token: str, spare: SpareSessions, now_ms: int) -> Session | None:
    """One that was opened while nothing could be written. All of them end as soon as something can be."""
    session = spare.find(token, now_ms=now_ms)
    if session is None or not await sessions.is_current(db, session):
        return None
    if spare.is_due(token, now_ms=now_ms) and await sessions.writes_again(db, now_ms=now_ms):
        spare.end_all()
        return None
    return session


class SessionMiddleware(AbstractAuthenticationMiddleware):
    """Finds the session of the cookie and the rights of its account; routes with `public=True` do without.

    A person whose password was set by another person gets only routes with `password_due=True`: to change it, or to
    sign out.
    """

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, exclude_from_auth_key="public")

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        with may_use_reserve():
            await super().__call__(scope, receive, send)

    async def authenticate_request(self, connection: Connection) -> AuthenticationResult:
        parts = parts_of(connection.scope)
        db, now_ms = parts.db, parts.clock.now_ms()
        caller = await signed_in(
            db,
            token_of(connection),
            spare=parts.spare,
            now_ms=now_ms,
            password_due=bool(connection.scope["route_handler"].opt.get("password_due")),
        )
        if not await sessions.use(db, caller.session, sign_in=parts.settings.sign_in, now_ms=now_ms):
            raise SignInFirst()
        if caller.rights.is_operator and connection.scope.get("method") == "DELETE":
            use_reserve()  # with a full disk, the operator can still delete something
        known_caller(cast(dict[str, Any], connection.scope))
        connection.state[_PENDING] = caller.pending
        return AuthenticationResult(user=caller.rights, auth=caller.session)


async def number_answer(message: Message, scope: AsgiScope) -> None:
    """Before every answer: its number, which problems repeat, and no copy of it in any cache."""
    if message["type"] == "http.response.start":
        number = request_id_in(scope)
        message["headers"] = [
            *message.get("headers", ()),
            (b"x-request-id", number.encode()),
            (b"cache-control", b"no-store"),
        ]


def refuse_forged(connection: Connection, _: BaseRouteHandler) -> None:
    """Guard: a change must come from our own pages. Raises ForgedRequest."""
    if connection.scope.get("method") in _SAFE:
        return
    headers = connection.headers
    site = headers.get("sec-fetch-site", "same-origin")
    origin = headers.get("origin")
    same = origin is None or origin.partition("://")[2] == headers.get("host")
    if headers.get(GUARD_HEADER) is None or site not in ("same-origin", "none") or not same:
        raise ForgedRequest()


async def refuse_nul(request: Request[Any, Any, Any]) -> None:
    """Before the route: no text of the caller's holds U+0000, whatever the engine would keep. Raises BadInput."""
    named = [*request.query_params.multi_items(), *request.path_params.items()]
    for name, value in named:
        if "\0" in f"{name}{value}":
            raise BadInput(field=name.replace("\0", ""), rule="no_nul")
    if request.content_type[0] in ("", "application/json"):
        body = await request.body()
        check_members(body)
        try:
            has_nul = holds_nul(body)
        except (msgspec.DecodeError, RecursionError):
            return  # the route's own reading says what is wrong
        if has_nul:
            raise BadInput(field="body", rule="no_nul")


def require_right(connection: Connection, handler: BaseRouteHandler) -> None:
    """Guard: the account must have the route's right somewhere. Raises Forbidden."""
    if handler.opt.get("public"):
        return
    wanted = handler.opt.get("right", SIGNED_IN)
    if wanted == SIGNED_IN:
        return
    rights, session = cast(Rights, connection.user), cast(Session, connection.auth)
    if connection.state.get(_PENDING):
        raise AgreementPending()
    if wanted == ANY_RIGHT:
        rights.scope_anywhere(session.tenant_id, language="")
        return
    if not rights.may(Right(wanted), tenant_id=session.tenant_id):
        raise AgreementPending() if Right(wanted) in rights.withheld else Forbidden()


def token_of(connection: Connection) -> str:
    """The session's token that a request carries; empty without one."""
    return console_token(connection.cookies, parts_of(connection.scope).settings)


def token_in(cookies: str, settings: Settings) -> str:
    """The session's token in a Cookie header, for applications beside the console's; empty without one."""
    pairs = (part.strip().partition("=") for part in cookies.split(";"))
    cookies_by_name = {name: value.strip('"') for name, _, value in reversed(list(pairs))}
    return console_token(cookies_by_name, settings)


def scope_of(request: Request[Any, Any, Any]) -> Scope:
    """The caller's scope by the right of the requested route."""
    wanted = request.route_handler.opt.get("right")
    rights, session = cast(Rights, request.user), cast(Session, request.auth)
    language = language_of(request)
    if wanted == SIGNED_IN:
        return rights.scope(session.tenant_id, language=language)
    if wanted == ANY_RIGHT:
        return rights.scope_anywhere(session.tenant_id, language=language)
    return rights.scope_with(Right(str(wanted)), session.tenant_id, language=language)
