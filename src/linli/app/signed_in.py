"""Whether a person's session still lives, for parts below the console that keep lines open."""

from linli.console import access
from linli.domains.accounts.service import sessions
from linli.kernel.clock import Clock
from linli.kernel.db import Reader
from linli.kernel.settings import Settings


class SignedIn:
    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock

    async def is_living(self, db: Reader, session_id: int) -> bool:
        return await sessions.is_living(db, session_id, now_ms=self._clock.now_ms())

    async def session_of(self, db: Reader, cookies: str) -> int | None:
        """Of a request's cookies; None: nobody is signed in."""
        token, now_ms = access.token_in(cookies, self._settings), self._clock.now_ms()
        session = await sessions.find_session(db, token, now_ms=now_ms) if token else None
        if session is None or not await sessions.is_living(db, session.id, now_ms=now_ms):
            return None
        return session.id
