"""Which terminal is calling: the page behind the cookie, as long as it is bound."""

from typing import Any, cast

from litestar import Request
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.types import ASGIApp

from linli.console.access import Connection, SignInFirst
from linli.console.serving import parts_of
from linli.domains.accounts.cookies import TERMINAL_COOKIE, session_token
from linli.domains.intercom.queries import screens
from linli.domains.intercom.queries.screens import BoundTerminal
from linli.domains.intercom.service.screens import hashed
from linli.kernel.db import Reader
from linli.kernel.http import known_caller
from linli.kernel.i18n import language_of


class TerminalMiddleware(AbstractAuthenticationMiddleware):
    """Finds the terminal of the cookie; routes with `public=True` do without."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, exclude_from_auth_key="public")

    async def authenticate_request(self, connection: Connection) -> AuthenticationResult:
        parts = parts_of(connection.scope)
        token = session_token(connection.cookies, TERMINAL_COOKIE, plain_too=True)
        language = language_of(cast(Request[Any, Any, Any], connection))
        terminal = await terminal_of_token(parts.db, token, language, now_ms=parts.clock.now_ms())
        if terminal is None:
            raise SignInFirst()
        known_caller(cast(dict[str, Any], connection.scope))
        return AuthenticationResult(user=terminal, auth=None)


async def terminal_of_token(db: Reader, token: str, language: str, *, now_ms: int) -> BoundTerminal | None:
    """The terminal that this page is now; None: it must show a code."""
    screen = await screens.screen_of_token(db, hashed(token), now_ms=now_ms) if token else None
    row = await screens.terminal_of(db, screen) if screen is not None else None
    return BoundTerminal(row, screen, language) if row is not None and screen is not None else None
