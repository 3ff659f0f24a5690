"""Indoor terminals by signed calls: bound by a code that they show, used, and unbound from either end."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from linli.domains.intercom import room as intercom
from linli.domains.intercom.queries import numbers
from linli.domains.intercom.queries.homes import desks_of, rung_by_group
from linli.domains.intercom.service import numbers as sip_numbers
from linli.domains.intercom.service import terminals
from linli.domains.intercom.service.derived import group_of_house
from linli.domains.people.service import residents
from linli.kernel import tenancy
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.settings import Settings, Sip
from linli.sim.door import SimulatedDoor
from tests.domains.access.estate import Estate, open_estate
from tests.domains.access.platform import until
from tests.domains.communities.builders import make_space
from tests.openapi.house import Partner

ON = Settings(sip=Sip(port=6050, public_host="sip.example.com"))
BASE = "/solution/community/intercom"
DEVICE = f"{BASE}/device"
NEWER = (f"{DEVICE}/status/get", f"{BASE}/unitdoor/open")
HALL = "genie-0001"


@dataclass
class Homes:
    """An estate whose house 101 and 201 ring at a wall door, and a partner of its company."""

    estate: Estate
    partner: Partner
    iot_id: str
    door: SimulatedDoor

    async def call(self, path: str, *, by: Partner | None = None, **params: Any) -> dict[str, Any]:
        version = "1.0.1" if path in NEWER else "1.0.0"
        return await (by or self.partner).call(path, version, params)

    async def ok(self, path: str, *, by: Partner | None = None, **params: Any) -> Any:
        answer = await self.call(path, by=by, **params)
        assert answer["code"] == 200, answer
        return answer.get("data")

    async def refused(self, path: str, *, by: Partner | None = None, **params: Any) -> tuple[Any, str]:
        answer = await self.call(path, by=by, **params)
        assert answer["code"] != 200, answer
        return answer["code"], answer["message"]

    def signed(self, device: str, *, kind: str | None = None, ts: int | None = None) -> dict[str, Any]:
        ts = self.estate.now if ts is None else ts
        text = f"{self.partner.app_key}-{ts}-{device}{kind or 'TMALL_GENIE'}"
        asked = {"deviceId": device, "ts": ts, "sign": hashlib.md5(text.encode()).hexdigest()}
        return asked if kind is None else {**asked, "deviceType": kind}

    async def code(self, device: str = HALL) -> str:
        return str((await self.ok(f"{DEVICE}/qrcode/get", **self.signed(device)))["qrCode"])

    def asked(self, code: str, **changed: Any) -> dict[str, Any]:
        return {
            "paasIdentityId": self.estate.owner, "qrCode": code, "houseSpaceId": self.estate.houses[0],
            "deviceNickName": "客厅", **changed,
        }  # fmt: skip

    async def bind(self, device: str = HALL) -> str:
        return str((await self.ok(f"{DEVICE}/bind", **self.asked(await self.code(device))))["bindId"])

    async def rung(self) -> list[str]:
        """Who rings when house 101 is called."""
        group = group_of_house(self.estate.houses[0])
        rows = await rung_by_group(
            self.estate.platform.db, tenant_id=self.estate.tenant.tenant, group_id=group
        )
        return [row.owner or "" for row in rows]


@pytest.fixture
async def homes(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[Homes]:
    intercom.register(database.handlers)
    async with open_estate(database, clock, ids, tmp_path, ON) as estate:
        iot_id, door = await estate.new_door("SN-W1", "围墙机")
        await until(lambda: door.intercom.account)
        body = {"name": "大门", "direction": "ENTRANCE", "spaceId": estate.root}
        answer = await estate.desk.put(f"/doors/{iot_id}", json=body)
        assert answer.status_code == 204, answer.text
        await until(lambda: door.intercom.rooms)
        async with database.begin() as tx:
            project = await tenancy.create_project(estate.tenant, tx, name="集成商", ids=ids)
            key, secret = await tenancy.create_app_key(
                estate.tenant, tx, project_id=project, ids=ids, secrets=estate.platform.secrets
            )
            await tenancy.grant_community(
                estate.tenant, tx, project_id=project, community_id=estate.community
            )
        estate.platform.targets.approved[estate.community] = True
        partner = Partner(estate.platform, estate.tenant.tenant, project, key, secret)
        yield Homes(estate, partner, iot_id, door)


@pytest.mark.covers("TOP-03", "RES-09")
@pytest.mark.engines("sqlite", "postgresql")
async def test_a_terminal_is_bound_used_and_unbound_from_either_end(homes: Homes) -> None:
    assert await homes.ok(f"{DEVICE}/status/get", deviceId=HALL) == {"bindStatus": False}
    shown = await homes.ok(f"{DEVICE}/qrcode/get", **homes.signed(HALL))
    assert len(shown["qrCode"]) == 12
    assert shown["qrCodeUrl"].startswith("data:image/svg+xml;base64,")
    assert len(shown["expireTime"]) == len("2026-11-30 08:00:00")
    bound = await homes.ok(f"{DEVICE}/bind", **homes.asked(shown["qrCode"]))
    house = homes.estate.houses[0]
    status = await homes.ok(f"{DEVICE}/status/get", deviceId=HALL, deviceType="TMALL_GENIE")
    assert status == {
        "bindStatus": True, "bindId": bound["bindId"], "houseName": "101", "bindType": 0,
        "communityId": homes.estate.community,
    }  # fmt: skip
    await homes.ok(
        f"{DEVICE}/rename",
        paasIdentityId=homes.estate.owner,
        bindId=bound["bindId"],
        deviceNickName="书房_2.0-A",
    )
    assert await homes.ok(f"{DEVICE}/list", paasIdentityId=homes.estate.owner) == [
        {
            "bindId": bound["bindId"], "intercomDeviceId": "***0001", "intercomDeviceType": "TMALL_GENIE",
            "houseSpaceId": str(house), "houseName": "101", "deviceNickName": "书房_2.0-A",
        }
    ]  # fmt: skip
    channel = await homes.ok(f"{DEVICE}/channel/get", deviceId=HALL)
    number = channel["sipNumber"]
    password = channel.pop("sipPassword")
    assert len(password) == 20
    assert channel == {
        "communityId": homes.estate.community, "houseName": "101", "unitSpaceId": "", "houseSpaceId": str(house),
        "sipGroupId": group_of_house(house), "sipNumber": number, "sipHost": "sip.example.com", "sipPort": "6050",
    }  # fmt: skip
    assert f"unit:{house}:{bound['bindId']}" in await homes.rung()
    doors = await homes.ok(f"{BASE}/entrance/device/list", deviceId=HALL, pageSize=10, pageNo=1)
    assert doors["total"] == 1
    assert (doors["data"][0]["iotId"], doors["data"][0]["status"]) == (homes.iot_id, 1)
    await homes.ok(f"{BASE}/unitdoor/open", deviceId=HALL)
    await homes.ok(f"{BASE}/unitdoor/open", deviceId=HALL, iotId=homes.iot_id)
    assert homes.door.opened == 2
    await homes.ok(f"{DEVICE}/end/unbind", deviceId=HALL)
    await _is_gone(homes, number)
    again = await homes.bind()
    assert again != bound["bindId"]
    second = (await homes.ok(f"{DEVICE}/channel/get", deviceId=HALL))["sipNumber"]
    await homes.ok(f"{DEVICE}/unbind", paasIdentityId=homes.estate.owner, bindId=again)
    await _is_gone(homes, second)


async def _is_gone(homes: Homes, number: str) -> None:
    """Nothing of a terminal that was unbound is left: it must be bound again before it is used."""
    assert await homes.ok(f"{DEVICE}/status/get", deviceId=HALL) == {"bindStatus": False}
    for path in (f"{DEVICE}/end/unbind", f"{BASE}/unitdoor/open", f"{DEVICE}/channel/get"):
        code, message = await homes.refused(path, deviceId=HALL)
        assert code == 403
        assert "not bound" in message
    assert (await homes.refused(f"{BASE}/entrance/device/list", deviceId=HALL, pageSize=10))[0] == 403
    assert await homes.ok(f"{DEVICE}/list", paasIdentityId=homes.estate.owner) == []
    db = homes.estate.platform.db
    assert await numbers.accounts_by_number(homes.estate.tenant, db, [number]) == {}
    assert not [name for name in await homes.rung() if name.startswith("unit:")]


async def test_a_code_is_good_once_and_for_minutes(homes: Homes) -> None:
    code = await homes.code()
    typed = f" {code[:4].lower()}-{code[4:8]} {code[8:]} "
    bound = await homes.ok(f"{DEVICE}/bind", **homes.asked(typed))
    for again in (code, typed):
        refusal, message = await homes.refused(f"{DEVICE}/bind", **homes.asked(again))
        assert refusal == 460
        assert "was used" in message
    await homes.ok(f"{DEVICE}/unbind", paasIdentityId=homes.estate.owner, bindId=bound["bindId"])
    assert "was used" in (await homes.refused(f"{DEVICE}/bind", **homes.asked(code)))[1]
    older, newer = await homes.code(), await homes.code()
    assert "no terminal shows" in (await homes.refused(f"{DEVICE}/bind", **homes.asked(older)))[1]
    await homes.estate.platform.clock.advance(terminals.CODE_MS + 1)
    assert "has expired" in (await homes.refused(f"{DEVICE}/bind", **homes.asked(newer)))[1]


async def test_a_bound_terminal_is_unbound_before_it_is_bound_elsewhere(homes: Homes) -> None:
    bound = await homes.bind()
    elsewhere = {"paasIdentityId": homes.estate.neighbour, "houseSpaceId": homes.estate.houses[1]}
    code = await homes.code()
    assert "already" in (await homes.refused(f"{DEVICE}/bind", **homes.asked(code, **elsewhere)))[1]
    for path in ("rename", "unbind"):
        asked = {"paasIdentityId": homes.estate.neighbour, "bindId": bound, "deviceNickName": "x"}
        assert (await homes.refused(f"{DEVICE}/{path}", **asked))[0] == 403
    assert await homes.ok(f"{DEVICE}/list", paasIdentityId=homes.estate.neighbour) == []
    await homes.ok(f"{DEVICE}/end/unbind", deviceId=HALL)
    await homes.ok(f"{DEVICE}/bind", **homes.asked(code, **elsewhere))
    assert (await homes.ok(f"{DEVICE}/status/get", deviceId=HALL))["houseName"] == "201"


async def test_only_who_lives_there_binds_and_only_so_many(homes: Homes) -> None:
    code = await homes.code()
    foreign = homes.estate.houses[1]
    for changed in ({"houseSpaceId": foreign}, {"houseSpaceId": "x"}, {"houseSpaceId": 9_999}):
        assert (await homes.refused(f"{DEVICE}/bind", **homes.asked(code, **changed)))[0] == 403
    building = {"houseSpaceId": homes.estate.buildings[0]}
    assert (await homes.refused(f"{DEVICE}/bind", **homes.asked(code, **building)))[0] == 403
    for number in range(terminals.MOST_AT_HOME):
        await homes.bind(f"genie-1{number:03}")
    refusal, message = await homes.refused(f"{DEVICE}/bind", **homes.asked(code))
    assert refusal == 460
    assert "at most 5" in message
    assert len(await homes.ok(f"{DEVICE}/list", paasIdentityId=homes.estate.owner)) == terminals.MOST_AT_HOME


async def test_another_application_sees_no_terminal(homes: Homes) -> None:
    await homes.bind()
    other = await homes.estate.platform.new_partner("别家", communities=(homes.estate.community,))
    assert await homes.ok(f"{DEVICE}/status/get", by=other, deviceId=HALL) == {"bindStatus": False}
    assert (await homes.refused(f"{BASE}/unitdoor/open", by=other, deviceId=HALL))[0] == 403
    code = await homes.code("genie-0002")
    assert (await homes.refused(f"{DEVICE}/bind", by=other, **homes.asked(code)))[0] == 403
    assert homes.door.opened == 0


async def test_who_bound_a_terminal_and_moves_out_leaves_none(homes: Homes) -> None:
    await homes.bind()
    number = (await homes.ok(f"{DEVICE}/channel/get", deviceId=HALL))["sipNumber"]
    estate = homes.estate
    async with estate.platform.db.begin() as tx:
        await residents.move_out(
            estate.tenant, tx, house_id=estate.houses[0], identity_id=estate.owner, now_ms=estate.now
        )
    await _is_gone(homes, number)


async def test_an_account_that_an_application_deletes_takes_its_terminal_along(homes: Homes) -> None:
    await homes.bind()
    number = (await homes.ok(f"{DEVICE}/channel/get", deviceId=HALL))["sipNumber"]
    answer = await homes.call("/entrance/paas/sipservice/sip/delete", sipNumberList=[number])
    if answer["code"] == "SYS_0002":  # not the application's own: then the company itself
        async with homes.estate.platform.db.begin() as tx:
            await sip_numbers.delete_accounts(
                homes.estate.tenant, tx, numbers=[number], now_ms=homes.estate.now
            )
    await _is_gone(homes, number)


async def test_of_several_doors_that_of_the_unit_opens(homes: Homes) -> None:
    estate = homes.estate
    db, ids = estate.platform.db, estate.platform.ids
    unit = await make_space(db, estate.tenant, ids, estate.buildings[0], "unit", "3单元")
    house = await make_space(db, estate.tenant, ids, unit, "house", "301室")
    await estate.move_in(house, "赵敏", "13800000777")
    iot_id, near = await estate.new_door("SN-U1", "单元门")
    answer = await estate.desk.put(f"/doors/{iot_id}/call-unit", json={"spaceId": unit})
    assert answer.is_success, answer.text
    await until(lambda: near.intercom.rooms)
    await until(lambda: len(homes.door.intercom.rooms) == 3)
    asked = homes.asked(await homes.code(), houseSpaceId=house)
    moved = await estate.move_in(house, "钱多", "13800000778")
    await homes.ok(f"{DEVICE}/bind", **{**asked, "paasIdentityId": moved})
    assert (await homes.ok(f"{DEVICE}/channel/get", deviceId=HALL))["unitSpaceId"] == str(unit)
    await homes.ok(f"{BASE}/unitdoor/open", deviceId=HALL)
    assert (near.opened, homes.door.opened) == (1, 0)
    foreign, _ = await estate.new_door("SN-F1", "别的门")
    assert (await homes.refused(f"{BASE}/unitdoor/open", deviceId=HALL, iotId=foreign))[0] == 403


async def test_a_terminal_of_the_office_opens_every_door_and_is_a_desk(homes: Homes) -> None:
    estate = homes.estate
    wish = terminals.Wish(estate.community, None, "物业中心")
    code = await homes.code()
    async with estate.platform.db.begin() as tx:
        bound = await terminals.bind(
            estate.tenant, tx, code=code, wish=wish, ids=estate.platform.ids, secrets=estate.platform.secrets,
            now_ms=estate.now,
        )  # fmt: skip
    status = await homes.ok(f"{DEVICE}/status/get", deviceId=HALL)
    assert (status["bindType"], "houseName" in status) == (1, False)
    desks = await desks_of(estate.platform.db, tenant_id=estate.tenant.tenant, community_id=estate.community)
    assert [row.number for row in desks] == [bound.number]
    channel = await homes.ok(f"{DEVICE}/channel/get", deviceId=HALL)
    assert (channel["houseSpaceId"], channel["sipGroupId"]) == ("", "")
    await homes.ok(f"{BASE}/unitdoor/open", deviceId=HALL)
    assert homes.door.opened == 1
    await estate.new_door("SN-F1", "侧门")
    assert (await homes.refused(f"{BASE}/unitdoor/open", deviceId=HALL))[0] == 460
    # No resident's application touches it.
    asked = {"paasIdentityId": estate.owner, "bindId": bound.bind_id}
    assert (await homes.refused(f"{DEVICE}/unbind", **asked))[0] == 403


async def test_bad_input_is_named(homes: Homes) -> None:
    code = await homes.code()
    fine = homes.signed("genie-0009")
    hour = 3_600_000
    bad: list[tuple[str, dict[str, Any], Any, str]] = [
        (f"{DEVICE}/qrcode/get", {**fine, "sign": "0" * 32}, 460, "sign"),
        (f"{DEVICE}/qrcode/get", {**fine, "sign": "签"}, 460, "sign"),
        (f"{DEVICE}/qrcode/get", homes.signed("g", ts=homes.estate.now - hour - 1), 460, "ts"),
        (f"{DEVICE}/qrcode/get", homes.signed("g", ts=10**30), 460, "ts"),
        (f"{DEVICE}/qrcode/get", homes.signed(" "), 460, "deviceId"),
        (f"{DEVICE}/qrcode/get", homes.signed("g" * 65), 460, "deviceId"),
        (f"{DEVICE}/status/get", {"deviceId": "g", "deviceType": "t" * 33}, 460, "deviceType"),
        (f"{BASE}/entrance/device/list", {"deviceId": "g", "pageSize": 101}, 460, "pageSize"),
        (f"{DEVICE}/list", {}, 460, "paasIdentityId"),
        (f"{DEVICE}/bind", homes.asked(code, paasIdentityId=" "), 460, "paasIdentityId"),
        (f"{DEVICE}/bind", homes.asked(" "), 460, "qrCode"),
        (f"{DEVICE}/bind", homes.asked("码" * 500), 460, "no terminal shows"),
        *(
            (f"{DEVICE}/bind", homes.asked(code, deviceNickName=name), 460, "deviceNickName")
            for name in ("", "客" * 65, "客 厅", "客厅!", "<b>")
        ),
    ]
    for path, params, refusal, named in bad:
        answer = await homes.call(path, **params)
        assert answer["code"] == refusal, (path, params, answer)
        assert named in answer["message"], answer
    seconds = homes.estate.now // 1000
    for asked in (
        homes.signed("genie-0009", ts=seconds),
        homes.signed("genie-0009", kind="PAD"),
        {**fine, "sign": fine["sign"].upper()},
    ):
        await homes.ok(f"{DEVICE}/qrcode/get", **asked)
