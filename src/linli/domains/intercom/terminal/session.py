"""How a page of ours becomes an indoor terminal: it shows a code, somebody binds it, and it enters with its own token.

Nobody signs in there. Before it is bound, a page learns nothing of anybody. Source: spec A 2.7, 3, RES-10, PM-18.
"""

from typing import Annotated, Literal

import msgspec
from litestar import Response
from litestar.datastructures import Cookie
from msgspec import Meta

from linli.domains.access.queries.places import places
from linli.domains.accounts import cookies
from linli.domains.accounts.entrance import AnyRequest
from linli.domains.accounts.service.floods import TERMINALS, Floods
from linli.domains.communities.queries import communities
from linli.domains.intercom.answering import Answering
from linli.domains.intercom.queries import screens as queries
from linli.domains.intercom.queries.screens import BoundTerminal
from linli.domains.intercom.rows import Screen
from linli.domains.intercom.service import screens as service
from linli.domains.intercom.service import terminals
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import Conflict
from linli.kernel.http import Callers
from linli.kernel.ids import Ids
from linli.kernel.settings import Settings

DAY_S = 86_400


class NotBoundYet(Conflict):
    """Nobody has bound the page by its code."""

    code = "intercom.not_bound_yet"


class Standing(msgspec.Struct, rename="camel", frozen=True):
    """How far a page is."""

    state: Annotated[
        Literal["new", "waits", "bound", "entered"],
        Meta(
            description="new: it shows no code; waits: nobody bound it; bound: it may enter; entered: it is a terminal."
        ),
    ]


class CodeShown(msgspec.Struct, rename="camel", frozen=True):
    """By which somebody binds the page. Good once."""

    code: str
    seconds: Annotated[int, Meta(description="For which it is good.")]


class Place(msgspec.Struct, rename="camel", frozen=True):
    """What the terminal is."""

    kind: Literal["home", "office"]
    nickname: str
    house: Annotated[str, Meta(description="Empty: the property's office.")]
    community: str
    number: Annotated[str, Meta(description="By which it is dialled.")]
    calls_on: Annotated[bool, Meta(description="Whether pages take calls here.")]
    floor: Annotated[str, Meta(description="Where lifts come to, as it was set here; empty: not yet.")]
    time_zone: str


session_routes = Routes("/session", tags=("session",))
code_routes = Routes("/session/code", tags=("session",))
place_routes = Routes("/place", tags=("session",))


@session_routes.get(public=True)
async def standing(request: AnyRequest, db: Database, clock: Clock) -> Standing:
    """How far the page is."""
    screen = await _screen(request, db, clock.now_ms())
    if screen is None:
        return Standing("new")
    if screen.number:
        return Standing("new" if await queries.terminal_of(db, screen) is None else "entered")
    return Standing("waits" if await queries.bound_to(db, screen) is None else "bound")


@code_routes.post(public=True, status=200)
async def show_code(
    request: AnyRequest, tx: Tx, ids: Ids, clock: Clock, floods: Floods, callers: Callers, settings: Settings
) -> Response[CodeShown]:
    """Have a code for five minutes, in place of the one before. A page that nobody knows gets its first token."""
    now_ms = clock.now_ms()
    floods.count(TERMINALS, callers.of(request.scope), now_ms=now_ms)
    screen, sent = await _screen(request, tx, now_ms), []
    if screen is None or screen.number:  # what it was bound to is no more
        proof = await service.begin(tx, ids=ids, now_ms=now_ms)
        screen, sent = proof.screen, [_cookie(request, settings, proof.token, DAY_S)]
    shown = await service.show_code(tx, screen=screen, ids=ids, now_ms=now_ms)
    return Response(CodeShown(shown.code, (shown.expires_ms - now_ms) // 1000), cookies=sent)


@session_routes.post(public=True, status=204, raises=(NotBoundYet,))
async def enter(request: AnyRequest, tx: Tx, clock: Clock, settings: Settings) -> Response[None]:
    """Be the terminal that somebody bound: the page gets its own token, and the one before ends."""
    now_ms = clock.now_ms()
    screen = await _screen(request, tx, now_ms)
    proof = (
        await service.enter(tx, screen=screen, now_ms=now_ms)
        if screen is not None and not screen.number
        else None
    )
    if proof is None:
        raise NotBoundYet()
    return _given(request, settings, proof)


@session_routes.put("/token", status=204)
async def renew_token(
    request: AnyRequest, terminal: BoundTerminal, tx: Tx, clock: Clock, settings: Settings
) -> Response[None]:
    """Another token in place of one that is a day old; asked sooner, it stays. The old one serves two minutes longer."""
    now_ms, screen = clock.now_ms(), terminal.screen
    if now_ms - screen.renewed_ms < service.RENEW_MS:
        return Response(None)
    proof = await service.renew(tx, screen=screen, now_ms=now_ms)
    return Response(None) if proof is None else _given(request, settings, proof)


@session_routes.delete()
async def unbind_here(terminal: BoundTerminal, tx: Tx, clock: Clock) -> None:
    """End the binding from the terminal's own end, at once: it must be bound again before it is used."""
    await terminals.unbind(terminal.scope, tx, terminal=terminal.terminal, now_ms=clock.now_ms())


@place_routes.get()
async def own_place(terminal: BoundTerminal, db: Database, answering: Answering) -> Place:
    """Where the terminal is and what it is called."""
    row, scope = terminal.terminal, terminal.scope
    community = (await communities.by_id(scope, db, [row.community_id])).get(row.community_id)
    where = await places(scope, db, space_ids=[row.space_id])
    return Place(
        kind="home" if terminal.at_home else "office",
        nickname=row.nickname,
        house=where.get(row.space_id, "") if terminal.at_home else "",
        community="" if community is None else community.name,
        number=row.number,
        calls_on=answering.on,
        floor=terminal.screen.floor,
        time_zone="" if community is None else community.time_zone,
    )


async def _screen(request: AnyRequest, db: Reader, now_ms: int) -> Screen | None:
    token = cookies.session_token(request.cookies, cookies.TERMINAL_COOKIE, plain_too=True)
    return await queries.screen_of_token(db, service.hashed(token), now_ms=now_ms) if token else None


def _given(request: AnyRequest, settings: Settings, proof: service.Proof) -> Response[None]:
    return Response(None, cookies=[_cookie(request, settings, proof.token, queries.LIVES_MS // 1000)])


def _cookie(request: AnyRequest, settings: Settings, token: str, max_age: int) -> Cookie:
    secure = cookies.is_secure(request, settings)
    return cookies.session_cookie(
        cookies.TERMINAL_COOKIE, token, secure=secure, max_age=max_age, path=cookies.TERMINAL_PATH
    )


ROUTES = (session_routes, code_routes, place_routes)
