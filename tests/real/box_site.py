"""A site as its people know it: `linli serve` and `linli edge run` as processes, machines on sockets, a console open.

What an installer does goes through the console's routes, rights through the open API, as an application gives them.
"""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx

from linli.app.platform import Platform
from linli.domains.access.service import doors
from linli.domains.communities.service import pois
from linli.edge.doors.caller import CallFailed, Refusal
from linli.edge.doors.simulator import SimulatedMachine
from linli.kernel import tenancy
from linli.kernel.clock import SystemClock
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.settings import Settings
from linli.vision.fake import fake_models, marked
from tests.domains.faces.home import as_text
from tests.engines import free_port
from tests.openapi.house import Partner
from tests.protocols.door_http.test_door_http import photo
from tests.real.platform import ROOT, Installation

HERE: Final = "127.0.0.1"
MODEL: Final = "LE-A-B002-SC001"
PERSON: Final = "50acopfd3a94900494085ed2699e052432c34452"
CARD: Final = "0012345678"
POI: Final = 'id,name,cityname,address,location\nB0FFF0EG44,望月府,杭州市,金龙楼,"120.091789,30.281922"\n'


async def until[T](look: Callable[[], Awaitable[T]], seconds: float = 60) -> T:
    """What `look` gives once that is true."""
    async with asyncio.timeout(seconds):
        while not (found := await look()):
            await asyncio.sleep(0.1)
    return found


class Caller:
    """What a partner of the tests needs of a platform, of one that is a process."""

    def __init__(self, url: str) -> None:
        self.url, self.clock, self.ids = url, SystemClock(), Ids()


class BoxProcess:
    """`linli edge` on one piece of hardware: its folder."""

    def __init__(self, home: Path, models: Path, lan: str = "") -> None:
        """`lan`: where it offers its services; empty: none but those of its drivers."""
        self.home, self._models, self._lan = home, models, lan
        self._process: subprocess.Popen[bytes] | None = None

    def _line(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "linli.cli", "edge", *words, "--home", str(self.home)]

    def setup(self, cloud: str, label: dict[str, Any]) -> None:
        """Activate it with what its label says."""
        line = self._line(
            "setup", "--cloud", cloud, "--code", label["activationCode"], "--serial", label["serialNumber"],
            "--model", MODEL, "--once",
        )  # fmt: skip
        done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self) -> None:
        with (self.home / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._line("run", "--lan", self._lan, "--models", str(self._models)),
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )

    def log(self) -> str:
        return (self.home / "log").read_text(errors="replace")[-3000:]

    def power_off(self) -> None:
        """As a box that burnt: no good-bye."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, number: int) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)
            self._process.wait(30)


class BoxSite:
    """The platform with a cluster, a node, a gateway and two doors; `box` is the hardware that stands there now."""

    def __init__(self, folder: Path, linli: Installation, browser: httpx.AsyncClient, lan: str = "") -> None:
        self.folder, self.linli, self.browser, self.lan = folder, linli, browser, lan
        self.models = folder / "models"
        fake_models(self.models)
        self.machines: list[SimulatedMachine] = []
        self._tasks: list[asyncio.Task[None]] = []
        self.port = free_port()
        self.iot_ids: dict[str, str] = {}

    async def build(self) -> "BoxSite":
        code = (self.linli.folder / "setup-code").read_text().strip()
        form = {
            "tenantName": "和美物业", "name": "王伟", "login": "13800138000",
            "password": "correct horse battery", "projectName": "边缘", "code": code,
        }  # fmt: skip
        key = (await self.send("POST", "/setup", form))["key"]
        self.tenant = (await self.get("/session"))["tenant"]["id"]
        self.partner = Partner(
            Caller(self.linli.url), self.tenant, key["projectId"], key["appKey"], key["appSecret"]
        )  # type: ignore[arg-type]
        # As `linli admin` does beside the server.
        self.aside = await Platform.open(Settings(data_dir=str(self.linli.folder)))
        await self._community(key["projectId"])
        body = {"name": "北京区域-望月府", "model": MODEL, "projectId": key["projectId"]}
        self.cluster = await self.new("/edge/clusters", {**body, "communityId": self.community})
        self.node = await self.new(
            f"/edge/clusters/{self.cluster}/nodes", {"name": "wangyuefu-01", "serialNumber": "SN-0001"}
        )
        self.box = await self.new_box("box-1")
        place = f"/edge/clusters/{self.cluster}/components"
        await self.send("POST", f"{place}/face_recognition/ask", {"reason": "边侧识别"})
        request = f"/edge/component-requests/{self.cluster}/face_recognition"
        await self.send("POST", request, {"approved": True})
        card = {"node": "wangyuefu-01", "nicName": "lo", "nicIp": HERE}
        for component, params in (("edge_cluster", {}), ("device_access", {}), ("face_recognition", card)):
            await self.send("POST", f"{place}/{component}/install", {"params": params})

            async def runs(component: str = component) -> bool:
                rows = await self.get(place)
                return any(row["code"] == component and row["state"] == "running" for row in rows)

            await until(runs)
        self.gateway = (await self.get("/edge/gateways"))[0]["id"]
        config = {"host": HERE, "port": self.port}
        self.protocol = await self.new(
            f"/edge/gateways/{self.gateway}/protocols", {"driverId": "door_device", "config": config}
        )
        await self._two_doors()
        return self

    async def _two_doors(self) -> None:
        """`east` reads cards and `west` codes; both are deployed and online, and there is somebody to give rights to."""
        await self.person()
        self.east, self.west = await self.machine(1), await self.machine(2)
        await self.add("east", "card", self.east)
        await self.add("west", "qrcode", self.west)
        await self.deploy()
        for machine in (self.east, self.west):
            self.runs(machine)
        await self.until_states(east="online", west="online")

    async def _community(self, project_id: str) -> None:
        async with self.aside.db.begin() as tx:
            await pois.import_catalogue(tx, pois.read_catalogue(POI.splitlines()))
        claim = {
            "tenantId": self.tenant, "paper": "合同 7 号", "poid": "B0FFF0EG44", "name": "望月府", "address": "金龙楼",
            "serviceStart": "2026-01-01", "serviceEnd": "2036-01-01",
        }  # fmt: skip
        self.community = int(await self.new("/community-reviews/on-behalf", claim))
        async with self.aside.db.begin() as tx:
            await tenancy.grant_community(
                Scope.system(self.tenant), tx, project_id=project_id, community_id=self.community
            )

    # the console

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.browser.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def send(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self.browser.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def new(self, path: str, body: Any) -> str:
        return str((await self.send("POST", path, body))["id"])

    async def deploy(self, **more: Any) -> str:
        """部署, until the box has said that it is done; its number."""
        made = await self.new(f"/edge/gateways/{self.gateway}/deployments", more)
        await until(lambda: self.deployed(made))
        return made

    async def deployed(self, deployment: str) -> bool:
        row = (await self.get(f"/edge/deployments/{deployment}"))["deployment"]
        assert row["state"] != "failed", row
        return bool(row["state"] == "done")

    async def devices(self, **query: Any) -> dict[str, dict[str, Any]]:
        """Of the protocol's page, by DeviceName."""
        page = await self.get(f"/edge/protocols/{self.protocol}/devices", **query)
        return {row["deviceName"]: row for row in page["data"]}

    async def states(self, **query: Any) -> dict[str, str]:
        return {name: row["state"] for name, row in (await self.devices(**query)).items()}

    async def until_states(self, seconds: float = 60, **wanted: str) -> None:
        async def met() -> bool:
            return wanted.items() <= (await self.states()).items()

        try:
            await until(met, seconds)
        except TimeoutError:
            raise AssertionError((wanted, await self.devices(), self.box.log())) from None

    # boxes and machines

    async def new_box(self, name: str) -> BoxProcess:
        """Hardware that nobody knows yet, activated with the node's label."""
        box = BoxProcess(self.folder / name, self.models, self.lan)
        label = await self.get(f"/edge/nodes/{self.node}/label")
        await asyncio.to_thread(box.setup, self.linli.url, label)
        box.start()
        return box

    async def machine(self, number: int) -> SimulatedMachine:
        """A machine at an address of its own, aimed at the box; not connected."""
        ip = f"127.0.0.{number}"
        made = SimulatedMachine(
            sn=f"12345{number:04}", ip=ip, host=ip, box=(HERE, self.port), clock=SystemClock(), ids=Ids(),
            keepalive=10,
        )  # fmt: skip
        await made.start()
        self.machines.append(made)
        return made

    def runs(self, machine: SimulatedMachine) -> asyncio.Task[None]:
        """Its firmware: it connects, keeps the connection, and comes back by itself."""
        task = asyncio.create_task(_firmware(machine), name=f"machine {machine.sn}")
        self._tasks.append(task)
        return task

    async def add(self, name: str, kind: str, machine: SimulatedMachine, **more: Any) -> str:
        """A device of the machine, typed into the page; it is a door of the community. Its id there."""
        custom = {"accessType": kind, "ip": f"127.0.0.{int(machine.sn[-4:])}", "port": machine.port, **more}
        body = {"devices": [{"deviceName": name, "alias": name, "custom": custom}]}
        told = await self.send("POST", f"/edge/protocols/{self.protocol}/devices", body)
        assert told["done"], told
        iot_id = (await self.devices())[name]["iotId"]
        if name not in self.iot_ids:
            async with self.aside.db.begin() as tx:
                await doors.register_door(
                    Scope.system(self.tenant),
                    tx,
                    new=doors.NewDoor(community_id=self.community, name=name, iot_id=iot_id),
                    keys=self.aside.door_keys,
                    now_ms=self.aside.clock.now_ms(),
                )
        self.iot_ids[name] = iot_id
        return str(told["ids"][0])

    async def remove(self, name: str) -> None:
        row = (await self.devices())[name]
        await self.send(
            "POST",
            f"/edge/protocols/{self.protocol}/devices/remove",
            {"ids": [int(row["id"])], "expected": 1},
        )

    async def thing(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = await self.get(f"/devices/{self.iot_ids[name]}")
        return found

    # rights

    async def person(self) -> None:
        await self.ok("/entrance/paas/user/modify", "1.0.0", identityId=PERSON, name="王先生", extInfo={})

    async def ok(self, path: str, version: str, **params: Any) -> Any:
        answer = await self.partner.call(path, version, params)
        assert answer["code"] == 200, answer
        return answer.get("data")

    async def give_card(self, name: str, card: str = CARD) -> None:
        row = {"iotId": self.iot_ids[name], "cardId": card, "identityId": PERSON, "expiryTime": tomorrow()}
        await self.ok("/entrance/paas/perm/card/batchmodify", "1.0.2", cards=[row])

    async def give_code(self, name: str) -> str:
        code: str = await self.ok(
            "/homelink/common/qrcode/generate", "1.0.1", identityId=PERSON, codeLength=32
        )
        await self.ok(
            "/entrance/paas/perm/qrcode/config", "1.0.1", qrCode=code, iotIds=[self.iot_ids[name]],
            identityId=PERSON, expiryTime=tomorrow(),
        )  # fmt: skip
        return code

    async def give_face(self, name: str, who: str) -> None:
        picture = as_text(marked(photo(), who))
        user = {"userType": "IDENTITY"}
        await self.ok("/face/paas/image/save", "1.2.0", **user, userId=PERSON, imageBase64=picture)
        await self.ok(
            "/face/paas/permission/add", "1.2.0", **user, userIdList=[PERSON], scopeType="IOT_ID",
            scopeIdList=[self.iot_ids[name]],
        )  # fmt: skip

    async def replacement(self) -> dict[str, Any]:
        found: dict[str, Any] = await self.get(f"/edge/nodes/{self.node}/replacement")
        return found

    async def replacing(self, state: str) -> bool:
        return bool((await self.replacement())["replacement"]["state"] == state)

    async def synced(self, least: dict[str, int]) -> bool:
        """Whether everything wanted has come, and at least so much of each kind."""
        found = await self.replacement()
        done = {one["kind"]: one["done"] for one in found["kinds"]}
        return found["syncState"] == "success" and all(done.get(kind, 0) >= n for kind, n in least.items())

    @staticmethod
    async def opens(machine: SimulatedMachine, code: str) -> bool:
        """Whether a code opens the door; a box that does not know the machine says no, too."""
        try:
            return await machine.scan(code) is not None
        except (CallFailed, Refusal):
            return False

    async def until_sync(self, state: str, seconds: float = 60) -> dict[str, Any]:
        async def met() -> dict[str, Any] | None:
            found = await self.replacement()
            return found if found["syncState"] == state else None

        try:
            return await until(met, seconds)  # type: ignore[return-value]
        except TimeoutError:
            failed = await self.get(f"/edge/nodes/{self.node}/sync/failures")
            raise AssertionError((state, failed, await self.replacement(), self.box.log())) from None

    async def until_told(self, told: list[dict[str, Any]], **row: Any) -> None:
        async def heard() -> bool:
            return any(row.items() <= one.items() for one in told)

        try:
            await until(heard, 60)
        except TimeoutError:
            raise AssertionError((row, told)) from None

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if hasattr(self, "box"):
            await asyncio.to_thread(self.box.stop)
        await asyncio.gather(*(one.close() for one in self.machines))
        if hasattr(self, "_aside"):
            await self.aside.db.close()

    @asynccontextmanager
    async def live(self, *topics: str) -> AsyncIterator[list[dict[str, Any]]]:
        """What an open page is told while the block lasts."""
        told: list[dict[str, Any]] = []
        ready = asyncio.Event()

        async def follow() -> None:
            async with self.browser.stream("GET", "/live", params={"topics": ",".join(topics)}) as answer:
                ready.set()
                async for line in answer.aiter_lines():
                    if line.startswith("data:"):
                        told.append(json.loads(line[5:]))  # noqa: PERF401  (each as it comes)

        task = asyncio.create_task(follow())
        try:
            await ready.wait()
            yield told
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def _firmware(machine: SimulatedMachine) -> None:
    while True:
        try:
            await (machine.beat() if machine.token else machine.connect())
        except (CallFailed, Refusal):
            await asyncio.sleep(0.5)
        else:
            await asyncio.sleep(2)


def tomorrow() -> str:
    zone = timedelta(hours=8)  # the platform's default
    return (datetime.now(UTC) + zone + timedelta(days=1)).strftime("%Y-%m-%d %H:%M:%S")


@asynccontextmanager
async def box_site(
    folder: Path, *, more: dict[str, str] | None = None, lan: str = ""
) -> AsyncIterator[BoxSite]:
    """`more`: further settings of the platform; `lan`: where the box offers its services."""
    linli = Installation(folder / "data", more=more or {})
    linli.folder.mkdir(parents=True)
    base, headers = f"{linli.url}/api/console", {"x-linli-request": "1", "accept-language": "en"}
    async with httpx.AsyncClient(base_url=base, headers=headers, trust_env=False, timeout=100) as browser:
        await asyncio.to_thread(linli.start)
        site = BoxSite(folder, linli, browser, lan)
        try:
            yield await site.build()
        finally:
            await site.close()
            await asyncio.to_thread(linli.stop)
