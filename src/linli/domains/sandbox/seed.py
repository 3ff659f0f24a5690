"""Fills a new sandbox: a community with a building, houses, people, rights, records, and five simulated devices."""

from typing import Final

from linli.domains.access.service import doors
from linli.domains.communities.poi_csv import Poi
from linli.domains.communities.service import applications, pois, uploads
from linli.domains.notices import service as notices
from linli.domains.notices.schemas import Content, Publication
from linli.domains.sandbox import picture
from linli.domains.sandbox.calls import Partner
from linli.domains.sandbox.facts import CARD, KINDS, Facts, SimDevice
from linli.domains.sandbox.times import wall
from linli.domains.sandbox.workshop import Workshop
from linli.kernel import tenancy
from linli.kernel.db import Tx
from linli.kernel.scope import Caller, Scope
from linli.openapi import limit_rules
from linli.openapi.limit_rules import Target
from linli.openapi.limits import Rule
from linli.things.serials.service import SerialNumberEntry, list_serial_numbers
from linli.things.service import devices, products

PROJECT: Final = "沙箱项目"
COMMUNITY: Final = "沙箱小区"
POID: Final = "LSANDBOX01"
CITY: Final = "沙箱市"
PER_SECOND: Final = 20
PER_DAY: Final = 20_000
"""Calls that a sandbox's key may make."""
SPACE: Final = "/solution/community/paas/space/sub/create"
_PLACE: Final = Poi(
    POID, COMMUNITY, CITY, f"{COMMUNITY} 示例路1号", CITY,
    {
        "id": POID, "name": COMMUNITY, "cityname": CITY, "adname": "示例区", "pname": "示例省",
        "address": "示例路1号", "location": "120.000000,30.000000", "type": "商务住宅;住宅区",
    },
)  # fmt: skip


async def begin(
    shop: Workshop, tx: Tx, *, name: str, again: tuple[str, str] | None = None
) -> tuple[str, str, str]:
    """A tenant with a project and its key: (tenant id, project id, app key). `again`: a key to keep."""
    tenant_id = await tenancy.create_tenant(tx, name=name, ids=shop.ids)
    inside = Scope(tenant_id, Caller("system", "sandbox"))
    project_id = await tenancy.create_project(inside, tx, name=PROJECT, ids=shop.ids)
    app_key, _ = await tenancy.create_app_key(
        inside, tx, project_id=project_id, ids=shop.ids, secrets=shop.secrets, name=PROJECT, again=again
    )
    return tenant_id, project_id, app_key


async def limit(inside: Scope, tx: Tx, *, app_key: str) -> None:
    """Set after filling, which makes more calls a second than a key may."""
    await limit_rules.set_limit(inside, tx, target=Target("key", app_key), rule=Rule(PER_SECOND, PER_DAY))


async def furnish(shop: Workshop, inside: Scope, *, project_id: str, app_key: str) -> Facts:
    """Everything in it. Raises SandboxFailed and what services raise."""
    facts = Facts(project_id=project_id)
    await _community(shop, inside, facts, app_key)
    await _devices(shop, inside, facts)
    # Made after the community was granted, which the key's scope follows.
    partner = await shop.partner(inside, app_key)
    await _houses(partner, facts)
    await _door(shop, inside, facts)
    await _people(partner, shop, facts)
    await _rights(partner, shop, facts)
    await _data(partner, shop, inside, facts)
    return facts


async def _community(shop: Workshop, inside: Scope, facts: Facts, app_key: str) -> None:
    now_ms = shop.clock.now_ms()
    row = await tenancy.find_app_key(shop.db, app_key)
    assert row is not None
    app = await tenancy.app_scope(shop.db, row)

    async def create_community(tx: Tx) -> None:
        await pois.import_catalogue(tx, [_PLACE])
        number = await applications.apply(app, tx, application=application(), now_ms=now_ms)
        community = await applications.approve(
            inside, tx, community_id=number, reviewer="sandbox", ids=shop.ids, now_ms=now_ms
        )
        facts.community_id, facts.scope_id = number, str(community.scope_id)
        facts.root = int(community.root_space_id or 0)

    await shop.db.run(create_community)


def application() -> applications.Application:
    return applications.Application(
        poid=POID,
        name=COMMUNITY,
        address="示例路1号",
        service_start="2026-01-01",
        service_end="2035-12-31",
        certificates=[],
        managing_body="沙箱物业",
        phone="19900000000",
    )


async def _devices(shop: Workshop, inside: Scope, facts: Facts) -> None:
    now_ms = shop.clock.now_ms()

    before = facts.devices

    async def make(tx: Tx) -> None:
        facts.devices = before
        for kind in KINDS:
            product = await products.create_product(
                inside,
                tx,
                values=products.ProductValues(name=kind.title, category_code=kind.category),
                ids=shop.ids,
                secrets=shop.secrets,
            )
            triple = await devices.create_device(
                inside,
                tx,
                values=devices.DeviceValues(
                    product_key=product.product_key,
                    device_name=kind.device_name,
                    nickname=kind.title,
                    project_id=facts.project_id,
                ),
                ids=shop.ids,
                secrets=shop.secrets,
            )
            # Serial numbers are unique on the whole platform.
            sn = f"{kind.sn}{shop.ids.token(6, '0123456789')}" if kind.sn else ""
            if sn:
                entry = SerialNumberEntry(sn, product.product_key, triple.device_name)
                await list_serial_numbers(inside, tx, entries=[entry], now_ms=now_ms)
                facts.sn = sn
            await devices.assign_community(inside, tx, iot_id=triple.iot_id, community_id=facts.community_id)
            sim_device = SimDevice(kind.name, triple.iot_id, triple.product_key, triple.device_name)
            facts.devices = [*facts.devices, sim_device]

    await shop.db.run(make)


async def _houses(partner: Partner, facts: Facts) -> None:
    async def space(parent: int, kind: str, name: str) -> int:
        params = {"parentId": parent, "typeCode": kind, "name": name}
        answer = await partner.ok(SPACE, "1.0.1", params, community_id=facts.community_id)
        return int(answer["spaceId"])

    facts.building = await space(facts.root, "building", "1")
    facts.unit = await space(facts.building, "unit", "1")
    facts.house = await space(facts.unit, "house", "0101")
    for name in ("0102", "0201"):
        await space(facts.unit, "house", name)
    params = {"houseId": facts.house, "type": 1, "name": "A-01"}
    facts.asset = int(
        await partner.ok(
            "/solution/community/household/spaceasset/add", "1.0.1", params, community_id=facts.community_id
        )
    )


async def _door(shop: Workshop, inside: Scope, facts: Facts) -> None:
    await shop.db.run(
        lambda tx: doors.register_door(
            inside,
            tx,
            new=doors.NewDoor(
                community_id=facts.community_id,
                name="沙箱单元门",
                iot_id=facts.device("door").iot_id,
                space_id=facts.unit,
            ),
            keys=shop.door_keys,
            now_ms=shop.clock.now_ms(),
        )
    )


async def _people(partner: Partner, shop: Workshop, facts: Facts) -> None:
    here = facts.community_id
    people = []
    for name, kind in (("王沙", 1), ("李箱", 2)):
        params = {"houseSpaceId": facts.house, "name": name, "type": kind}
        answer = await partner.ok(
            "/solution/community/paas/house/member/save", "1.0.5", params, community_id=here
        )
        people.append(str(answer["identityId"]))
    facts.person = people[0]
    groups = await partner.ok(
        "/solution/community/paas/user/group/query",
        "1.0.1",
        {"pageNo": 1, "pageSize": 10},
        community_id=here,
    )
    facts.group = str(groups[0]["userGroupId"])
    facts.door_person = shop.ids.identity_id()
    await partner.ok(
        "/entrance/paas/user/modify",
        "1.0.0",
        {"identityId": facts.door_person, "name": "门禁人员", "extInfo": {}},
        community_id=here,
    )


async def _rights(partner: Partner, shop: Workshop, facts: Facts) -> None:
    here, door = facts.community_id, facts.device("door").iot_id
    soon = wall(shop.clock.now_ms(), days=30)
    facts.qr_code = str(
        await partner.ok(
            "/homelink/common/qrcode/generate", "1.0.1", {"identityId": facts.door_person}, community_id=here
        )
    )
    right = {
        "qrCode": facts.qr_code,
        "iotIds": [door],
        "identityId": facts.door_person,
        "expiryTime": soon,
    }
    await partner.ok("/entrance/paas/perm/qrcode/config", "1.0.1", right, community_id=here)
    facts.card = CARD
    card = {"iotId": door, "cardId": facts.card, "identityId": facts.door_person, "expiryTime": soon}
    await partner.ok("/entrance/paas/perm/card/batchmodify", "1.0.2", {"cards": [card]}, community_id=here)


async def _data(partner: Partner, shop: Workshop, inside: Scope, facts: Facts) -> None:
    now_ms = shop.clock.now_ms()
    app = partner.key.scope
    for name, content, code in (
        ("proof", picture.scan(), uploads.COMMUNITY_FILE),
        ("face", picture.PORTRAIT, uploads.HOUSEHOLD_FACE),
    ):
        kept = await uploads.keep(
            app,
            shop.db,
            shop.objects,
            new=uploads.NewUpload(
                content=content, biz_code=code, community_id=None, tmp_key="", field="uploadId"
            ),
            ids=shop.ids,
            now_ms=now_ms,
        )
        setattr(facts, name, kept.upload_id)
    row = {"modelId": "Heartbeat", "scopeId": facts.scope_id, "properties": {"parkingLotId": "P1"}}
    facts.record = int(await partner.ok("/data/model/data/insert", "1.0.0", row))
    target = await partner.ok(
        "/data/model/data/upload",
        "0.0.1",
        {"modelId": "iot_park_pass_record", "attrName": "plateNumberImage", "scopeId": facts.scope_id},
    )
    facts.file_name = str(target["fileName"])
    key = shop.objects.key_of(str(target["url"]))
    if key is not None:
        await shop.objects.put(key, picture.PORTRAIT)
    answer = await partner.ok("/message/subscription/create", "1.0.0", {"kind": "sse", "name": "沙箱事件流"})
    facts.stream = int(answer["subscriptionId"])

    async def work(tx: Tx) -> None:
        text = Content("沙箱公告", [Publication("这是沙箱里的一条公告。")], 6, 7, 0, [])
        facts.notice = await notices.draft(
            inside, tx, community_id=facts.community_id, content=text, now_ms=now_ms
        )
        await notices.publish(inside, tx, notice_id=facts.notice, now_ms=now_ms)

    await shop.db.run(work)
