"""Which resident is calling: the session behind the cookie, and the persons and houses behind its phone."""

from typing import Any, cast

from litestar import Request
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.types import ASGIApp

from linli.console.access import Connection, SignInFirst
from linli.console.serving import parts_of
from linli.domains.accounts.cookies import RESIDENT_COOKIE, session_token
from linli.domains.accounts.service import sessions
from linli.domains.accounts.service.sessions import RESIDENT
from linli.domains.people.queries.residence import resident
from linli.domains.people.service import accounts
from linli.kernel.errors import LinliError
from linli.kernel.http import known_caller
from linli.kernel.i18n import language_of


class ResidentMiddleware(AbstractAuthenticationMiddleware):
    """Finds the resident of the cookie; routes with `public=True` do without."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, exclude_from_auth_key="public")

    async def authenticate_request(self, connection: Connection) -> AuthenticationResult:
        parts = parts_of(connection.scope)
        db, now_ms = parts.db, parts.clock.now_ms()
        # Residents who stay signed in are not sent a code again because the cookie has a new name.
        token = session_token(connection.cookies, RESIDENT_COOKIE, plain_too=True)
        session = await sessions.find_session(db, token, now_ms=now_ms, front=RESIDENT) if token else None
        if session is None:
            raise SignInFirst()
        try:
            account = await accounts.get_account(db, session.account_id)
        except LinliError as error:  # gone since the sign-in
            raise SignInFirst() from error
        if account.must_change:  # a code, asked for again, takes the other's password away
            raise SignInFirst()
        if not await sessions.use(db, session, sign_in=parts.settings.sign_in, now_ms=now_ms):
            raise SignInFirst()
        known_caller(cast(dict[str, Any], connection.scope))
        language = language_of(cast(Request[Any, Any, Any], connection))
        resident_row = await resident(
            db, account_id=account.id, phone=account.phone or "", name=account.name, language=language
        )
        return AuthenticationResult(user=resident_row, auth=session)
