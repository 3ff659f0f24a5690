"""Sessions in memory while nothing can be written: operators must be able to sign in when the disk is full.

While the disk is almost full, sign-ins use the reserve and are normal sessions. Only if that fails too is a session
kept here: in the process that opened it, for half an hour, never written. It ends with the process, when it is signed
out or ended, and when its account is closed or has a later generation (as after a new password). It also ends when
writing works again, which is tried once a minute; the person then signs in as usual. Residents sign in with codes,
which must be written, so they wait.
"""

import secrets
from typing import Final

from linli.domains.accounts.service.sessions import SEEN_STEP_MS, Entry, Session, hashed
from linli.domains.people.service.accounts import Account
from linli.kernel.ids import Ids

LIVES_MS: Final = 30 * 60_000
SESSIONS_MAX: Final = 200
"""The oldest goes first."""


class SpareSessions:
    """One process's."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        """By the hash of the token."""

    def open(
        self, *, account: Account, tenant_id: str, entry: Entry, ids: Ids, now_ms: int
    ) -> tuple[str, Session]:
        """The cookie's value, which is kept nowhere, and the session."""
        token = secrets.token_urlsafe(32)
        self._sessions[hashed(token)] = session = Session(
            id=ids.number(),
            account_id=account.id,
            tenant_id=tenant_id,
            remember=0,
            address=entry.address,
            agent=entry.agent[:300],
            created_ms=now_ms,
            seen_ms=now_ms,
            expires_ms=now_ms + LIVES_MS,
            generation=account.generation,
        )
        while len(self._sessions) > SESSIONS_MAX:
            del self._sessions[next(iter(self._sessions))]
        return token, session

    def find(self, token: str, *, now_ms: int) -> Session | None:
        """The living session of a cookie. The caller looks at the account's generation."""
        session = self._sessions.get(hashed(token))
        return session if session is not None and session.expires_ms > now_ms else None

    def is_due(self, token: str, *, now_ms: int) -> bool:
        """Whether it is time to try again to write; asked for a session that `find` gave."""
        key = hashed(token)
        session = self._sessions.get(key)
        if session is None or now_ms - session.seen_ms < SEEN_STEP_MS:
            return False
        self._sessions[key] = session._replace(seen_ms=now_ms)
        return True

    def of_account(self, account_id: int, *, now_ms: int) -> list[Session]:
        return [
            session
            for session in self._sessions.values()
            if session.account_id == account_id and session.expires_ms > now_ms
        ]

    def end(self, *, account_id: int, session_id: int) -> bool:
        """Whether there was one."""
        ended = [
            key
            for key, session in self._sessions.items()
            if (session.id, session.account_id) == (session_id, account_id)
        ]
        for key in ended:
            del self._sessions[key]
        return bool(ended)

    def end_others(self, session: Session) -> int:
        """End the account's, but for this one; how many there were."""
        ended = [
            key
            for key, spare in self._sessions.items()
            if spare.account_id == session.account_id and spare.id != session.id
        ]
        for key in ended:
            del self._sessions[key]
        return len(ended)

    def end_all(self) -> None:
        """Writing works again: everybody signs in as usual."""
        self._sessions.clear()
