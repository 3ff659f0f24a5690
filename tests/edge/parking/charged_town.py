"""A town whose car park is the cloud's: charged by its tariffs, opened by its rights; with a desk in the console."""

import asyncio
import copy
from typing import Any, Final

import httpx

from linli.domains.communities.queries import spaces as space_queries
from linli.domains.communities.service import spaces
from linli.domains.people.rights import Rights, Role, RoleGrant
from linli.domains.people.service import accounts, organisation, ownership, passwords
from linli.domains.people.service.organisation import Hand
from linli.kernel.db import Tx
from tests.edge.parking.lane_town import CAMERAS, LaneTown
from tests.edge.parking.site_box import SITE

ALL_DAYS: Final = ["workday", "weekend", "holiday"]
INNER: Final = {**CAMERAS, "lane.inner": "inner-1234"}
LOGIN: Final = {"login": "13800138000", "password": "correct horse battery"}


def tariff(first_fen: int, **more: Any) -> dict[str, Any]:
    """The first hour, each further half hour 2 yuan, 30 minutes free, at most 30 yuan a day."""
    segment = {
        "begins": "00:00", "ends": "24:00", "first": {"minutes": 60, "fen": first_fen},
        "further": {"minutes": 30, "fen": 200},
    }  # fmt: skip
    plans = [{"days": ALL_DAYS, "segments": [segment]}]
    return {"classes": [{"vehicleClass": "", "plans": plans}], "freeMinutes": 30, "dayCapFen": 3000, **more}


def by_kind(lines: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
    """Kind of fee line → (periods, fen). Midnight parts one kind into a line for each day; the sums stay the same."""
    sums: dict[str, tuple[int, int]] = {}
    for line in lines:
        count, fen = sums.get(line["kind"], (0, 0))
        sums[line["kind"]] = count + line["count"], fen + line["fen"]
    return sums


class ChargedTown(LaneTown):
    """`settings` of the lot, beside its space."""

    serials = INNER
    settings: dict[str, Any]

    def with_lot(self, **settings: Any) -> "ChargedTown":
        self.settings = settings
        return self

    async def place(self, tx: Tx, site: Any) -> Any:
        scope, platform = self.bench.owner, self.platform
        root = await space_queries.require_root(scope, tx, self.community_id)
        self.lot_space = await spaces.create(
            scope, tx, parent_id=root, kind="parking_area", name="户外停车场", direction=None, ids=platform.ids,
            now_ms=platform.clock.now_ms(),
        )  # fmt: skip
        at = root
        for kind, name in (("building", "1"), ("unit", "1"), ("house", "0101")):
            at = await spaces.create(
                scope, tx, parent_id=at, kind=kind, name=name, direction=None, ids=platform.ids,
                now_ms=platform.clock.now_ms(),
            )  # fmt: skip
        self.house = at
        site = copy.deepcopy(SITE)
        site["lots"][0] |= {"spaceId": str(self.lot_space), **self.settings}
        site["lots"][0]["barriers"][2]["device"] = "lane.inner"
        return site

    async def open_desk(self) -> httpx.AsyncClient:
        """The console as an administrator of the company sees it."""
        platform = self.platform
        now_ms, hashed = platform.clock.now_ms(), await accounts.hash_password(LOGIN["password"])
        async with platform.db.begin() as tx:
            account = await accounts.create_account(
                tx, login=LOGIN["login"], password_hash=hashed, proven=True, name="王伟", ids=platform.ids,
                now_ms=now_ms,
            )  # fmt: skip
            await accounts.grant_role(
                tx,
                account_id=account,
                role=Role.TENANT_ADMIN,
                tenant_id=self.bench.owner.tenant,
                now_ms=now_ms,
            )
        here = f"http://127.0.0.1:{platform.http.port}"
        self.desk = httpx.AsyncClient(
            base_url=f"{here}/api/console", trust_env=False, timeout=60,
            headers={"x-linli-request": "1", "origin": here, "accept-language": "zh-CN"},
        )  # fmt: skip
        signed = await self.desk.post("/session", json=LOGIN)
        assert signed.status_code < 300, signed.text
        return self.desk

    async def open_clerk(self, *rights: str) -> httpx.AsyncClient:
        """The console as a person of the company sees it who has these rights alone. Close it."""
        scope, platform, phone = self.bench.owner, self.platform, "13800000032"
        main = Rights(1, "main", (RoleGrant(Role.TENANT_ADMIN, scope.tenant),))
        hand, hashed = Hand(scope, main, platform.ids), await accounts.hash_password(LOGIN["password"])
        now_ms = platform.clock.now_ms()
        async with platform.db.begin() as tx:
            person = await organisation.add_person(hand, tx, name="职员", phone=phone)
            await ownership.prove(tx, account_id=person, now_ms=now_ms)
            await passwords.set_password(tx, account_id=person, password_hash=hashed, now_ms=now_ms)
            await organisation.set_rights(hand, tx, account_id=person, rights=list(rights))
            await organisation.join_groups(
                hand, tx, account_ids=[person], project_ids=[self.bench.project_id]
            )
        clerk = httpx.AsyncClient(
            base_url=self.desk.base_url, trust_env=False, timeout=60, headers=self.desk.headers
        )
        clerk.cookies.clear()
        signed = await clerk.post("/session", json={"login": phone, "password": LOGIN["password"]})
        assert signed.status_code < 300, signed.text
        return clerk

    async def told(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self.desk.request(method, path, json=body)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    @property
    def at(self) -> str:
        return f"/communities/{self.community_id}"

    async def publish(self, draft: dict[str, Any], fen: int) -> None:
        """Charge the lot by a draft, whose two hours cost `fen`."""
        times = {"enters": "2026-12-01T08:00", "leaves": "2026-12-01T10:00"}
        named = {"name": "户外", "draft": draft, "cases": [{"name": "两小时", **times, "fen": fen}]}
        if not hasattr(self, "tariff"):
            made = await self.told("POST", "/parking-tariffs", {"communityId": self.community_id, **named})
            self.tariff = f"/parking-tariffs/{made['id']}"
        await self.told("PUT", self.tariff, named)
        await self.told("POST", f"{self.tariff}/publish")
        await self.told("PUT", f"{self.tariff}/lots", {"lotIds": [self.lot_space]})

    async def held(self) -> None:
        """Until the box says that it has what the cloud wants."""
        async with asyncio.timeout(60):
            while True:
                lots = (await self.told("GET", f"{self.at}/edge-parking"))["lots"]
                if lots and lots[0]["rules"] == "held":
                    return
                await asyncio.sleep(0.05)

    async def rows(self, what: str, number: int, **asked: Any) -> list[dict[str, Any]]:
        """Orders or cars of the boxes, oldest first, once there are as many."""
        rows: list[dict[str, Any]] = []
        async with asyncio.timeout(60):
            while len(rows) < number:
                await asyncio.sleep(0.05)
                answer = await self.desk.get(f"{self.at}/edge-parking/{what}", params=asked)
                assert answer.status_code == 200, answer.text
                rows = answer.json()["data"]
        assert len(rows) == number, rows
        return rows[::-1]

    async def stop(self) -> None:
        await super().stop()
        await self.desk.aclose()
