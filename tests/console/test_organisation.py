"""Accounts of a company through the console: roles, persons, groups, and the rule that nobody gives what they lack."""

import re
from typing import Any

import pytest

from linli.console.app import console_routes
from linli.domains.people.rights_tree import ALL
from linli.domains.people.service import codes, sms_outbox
from linli.domains.people.service.sms_outbox import OutboxSms
from linli.kernel.outbox import Jobs, Worker
from tests.console.conftest import Browser
from tests.web_routes import web_routes

ORGANISATION = "/organisation"
PLATFORM = "/app-platform"


class House:
    def __init__(self, parts: Any, main: Browser) -> None:
        self.parts, self.main = parts, main
        jobs = Jobs()
        codes.register(jobs, OutboxSms(parts.db, parts.secrets, parts.ids), parts.secrets, parts.clock)
        self.worker = Worker(parts.db, parts.clock, jobs)

    async def role(self, name: str, rights: list[str], by: Browser | None = None) -> str:
        answer = await (by or self.main).post("/organisation/roles", json={"name": name, "rights": rights})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def person(self, name: str, phone: str, by: Browser | None = None) -> str:
        answer = await (by or self.main).post(
            "/organisation/persons", json={"persons": [{"name": name, "phone": phone}]}
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()[0]["accountId"])

    async def give(self, account: str, *roles: str, by: Browser | None = None) -> Any:
        body = {"roleIds": [int(role) for role in roles]}
        return await (by or self.main).put(f"/organisation/persons/{account}/roles", json=body)

    async def bind(
        self, accounts: list[str], projects: list[str], *, by: Browser | None = None, how: str = "bind"
    ) -> Any:
        body = {"accountIds": [int(one) for one in accounts], "projectIds": projects}
        return await (by or self.main).post(f"/organisation/groups/{how}", json=body)

    async def project(self, name: str) -> str:
        answer = await self.main.post("/projects", json={"name": name})
        return str(answer.json()["projectId"])

    async def enter(self, browser: Browser, phone: str) -> None:
        """Sign in with the code sent to a phone. Spec ACC-07."""
        assert (await browser.post("/session/code", json={"phone": phone})).status_code == 202
        await self.worker.run_once()
        _, text = (await sms_outbox.waiting(self.parts.db, secrets=self.parts.secrets))[0]
        found = re.search(r"\d{6}", text)
        assert found
        answer = await browser.post("/session/code/verify", json={"phone": phone, "code": found[0]})
        assert answer.status_code == 200, answer.text


@pytest.fixture
async def house(parts, administrator) -> House:
    return House(parts, administrator)


@pytest.mark.covers("ACC-01", "ACC-02", "ACC-03", "ACC-04", "ACC-07")
async def test_an_account_administrator_makes_implementers_of_their_projects(house, parts):
    tree = (await house.main.get("/organisation/rights")).json()
    presets = {one["code"]: one for one in tree["presets"]}
    assert set(presets["account_administrator"]["rights"]) == ALL == set(tree["givable"])
    everything = await house.role("账号管理员", presets["account_administrator"]["rights"])
    implementer = await house.role("社区项目实施角色", presets["community_implementer"]["rights"])
    person = await house.person("李娜", "13900000001")
    assert (await house.give(person, everything, implementer)).status_code == 204
    mine, other = await house.project("我的项目"), await house.project("别的项目")
    assert (await house.bind([person], [mine])).status_code == 204

    async with Browser(parts, address="198.51.100.1") as admin:
        await house.enter(admin, "13900000001")
        groups = (await admin.get("/organisation/groups")).json()["data"]
        assert [row["projectId"] for row in groups] == [mine]
        helper = await house.person("张强", "13900000002", by=admin)
        assert (await house.give(helper, implementer, by=admin)).status_code == 204
        assert (await house.bind([helper], [mine], by=admin)).status_code == 204
        foreign = await house.bind([helper], [other], by=admin)
        assert foreign.status_code == 404
        async with Browser(parts, address="198.51.100.2") as works:
            await house.enter(works, "13900000002")
            seen = (await works.get("/app-platform/projects")).json()["data"]
            assert [row["projectId"] for row in seen] == [mine]
            assert (await works.get(f"/app-platform/projects/{other}")).status_code == 404
            assert (await works.get("/organisation/persons")).status_code == 403
    log = (await house.main.get("/organisation/log")).json()["data"]
    assert {"person.added", "role.given", "group.joined", "role.created"} <= {row["action"] for row in log}
    given = next(row for row in log if row["action"] == "group.joined" and row["accountName"] == "张强")
    assert (given["byName"], given["detail"]) == ("李娜", "我的项目")


async def test_nobody_gives_what_they_lack(house, parts):
    sub = await house.role("人员", ["staff.manage", "devices.use"])
    strong = await house.role("设备", ["devices.manage"])
    plain = await house.role("看设备", ["devices.use"])
    clerk, friend, boss = [
        await house.person(name, phone)
        for name, phone in (("丁", "13900000011"), ("戊", "13900000012"), ("己", "13900000013"))
    ]
    project, other = await house.project("甲"), await house.project("乙")
    await house.give(clerk, sub)
    await house.bind([clerk], [project])
    await house.give(boss, strong)
    await house.bind([boss], [project, other])
    async with Browser(parts, address="198.51.100.3") as browser:
        await house.enter(browser, "13900000011")
        refused = await house.give(friend, strong, by=browser)
        assert (refused.status_code, refused.json()["code"]) == (403, "organisation.cannot_give")
        assert (await house.give(clerk, sub, strong, by=browser)).status_code == 403
        new = await browser.post("/organisation/roles", json={"name": "x", "rights": ["devices.manage"]})
        assert new.status_code == 403
        body = {"name": "人员", "rights": ["devices.use"]}
        assert (await browser.put(f"/organisation/roles/{sub}", json=body)).status_code == 403
        right = {"rights": ["integrations.manage"]}
        assert (await browser.put(f"/organisation/persons/{friend}/rights", json=right)).status_code == 403
        assert (await house.give(friend, plain, by=browser)).status_code == 204
        for way in ("access", "password"):
            path = f"/organisation/persons/{boss}/{way}"
            sent = await (
                browser.put(path, json={"disabled": True}) if way == "access" else browser.post(path)
            )
            assert sent.status_code == 403, way
        main = (await browser.get("/organisation/persons?q=王伟")).json()["data"][0]["accountId"]
        assert (await browser.post(f"/organisation/persons/{main}/password")).status_code == 403
        assert (await house.bind([boss], [project], by=browser, how="unbind")).status_code == 403


@pytest.mark.covers("ACC-05", "ACC-06")
async def test_groups_are_bound_and_unbound_one_and_many(house):
    person = await house.person("庚", "13900000021")
    projects = [await house.project(f"项目{n}") for n in range(3)]

    async def of(bound: bool) -> set[str]:
        query = {"accountId": person, "bound": str(bound).lower()}
        found = (await house.main.get("/organisation/groups", params=query)).json()["data"]
        return {row["projectId"] for row in found} & set(projects)

    assert await of(False) == set(projects)
    assert (await house.bind([person], projects[:1])).status_code == 204
    assert (await house.bind([person], projects)).status_code == 204
    assert (await of(True), await of(False)) == (set(projects), set())
    assert (await house.bind([person], projects[:1], how="unbind")).status_code == 204
    assert (await house.bind([person], projects[1:], how="unbind")).status_code == 204
    assert await of(True) == set()
    assert (await house.bind([person], ["a1240000000000aaaa"])).status_code == 404


async def test_access_is_closed_at_once_and_a_password_is_told_nobody(house, parts):
    role = await house.role("看", ["devices.use"])
    person = await house.person("辛", "13900000031")
    await house.give(person, role)
    async with Browser(parts, address="198.51.100.6") as browser:
        await house.enter(browser, "13900000031")
        assert (await browser.get("/devices")).status_code == 200
        path = f"/organisation/persons/{person}"
        assert (await house.main.put(f"{path}/access", json={"disabled": True})).status_code == 204
        assert (await browser.get("/devices")).status_code == 403
        assert (await house.main.put(f"{path}/access", json={"disabled": False})).status_code == 204
        assert (await browser.get("/devices")).status_code == 200
        taken = await house.main.post(f"{path}/password")
        assert taken.json() == {"codeTo": "139****0031", "link": "", "linkExpiresMs": 0}
        assert (await browser.get("/devices")).status_code == 401


def _routes() -> list[tuple[str, str, str]]:
    return [
        (method, filled, handler.opt["right"])
        for name, handler in web_routes(console_routes(0))
        for method, path in [name.split(" ")]
        if path.startswith((ORGANISATION, PLATFORM))
        for filled in [re.sub(r"{(\w+)}", lambda m: "1" if m[1].endswith("_id") else "one", path)]
    ]


async def test_every_route_is_refused_without_its_right(house, parts):
    """The matrix: a person with every right but the route's own."""
    person = await house.person("壬", "13900000041")
    routes = _routes()
    assert len(routes) > 25
    async with Browser(parts, address="198.51.100.7") as browser:
        for right in sorted({one for _, _, one in routes}):
            function = right.partition(".")[0]
            rest = sorted(one for one in ALL if not one.startswith(f"{function}.") or one < right)
            rest = [one for one in rest if one != right and one != f"{function}.manage"]
            answer = await house.main.put(f"/organisation/persons/{person}/rights", json={"rights": rest})
            assert answer.status_code == 204, answer.text
            if right == sorted({one for _, _, one in routes})[0]:
                await house.enter(browser, "13900000041")
            for method, where, wanted in routes:
                if wanted == right:
                    told = await browser.request(method, where)
                    assert (told.status_code, told.json()["code"]) == (403, "forbidden"), (method, where)
