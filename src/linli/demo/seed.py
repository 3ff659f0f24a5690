"""Makes the sample community through the rooms' own services. Each stage looks first: a run that was killed goes on."""

from importlib import resources
from typing import Final

from linli.app.platform import Platform
from linli.demo import (
    cameras,
    desk,
    devices,
    faces,
    glance,
    guest_parking,
    home_doors,
    lanes,
    logins,
    names,
    picture,
    place,
    rights,
    sample,
    tariff,
    workbook,
)
from linli.demo.logins import Login
from linli.demo.place import Place
from linli.demo.progress import Terminal
from linli.domains.communities.queries import communities
from linli.domains.communities.queries import imports as import_queries
from linli.domains.communities.queries import spaces as space_queries
from linli.domains.communities.service import applications, imports, pois, uploads
from linli.domains.communities.space_rules import HOUSE
from linli.domains.people.queries import residents
from linli.domains.people.service import accounts
from linli.kernel import tenancy
from linli.kernel.db import Tx
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Caller, Scope
from linli.kernel.workbooks.jobs import RunImport
from linli.kernel.workbooks.kinds import DONE

WORKBOOK_NAME: Final = "桂花园房屋住户.xlsx"
_FIRST_OFFICE_PHONE: Final = 9000
"""Of property offices: their phones are nobody's who lives or works in the sample."""
_XLSX_KEY: Final = "demo/import.xlsx"
OPERATOR: Final = Scope(None, Caller("operator", "linli demo"))
"""The person who runs the demo is the operator of its installation."""


class SeedFailed(Exception):
    """The sample could not be made; the text is the reason."""


async def seed(platform: Platform, terminal: Terminal) -> tuple[list[Login], tuple[str, str] | None]:
    """Everything that is missing. Returns the new log-ins and the new key; their secrets are shown only once."""
    with terminal.step("community"):
        owner, key = await _tenant(platform)
        await _catalogue(platform)
        site = await _community(platform, owner)
    with terminal.step("houses"):
        await _houses(platform, site)
    with terminal.step("devices"):
        await devices.ensure(platform, site)
        await cameras.ensure(platform, site)
        await lanes.ensure(platform, site)
        await tariff.ensure(platform, site)
    created: list[Login] = []
    if await accounts.find_account(platform.db, logins.SEATS[0].login) is None:
        passwords = await logins.new_passwords(platform)
        created = await platform.db.run(
            lambda tx: logins.create(
                platform, tx, site.tenant, community_id=site.community.community_id, passwords=passwords
            )
        )
    with terminal.step("rights"):
        await home_doors.ensure(platform, site)
        await rights.ensure(platform, site)
        await faces.ensure(platform, site)
    with terminal.step("overview"):
        await glance.ensure(platform, site)
        await guest_parking.ensure(platform, site)
    with terminal.step("desk"):
        await desk.ensure(platform, site)
    return created, key


async def _tenant(platform: Platform) -> tuple[Scope, tuple[str, str] | None]:
    """The property company with its project and key."""
    owner = await place.find_tenant(platform)
    if owner is not None:
        return owner, None

    async def create(tx: Tx) -> tuple[Scope, tuple[str, str]]:
        tenant_id = await tenancy.create_tenant(tx, name=sample.TENANT, ids=platform.ids)
        owner = Scope(tenant_id, OPERATOR.caller)
        project_id = await tenancy.create_project(owner, tx, name=sample.PROJECT, ids=platform.ids)
        key = await tenancy.create_app_key(
            owner, tx, project_id=project_id, ids=platform.ids, secrets=platform.secrets, name=sample.PROJECT
        )
        return owner, key

    return await platform.db.run(create)


async def _catalogue(platform: Platform) -> None:
    file = resources.files("linli.demo") / "pois.csv"
    rows = pois.read_catalogue(file.read_text("utf-8").splitlines(keepends=True))
    await platform.db.run(lambda tx: pois.import_catalogue(tx, rows))


async def _community(platform: Platform, owner: Scope) -> Place:
    """桂花园 approved and in management; 银杏里 waiting for the operator."""
    site = await place.find(platform)
    if site is None:
        app = await place.find_app(platform, owner)
        if app is None:
            raise SeedFailed("the sample's project is gone")
        applied = await _apply(platform, app, sample.COMMUNITY, sample.POID, "示范路100号")
        await platform.db.run(
            lambda tx: applications.approve(
                OPERATOR,
                tx,
                community_id=applied,
                reviewer=OPERATOR.caller.id,
                ids=platform.ids,
                now_ms=platform.clock.now_ms(),
            )
        )
        site = await place.find(platform)
    if site is None:
        raise SeedFailed("the sample community was not approved")
    await _apply(platform, site.app, sample.APPLICANT, sample.APPLICANT_POID, "示范路188号")
    return site


async def _apply(platform: Platform, app: Scope, name: str, poid: str, address: str) -> int:
    """The project hands in an application with its proof; the community's id."""
    there = await communities.page(app, platform.db, PageRequest(1, 10), text=name)
    for row in there.data:
        if row.poid == poid:
            return row.community_id
    now_ms = platform.clock.now_ms()
    proof = await uploads.keep(
        app,
        platform.db,
        platform.objects,
        new=uploads.NewUpload(
            content=picture.certificate(),
            biz_code=uploads.COMMUNITY_FILE,
            community_id=None,
            tmp_key="",
            field="certificateUploadId",
        ),
        ids=platform.ids,
        now_ms=now_ms,
    )
    application = applications.Application(
        poid=poid,
        name=name,
        address=f"浙江省杭州市西湖区{address}",
        service_start="2026-01-01",
        service_end="2035-12-31",
        certificates=[("certificateUploadId", proof.upload_id)],
        managing_body=sample.TENANT,
        phone=names.phone(_FIRST_OFFICE_PHONE + int(poid[-4:])),
    )
    return await platform.db.run(
        lambda tx: applications.apply(app, tx, application=application, now_ms=now_ms)
    )


async def _houses(platform: Platform, site: Place) -> None:
    """Houses and residents by the importer, from a workbook as a property company would hand it in."""
    community = site.community
    houses = await space_queries.count_kind(site.tenant, platform.db, community.community_id, HOUSE)
    people = await residents.count_in_community(site.tenant, platform.db, community.community_id)
    if houses and people:
        return
    root = community.root_space_id
    if root is None:
        raise SeedFailed("the sample community has no root space")
    key = f"{site.tenant.tenant}/{_XLSX_KEY}"
    await platform.objects.put(key, workbook.build(sample.make()))
    now_ms = platform.clock.now_ms()
    import_id = await platform.db.run(
        lambda tx: imports.hand_in(
            site.tenant,
            tx,
            new=imports.NewImport(
                parent_id=root, file_name=WORKBOOK_NAME, object_key=key, dry_run=False, good_only=False
            ),
            ids=platform.ids,
            now_ms=now_ms,
        )
    )
    await platform.importer.run(RunImport(import_id, site.tenant.tenant))
    ended = await import_queries.get(site.tenant, platform.db, import_id)
    if ended.state != DONE:
        raise SeedFailed(ended.reason or ended.problems or ended.state)
