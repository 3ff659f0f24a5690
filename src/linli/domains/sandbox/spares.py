"""Things that examples delete or use up. They are made when an example needs them, and again after use."""

from collections.abc import Awaitable, Callable
from typing import Final

from linli.domains.communities import post_policy
from linli.domains.communities.service import applications
from linli.domains.notices import service as notices
from linli.domains.notices.schemas import Content, Publication
from linli.domains.sandbox import picture, seed
from linli.domains.sandbox.calls import Partner
from linli.domains.sandbox.facts import Facts
from linli.domains.sandbox.times import wall
from linli.domains.sandbox.workshop import Workshop
from linli.kernel.db import Tx
from linli.kernel.scope import Scope
from linli.things.service import devices


class Bench:
    """One sandbox, with what is needed to make spares."""

    def __init__(self, shop: Workshop, inside: Scope, partner: Partner, facts: Facts) -> None:
        self.shop = shop
        self.inside = inside
        self.partner = partner
        self.facts = facts

    def count(self) -> int:
        self.facts.count += 1
        return self.facts.count

    async def ok(self, path: str, version: str, **params: object) -> object:
        return await self.partner.ok(path, version, params, community_id=self.facts.community_id)

    async def device(self, *, bound: bool, placed: bool) -> str:
        """Another meter. `bound`: to the sandbox's project; `placed`: in its community."""
        shop, facts = self.shop, self.facts

        async def make(tx: Tx) -> str:
            triple = await devices.create_device(
                self.inside,
                tx,
                values=devices.DeviceValues(
                    product_key=facts.device("meter").product_key,
                    device_name=f"spare-{self.count()}",
                    project_id=facts.project_id if bound else None,
                ),
                ids=shop.ids,
                secrets=shop.secrets,
            )
            if placed:
                await devices.assign_community(
                    self.inside, tx, iot_id=triple.iot_id, community_id=facts.community_id
                )
            return triple.iot_id

        return await shop.db.run(make)


async def _space(x: Bench) -> int:
    answer = await x.ok(
        seed.SPACE, "1.0.1", parentId=x.facts.unit, typeCode="house", name=f"08{x.count():02}"
    )
    return int(answer["spaceId"])  # type: ignore[index]


async def _asset(x: Bench) -> int:
    path = "/solution/community/household/spaceasset/add"
    answer = await x.ok(path, "1.0.1", houseId=x.facts.house, type=1, name=f"B-{x.count()}")
    return int(str(answer))


async def _person(x: Bench) -> str:
    path = "/solution/community/paas/house/member/save"
    answer = await x.ok(path, "1.0.5", houseSpaceId=x.facts.house, name=f"赵备{x.count()}", type=3)
    return str(answer["identityId"])  # type: ignore[index]


async def _door_person(x: Bench) -> str:
    identity = x.shop.ids.identity_id()
    await x.ok("/entrance/paas/user/modify", "1.0.0", identityId=identity, name="备用人员", extInfo={})
    return identity


async def _qr_code(x: Bench) -> str:
    path = "/homelink/common/qrcode/generate"
    code = str(await x.ok(path, "1.0.1", identityId=x.facts.door_person))
    await x.ok(
        "/entrance/paas/perm/qrcode/config",
        "1.0.1",
        qrCode=code,
        iotIds=[x.facts.device("door").iot_id],
        identityId=x.facts.door_person,
        expiryTime=wall(x.shop.clock.now_ms(), days=30),
    )
    return code


async def _card(x: Bench) -> str:
    number = f"SANDBOXSPARE{x.count()}"
    card = {
        "iotId": x.facts.device("door").iot_id,
        "cardId": number,
        "identityId": x.facts.door_person,
        "expiryTime": wall(x.shop.clock.now_ms(), days=30),
    }
    await x.ok("/entrance/paas/perm/card/batchmodify", "1.0.2", cards=[card])
    return number


async def _record(x: Bench) -> int:
    row = {"modelId": "Heartbeat", "scopeId": x.facts.scope_id, "properties": {"parkingLotId": "P2"}}
    return int(str(await x.ok("/data/model/data/insert", "1.0.0", **row)))


async def _stream(x: Bench) -> int:
    answer = await x.ok("/message/subscription/create", "1.0.0", kind="sse", name=f"备用事件流{x.count()}")
    return int(answer["subscriptionId"])  # type: ignore[index]


async def _notice(x: Bench) -> int:
    now_ms = x.shop.clock.now_ms()

    async def publish(tx: Tx) -> int:
        text = Content(f"备用公告{x.count()}", [Publication("可以删除。")], 6, 7, 0, [])
        number = await notices.draft(
            x.inside, tx, community_id=x.facts.community_id, content=text, now_ms=now_ms
        )
        await notices.publish(x.inside, tx, notice_id=number, now_ms=now_ms)
        return number

    return await x.shop.db.run(publish)


async def _rejected(x: Bench) -> int:
    """A refused application, since only those can be deleted."""
    now_ms = x.shop.clock.now_ms()

    async def refuse(tx: Tx) -> int:
        number = await applications.apply(
            x.partner.key.scope, tx, application=seed.application(), now_ms=now_ms
        )
        await applications.reject(
            x.inside, tx, community_id=number, reviewer="sandbox", reason="示例", now_ms=now_ms
        )
        return number

    return await x.shop.db.run(refuse)


async def _uploaded(x: Bench) -> str:
    """A picture that was uploaded by a ticket and is not saved yet."""
    answer = await x.ok("/solution/community/oss/ticket/get", "1.0.2", type="picture")
    key = f"{answer['dir']}/sandbox.png"  # type: ignore[index]
    await x.shop.objects.put(post_policy.stored_key(key), picture.scan())
    return key


async def _placed(x: Bench) -> str:
    return await x.device(bound=True, placed=True)


async def _loose(x: Bench) -> str:
    return await x.device(bound=True, placed=False)


async def _unbound(x: Bench) -> str:
    return await x.device(bound=False, placed=False)


async def _group(x: Bench) -> str:
    path = "/solution/community/paas/user/group/add"
    answer = await x.ok(path, "1.0.1", userGroupName=f"备用组{x.count()}", userGroupType="VISITOR")
    return str(answer["userGroupId"])  # type: ignore[index]


async def _user(x: Bench) -> str:
    path = "/solution/community/paas/user/add"
    wish = {"userGroupId": x.facts.group, "userName": "备用用户", "mobile": f"198{x.count():08d}"}
    return str((await x.ok(path, "1.0.2", **wish))["identityId"])  # type: ignore[index]


async def _member(x: Bench) -> str:
    """Of the kept group."""
    if "group" not in x.facts.spare:
        x.facts.spare = {**x.facts.spare, "group": await _group(x)}
    identity = await _person(x)
    path = "/solution/community/paas/user/group/member/add"
    await x.ok(path, "1.0.1", userGroupId=x.facts.spare["group"], identityId=identity)
    return identity


async def _employee(x: Bench) -> str:
    path = "/solution/community/org/employee/create"
    answer = await x.ok(path, "1.0.0", name="备用员工", mobile=f"197{x.count():08d}")
    return str(answer["identityId"])  # type: ignore[index]


async def _department(x: Bench) -> int:
    return int(str(await x.ok("/solution/community/org/department/create", "1.0.0", name=f"备用{x.count()}")))


async def _placed_employee(x: Bench) -> str:
    """In the kept department."""
    if "department" not in x.facts.spare:
        x.facts.spare = {**x.facts.spare, "department": await _department(x)}
    identity = await _employee(x)
    path = "/solution/community/department/employee/add"
    await x.ok(path, "1.0.0", identityId=identity, depId=str(x.facts.spare["department"]))
    return identity


async def _vehicle(x: Bench) -> int:
    path = "/solution/community/household/user/vehicle/add"
    cars = [{"plateNumber": f"浙B{10_000 + x.count()}"}]
    answer = await x.ok(path, "1.0.1", identityId=x.facts.person, vehicleList=cars)
    return int(answer[0])  # type: ignore[index]


async def _visit(x: Bench) -> str:
    path = "/solution/community/house/visitor/apply/add"
    now_ms = x.shop.clock.now_ms()
    answer = await x.ok(
        path,
        "1.0.0",
        houseId=x.facts.house,
        startTime=wall(now_ms),
        endTime=wall(now_ms, days=0.25),
        visitors=[{"name": f"备用访客{x.count()}", "type": "4"}],
    )
    rows = answer if isinstance(answer, list) else [answer]
    first = rows[0]
    return str(first["applyId"] if isinstance(first, dict) else first)


MAKERS: Final[dict[str, Callable[[Bench], Awaitable[str | int]]]] = {
    "space": _space,
    "asset": _asset,
    "person": _person,
    "door_person": _door_person,
    "qr_code": _qr_code,
    "card": _card,
    "record": _record,
    "stream": _stream,
    "notice": _notice,
    "rejected": _rejected,
    "uploaded": _uploaded,
    "placed": _placed,
    "loose": _loose,
    "unbound": _unbound,
    "group": _group,
    "old_group": _group,
    "user": _user,
    "member": _member,
    "employee": _employee,
    "old_employee": _employee,
    "placed_employee": _placed_employee,
    "department": _department,
    "old_department": _department,
    "vehicle": _vehicle,
    "old_vehicle": _vehicle,
    "visit": _visit,
}
