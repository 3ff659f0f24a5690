"""Components of a box, with box and platform real: what the console wishes really runs or does not."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from linli.edge import components as manifests
from linli.edge.doors.identity import BoxIdentity
from linli.edge.runtime.lan import Ports
from linli.edge.services.console.door import new_code
from linli.edge.services.keeping import floors
from linli.edge.services.keeping.facts import facts_of, versions_of
from linli.vision.fake import fake_models
from tests.domains.access.platform import until
from tests.edge.runtime import test_passage
from tests.edge.runtime.test_passage import LiftTown

pytestmark = pytest.mark.engines("sqlite")
town = test_passage.town
PORTS = Ports(host="127.0.0.1", files=(0, 0), console=0, mqtt=0, route=0)


class Desk:
    """What an integrator sees and does in the console's component manager (组件管理)."""

    def __init__(self, town: LiftTown, cluster: str) -> None:
        self.town = town
        self.part = f"/edge/clusters/{cluster}/components"

    @classmethod
    async def at(cls, town: LiftTown) -> "Desk":
        (cluster,) = (await town.estate.desk.get("/edge/clusters")).json()["data"]
        return cls(town, cluster["id"])

    async def row(self, code: str) -> dict[str, Any]:
        rows = (await self.town.estate.desk.get(self.part)).json()
        return next(dict(row) for row in rows if row["code"] == code)

    async def send(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return await self.town.estate.desk.request(method, f"{self.part}/{path}", json=body)

    async def done(self, method: str, path: str, body: Any = None) -> None:
        """Do it, and let the box hear of it."""
        answer = await self.send(method, path, body)
        assert answer.status_code == 204, answer.text
        await self.town.box.deployer.refresh()
        await self.town.box.pulse.once()

    async def install(self, code: str, **params: Any) -> None:
        await self.done("POST", f"{code}/install", {"params": params})

    async def base(self) -> None:
        """What everything needs."""
        await self.install("edge_cluster")
        await self.install("device_access")

    async def approve(self, code: str) -> None:
        assert (await self.send("POST", f"{code}/ask", {"reason": "边侧识别"})).status_code == 204
        decide = f"/edge/component-requests/{self.part.split('/')[3]}/{code}"
        answer = await self.town.estate.desk.post(decide, json={"approved": True})
        assert answer.status_code == 204, answer.text

    async def refused(self, method: str, path: str, body: Any = None) -> str:
        answer = await self.send(method, path, body)
        assert (answer.status_code, answer.json()["code"]) == (409, "edge.component_refused"), answer.text
        return str(answer.json()["message"])

    async def is_now(self, code: str) -> tuple[str, str, str]:
        row = await self.row(code)
        return row["state"], row["version"], row["reason"]


async def answers(port: int) -> bool:
    """Whether the data route of the box (云边协同) is there for an app on the LAN."""
    try:
        async with httpx.AsyncClient(trust_env=False) as lan:
            answer = await lan.post(f"http://127.0.0.1:{port}/iotx/x", content=b"{}")
    except httpx.ConnectError:
        return False
    return answer.status_code == 401


@pytest.mark.covers("C080")
async def test_a_component_runs_when_it_is_installed_and_not_when_it_is_stopped(town: LiftTown) -> None:
    box, desk = await town.new_box(ports=PORTS), await Desk.at(town)
    await box.pulse.once()
    assert box.lan is not None
    assert (box.lan.route, (await desk.row("collaboration"))["state"]) == (None, "")
    await desk.base()
    shipped = manifests.shipped()
    assert await desk.is_now("device_access") == ("running", shipped["device_access"].version, "")

    await desk.install("collaboration", localAccounts=True)
    port = box.lan.parts.route_port
    assert await answers(port)
    assert await desk.is_now("collaboration") == ("running", shipped["collaboration"].version, "")
    assert {"stop", "remove", "configure"} == set((await desk.row("collaboration"))["can"])

    await desk.done("POST", "collaboration/stop")
    assert not await answers(port)
    assert (await desk.row("collaboration"))["state"] == "stopped"

    # It is stopped after a restart with the line cut, too.
    home = box.home
    await box.stop()
    town.line_cut = True
    again = await town.wake(home, ports=PORTS)
    assert again.lan is not None
    assert again.lan.route is None
    town.line_cut = False

    await desk.done("POST", "collaboration/start")
    assert await answers(again.lan.parts.route_port)
    assert (await desk.row("collaboration"))["state"] == "running"

    await desk.done("DELETE", "collaboration")
    assert again.lan.route is None
    assert (await desk.row("collaboration"))["state"] == ""


@pytest.mark.covers("C080")
async def test_a_stopped_passage_service_calls_no_lift(town: LiftTown) -> None:
    """A rule installs the service that carries it out; while that is stopped, nobody does."""
    box, desk = await town.new_box(), await Desk.at(town)
    await desk.base()
    assert (await desk.row("passage"))["state"] == ""
    found = (
        await town.estate.desk.get("/edge/passage-rules/choices", params={"gatewayId": town.gateway_id})
    ).json()
    door = found["devices"][0]["id"]
    form = {
        "gatewayId": str(town.gateway_id), "name": "到家呼梯", "doorId": door, "liftId": door,
        "elevator": "01", "startFloor": "1",
    }  # fmt: skip
    assert (await town.estate.desk.post("/edge/passage-rules", json=form)).status_code == 201
    code = await town.code_of(town.estate.owner)
    await until(lambda: bool(box.passage.rules.rules))
    await box.pulse.once()
    assert (await desk.row("passage"))["state"] == "running"
    calls = town.machine.memory.calls
    await town.machine.scan(code)
    await until(lambda: len(calls) == 1)
    await desk.done("POST", "passage/stop")
    assert (await desk.row("passage"))["state"] == "stopped"
    assert await town.machine.scan(code) is not None, "the door itself opens as before"
    await asyncio.sleep(0.05)
    assert len(calls) == 1
    assert "rules" in await desk.refused("DELETE", "passage")
    await desk.done("POST", "passage/start")
    await until(lambda: bool(box.passage.rules.rules))
    await town.machine.scan(code)
    await until(lambda: len(calls) == 2)


@pytest.mark.covers("C080")
async def test_a_component_that_cannot_run_says_why_and_is_tried_again(
    town: LiftTown, tmp_path: Path
) -> None:
    models = tmp_path / "models"
    box, desk = await town.new_box(models=models), await Desk.at(town)
    await desk.base()
    assert "approved" in await desk.refused("POST", "face_recognition/install", {})
    await desk.approve("face_recognition")
    card = {"node": "guihuali-01", "nicName": "lo", "nicIp": "203.0.113.9"}
    await desk.install("face_recognition", **card)
    assert await desk.is_now("face_recognition") == (
        "failed", "1.0.0", "203.0.113.9 is no address of this box",
    )  # fmt: skip
    await desk.done("PUT", "face_recognition", {"params": card | {"nicName": "eth77"}})
    assert (await desk.row("face_recognition"))["reason"] == "this box has no network card eth77"
    right = {"params": card | {"nicIp": "127.0.0.1"}}
    await desk.done("PUT", "face_recognition", right)
    assert "no models in" in (await desk.row("face_recognition"))["reason"]
    fake_models(models)
    await desk.done("POST", "face_recognition/install", right)
    await box.components.follow(box.deployer.current)  # type: ignore[arg-type]  # as once a minute
    await box.pulse.once()
    assert (await desk.is_now("face_recognition"))[0] == "running"
    assert box.engine.state.model_id
    await desk.done("POST", "face_recognition/stop")
    assert not box.engine.state.model_id, "its process is gone"
    assert (await desk.row("face_recognition"))["state"] == "stopped"


@pytest.mark.covers("C080")
async def test_what_the_box_does_not_have_cannot_be_had(town: LiftTown) -> None:
    box, desk = await town.new_box(), await Desk.at(town)
    await desk.base()
    told = {health.code for health in box.components.health()}
    for code in ("rules_engine", "alarms", "passage_vehicle", "collaboration"):
        row = await desk.row(code)
        assert (code in told, row["state"], row["can"]) == (False, "missing", [])
        assert row["reason"] == "Not available on this box"
        assert "not available on this box" in await desk.refused("POST", f"{code}/install", {})
    assert {row["code"] for row in (await town.estate.desk.get(desk.part)).json()} >= told


async def test_a_box_of_an_older_release_does_not_say_and_is_not_believed(town: LiftTown) -> None:
    box, desk = await town.new_box(), await Desk.at(town)
    await desk.base()
    box.components.health = lambda: None  # type: ignore[method-assign,assignment,return-value]
    await box.pulse.once()
    row = await desk.row("device_access")
    assert (row["state"], row["reason"]) == (
        "unknown", "This release of the box does not say; update the box",
    )  # fmt: skip


@pytest.mark.covers("C125")
async def test_accounts_are_kept_on_the_box_or_come_from_the_cloud(town: LiftTown) -> None:
    box, desk = await town.new_box(ports=PORTS), await Desk.at(town)
    await desk.base()
    assert box.lan is not None
    page = f"http://127.0.0.1:{box.lan.console_port}"
    async with httpx.AsyncClient(base_url=page, trust_env=False) as lan:

        async def log_in(word: str, new: str = "") -> int:
            answer = await lan.post("/api/login", json={"word": word, "newPassword": new})
            if answer.status_code == 200:
                lan.headers["authorization"] = f"Bearer {answer.json()['token']}"
            return answer.status_code

        async def is_in() -> bool:
            return (await lan.get("/api/status")).status_code == 200

        def code() -> str:
            return new_code(box.home / "console", box.clock.now_ms())

        assert await log_in(code(), "made on the box") == 200
        await desk.install("collaboration", localAccounts=True)
        assert await is_in()

        cloud = {"localAccounts": False, "pagePassword": "made in the console"}
        await desk.done("PUT", "collaboration", {"params": cloud})
        assert not await is_in(), "who came by the box's own word is out"
        assert await log_in("made on the box") == 403
        assert await log_in("made in the console") == 200
        assert await is_in()
        assert (await lan.get("/api/hello")).json() == {"firstTime": False, "codeWaits": False}
        # Whoever has a shell on the box gets in once, and sets no word of their own.
        assert await log_in(code(), "another one here") == 200
        assert await log_in("another one here") == 403
        # The console never tells it; another switch leaves it.
        row = await desk.row("collaboration")
        assert row["params"] == {"localAccounts": False, "pagePassword": "••••"}
        await desk.done("PUT", "collaboration", {"params": {"localAccounts": False}})
        assert await log_in("made in the console") == 200
        wrong = await desk.send(
            "PUT", "collaboration", {"params": {"localAccounts": False, "pagePassword": "short"}}
        )
        assert (wrong.status_code, wrong.json()["field"]) == (400, "params.pagePassword")

        await desk.done("PUT", "collaboration", {"params": {"localAccounts": True}})
        assert await log_in("made in the console") == 403
        assert await log_in("made on the box") == 200


async def test_the_console_sets_the_address_that_doors_are_told(town: LiftTown) -> None:
    """A box with two network cards names to doors the one on their side."""
    box = await town.new_box()
    desk, node = town.estate.desk, f"/edge/nodes/{town.node_id}"

    async def told(address: str) -> None:
        """The driver starts anew, perhaps at another port; then the box connects to the machine and names itself."""
        assert box.supervisor.service(BoxIdentity).ip == address
        driver: Any = box.supervisor.driver(town.driver)
        town.machine.aim("127.0.0.1", driver.port)
        town.machine.faults.clock_off_s += 1  # the box takes no call of the same second twice
        await town.machine.connect()
        await until(lambda: town.machine.given.endswith(address.replace(".", "-")), 60)

    await told("127.0.0.1")
    for wrong in ("door", "0.0.0.0", "224.0.0.1", "300.1.1.1"):
        answer = await desk.put(node, json={"doorAddress": wrong})
        assert (answer.status_code, answer.json()["field"]) == (400, "doorAddress")
    assert (await desk.put(node, json={"doorAddress": "127.0.0.9"})).status_code == 204
    await box.deployer.refresh()
    await told("127.0.0.9")
    assert (await desk.get(node)).json()["doorAddress"] == "127.0.0.9"
    assert (await desk.put(node, json={"doorAddress": ""})).status_code == 204
    await box.deployer.refresh()
    await told("127.0.0.1")


async def test_figures_are_measured_as_long_as_monitoring_is_on(town: LiftTown) -> None:
    box, desk = await town.new_box(), await Desk.at(town)
    cluster = desk.part.removesuffix("/components")
    await box.deployer.refresh()
    assert box.meter.read().disk > 0
    for on, state in ((False, "stopped"), (True, "running")):
        assert (await town.estate.desk.put(cluster, json={"monitorOn": on})).status_code == 204
        await box.deployer.refresh()
        await box.pulse.once()
        assert bool(box.meter.read().disk) is on
        assert (await desk.row("monitor"))["state"] == state


@pytest.mark.covers("H-73", "CB-02")
async def test_a_standby_goes_by_the_versions_that_the_box_tells(
    town: LiftTown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box, desk = await town.new_box(), await Desk.at(town)
    await desk.base()
    await desk.install("passage")
    told = {health.code: health.version for health in box.components.health()}
    versions = facts_of(box.home).versions
    shipped = manifests.shipped()
    assert versions.components == {shipped[code].name: told[code] for code in shipped if code in told} | {
        shipped[code].name: shipped[code].version for code in shipped if code not in told
    }
    assert versions.base == told["edge_cluster"] == (await desk.row("edge_cluster"))["version"]
    assert floors.obstacles(versions, versions_of(tmp_path)) == []

    # A box whose passage service is older than its floor: both ways of replacing it wait for that.
    older = {**shipped, "passage": manifests.ComponentManifest("passage", shipped["passage"].name, "3.0.0")}
    monkeypatch.setattr(manifests, "shipped", lambda: older)
    monkeypatch.setattr(box.components, "_manifests", older)
    await box.pulse.once()
    assert (await desk.row("passage"))["version"] == "3.0.0"
    (obstacle,) = floors.obstacles(facts_of(box.home).versions, versions_of(tmp_path))
    assert (obstacle.name, obstacle.found, obstacle.blocks) == ("边缘通行服务", "3.0.0", "data")
    place = f"/edge/nodes/{town.node_id}"
    told_old = (await town.estate.desk.get(f"{place}/replacement")).json()["tooOld"]
    assert [(one["version"], one["floor"]) for one in told_old] == [("3.0.0", "3.1")]
    assert (await town.estate.desk.post(f"{place}/sync")).json()["code"] == "edge.too_old"
