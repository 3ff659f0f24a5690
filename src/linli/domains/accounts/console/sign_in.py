"""Signing in through another provider, or by scanning with a phone that is signed in. Spec A §1.1 (ONB-01, 11, 12)."""

import re
import secrets as system_secrets
from typing import Final
from urllib.parse import quote

import msgspec
from litestar import Response
from litestar.response import Redirect

from linli.domains.accounts import schemas
from linli.domains.accounts.browsers import own_text, text_of
from linli.domains.accounts.cookies import console_token
from linli.domains.accounts.entrance import AnyRequest, Entrance
from linli.domains.accounts.notes import name_account, name_refusal
from linli.domains.accounts.service import sessions
from linli.domains.accounts.service.floods import PROVIDERS, SCANS, Floods
from linli.domains.accounts.service.sessions import SessionOver
from linli.domains.people.rights import SIGNED_IN, Rights
from linli.domains.people.service import accounts, links, scans
from linli.domains.people.service.links import LinkTaken
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import LinliError, NotFound
from linli.kernel.i18n import language_of
from linli.kernel.qr import qr_image
from linli.kernel.settings import Settings
from linli.ops.login_providers import LoginProviders, Start

_OWN_PATH: Final = re.compile(r"/(?![/\\])[^\s\\]{0,300}")


class ProviderShown(msgspec.Struct, rename="camel", frozen=True):
    name: str
    title: str


class BeginSignIn(msgspec.Struct, rename="camel", frozen=True):
    next: str = "/"
    """Where to go afterwards: a path of our own."""


class GoThere(msgspec.Struct, rename="camel", frozen=True):
    url: str


class LinkShown(msgspec.Struct, rename="camel", frozen=True):
    provider: str
    title: str
    label: str
    linked_ms: int
    used_ms: int


class Linked(msgspec.Struct, rename="camel", frozen=True):
    provider: str | None


class ScanShown(msgspec.Struct, rename="camel", frozen=True):
    ticket: str
    url: str
    qr: str
    expires_ms: int


class ScanState(msgspec.Struct, rename="camel", frozen=True):
    state: str
    """waiting, confirmed, refused, used, expired"""


class ScanAsked(msgspec.Struct, rename="camel", frozen=True):
    state: str
    address: str
    agent: str
    expires_ms: int


class ScanDecision(msgspec.Struct, rename="camel", frozen=True):
    yes: bool


def own_path(path: str) -> str:
    """A path of our own pages, or the first page: a link must not lead elsewhere after the sign-in."""
    return path if _OWN_PATH.fullmatch(path) else "/"


def _redirect_uri(settings: Settings, provider: str) -> str:
    return f"{settings.public_url}/api/console/sign-in/providers/{provider}/answer"


async def _begin(
    request: AnyRequest,
    providers: LoginProviders,
    name: str,
    entrance: Entrance,
    *,
    next_path: str,
    account_id: int,
) -> Response[GoThere]:
    settings = entrance.settings
    if name not in providers:
        raise NotFound(what="login_provider", id=name)
    start = Start.new()
    url = await providers.authorize_url(name, start, redirect_uri=_redirect_uri(settings, name))
    browser, cookie = text_of(request, settings)
    async with entrance.db.begin() as tx:
        await links.begin(
            tx,
            state=start.state,
            browser=browser,
            provider=name,
            nonce=start.nonce,
            verifier=start.verifier,
            next_path=own_path(next_path),
            account_id=account_id,
            now_ms=entrance.clock.now_ms(),
        )
    return Response(GoThere(url), cookies=[cookie])


provider_routes = Routes("/sign-in/providers", tags=("session",))


@provider_routes.get(public=True)
async def list_providers(request: AnyRequest, providers: LoginProviders) -> list[ProviderShown]:
    """Others' log-ins that may be used here."""
    return [ProviderShown(name, title) for name, title in providers.titles(language_of(request))]


@provider_routes.post("/{provider:str}/begin", public=True, status=200, raises=(NotFound,))
async def begin(
    request: AnyRequest,
    provider: str,
    data: BeginSignIn,
    floods: Floods,
    providers: LoginProviders,
    entrance: Entrance,
) -> Response[GoThere]:
    """Where to send the browser so that its owner signs in there."""
    floods.count(PROVIDERS, entrance.address(request), now_ms=entrance.clock.now_ms())
    return await _begin(request, providers, provider, entrance, next_path=data.next, account_id=0)


@provider_routes.get("/{provider:str}/answer", public=True, noted="sign-in by provider", status=302)
async def answer(
    request: AnyRequest, provider: str, providers: LoginProviders, entrance: Entrance
) -> Response[None]:
    """The provider sends the browser back: sign in, link, or go on to register as whom it named."""
    try:
        return await _answered(request, providers, provider, entrance)
    except LinliError as error:
        name_refusal(request, f"{error.code} {error.facts.get('reason', '')}".strip())
        return Redirect(f"/login?refused={quote(error.code)}", status_code=302)


async def _answered(
    request: AnyRequest, providers: LoginProviders, provider: str, entrance: Entrance
) -> Response[None]:
    db, settings, now_ms = entrance.db, entrance.settings, entrance.clock.now_ms()
    state = request.query_params.get("state", "")
    if provider not in providers:
        raise NotFound(what="login_provider", id=provider)
    browser = own_text(request)
    async with db.begin() as tx:
        begun = await links.take_start(tx, state=state, browser=browser, provider=provider, now_ms=now_ms)
    code = request.query_params.get(providers[provider].code_param, "")
    if not code:
        raise links.StartGone(reason=str(request.query_params.get("error", ""))[:40])
    start = Start(state, begun.nonce, begun.verifier)
    who = await providers.somebody(provider, start, code=code, redirect_uri=_redirect_uri(settings, provider))
    if begun.account_id:
        name_account(request, begun.account_id)
        async with db.begin() as tx:
            own = await sessions.find_session(tx, console_token(request.cookies, settings), now_ms=now_ms)
            if own is None or own.account_id != begun.account_id:  # signed out, or put out, meanwhile
                raise links.StartGone()
            await sessions.hold(tx, own)
            await links.link(
                tx,
                provider=provider,
                subject=who.subject,
                label=who.name,
                account_id=begun.account_id,
                now_ms=now_ms,
            )
        return Redirect(own_path(begun.next), status_code=302)
    link = await links.find(db, provider=provider, subject=who.subject)
    if link is None:
        async with db.begin() as tx:
            await links.keep_identity(tx, row=begun, subject=who.subject, label=who.name, now_ms=now_ms)
        return Redirect(f"/register?next={quote(begun.next)}&named={quote(provider)}", status_code=302)
    async with db.begin() as tx:
        # Read before the link is used: an act that removes the link from now on ends the session too.
        account = await accounts.get_account(tx, link.account_id)
        await links.used(tx, provider=provider, subject=who.subject, now_ms=now_ms)
    opened = await entrance.enter(request, account)
    going = Redirect(own_path(begun.next), status_code=302)
    going.cookies.extend(opened.cookies)
    return going


link_routes = Routes("/session/links", tags=("session",))


@link_routes.get(right=SIGNED_IN)
async def list_links(
    request: AnyRequest, db: Database, rights: Rights, providers: LoginProviders
) -> list[LinkShown]:
    """Others' log-ins that open one's account."""
    titles = dict(providers.titles(language_of(request)))
    return [
        LinkShown(
            row.provider, titles.get(row.provider, row.provider), row.label, row.created_ms, row.used_ms
        )
        for row in await links.of_account(db, rights.account_id)
    ]


@link_routes.post(
    "/known", right=SIGNED_IN, noted="link to a log-in elsewhere", status=200, raises=(LinkTaken, SessionOver)
)
async def link_identified(request: AnyRequest, tx: Tx, session: sessions.Session, clock: Clock) -> Linked:
    """Link the identity that a provider named in this browser before the sign-in."""
    await sessions.hold(tx, session)
    return Linked(
        await links.link_identified(
            tx, browser=own_text(request), account_id=session.account_id, now_ms=clock.now_ms()
        )
    )


@link_routes.post("/{provider:str}/begin", right=SIGNED_IN, status=200, name="begin", raises=(NotFound,))
async def begin_link(
    request: AnyRequest, provider: str, rights: Rights, providers: LoginProviders, entrance: Entrance
) -> Response[GoThere]:
    """Where to send the browser to link one's log-in there."""
    return await _begin(
        request, providers, provider, entrance, next_path="/settings", account_id=rights.account_id
    )


@link_routes.delete(
    "/{provider:str}", right=SIGNED_IN, noted="end of a link to a log-in elsewhere", raises=(NotFound,)
)
async def unlink(provider: str, tx: Tx, rights: Rights) -> None:
    """Let a log-in elsewhere open the account no more."""
    await links.unlink(tx, provider=provider, account_id=rights.account_id)


scan_routes = Routes("/sign-in/scan", tags=("session",))


@scan_routes.post(public=True, name="begin")
async def begin_scan(request: AnyRequest, floods: Floods, entrance: Entrance) -> Response[ScanShown]:
    """A QR code for the sign-in page: good for one sign-in within a minute."""
    now_ms = entrance.clock.now_ms()
    address = entrance.address(request)
    floods.count(SCANS, address, now_ms=now_ms)  # before a unit is begun: what floods us costs no writer
    browser, cookie = text_of(request, entrance.settings)
    ticket = system_secrets.token_urlsafe(18)
    async with entrance.db.begin() as tx:
        expires = await scans.begin(
            tx,
            ticket=ticket,
            browser=browser,
            address=address,
            agent=request.headers.get("user-agent", ""),
            now_ms=now_ms,
        )
    url = f"{entrance.settings.public_url}/scan/{ticket}"
    return Response(ScanShown(ticket, url, qr_image(url), expires), cookies=[cookie])


@scan_routes.get("/{ticket:str}", public=True, raises=(NotFound,))
async def state(ticket: str, db: Database, clock: Clock) -> ScanState:
    """Whether the phone has decided."""
    return ScanState((await scans.find(db, ticket=ticket, now_ms=clock.now_ms())).state)


@scan_routes.post("/{ticket:str}/enter", public=True, noted="sign-in by scan", status=200, raises=(NotFound,))
async def enter_by_scan(
    request: AnyRequest, ticket: str, db: Database, clock: Clock, entrance: Entrance
) -> Response[schemas.Me]:
    """Sign in on the desktop that showed the code, once the phone said yes."""
    now_ms = clock.now_ms()
    async with db.begin() as tx:
        account_id = await scans.use(tx, ticket=ticket, browser=own_text(request), now_ms=now_ms)
        account = await accounts.get_account(tx, account_id)
    return await entrance.enter(request, account)


# On the phone.
scanned_routes = Routes("/session/scans", tags=("session",))


@scanned_routes.get("/{ticket:str}", right=SIGNED_IN, raises=(NotFound,))
async def show(ticket: str, db: Database, clock: Clock) -> ScanAsked:
    """The desktop that asks to be signed in."""
    row = await scans.find(db, ticket=ticket, now_ms=clock.now_ms())
    return ScanAsked(row.state, row.address, row.agent, row.expires_ms)


@scanned_routes.post(
    "/{ticket:str}", right=SIGNED_IN, noted="decision on a scan", raises=(NotFound, SessionOver)
)
async def decide(ticket: str, data: ScanDecision, tx: Tx, session: sessions.Session, clock: Clock) -> None:
    """Let the desktop in as oneself, or not."""
    await sessions.hold(tx, session)
    await scans.decide(tx, ticket=ticket, account_id=session.account_id, yes=data.yes, now_ms=clock.now_ms())
