"""Which resident is calling: the session behind the cookie, and the persons and houses behind its phone."""

from typing import Any, Final, cast

from litestar import Request
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.types import ASGIApp

from linli.console import sessions
from linli.console.access import Connection, SignInFirst
from linli.console.errors import language_of
from linli.console.serving import parts_of
from linli.console.sessions import RESIDENT, Session
from linli.domains.people.queries.residence import Resident, resident
from linli.domains.people.service import accounts
from linli.kernel.errors import LinliError

COOKIE: Final = "linli_resident"


class ResidentMiddleware(AbstractAuthenticationMiddleware):
    """Finds the resident of the cookie; routes with `public=True` do without."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, exclude_from_auth_key="public")

    async def authenticate_request(self, connection: Connection) -> AuthenticationResult:
        parts = parts_of(connection.scope)
        db, now_ms = parts.db, parts.clock.now_ms()
        token = connection.cookies.get(COOKIE, "")
        session = await sessions.find_session(db, token, now_ms=now_ms, front=RESIDENT) if token else None
        if session is None:
            raise SignInFirst()
        try:
            account = await accounts.get_account(db, session.account_id)
        except LinliError as error:  # gone since the sign-in
            raise SignInFirst() from error
        if account.disabled:
            raise SignInFirst()
        if not await sessions.use(db, session, sign_in=parts.settings.sign_in, now_ms=now_ms):
            raise SignInFirst()
        language = language_of(cast(Request[Any, Any, Any], connection))
        found = await resident(
            db, account_id=account.id, phone=account.phone or "", name=account.name, language=language
        )
        return AuthenticationResult(user=found, auth=session)


async def provide_resident(request: Request[Any, Any, Any]) -> Resident:
    return cast(Resident, request.user)


async def provide_session(request: Request[Any, Any, Any]) -> Session:
    return cast(Session, request.auth)
