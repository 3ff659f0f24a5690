"""Registering, founding or joining an organisation, accepting the agreements. Spec A §1.1 (ONB-01, 02, 13, 16)."""

from typing import Annotated

import msgspec
from litestar import Response
from msgspec import Meta

from linli.domains.accounts import schemas
from linli.domains.accounts.browsers import own_text
from linli.domains.accounts.entrance import AnyRequest, Entrance, code_sent
from linli.domains.accounts.me import describe
from linli.domains.accounts.service import sessions, throttle
from linli.domains.accounts.service.throttle import SignInThrottled
from linli.domains.people.console.companies import AgreementRow
from linli.domains.people.rights import SIGNED_IN, Rights, Role, RoleGrant
from linli.domains.people.service import accounts, agreements, codes, companies, joining, links
from linli.domains.people.service.accounts import LoginTaken
from linli.domains.people.service.codes import BadCode, CodeTooSoon
from linli.domains.people.service.companies import TooManyFounded
from linli.domains.people.service.joining import AlreadyAsked, InvitationGone
from linli.domains.people.service.links import LinkTaken
from linli.domains.people.service.organisation import AlreadyInCompany, Hand, add_person
from linli.domains.people.service.persons import PhoneTaken
from linli.kernel import tenancy
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, Forbidden, NotFound
from linli.kernel.i18n import language_of
from linli.kernel.ids import Ids
from linli.kernel.scope import Caller, Scope
from linli.kernel.settings import Settings
from linli.kernel.tenancy import TenantNameTaken


class RegistrationClosed(Forbidden):
    """Only who was invited may register."""

    code = "registration.closed"


class FoundingClosed(Forbidden):
    """Companies are founded by the operator of the installation."""

    code = "registration.founding_closed"


class RegistrationTerms(msgspec.Struct, rename="camel", frozen=True):
    open: Annotated[bool, Meta(description="Whether one registers without an invitation.")]
    codes: bool
    agreements: Annotated[list[AgreementRow], Meta(description="What is accepted by registering.")]
    known_as: Annotated[str, Meta(description="The identity that a provider named in this browser just now.")]


class RegistrationCode(msgspec.Struct, rename="camel", frozen=True):
    phone: str
    invitation: str = ""


class Registration(msgspec.Struct, rename="camel", frozen=True):
    phone: str
    code: str
    name: str
    password: str
    agreements: Annotated[list[str], Meta(description="Ids of what is accepted.")] = []
    invitation: Annotated[str, Meta(description="The text of an invitation's link, where there is one.")] = ""
    link: Annotated[bool, Meta(description="Also let whom a provider named in this browser open it.")] = False


class NewOrganisation(msgspec.Struct, rename="camel", frozen=True):
    class Member(msgspec.Struct, rename="camel", frozen=True):
        name: str
        phone: str

    name: str
    kind: Annotated[str, Meta(description="company (物业公司) or committee (业委会)")] = "company"
    members: Annotated[list[Member], Meta(max_length=50)] = []


class FirstUseWays(msgspec.Struct, rename="camel", frozen=True):
    may_found: Annotated[bool, Meta(description="One may found an organisation oneself.")] = msgspec.field(
        name="found"
    )


class JoinByName(msgspec.Struct, rename="camel", frozen=True):
    organisation: str
    words: str = ""


class Invited(msgspec.Struct, rename="camel", frozen=True):
    organisation: str
    note: str
    approval: bool
    expires_ms: int


class Joined(msgspec.Struct, rename="camel", frozen=True):
    waiting: Annotated[bool, Meta(description="An administrator has yet to let one in.")]
    me: schemas.Me


class MyRequest(msgspec.Struct, rename="camel", frozen=True):
    organisation: str
    state: str
    reason: str
    created_ms: int


class Accepted(msgspec.Struct, rename="camel", frozen=True):
    agreements: list[str]


def _numbers(texts: list[str]) -> list[int]:
    return [int(text) for text in texts if text.isdecimal() and len(text) < 20]


registration_routes = Routes("/registration", tags=("session",))


@registration_routes.get(public=True)
async def terms(request: AnyRequest, db: Database, clock: Clock, settings: Settings) -> RegistrationTerms:
    """Whether and how one registers."""
    start = await links.identified_start(db, browser=own_text(request), now_ms=clock.now_ms())
    return RegistrationTerms(
        settings.sign_in.registration == "open",
        settings.sms.provider != "off",
        [AgreementRow.of(agreement) for agreement in await agreements.of_registration(db)],
        start.label if start else "",
    )


@registration_routes.post(
    "/code",
    public=True,
    noted="code to register",
    status=202,
    raises=(CodeTooSoon, InvitationGone, RegistrationClosed, SignInThrottled),
)
async def send_code(
    request: AnyRequest, data: RegistrationCode, entrance: Entrance
) -> Response[schemas.CodeSent]:
    """Have a code sent to a phone, to show that it is one's own. Known phones are answered alike."""
    db = entrance.db
    entrance.check_codes()
    now_ms = entrance.clock.now_ms()
    await throttle.count_attempt(db, entrance.code_attempt(request), now_ms=now_ms)
    await _may_register(db, entrance.settings, data.invitation, now_ms)
    asker, cookie = entrance.asker(request, None)
    await codes.request_code(
        db,
        phone=data.phone,
        asker=asker,
        secrets=entrance.secrets,
        language=language_of(request),
        now_ms=now_ms,
        purpose="register",
    )
    return code_sent(cookie)


@registration_routes.post(
    public=True,
    noted="registration",
    raises=(BadCode, InvitationGone, LinkTaken, LoginTaken, RegistrationClosed, SignInThrottled),
)
async def register(request: AnyRequest, data: Registration, entrance: Entrance) -> Response[schemas.Me]:
    """Make a log-in: a phone that is shown to be one's own, a name, a password; and sign in."""
    db = entrance.db
    now_ms = entrance.clock.now_ms()
    address = entrance.address(request)
    # A code bears five tries in the browser that asked for it, so the address alone is counted.
    attempt = throttle.Attempt("", address)
    await throttle.count_attempt(db, attempt, now_ms=now_ms)
    await _may_register(db, entrance.settings, data.invitation, now_ms)
    accepted = _numbers(data.agreements)
    agreements.check_all_accepted(await agreements.of_registration(db), accepted)
    accounts.check_password(data.password, login=accounts.clean_login(data.phone))
    if not data.name.strip():
        raise BadInput(field="name", rule="required")
    hashed = await accounts.hash_password(data.password)
    phone = await codes.prove(
        db,
        phone=data.phone,
        code=data.code,
        browser=own_text(request),
        secrets=entrance.secrets,
        now_ms=now_ms,
        purpose="register",
    )
    browser = own_text(request)
    async with db.begin() as tx:
        account_id = await accounts.create_account(
            tx,
            login=phone,
            password_hash=hashed,
            name=data.name,
            ids=entrance.ids,
            now_ms=now_ms,
            proven=True,
        )
        account = await accounts.get_account(tx, account_id)
        await agreements.accept(
            tx, account_id=account_id, agreement_ids=accepted, address=address, now_ms=now_ms
        )
        if data.link:
            await links.link_identified(tx, browser=browser, account_id=account_id, now_ms=now_ms)
    await throttle.forgive(db, attempt)
    return await entrance.enter(request, account)


async def _may_register(db: Database, settings: Settings, invitation: str, now_ms: int) -> None:
    """Raises RegistrationClosed, InvitationGone."""
    if settings.sign_in.registration == "open":
        return
    if not invitation:
        raise RegistrationClosed()
    await joining.find(db, token=invitation, now_ms=now_ms)


# Calls for a person without an organisation, or who founds or joins another.
first_use_routes = Routes("/first-use", tags=("session",))


@first_use_routes.post(
    "/organisation",
    right=SIGNED_IN,
    raises=(AlreadyInCompany, FoundingClosed, LoginTaken, PhoneTaken, TenantNameTaken, TooManyFounded),
)
async def found_organisation(
    data: NewOrganisation, tx: Tx, rights: Rights, session: sessions.Session, ids: Ids, settings: Settings
) -> schemas.Me:
    """Found an organisation and add its first members, all or nothing; one works in it from then on.

    Where only the invited register, the operator of the installation alone founds.
    """
    if settings.sign_in.registration != "open" and not rights.is_operator:
        raise FoundingClosed()
    now_ms = tx.db.clock.now_ms()
    tenant_id = await companies.found_company(
        tx, account_id=rights.account_id, name=data.name, kind=data.kind, ids=ids, now_ms=now_ms
    )
    own = Rights(rights.account_id, rights.name, (RoleGrant(Role.TENANT_ADMIN, tenant_id),))
    hand = Hand(Scope(tenant_id, Caller("staff", str(rights.account_id))), own, ids)
    for member in data.members:
        await add_person(hand, tx, name=member.name, phone=member.phone)
    await sessions.choose_tenant(tx, session, tenant_id)
    return await describe(tx, await accounts.rights(tx, rights.account_id), tenant_id)


@first_use_routes.post("/join-requests", right=SIGNED_IN, status=202, raises=(AlreadyAsked, AlreadyInCompany))
async def ask(data: JoinByName, tx: Tx, rights: Rights, clock: Clock, ids: Ids) -> None:
    """Ask an organisation to be let in, by its exact name."""
    await joining.ask_by_name(
        tx,
        organisation=data.organisation,
        account_id=rights.account_id,
        words=data.words,
        ids=ids,
        now_ms=clock.now_ms(),
    )


@first_use_routes.get(right=SIGNED_IN)
async def ways(rights: Rights, settings: Settings) -> FirstUseWays:
    """The choices of a person who belongs to no organisation yet."""
    return FirstUseWays(settings.sign_in.registration == "open" or rights.is_operator)


@first_use_routes.get("/join-requests", right=SIGNED_IN)
async def mine(db: Database, rights: Rights) -> list[MyRequest]:
    """The caller's own requests, and their answers."""
    rows = await joining.mine(db, rights.account_id)
    return [
        MyRequest((await tenancy.get_tenant(db, row.tenant_id)).name, row.state, row.reason, row.created_ms)
        for row in rows
    ]


invited_routes = Routes("/invitations", tags=("session",))


@invited_routes.get("/{token:str}", public=True, raises=(NotFound, InvitationGone))
async def show(token: str, db: Database, clock: Clock) -> Invited:
    """The organisation behind an invitation. A link has 144 random bits, so tries are not counted: a guesser cannot
    lock out others at the same address."""
    now_ms = clock.now_ms()
    invitation = await joining.find(db, token=token, now_ms=now_ms)
    tenant = await tenancy.get_tenant(db, invitation.tenant_id)
    return Invited(tenant.name, invitation.note, bool(invitation.approval), invitation.expires_ms)


@invited_routes.post(
    "/{token:str}/join",
    right=SIGNED_IN,
    status=200,
    raises=(NotFound, AlreadyAsked, AlreadyInCompany, InvitationGone),
)
async def join(
    token: str, db: Database, rights: Rights, session: sessions.Session, clock: Clock, ids: Ids
) -> Joined:
    """Come in by an invitation, or wait to be let in where it says so."""
    async with db.begin() as tx:
        invitation = await joining.accept(
            tx, token=token, account_id=rights.account_id, ids=ids, now_ms=clock.now_ms()
        )
    now = await accounts.rights(db, rights.account_id)
    tenant_id = session.tenant_id
    if not invitation.approval and invitation.tenant_id in now.tenants:
        tenant_id = invitation.tenant_id
        async with db.begin() as tx:
            await sessions.choose_tenant(tx, session, tenant_id)
    return Joined(bool(invitation.approval), await describe(db, now, tenant_id))


acceptance_routes = Routes("/session/agreements", tags=("session",))


@acceptance_routes.get(right=SIGNED_IN)
async def pending(db: Database, rights: Rights) -> list[AgreementRow]:
    """The agreements that the caller must accept before they continue."""
    if rights.is_operator:
        return []
    return [AgreementRow.of(agreement) for agreement in await agreements.pending(db, rights.account_id)]


@acceptance_routes.post(right=SIGNED_IN)
async def accept(data: Accepted, tx: Tx, rights: Rights, session: sessions.Session, clock: Clock) -> None:
    """Accept versions that one has read."""
    await agreements.accept(
        tx,
        account_id=rights.account_id,
        agreement_ids=_numbers(data.agreements),
        address=session.address,
        now_ms=clock.now_ms(),
    )
