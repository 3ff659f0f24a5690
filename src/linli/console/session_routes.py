"""Signing in and out, who am I, where am I signed in."""

from typing import Any

from litestar import Controller, Request, Response, delete, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from linli.console import cookies, schemas, sessions, throttle
from linli.console.access import COOKIE, SIGNED_IN, client_address
from linli.console.browsers import asker_of, device_cookie, device_of, own_text
from linli.console.errors import language_of
from linli.console.security_log import name_account
from linli.console.serving import parts_of
from linli.console.sessions import CONSOLE, Entry, Session
from linli.console.spare_sessions import SpareSessions
from linli.domains.communities.queries import communities
from linli.domains.people.person_rules import mask_phone
from linli.domains.people.queries.own_rights import closed_places, closed_tenants
from linli.domains.people.rights import Right, Rights
from linli.domains.people.service import accounts, agreements, codes, companies, passwords
from linli.domains.people.service.accounts import Account, clean_login
from linli.kernel import tenancy
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader
from linli.kernel.db.sqlite import DiskFull
from linli.kernel.disk import freeing_space
from linli.kernel.errors import Forbidden, Unavailable
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings


async def describe(db: Reader, rights: Rights, tenant_id: str) -> schemas.Me:
    """The account as its own screens see it, working in `tenant_id` ("" for a pure operator)."""
    account = await accounts.get_account(db, rights.account_id)
    tenants = [await tenancy.get_tenant(db, one) for one in rights.tenants]
    options = [schemas.TenantOption(tenant.id, tenant.name) for tenant in tenants]
    return schemas.Me(
        account_id=str(account.id),
        name=account.name,
        login=account.login,
        must_change_password=bool(account.must_change),
        has_password=await passwords.has_password(db, account.id),
        phone=mask_phone(account.phone or ""),
        operator=rights.is_operator,
        tenant=next((option for option in options if option.id == tenant_id), None),
        tenants=options,
        roles=[
            schemas.RoleIn(grant.role, grant.community_id)
            for grant in rights.grants
            if grant.tenant_id in ("", tenant_id)
        ],
        rights=sorted(rights.all_in(tenant_id)),
        agreements_pending=not rights.is_operator and bool(await agreements.pending(db, account.id)),
        contract_missing=await _contract_missing(db, rights, tenant_id),
        not_running=[] if tenants or rights.is_operator else await _not_running(db, account.id),
    )


async def _not_running(db: Reader, account_id: int) -> list[str]:
    """Why somebody with roles can do nothing: they are not asked to found a company."""
    names = []
    for tenant_id, places in (await closed_places(db, account_id)).items():
        found = await communities.by_id(Scope.system(tenant_id, "session"), db, sorted(set(places)))
        names += [one.name for one in found.values()]
    return sorted(names)


async def _contract_missing(db: Reader, rights: Rights, tenant_id: str) -> bool:
    """Whether this administrator is asked for the contract form of the first use."""
    if not rights.may(Right.ORGANISATION_MANAGE, tenant_id=tenant_id):
        return False
    row = await companies.of_tenant(db, tenant_id)
    return row is not None and not row.signed_ms


def session_cookie(
    request: Request[Any, Any, Any], settings: Settings, token: str, session: Session
) -> Cookie:
    """The session's cookie. Without "stay signed in" it ends with the browser."""
    lasting = (session.expires_ms - session.created_ms) // 1000 if session.remember else None
    return cookies.session_cookie(COOKIE, token, secure=cookies.is_secure(request, settings), max_age=lasting)


def entry_of(request: Request[Any, Any, Any], settings: Settings, front: str = CONSOLE) -> Entry:
    """Where a sign-in comes from."""
    address = client_address(request)
    return Entry(address, request.headers.get("user-agent", ""), front)


def session_rows(rows: list[Session], own: Session, settings: Settings) -> list[schemas.SessionRow]:
    """An account's sessions as their owner sees them."""
    return [
        schemas.SessionRow(
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


async def enter(
    request: Request[Any, Any, Any],
    db: Database,
    account: Account,
    *,
    remember: bool,
    ids: Ids,
    settings: Settings,
    now_ms: int,
) -> Response[schemas.Me]:
    """Open a session for an account that has shown who it is.

    Who has no role anywhere may found or join an organisation. Raises Forbidden for who was let out of all theirs.
    """
    name_account(request, account.id)
    rights = await accounts.rights(db, account.id)
    tenant_id = rights.tenants[0] if rights.tenants else ""
    if not tenant_id and not rights.is_operator and await closed_tenants(db, account.id):
        raise Forbidden()
    parts, entry = parts_of(request.scope), entry_of(request, settings)
    try:
        # The reserve of a full disk pays for sign-ins: somebody must come in to free it.
        with freeing_space():
            async with db.begin() as tx:
                token, session = await sessions.open_session(
                    tx,
                    account=account,
                    tenant_id=tenant_id,
                    remember=remember,
                    entry=entry,
                    sign_in=settings.sign_in,
                    ids=ids,
                    now_ms=now_ms,
                )
    except DiskFull:
        token, session = parts.spare.open(
            account=account, tenant_id=tenant_id, entry=entry, ids=ids, now_ms=now_ms
        )
    me = await describe(db, rights, tenant_id)
    own = session_cookie(request, settings, token, session)
    return Response(me, cookies=[own, device_cookie(request, settings, parts.secrets, account)])


def code_attempt(request: Request[Any, Any, Any]) -> throttle.Attempt:
    """Having a code sent, as it is counted for an address."""
    return throttle.Attempt("", client_address(request), purpose="send code")


async def by_code(
    request: Request[Any, Any, Any], db: Reader, phone: str, secrets: Secrets
) -> throttle.Attempt:
    """A sign-in with a code, as it is counted: the code bears five tries, so the address alone.

    A browser that the phone's log-in knows is counted by itself, whatever others do from its address.
    """
    known = await accounts.find_account(db, phone)
    device = device_of(request, secrets, known)
    if known:
        name_account(request, known.id)
    name = f"{known.id} (code)" if known and device else ""
    return throttle.Attempt(name, client_address(request), device)


def code_sent(cookie: Cookie) -> Response[schemas.CodeSent]:
    """The answer to who asked for a code, whether one was sent or not."""
    sent = schemas.CodeSent(codes.GAP_MS // 1000, codes.LIVES_MS // 1000)
    return Response(sent, cookies=[cookie])


class CodesOff(Unavailable):
    """The settings say that nobody signs in with a code."""

    code = "account.codes_off"


class SessionRoutes(Controller):
    path = "/session"
    tags = ("session",)

    @post("/", public=True, status_code=200, noted="sign-in")
    async def sign_in(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[schemas.SignInRequest],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
        ids: NamedDependency[Ids],
        secrets: NamedDependency[Secrets],
        settings: NamedDependency[Settings],
        spare_counts: NamedDependency[throttle.SpareCounts],
    ) -> Response[schemas.Me]:
        """Sign in with a phone number or log-in name. After five failures one waits here, 30 s and doubling."""
        known = await accounts.find_account(db, data.login)
        name = str(known.id) if known else clean_login(data.login)
        if known:
            name_account(request, known.id)
        attempt = throttle.Attempt(name, client_address(request), device_of(request, secrets, known))
        await throttle.count_attempt(db, attempt, now_ms=clock.now_ms(), spare=spare_counts)
        account = await accounts.authenticate(db, login=data.login, password=data.password)
        await throttle.forgive(db, attempt, spare=spare_counts)
        return await enter(
            request, db, account, remember=data.remember, ids=ids, settings=settings, now_ms=clock.now_ms()
        )

    @post("/code", public=True, status_code=202, noted="code to sign in")
    async def send_code(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[schemas.CodeRequest],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
        secrets: NamedDependency[Secrets],
        settings: NamedDependency[Settings],
    ) -> Response[schemas.CodeSent]:
        """Have a one-time code sent to a phone. The answer is the same whether the phone has a log-in or not."""
        if settings.sms.provider == "off":
            raise CodesOff()
        phone, now_ms = clean_login(data.phone), clock.now_ms()
        known = await accounts.find_account(db, phone)
        if known:
            name_account(request, known.id)
        asker, cookie = asker_of(request, settings, secrets, known)
        if not asker.device:
            await throttle.count_attempt(db, code_attempt(request), now_ms=now_ms)
        await codes.request_code(
            db, phone=phone, asker=asker, secrets=secrets, language=language_of(request), now_ms=now_ms
        )
        return code_sent(cookie)

    @post("/code/verify", public=True, status_code=200, noted="sign-in by code")
    async def sign_in_by_code(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[schemas.CodeSignIn],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
        ids: NamedDependency[Ids],
        secrets: NamedDependency[Secrets],
        settings: NamedDependency[Settings],
    ) -> Response[schemas.Me]:
        """Sign in with a phone and the code sent to it: five tries, in the browser that asked for it."""
        now_ms, attempt = clock.now_ms(), await by_code(request, db, data.phone, secrets)
        await throttle.count_attempt(db, attempt, now_ms=now_ms)
        account = await codes.redeem(
            db,
            phone=clean_login(data.phone),
            code=data.code,
            browser=own_text(request),
            secrets=secrets,
            now_ms=now_ms,
        )
        await throttle.forgive(db, attempt)
        return await enter(
            request, db, account, remember=data.remember, ids=ids, settings=settings, now_ms=now_ms
        )

    @get("/", right=SIGNED_IN, password_due=True)
    async def who_am_i(
        self,
        db: NamedDependency[Database],
        rights: NamedDependency[Rights],
        session: NamedDependency[Session],
    ) -> schemas.Me:
        """The signed-in account, its tenants and its rights."""
        return await describe(db, rights, session.tenant_id)

    @delete("/", right=SIGNED_IN, password_due=True, noted="sign-out")
    async def sign_out(
        self,
        request: Request[Any, Any, Any],
        db: NamedDependency[Database],
        session: NamedDependency[Session],
        settings: NamedDependency[Settings],
        spare: NamedDependency[SpareSessions],
    ) -> Response[None]:
        """End this session."""
        await _end(db, spare, session, session.id)
        secure = cookies.is_secure(request, settings)
        gone = cookies.session_cookie(COOKIE, "", secure=secure, max_age=0)
        return Response(None, status_code=204, cookies=[gone])

    @post("/tenant", right=SIGNED_IN, status_code=200)
    async def choose_tenant(
        self,
        data: JSONBody[schemas.TenantChoice],
        db: NamedDependency[Database],
        rights: NamedDependency[Rights],
        session: NamedDependency[Session],
    ) -> schemas.Me:
        """Work in another tenant of the account."""
        if data.tenant_id not in rights.tenants:
            raise Forbidden()
        async with db.begin() as tx:
            await sessions.choose_tenant(tx, session, data.tenant_id)
        return await describe(db, rights, data.tenant_id)


class SessionListRoutes(Controller):
    path = "/sessions"
    tags = ("session",)

    @get("/", right=SIGNED_IN)
    async def list_sessions(
        self,
        db: NamedDependency[Database],
        session: NamedDependency[Session],
        clock: NamedDependency[Clock],
        settings: NamedDependency[Settings],
        spare: NamedDependency[SpareSessions],
    ) -> list[schemas.SessionRow]:
        """Where the account is signed in, the last used first."""
        now_ms = clock.now_ms()
        rows = await sessions.list_sessions(db, session.account_id, now_ms=now_ms)
        kept = spare.of_account(session.account_id, now_ms=now_ms)
        return session_rows([*kept, *rows], session, settings)

    @delete("/{session_id:int}", right=SIGNED_IN, noted="end of a session")
    async def revoke(
        self,
        session_id: FromPath[int],
        db: NamedDependency[Database],
        session: NamedDependency[Session],
        spare: NamedDependency[SpareSessions],
    ) -> None:
        """Sign one of the account's sessions out."""
        await _end(db, spare, session, session_id)

    @post("/revoke-others", right=SIGNED_IN, status_code=200, noted="end of other sessions")
    async def revoke_others(
        self,
        db: NamedDependency[Database],
        session: NamedDependency[Session],
        spare: NamedDependency[SpareSessions],
    ) -> schemas.Revoked:
        """Sign out everywhere but here."""
        kept = spare.end_others(session)
        with freeing_space():
            async with db.begin() as tx:
                return schemas.Revoked(kept + await sessions.revoke_others(tx, session))


async def _end(db: Database, spare: SpareSessions, session: Session, session_id: int) -> None:
    """End one of the account's sessions, with a full disk too. Raises NotFound."""
    if spare.end(account_id=session.account_id, session_id=session_id):
        return
    with freeing_space():
        async with db.begin() as tx:
            await sessions.revoke(tx, account_id=session.account_id, session_id=session_id)
