"""The first-run wizard: the first account, its tenant and, if wished, a first project with a key."""

from litestar import Response

from linli import __version__
from linli.domains.accounts import schemas, setup_code
from linli.domains.accounts.entrance import AnyRequest, Entrance
from linli.domains.accounts.me import describe
from linli.domains.accounts.sample_logins import SampleLogins
from linli.domains.accounts.service import sessions
from linli.domains.accounts.setup_code import WrongSetupCode
from linli.domains.people.rights import Role
from linli.domains.people.service import accounts
from linli.domains.people.service.accounts import LoginTaken
from linli.kernel import tenancy
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import Conflict
from linli.kernel.scope import Caller, Scope
from linli.kernel.settings import Settings
from linli.kernel.tenancy import ProjectNameTaken, TenantNameTaken


class AlreadySetUp(Conflict):
    code = "console.already_set_up"


setup_routes = Routes("/setup", tags=("setup",))


@setup_routes.get(public=True)
async def state(
    request: AnyRequest, db: Database, settings: Settings, samples: SampleLogins
) -> schemas.SetupState:
    """Whether the installation still waits for its first account, and how one signs in."""
    needed = not await accounts.any_account(db)
    registration = settings.sign_in.registration == "open"
    return schemas.SetupState(
        needed=needed,
        version=__version__,
        codes=settings.sms.provider != "off",
        registration=registration,
        samples=samples.shown_to(request.scope),
    )


@setup_routes.post(
    public=True,
    noted="set-up",
    raises=(AlreadySetUp, LoginTaken, ProjectNameTaken, TenantNameTaken, WrongSetupCode),
)
async def set_up(
    request: AnyRequest, data: schemas.SetupRequest, entrance: Entrance
) -> Response[schemas.SetupDone]:
    """Create the operator, also as administrator of the first tenant, and sign in. Works once."""
    db = entrance.db
    if await accounts.any_account(db):
        raise AlreadySetUp()
    setup_code.check(setup_code.file_of(entrance.settings), data.code)
    accounts.check_password(data.password, login=accounts.clean_login(data.login))
    hashed = await accounts.hash_password(data.password)
    now_ms = entrance.clock.now_ms()
    async with db.begin() as tx:
        if await accounts.any_account(tx):
            raise AlreadySetUp()
        tenant_id = await tenancy.create_tenant(tx, name=data.tenant_name, ids=entrance.ids)
        # A person who reads the set-up code on the machine is its operator: a stronger proof than a code to a phone.
        account_id = await accounts.create_account(
            tx,
            login=data.login,
            password_hash=hashed,
            name=data.name,
            ids=entrance.ids,
            now_ms=now_ms,
            proven=True,
        )
        await accounts.grant_role(tx, account_id=account_id, role=Role.OPERATOR, now_ms=now_ms)
        await accounts.grant_role(
            tx, account_id=account_id, role=Role.TENANT_ADMIN, now_ms=now_ms, tenant_id=tenant_id
        )
        key = None
        if data.project_name.strip():
            scope = Scope(tenant_id, Caller("operator", str(account_id)))
            project_id = await tenancy.create_project(scope, tx, name=data.project_name, ids=entrance.ids)
            app_key, app_secret = await tenancy.create_app_key(
                scope,
                tx,
                project_id=project_id,
                ids=entrance.ids,
                secrets=entrance.secrets,
                name=data.project_name,
            )
            key = schemas.NewKey(app_key, app_secret, project_id)
        account = await accounts.get_account(tx, account_id)
        token, session = await sessions.open_session(
            tx,
            account=account,
            tenant_id=tenant_id,
            remember=False,
            entry=entrance.entry(request),
            sign_in=entrance.settings.sign_in,
            ids=entrance.ids,
            now_ms=now_ms,
        )
    setup_code.forget(setup_code.file_of(entrance.settings))
    cookies = entrance.cookies(request, token, session, account)
    me = await describe(db, await accounts.rights(db, account_id), tenant_id)
    return Response(schemas.SetupDone(me, key), cookies=cookies)
