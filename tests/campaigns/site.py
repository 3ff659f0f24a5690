"""A community to put under load: made in the database by the platform's own services, before anything is served."""

from dataclasses import dataclass, field

from linli.app import schema
from linli.app.platform import Platform
from linli.databus import subscriptions
from linli.databus.subscription_rows import Filters
from linli.domains.communities.service import applications, pois, spaces
from linli.domains.people.rights import Role
from linli.domains.people.service import accounts
from linli.kernel import tenancy
from linli.kernel.db import Tx
from linli.kernel.scope import Caller, Scope
from linli.kernel.settings import Settings, load
from linli.sim import models
from linli.sim.link import Triple
from linli.things.service import devices, products
from tests.domains.communities.builders import POI_CSV, add_upload, application
from tests.real.platform import Installation

OPERATOR = Scope(None, Caller("operator", "campaign"))
PASSWORD = "correct horse battery"
METER, DOOR = "meter", "smart_door"


@dataclass
class Site:
    """What a campaign needs to know of its community."""

    installation: Installation
    tenant_id: str
    project_id: str
    app_key: str
    secret: str
    login: str
    community_id: int = 0
    root_id: int = 0
    unit_id: int = 0
    houses: list[int] = field(default_factory=list)
    triples: dict[str, Triple] = field(default_factory=dict)
    """Devices by name: `meter-0` …, `door-0` …, `tap-0` … (a door's reader, for passes)."""
    iot_ids: dict[str, str] = field(default_factory=dict)
    hook_id: int = 0
    """The webhook's subscription."""
    hook_secret: str = ""

    @property
    def database_url(self) -> str:
        return settings_of(self.installation).database

    @property
    def owner(self) -> Scope:
        """Everything of the tenant."""
        return Scope(self.tenant_id, Caller("staff", "1"))


def settings_of(installation: Installation) -> Settings:
    return load(None, installation.environment)


async def make_site(
    installation: Installation,
    *,
    meters: int = 0,
    doors: int = 0,
    taps: int = 0,
    houses: int = 8,
    hook: str = "",
) -> Site:
    """An approved community with one unit of `houses`, devices, an integrator's key and, at `hook`, its webhook."""
    installation.folder.mkdir(parents=True, exist_ok=True)
    settings = settings_of(installation)
    assert not await schema.prepare(settings)
    platform = await Platform.open(settings)
    try:
        site = await _make_tenant(platform, installation)
        await _make_community(platform, site, houses)
        await _make_devices(platform, site, METER, {"meter": meters})
        await _make_devices(platform, site, DOOR, {"door": doors, "tap": taps})
        if hook:
            async with platform.db.begin() as tx:
                subscription_id, site.hook_secret = await subscriptions.create_webhook(
                    site.owner, tx, app_key=site.app_key, name="hook", url=hook, filters=Filters(),
                    ids=platform.ids, secrets=platform.secrets,
                )  # fmt: skip
                site.hook_id = subscription_id
    finally:
        await platform.db.close()
    return site


async def _make_tenant(platform: Platform, installation: Installation) -> Site:
    hashed = await accounts.hash_password(PASSWORD)
    now_ms = platform.clock.now_ms()
    async with platform.db.begin() as tx:
        tenant_id = await tenancy.create_tenant(tx, name="物业", ids=platform.ids)
        owner = Scope(tenant_id, Caller("staff", "1"))
        project_id = await tenancy.create_project(owner, tx, name="集成", ids=platform.ids)
        app_key, secret = await tenancy.create_app_key(
            owner, tx, project_id=project_id, ids=platform.ids, secrets=platform.secrets
        )
        account_id = await accounts.create_account(
            tx,
            login="13800138000",
            password_hash=hashed,
            proven=True,
            name="王伟",
            ids=platform.ids,
            now_ms=now_ms,
        )
        await accounts.grant_role(
            tx, account_id=account_id, role=Role.TENANT_ADMIN, tenant_id=tenant_id, now_ms=now_ms
        )
    return Site(installation, tenant_id, project_id, app_key, secret, "13800138000")


async def _make_community(platform: Platform, site: Site, houses: int) -> None:
    now_ms, ids = platform.clock.now_ms(), platform.ids
    app = Scope(site.tenant_id, Caller("app", site.app_key), frozenset(), site.project_id)
    async with platform.db.begin() as tx:
        await pois.import_catalogue(tx, pois.read_catalogue(POI_CSV.splitlines()))
        await add_upload(app, tx, "proof")
        proofs = [("certificateUploadId", "proof")]
        site.community_id = await applications.apply(
            app, tx, application=application(certificates=proofs), now_ms=now_ms
        )
        community = await applications.approve(
            OPERATOR, tx, community_id=site.community_id, reviewer="campaign", ids=ids, now_ms=now_ms
        )
        assert community.root_space_id is not None
        site.root_id = community.root_space_id
        building = await _space(platform, site, tx, site.root_id, "building", "1幢")
        site.unit_id = await _space(platform, site, tx, building, "unit", "1单元")
        for number in range(houses):
            site.houses.append(await _space(platform, site, tx, site.unit_id, "house", f"{101 + number:04}"))


async def _space(platform: Platform, site: Site, tx: Tx, parent: int, kind: str, name: str) -> int:
    return await spaces.create(
        site.owner, tx, parent_id=parent, kind=kind, name=name, direction=None, ids=platform.ids,
        now_ms=platform.clock.now_ms(),
    )  # fmt: skip


async def _make_devices(platform: Platform, site: Site, model: str, counts: dict[str, int]) -> None:
    async with platform.db.begin() as tx:
        product = await products.create_product(
            site.owner,
            tx,
            values=products.ProductValues(name=model, tsl=models.tsl(model)),
            ids=platform.ids,
            secrets=platform.secrets,
        )
        for name in (f"{kind}-{number}" for kind, count in counts.items() for number in range(count)):
            made = await devices.create_device(
                site.owner,
                tx,
                values=devices.DeviceValues(
                    product_key=product.product_key, device_name=name, project_id=site.project_id
                ),
                ids=platform.ids,
                secrets=platform.secrets,
            )
            await devices.assign_community(site.owner, tx, iot_id=made.iot_id, community_id=site.community_id)
            site.triples[name] = Triple(made.product_key, name, made.device_secret)
            site.iot_ids[name] = made.iot_id
