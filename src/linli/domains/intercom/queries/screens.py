"""Pages of ours that are terminals, by what they prove themselves with."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, bindparam, or_, select

from linli.domains.intercom.models import screens, terminals
from linli.domains.intercom.rows import Screen, Terminal
from linli.kernel.db import INT, Query, Reader
from linli.kernel.scope import Caller, Scope

PAGES: Final = "@pages"
"""In place of the project whose application runs on a terminal: our own pages."""
PAGE: Final = "LINLI_PAGE"
"""Their kind of device."""
LIVES_MS: Final = 90 * 86_400_000
"""For which a token serves that nobody renews."""
GRACE_MS: Final = 120_000
"""For which one serves that was renewed: others of the page's requests are on their way with it."""
_s, _t = screens.c, terminals.c
_OWN = "the page proved itself by its token"

_by_token = Query(
    select(screens).where(
        or_(
            _s.token_hash == bindparam("token"),
            and_(
                _s.old_hash == bindparam("token"),
                _s.renewed_ms > bindparam("now", type_=INT) - GRACE_MS,
            ),
        ),
        _s.renewed_ms > bindparam("now", type_=INT) - LIVES_MS,
    ),
    Screen,
    unscoped=_OWN,
)
_bound = Query(
    select(terminals).where(
        _t.app_project == PAGES, _t.device_type == PAGE, _t.device_id == bindparam("screen_id")
    ),
    Terminal,
    unscoped=_OWN,
)


@dataclass(frozen=True)
class BoundTerminal:
    """The terminal that a page is, bound to a house or to the property's office."""

    terminal: Terminal
    screen: Screen
    language: str

    @property
    def scope(self) -> Scope:
        """Its community. What of it the terminal may see and do, its routes say."""
        row = self.terminal
        return Scope(
            row.tenant_id, Caller("device", row.number), frozenset((row.community_id,)), None, self.language
        )

    @property
    def at_home(self) -> bool:
        """Of a house; else of the property's office."""
        return self.terminal.space_id is not None


async def screen_of_token(db: Reader, token_hash: str, *, now_ms: int) -> Screen | None:
    return await _by_token.one(db, token=token_hash, now=now_ms)


async def bound_to(db: Reader, screen: Screen) -> Terminal | None:
    """The terminal that somebody bound by the code of a page."""
    return await _bound.one(db, screen_id=screen.screen_id)


async def terminal_of(db: Reader, screen: Screen) -> Terminal | None:
    """The terminal that a page entered as; None: it has to show a code."""
    row = await bound_to(db, screen) if screen.number else None
    return row if row is not None and row.number == screen.number else None
