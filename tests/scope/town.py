"""Two tenants, three projects, four lots: who may see what, set up once and looked at by every method.

    tenant ours    project ours       community Garden: lots `first` and `second`
                   project neighbour  community Park:   lot `neighbour`   (not granted to project ours)
    tenant foreign project foreign    community Tower:  lot `foreign`

A lot is one of everything that has an id. `first` and `second` are both the caller's own.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
from sqlalchemy import select

from linli.app.platform import Platform
from linli.domains.boxes.remote.models import edge_tunnels
from linli.domains.boxes.remote.queries import tunnel_now
from linli.domains.communities import post_policy
from linli.domains.communities.service import applications, pois
from linli.domains.communities.service.houses import SpaceHouses
from linli.domains.people.form_rules import Custom
from linli.domains.people.schemas import Profile
from linli.domains.people.service import forms, reviews
from linli.kernel import history, tenancy
from linli.kernel.db import Query
from linli.kernel.http import HttpServer
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Caller as Who
from linli.kernel.scope import Scope
from linli.kernel.settings import Settings, Webhooks
from linli.openapi import policies
from linli.sim import models
from linli.sim.door import SimulatedDoor
from linli.sim.link import Triple
from linli.things.catalogue.tenant_models import add_category
from linli.things.catalogue.versions import publish_draft, save_draft
from linli.things.debugging.errors import NotSimulated
from linli.things.mqtt.listen import listen
from linli.things.queries.devices import get_device
from linli.things.serials import service as serials
from linli.things.serials.service import SerialNumberEntry
from linli.things.service import devices, products
from linli.vision.fake import fake_models, marked
from tests.campaigns.caller import Caller
from tests.domains.communities.builders import POI_CSV, add_upload, application
from tests.real.test_main_job import png
from tests.scope.alarm_rows import add_alarms
from tests.scope.camera_rows import add_cameras
from tests.scope.charge_rows import add_charges
from tests.scope.edge_device_rows import add_edge_devices
from tests.scope.edge_rows import add_edge
from tests.scope.face_rows import add_faces
from tests.scope.intercom_rows import add_intercom
from tests.scope.lift_rows import add_lifts
from tests.scope.notice_rows import add_notices
from tests.scope.parking_rows import add_parking
from tests.scope.security_rows import add_security
from tests.scope.service_recipes import serve_all
from tests.scope.stay_rows import add_stays
from tests.scope.tables import Tables, tables_of
from tests.scope.vehicle_rows import add_vehicles
from tests.scope.visit_rows import add_visits

OPERATOR = Scope(None, Who("operator", "test"))
JPG = bytes.fromhex("ffd8ffc0001108000a000a03012200021101031101ffd9")
"""Ten by ten pixels as far as a header tells."""
FILE = {"modelId": "iot_park_pass_record", "attrName": "plateNumberImage"}


def wall(hours: float) -> str:
    """A time of the wire (UTC+8), so many hours from now."""
    return (datetime.now(UTC) + timedelta(hours=hours + 8)).strftime("%Y-%m-%d %H:%M:%S")


class Project(msgspec.Struct):
    """A project with its key and its one community."""

    tenant_id: str
    project_id: str
    app_key: str
    secret: str
    caller: Any = None
    community: int = 0
    scope_id: str = ""
    root: int = 0

    @property
    def owner(self) -> Scope:
        return Scope(self.tenant_id, Who("staff", "1"))


@dataclass
class Lot:
    """Ids, each of a row that belongs to one community or one project."""

    project: Project
    name: str
    """Makes what is named here unique; no id."""
    project_id: str = ""
    community: int = 0
    scope_id: str = ""
    token: str = ""
    root: int = 0
    building: int = 0
    unit: int = 0
    house: int = 0
    spare_space: int = 0
    space_change: int = 0
    """The renaming of the house."""
    asset: int = 0
    spare_asset: int = 0
    box_node: int = 0
    box_cluster: int = 0
    box_device: str = ""
    box_protocol: int = 0
    """A door behind the box."""
    box_tunnel: int = 0
    group: str = ""
    own_group: str = ""
    spare_group: str = ""
    old_group: str = ""
    person: str = ""
    spare_person: str = ""
    dropped_person: str = ""
    face_id: str = ""
    """Of a user of the group."""
    employee: str = ""
    spare_employee: str = ""
    department: int = 0
    spare_department: int = 0
    waiting_person: str = ""
    spare_waiting_person: str = ""
    """Registered themselves, not decided about."""
    twin: str = ""
    """A resident to be merged into `person`."""
    door_person: str = ""
    spare_door_person: str = ""
    face_person: str = ""
    spare_face_person: str = ""
    erased_face_person: str = ""
    face_resident: str = ""
    erasure: int = 0
    account: str = ""
    spare_account: str = ""
    account_phone: str = ""
    door: str = ""
    door_name: str = ""
    product: str = ""
    spare_product: str = ""
    drafted_product: str = ""
    second_product: str = ""
    category: int = 0
    spare_category: int = 0
    device: str = ""
    device_name: str = ""
    spare_device: str = ""
    loose_device: str = ""
    """Bound to the project, in no community."""
    certificate_no: int = 0
    """Of `device`."""
    unbound_device: str = ""
    """The tenant's, bound to no project: any project of the tenant may take it."""
    bound_device: str = ""
    qr_code: str = ""
    card: str = ""
    ble_card: str = ""
    credential: int = 0
    ended_credential: int = 0
    record: int = 0
    spare_record: int = 0
    file_name: str = ""
    proof: str = ""
    face: str = ""
    tmp_key: str = ""
    face_key: str = ""
    """A handed-in picture that shows somebody to the stand-in for the models."""
    face_url: str = ""
    """Its signed address, which opens it to whoever has it."""
    rejected: int = 0
    notice: int = 0
    spare_notice: int = 0
    dropped_notice: int = 0
    draft_notice: int = 0
    ripe_notice: int = 0
    planned_notice: int = 0
    removed_notice: int = 0
    visit: int = 0
    spare_visit: int = 0
    voided_visit: int = 0
    arrived_visit: int = 0
    coming_visit: int = 0
    asked_visit: int = 0
    refused_visit: int = 0
    call: int = 0
    terminal_device: str = ""
    terminal_bind: str = ""
    spare_terminal_device: str = ""
    lost_terminal_bind: str = ""
    terminal_code: str = ""
    office_code: str = ""
    office_bind: str = ""
    lost_office_bind: str = ""
    alarm: int = 0
    taken_alarm: int = 0
    spare_alarm: int = 0
    closed_alarm: int = 0
    asked_deletion: int = 0
    refused_deletion: int = 0
    vehicle: int = 0
    spare_vehicle: int = 0
    dropped_vehicle: int = 0
    removed_vehicle: int = 0
    camera: int = 0
    spare_camera: int = 0
    lost_camera: int = 0
    gone_camera: int = 0
    camera_device: str = ""
    camera_name: str = ""
    camera_batch: int = 0
    camera_iot: str = ""
    gb_device: int = 0
    spare_gb_device: int = 0
    upper: int = 0
    spare_upper: int = 0
    security_alarm: int | None = 0
    security_capture: int | None = 0
    face_library: int = 0
    capture_plan: int = 0
    spare_plan: int = 0
    spare_library: int = 0
    library_face: int = 0
    spare_face: int = 0
    form_protocol: int = 0
    form_device: int = 0
    spare_form_device: int = 0
    lost_form_device: int = 0
    form_import: int = 0
    tried_form_import: int = 0
    faulty_form_import: int = 0
    edge_cluster: int = 0
    side_edge_cluster: int = 0
    spare_edge_cluster: int = 0
    edge_node: int = 0
    spare_edge_node: int = 0
    lost_edge_node: int = 0
    edge_gateway: int = 0
    edge_protocol: int = 0
    spare_edge_protocol: int = 0
    edge_deployment: int = 0
    trusted_key: int = 0
    spare_trusted_key: int = 0
    driver_package: int = 0
    lift_device: int = 0
    edge_certificate: int = 0
    passage_rule: int = 0
    linked_lift: str = ""
    linked_door: str = ""
    spare_linked_door: str = ""
    free_door: str = ""
    called_lift: str = ""
    lift_emergency: int = 0
    parking_lot: int = 0
    lane: int = 0
    """With `lane_device`, which answers."""
    spare_lane: int = 0
    free_lane: int = 0
    empty_lane: int = 0
    lane_device: str = ""
    spare_lane_device: str = ""
    free_lane_device: str = ""
    lane_product: str = ""
    vehicle_pass: int = 0
    community_name: str = ""
    linkage: str = ""
    spare_linkage: str = ""
    tenant: str = ""
    sn: str = ""
    """Serial number of `door`."""
    spare_sn: str = ""
    serial_category: int = 0
    spare_serial_category: int = 0
    own_key: str = ""
    """The key that the project's calls are signed with."""
    app_key: str = ""
    """A further key of the project, which no test calls with."""
    session: int = 0
    imported: int = 0
    tried: int = 0
    faulty: int = 0
    """Imports: done, only tried, refused with a report."""
    imported_vehicles: int = 0
    tried_vehicles: int = 0
    faulty_vehicles: int = 0
    imported_cameras: int = 0
    tried_cameras: int = 0
    faulty_cameras: int = 0
    imported_employees: int = 0
    tried_employees: int = 0
    faulty_employees: int = 0
    delivery: int = 0
    file_record: int = 0
    subscription: int = 0
    spare_subscription: int = 0
    stream: int = 0
    spare_stream: int = 0
    change: int = 0
    """A message that the subscription gave up."""
    parked: int = 0
    spare_parked: int = 0
    """Messages of the door that its handler could not take."""
    spare_door: str = ""
    gateway: str = ""
    sub_device: str = ""
    simulated: str = ""
    device_call: int = 0
    """To `simulated`."""
    device_message: str = ""
    refused_message: str = ""
    told_change: int = 0
    coming_sub: str = ""
    leaving_sub: str = ""
    old_firmware: int = 0
    firmware: int = 0
    spare_firmware: int = 0
    campaign: int = 0
    paused_campaign: int = 0
    grey_campaign: int = 0
    dead_campaign: int = 0
    done_campaign: int = 0
    lost_campaign: int = 0
    failed_campaign: int = 0
    upgrade: int = 0
    """The door's in `lost_campaign`."""
    config_push: int = 0
    device_group: int = 0
    spare_device_group: int = 0
    group_change: int = 0
    device_batch: int = 0
    undone_batch: int = 0
    removed_device: str = ""
    service_model: int = 0
    spare_service_model: int = 0
    service_provider: int = 0
    spare_service_provider: int = 0
    staff_account: int = 0
    role: int = 0
    spare_role: int = 0
    platform_project: str = ""
    platform_key: str = ""
    """A project of the application platform, and its default app's key."""
    invitation: int = 0
    join_request: int = 0
    spare_join_request: int = 0
    refused_claim: int = 0
    spare_refused_claim: int = 0
    ending_community: int = 0
    logo: str = ""
    spare_tmp_key: str = ""
    console_code_ref: str = ""
    """A QR code that the administrator made for the door person."""
    sip_number: str = ""
    member_sip_number: str = ""
    spare_sip_number: str = ""
    sip_group: str = ""
    spare_sip_group: str = ""
    doors: list[SimulatedDoor] = field(default_factory=list)


IDS = frozenset(
    name
    for name in Lot.__dataclass_fields__
    if name not in ("project", "name", "doors", "face_url", "office_code", "community_name")
)
OF_THE_TENANT = frozenset({"unbound_device", "terminal_code"})
"""Ids that every project of one tenant may use: foreign only to other tenants. Of a terminal's code: who knows it
stands before the terminal."""


_open_tunnels = Query(
    select(edge_tunnels.c.tunnel_id).where(edge_tunnels.c.state != "ended"), unscoped="those of every lot"
)


@dataclass
class Town:
    platform: Platform
    folder: Path
    client: httpx.AsyncClient
    mqtt_port: int
    tables: Tables
    lots: dict[str, Lot] = field(default_factory=dict)

    async def hang_up_simulations(self) -> None:
        """A simulation that nobody watches ends by itself after a while: it shall not while a test compares."""
        for lot in self.lots.values():
            if not lot.simulated:
                continue
            with contextlib.suppress(NotSimulated):
                await self.platform.things.simulator.stop(lot.project.owner, iot_id=lot.simulated)
            async with asyncio.timeout(30):
                while (await get_device(lot.project.owner, self.platform.db, iot_id=lot.simulated)).online:
                    await asyncio.sleep(0.01)

    async def hang_up_boxes(self) -> None:
        """End what pages opened into boxes: a box would come to it, or it end by itself, while a test compares."""
        remote, now_ms = self.platform.edge_remote, self.platform.clock.now_ms()
        remote.calls.hang_up()
        async with self.platform.db.begin() as tx:
            open_tunnels = [tunnel_id for (tunnel_id,) in await _open_tunnels.all(tx)]
        for tunnel_id in open_tunnels:
            if (tunnel := await tunnel_now(self.platform.db, tunnel_id=tunnel_id)) is not None:
                await remote.end(tunnel, now_ms=now_ms)
        await remote.exchange.settled()

    async def renew_tokens(self) -> None:
        """A fresh cloudToken for each project: methods under test use them up."""
        for project in {id(lot.project): lot.project for lot in self.lots.values()}.values():
            said = await project.caller.ok(
                "/solution/community/paas/token/get", "1.0.0", {"communityId": project.community}
            )
            project.caller.cloud_token = said["cloudToken"]
            for lot in self.lots.values():
                if lot.project is project:
                    lot.token = said["cloudToken"]

    @asynccontextmanager
    async def grants(self, lot: Lot, services: list[str]) -> AsyncIterator[None]:
        """The key of a lot's project may use only these services, until the block ends."""

        async def grant(these: list[str] | None) -> None:
            async with self.platform.db.begin() as tx:
                await policies.grant_services(
                    lot.project.owner, tx, app_key=lot.own_key, services=these,
                    offered=self.platform.openapi.registry.services(),
                )  # fmt: skip

        await grant(services)
        try:
            yield
        finally:
            await grant(None)


@asynccontextmanager
async def running_town(database_url: str, folder: Path) -> AsyncIterator[Town]:
    """The platform in this process: gateway, console and devices are served; workers rest, so that tables stand still."""
    settings = Settings(
        data_dir=str(folder / "data"), database_url=database_url, webhooks=Webhooks(allow_private=True)
    )
    fake_models(folder / "data" / "models")
    platform = await Platform.open(settings)
    await platform.face_engine.start()
    await platform.things.start()
    await platform.openapi.start()
    await serve_all(platform.service_bus)
    listener = await listen(platform.things.front.connection, "127.0.0.1", 0)
    server = HttpServer(platform.router(), upgrades=platform.edge_remote.upgrades())
    await server.start()
    platform.objects.base_url = f"http://127.0.0.1:{server.port}"
    client = httpx.AsyncClient(base_url=platform.objects.base_url, trust_env=False, timeout=100)
    port = listener.sockets[0].getsockname()[1]
    async with tables_of(database_url) as tables:
        town = Town(platform, folder / "data", client, port, tables)
        try:
            await _build(town)
            yield town
        finally:
            for lot in town.lots.values():
                for door in lot.doors:
                    await door.stop()
            await client.aclose()
            await server.stop(grace_seconds=1)
            listener.close()
            await platform.things.stop()
            await platform.openapi.stop()
            await platform.face_engine.stop()
            await platform.db.close()


async def _build(town: Town) -> None:
    platform = town.platform
    async with platform.db.begin() as tx:
        await pois.import_catalogue(tx, pois.read_catalogue(POI_CSV.splitlines()))
        tenants = [
            await tenancy.create_tenant(tx, name=name, ids=platform.ids) for name in ("甲物业", "乙物业")
        ]
    ours = await _project(town, tenants[0], "本方")
    neighbour = await _project(town, tenants[0], "邻方")
    foreign = await _project(town, tenants[1], "外方")
    town.lots["first"] = await _lot(town, ours, "A")
    town.lots["second"] = await _lot(town, ours, "B")
    town.lots["neighbour"] = await _lot(town, neighbour, "C")
    town.lots["foreign"] = await _lot(town, foreign, "D")


async def _project(town: Town, tenant_id: str, name: str) -> Project:
    platform = town.platform
    owner = Scope(tenant_id, Who("staff", "1"))
    async with platform.db.begin() as tx:
        project_id = await tenancy.create_project(owner, tx, name=name, ids=platform.ids)
        app_key, secret = await tenancy.create_app_key(
            owner, tx, project_id=project_id, ids=platform.ids, secrets=platform.secrets
        )
    project = Project(tenant_id, project_id, app_key, secret)
    project.caller = Caller(town.client, app_key, secret)
    project.community = await _apply(town, project, f"{name}花园", approve=True)
    told = await project.caller.ok(
        "/solution/community/paas/community/detail/get", "1.0.3", {"communityId": project.community}
    )
    project.scope_id, project.root = told["projectId"], int(told["spaceId"])
    said = await project.caller.ok(
        "/solution/community/paas/token/get", "1.0.0", {"communityId": project.community}
    )
    project.caller.cloud_token = said["cloudToken"]
    return project


async def _apply(town: Town, project: Project, name: str, *, approve: bool) -> int:
    platform, now_ms = town.platform, town.platform.clock.now_ms()
    app = Scope(project.tenant_id, Who("app", project.app_key), frozenset(), project.project_id)
    proof = platform.ids.upload_id()
    async with platform.db.begin() as tx:
        await add_upload(app, tx, proof)
        asked = application(name=name, certificates=[("certificateUploadId", proof)])
        number = await applications.apply(app, tx, application=asked, now_ms=now_ms)
        if approve:
            await applications.approve(
                OPERATOR, tx, community_id=number, reviewer="test", ids=platform.ids, now_ms=now_ms
            )
        else:
            await applications.reject(
                OPERATOR, tx, community_id=number, reviewer="test", reason="no", now_ms=now_ms
            )
    return number


async def _lot(town: Town, project: Project, name: str) -> Lot:
    lot = Lot(
        project, name, project.project_id, project.community, project.scope_id, root=project.root,
        tenant=project.tenant_id, own_key=project.app_key,
    )  # fmt: skip
    lot.token = project.caller.cloud_token
    await _add_devices(town, lot)
    await _add_products(town, lot)
    await _add_spaces(town, lot)
    await _add_people(town, lot)
    await _add_employees(lot)
    await _add_rights(lot)
    await _add_files(town, lot)
    await add_notices(town.platform, lot)
    await add_vehicles(town.platform, lot)
    await add_cameras(town.platform, lot)
    await add_edge_devices(town.platform, lot)
    await add_edge(town.platform, lot)
    await add_security(town.platform, lot)
    await add_visits(town.platform, lot)
    await add_alarms(town.platform, lot)
    await add_faces(town.platform, lot)
    await add_intercom(town.platform, lot)
    await add_lifts(town.platform, lot, mqtt_port=town.mqtt_port)
    await add_parking(town.platform, lot, mqtt_port=town.mqtt_port)
    await add_stays(town.platform, lot)
    await add_charges(town.platform, lot)
    lot.rejected = await _apply(town, project, f"落选{name}", approve=False)
    return lot


async def _add_devices(town: Town, lot: Lot) -> None:
    platform, project, triples = town.platform, lot.project, {}
    async with platform.db.begin() as tx:
        for model, names in (("face_door", ("door", "spare_door")), ("meter", _METERS)):
            product = await products.create_product(
                project.owner,
                tx,
                values=products.ProductValues(name=f"{model} {lot.name}", tsl=models.tsl(model)),
                ids=platform.ids,
                secrets=platform.secrets,
            )
            for name in names:
                made = await devices.create_device(
                    project.owner,
                    tx,
                    values=devices.DeviceValues(
                        product_key=product.product_key,
                        device_name=f"{name}-{lot.name}",
                        project_id=None if name == "unbound_device" else project.project_id,
                    ),
                    ids=platform.ids,
                    secrets=platform.secrets,
                )
                setattr(lot, name, made.iot_id)
                triples[name] = made
                if name in ("door", "spare_door", "device", "spare_device"):
                    await devices.assign_community(
                        project.owner, tx, iot_id=made.iot_id, community_id=project.community
                    )
    made = triples["door"]
    lot.product, lot.door_name = made.product_key, made.device_name
    await _add_serials(platform, lot)
    lot.device_name = triples["device"].device_name
    triple = Triple(made.product_key, made.device_name, made.device_secret)
    door = SimulatedDoor(triple, "127.0.0.1", town.mqtt_port)
    lot.doors.append(door)
    await door.start()
    await door.link.wait_online()


async def _add_products(town: Town, lot: Lot) -> None:
    """Products without devices, one with a draft and one with two versions, and own categories."""
    platform, owner = town.platform, lot.project.owner
    async with platform.db.begin() as tx:
        for name in ("spare_product", "drafted_product", "second_product"):
            product = await products.create_product(
                owner,
                tx,
                values=products.ProductValues(name=f"{name} {lot.name}"),
                ids=platform.ids,
                secrets=platform.secrets,
            )
            setattr(lot, name, product.product_key)
        draft = {"properties": [{"identifier": "Level", "dataType": {"type": "date"}}]}
        await save_draft(owner, tx, product_key=lot.drafted_product, document=draft, revision=0)
        await save_draft(owner, tx, product_key=lot.second_product, document=draft, revision=0)
        await publish_draft(owner, tx, product_key=lot.second_product, revision=1, notes="")
        for name in ("category", "spare_category"):
            code = platform.ids.token(8, "abcdefgh")
            own = await add_category(owner, tx, parent_path="community/eba", code=code, name=name)
            setattr(lot, name, own.category_no)


async def _add_serials(platform: Platform, lot: Lot) -> None:
    owner = lot.project.owner
    lot.sn, lot.spare_sn = f"SN{lot.name}0001", f"SN{lot.name}0002"
    async with platform.db.begin() as tx:
        lot.serial_category = await serials.create_category(owner, tx, name=f"门{lot.name}")
        lot.spare_serial_category = await serials.create_category(owner, tx, name=f"空{lot.name}")
        entries = [
            SerialNumberEntry(lot.sn, lot.product, lot.door_name),
            SerialNumberEntry(lot.spare_sn, lot.product, f"spare_door-{lot.name}"),
        ]
        await serials.list_serial_numbers(
            owner, tx, entries=entries, now_ms=platform.clock.now_ms(), category_no=lot.serial_category
        )


_METERS = ("device", "spare_device", "loose_device", "unbound_device", "bound_device")


async def _add_spaces(town: Town, lot: Lot) -> None:
    caller = lot.project.caller

    async def space(parent: int, kind: str, name: str) -> int:
        params = {"parentId": parent, "typeCode": kind, "name": name}
        return int((await caller.ok("/solution/community/paas/space/sub/create", "1.0.1", params))["spaceId"])

    async def asset(name: str) -> int:
        params = {"houseId": lot.house, "type": 1, "name": name}
        return int(await caller.ok("/solution/community/household/spaceasset/add", "1.0.1", params))

    lot.building = await space(lot.root, "building", f"楼{lot.name}")
    lot.unit = await space(lot.building, "unit", "1")
    lot.house = await space(lot.unit, "house", "101")
    lot.spare_space = await space(lot.root, "area", f"区{lot.name}")
    lot.asset, lot.spare_asset = await asset("P1"), await asset("P2")
    named = {"spaceId": lot.house, "name": "0101"}
    await caller.ok("/solution/community/paas/space/update", "1.0.1", named)
    found = await history.page(
        lot.project.owner, town.platform.db, community_id=lot.community, kind="space", target=str(lot.house),
        request=PageRequest(),
    )  # fmt: skip
    lot.space_change = next(row.change_no for row in found.data if row.action == "changed")


async def _add_people(town: Town, lot: Lot) -> None:
    caller = lot.project.caller

    async def member(name: str) -> str:
        params = {"houseSpaceId": lot.house, "name": name, "type": 1}
        said = await caller.ok("/solution/community/paas/house/member/save", "1.0.5", params)
        return str(said["identityId"])

    async def door_person() -> str:
        identity = town.platform.ids.identity_id()
        params = {"identityId": identity, "name": "门禁人员", "extInfo": {}}
        await caller.ok("/entrance/paas/user/modify", "1.0.0", params)
        return identity

    lot.person, lot.spare_person = await member("王先生"), await member("李先生")
    lot.door_person, lot.spare_door_person = await door_person(), await door_person()
    lot.account_phone = f"1370000{ord(lot.name):04d}"
    for name, phone in (("account", lot.account_phone), ("spare_account", None)):
        wish = {"loginName": f"{name}-{lot.name}", "nickName": "账号", "phone": phone}
        setattr(lot, name, await caller.ok("/user/account/register", "1.0.2", wish))
    lot.twin, lot.face_resident = await member("王先 生"), await member("有脸人")
    async with town.platform.db.begin() as tx:
        for field, name in (("waiting_person", "候甲"), ("spare_waiting_person", "候乙")):
            waiting = await reviews.register(
                lot.project.owner,
                tx,
                SpaceHouses(),
                claim=reviews.Claim(house_id=lot.house, profile=Profile(name=name), type=2),
                review=True,
                ids=town.platform.ids,
                now_ms=town.platform.clock.now_ms(),
            )
            setattr(lot, field, waiting)
        for name in (f"old{lot.name}", f"spare{lot.name}"):
            await forms.add_custom(
                lot.project.owner, tx, community_id=lot.community, name=name, custom=Custom(name, "string", 9),
                now_ms=town.platform.clock.now_ms(),
            )  # fmt: skip
    [group] = await caller.ok(
        "/solution/community/paas/user/group/query",
        "1.0.1",
        {"pageNo": 1, "pageSize": 1, "userGroupName": "业主"},
    )
    lot.group = group["userGroupId"]
    lot.dropped_person = await member("周先生")
    for name in ("own_group", "spare_group", "old_group"):
        wish = {"userGroupName": f"{name} {lot.name}", "userGroupType": "VISITOR"}
        said = await caller.ok("/solution/community/paas/user/group/add", "1.0.1", wish)
        setattr(lot, name, said["userGroupId"])


async def _add_employees(lot: Lot) -> None:
    """Two employees and two departments; the first is in the first."""
    caller, org = lot.project.caller, "/solution/community/org"
    for number, name in enumerate(("employee", "spare_employee")):
        wish = {"name": f"员工{number}", "mobile": f"1350000{number}{ord(lot.name):03d}"}
        made = await caller.ok(f"{org}/employee/create", "1.0.0", wish)
        setattr(lot, name, made["identityId"])
    for name in ("department", "spare_department"):
        wish = {"name": f"{name} {lot.name}"}
        setattr(lot, name, int(await caller.ok(f"{org}/department/create", "1.0.0", wish)))
    both = {"identityId": lot.employee, "depId": lot.department}
    await caller.ok("/solution/community/department/employee/add", "1.0.0", both)


async def _add_rights(lot: Lot) -> None:
    caller = lot.project.caller
    lot.qr_code = await caller.ok(
        "/homelink/common/qrcode/generate", "1.0.1", {"identityId": lot.door_person}
    )
    right = {"qrCode": lot.qr_code, "iotIds": [lot.door], "identityId": lot.door_person}
    [row] = await caller.ok("/entrance/paas/perm/qrcode/config", "1.0.1", {**right, "expiryTime": wall(9)})
    assert row["code"] == 200, row
    lot.card = f"CARD{lot.name}0001"
    card = {"iotId": lot.door, "cardId": lot.card, "identityId": lot.door_person, "expiryTime": wall(9)}
    failed = await caller.ok("/entrance/paas/perm/card/batchmodify", "1.0.2", {"cards": [card]})
    assert failed == [], failed
    lot.ble_card = f"BLE{lot.name}0001"
    ble = {k: v for k, v in card.items() if k != "cardId"} | {"bleCardId": lot.ble_card}
    failed = await caller.ok("/entrance/paas/perm/blecard/batchmodify", "1.0.0", {"cards": [ble]})
    assert failed == [], failed


async def _add_files(town: Town, lot: Lot) -> None:
    platform, project = town.platform, lot.project
    caller = project.caller
    app = Scope(project.tenant_id, Who("app", project.app_key), frozenset(), project.project_id)
    lot.proof, lot.face = platform.ids.upload_id(), platform.ids.upload_id()
    async with platform.db.begin() as tx:
        await add_upload(app, tx, lot.proof)
        await add_upload(app, tx, lot.face, biz_code="HOUSEHOLD_FACE")
    phone = f"1360000000{ord(lot.name) % 10}"
    user = {"userGroupId": lot.group, "userName": "刘女士", "mobile": phone, "faceImgUploadId": lot.face}
    lot.face_id = (await caller.ok("/solution/community/paas/user/add", "1.0.2", user))["faceId"]
    ticket = await caller.ok("/solution/community/oss/ticket/get", "1.0.2", {"type": "picture"})
    lot.tmp_key = f"{ticket['dir']}/picture.png"
    await platform.objects.put(post_policy.stored_key(lot.tmp_key), png(8, 8))
    lot.face_key = f"{ticket['dir']}/face.jpg"
    shown = marked(JPG + bytes(12_000), lot.name)
    await platform.objects.put(post_policy.stored_key(lot.face_key), shown)
    lot.face_url = platform.objects.url(post_policy.stored_key(lot.face_key))
    lot.spare_tmp_key = f"{ticket['dir']}/proof.png"
    await platform.objects.put(post_policy.stored_key(lot.spare_tmp_key), png(8, 8))

    async def record(lot_name: str) -> int:
        row = {"modelId": "Heartbeat", "scopeId": lot.scope_id, "properties": {"parkingLotId": lot_name}}
        return int(await caller.ok("/data/model/data/insert", "0.0.3", row))

    lot.record, lot.spare_record = await record(f"{lot.name}1"), await record(f"{lot.name}2")
    for name in ("stream", "spare_stream"):
        made = await caller.ok(
            "/message/subscription/create", "1.0.0", {"kind": "sse", "name": f"{name} {lot.name}"}
        )
        setattr(lot, name, made["subscriptionId"])
    target = await caller.ok("/data/model/data/upload", "0.0.1", {**FILE, "scopeId": lot.scope_id})
    lot.file_name = target["fileName"]
    put = await town.client.put(target["url"], content=JPG)
    assert put.status_code < 300, put.text
