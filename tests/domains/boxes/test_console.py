"""The edge at the console, with a box that answers: from the first cluster to a box that takes another's place."""

import io
import json
import zipfile
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from linli.app.events import to_rooms
from linli.console.parts import Parts
from linli.domains.boxes import package_file
from linli.domains.boxes.front.app import EdgeFront
from linli.domains.boxes.front.calls import Addresses, EdgeCalls
from linli.protocols.edge_link import MqttAddress
from tests.campaigns import hostile_files
from tests.console.conftest import Browser, administrator, browser, parts
from tests.domains.boxes.conftest import MODEL, Box

__all__ = ["administrator", "browser", "parts"]


class Desk:
    """The administrator's browser, and a box that calls the same platform."""

    def __init__(self, browser: Browser, parts: Parts) -> None:
        self.browser = browser
        self.parts = parts
        self.front = EdgeFront(parts.db, parts.clock, parts.secrets)
        addresses = Addresses("http://linli.test", lambda host: MqttAddress(host=host, port=1883))
        EdgeCalls(parts.db, parts.clock, parts.ids, parts.secrets, parts.objects, addresses).register(
            self.front
        )

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.browser.get(f"/edge{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def send(self, method: str, path: str, status: int, body: Any = None, **more: Any) -> Any:
        answer = await self.browser.request(method, f"/edge{path}", json=body, **more)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def new(self, path: str, body: Any) -> str:
        made: str = (await self.send("POST", path, 201, body))["id"]
        return made

    async def refused(self, method: str, path: str, body: Any = None) -> tuple[int, str, str | None]:
        answer = await self.browser.request(method, f"/edge{path}", json=body)
        told = answer.json()
        return answer.status_code, told["code"], told["field"]

    async def box(self, node_id: str, hardware: str) -> "ConsoleBox":
        label = await self.get(f"/nodes/{node_id}/label")
        return ConsoleBox(self, label, hardware)


class ConsoleBox(Box):
    """A box that knows its label."""

    def __init__(self, desk: Desk, label: dict[str, Any], hardware: str) -> None:
        super().__init__(desk.front, desk.parts, hardware=hardware)  # type: ignore[arg-type]
        self._parts = desk.parts
        self._label = label

    async def activate(self, **said: Any) -> httpx.Response:
        body = {
            "serialNumber": self._label["serialNumber"], "activationCode": self._label["activationCode"],
            "model": MODEL, "hardwareId": self.hardware, "version": "0.1.0", "nonce": "n" * 16, "time": 1, **said,
        }  # fmt: skip
        answer = await self.http.post("/edge/activate", json=body)
        if answer.status_code == 200:
            self.take(answer)
        return answer


@pytest.fixture
def desk(administrator: Browser, parts: Parts) -> Desk:
    to_rooms(parts.db.handlers)
    return Desk(administrator, parts)


async def running(desk: Desk) -> tuple[str, str, ConsoleBox]:
    """(cluster, node, box): activated, with the two base components running."""
    cluster = await desk.new("/clusters", {"name": "北京区域-望月府", "model": MODEL})
    node = await desk.new(f"/clusters/{cluster}/nodes", {"name": "wangyuefu-01", "serialNumber": "SN-0001"})
    box = await desk.box(node, "hw-0123456789abcdef")
    assert (await box.activate()).status_code == 200
    await box.beat()
    for code in ("edge_cluster", "device_access"):
        await desk.send("POST", f"/clusters/{cluster}/components/{code}/install", 204, {})
        await box.settle()
    return cluster, node, box


async def component(desk: Desk, cluster: str, code: str) -> dict[str, Any]:
    rows = await desk.get(f"/clusters/{cluster}/components")
    found: dict[str, Any] = next(row for row in rows if row["code"] == code)
    return found


async def test_a_box_is_added_by_itself_and_set_up_for_doors_in_one_step(desk: Desk) -> None:
    form = {"name": "wangyuefu-01", "serialNumber": "SN-0001", "model": MODEL}
    assert await desk.refused("POST", "/boxes", {**form, "name": "Ab"}) == (400, "bad_input", "name")
    assert (await desk.get("/clusters"))["total"] == 0  # nothing half-made
    node = await desk.new("/boxes", form)
    assert (await desk.refused("POST", "/boxes", {**form, "name": "other-01"}))[1] == "edge.serial_taken"
    (cluster,) = (await desk.get("/clusters"))["data"]
    assert (cluster["name"], [one["id"] for one in cluster["nodes"]]) == ("wangyuefu-01", [node])
    assert await desk.get(f"/nodes/{node}/door-access") == {"gatewayId": None, "protocols": []}
    box = await desk.box(node, "hw-0123456789abcdef")
    await box.activate()
    await box.beat()
    early = await desk.refused("POST", f"/nodes/{node}/door-access", {"driverId": "door_device"})
    assert early[1] == "edge.component_refused"  # it has not said yet what it brings
    await box.tell(await box.deployment())
    begun = await desk.send("POST", f"/nodes/{node}/door-access", 200, {"driverId": "door_device"})
    assert [row["driverId"] for row in begun["protocols"]] == ["door_device"]
    again = await desk.send("POST", f"/nodes/{node}/door-access", 200, {"driverId": "door_device"})
    assert again == begun == await desk.get(f"/nodes/{node}/door-access")
    (gateway,) = await desk.get("/gateways")
    assert (gateway["id"], gateway["name"]) == (begun["gatewayId"], "wangyuefu-01")
    wanted = await box.settle()
    assert {one.code for one in wanted.components or () if one.on} == {"device_access"}
    unknown = await desk.refused("POST", f"/nodes/{node}/door-access", {"driverId": "none"})
    assert unknown[0] == 404


@pytest.mark.covers("C070", "C071", "C072", "H-64", "H-87")
async def test_a_cluster_gets_a_box_that_activates_by_its_label(desk: Desk) -> None:
    cluster = await desk.new(
        "/clusters", {"name": "北京区域-望月府", "model": MODEL, "lanCidr": "10.249.24.20/24"}
    )
    found = await desk.get(f"/clusters/{cluster}")
    assert (found["lanCidr"], found["logOn"], found["monitorOn"]) == ("10.249.24.0/24", True, True)
    for name, serial, field in (
        ("ab", "SN-0001", "name"),
        ("ab1-", "SN-0001", "name"),
        ("good-01", "?", "serialNumber"),
    ):
        body = {"name": name, "serialNumber": serial}
        assert await desk.refused("POST", f"/clusters/{cluster}/nodes", body) == (400, "bad_input", field)
    node = await desk.new(f"/clusters/{cluster}/nodes", {"name": "wangyuefu-01", "serialNumber": "SN-0001"})
    again = {"name": "wangyuefu-02", "serialNumber": "SN-0001"}
    assert (await desk.refused("POST", f"/clusters/{cluster}/nodes", again))[:2] == (409, "edge.serial_taken")
    label = await desk.get(f"/nodes/{node}/label")
    assert label["address"].endswith(f"/activate-box?sn=SN-0001&model={MODEL}")
    assert label["qr"].startswith("data:image/svg+xml")
    row = await desk.get(f"/nodes/{node}")
    assert (row["state"], row["percent"], row["stage"], row["late"]) == ("unactivated", 0, "waiting", False)
    await desk.parts.clock.advance(11 * 60_000)  # type: ignore[attr-defined]
    assert (await desk.get(f"/nodes/{node}"))["late"] is True
    box = await desk.box(node, "hw-0123456789abcdef")
    await box.activate(activationCode="WRONG-CODE")
    assert (await desk.get(f"/nodes/{node}"))["refusal"] == "The activation code was wrong."
    await box.activate()
    assert (await desk.get(f"/nodes/{node}"))["percent"] == 34
    await box.deployment()
    assert (await desk.get(f"/nodes/{node}"))["percent"] == 54
    await box.beat()
    row = await desk.get(f"/nodes/{node}")
    assert (row["state"], row["percent"], row["online"], row["version"]) == ("running", 100, True, "0.1.0")
    await desk.send("PUT", f"/clusters/{cluster}", 204, {"logOn": False})
    wanted = await box.deployment()
    assert (wanted.settings.log, wanted.settings.monitor) == (False, True)
    assert wanted.components == []
    await desk.parts.clock.advance(101_000)  # type: ignore[attr-defined]
    assert (await desk.get(f"/nodes/{node}"))["online"] is False
    await desk.send("POST", f"/nodes/{node}/reset", 204)
    assert (await desk.get(f"/nodes/{node}"))["percent"] == 0
    assert (await box.call("GET", "/edge/deployment")).status_code == 401


@pytest.mark.covers("C081")
async def test_components_in_their_order_with_requests_and_refusals(desk: Desk) -> None:
    cluster, _, box = await running(desk)
    part = f"/clusters/{cluster}/components"
    assert (await component(desk, cluster, "device_access"))["state"] == "running"
    (gateway,) = await desk.get("/gateways")
    assert (gateway["name"], gateway["online"]) == ("北京区域-望月府", True)
    alarms = await component(desk, cluster, "alarms")
    assert (alarms["state"], alarms["hindrance"]) == ("missing", "not available on this box")
    assert (await desk.refused("POST", f"{part}/alarms/install", {}))[:2] == (409, "edge.component_refused")
    await desk.send("POST", f"{part}/collaboration/install", 204, {"params": {"localAccounts": True}})
    wanted = await box.settle()
    assert wanted.settings.local_accounts is True
    await desk.send("PUT", f"{part}/collaboration", 204, {"params": {"localAccounts": False}})
    assert (await box.settle()).settings.local_accounts is False
    rival = await desk.refused("POST", f"{part}/collaboration_vehicle/install", {})
    assert rival[:2] == (409, "edge.component_refused")
    for wrong, field in (({"localAccounts": "yes"}, "params.localAccounts"), ({"x": 1}, "params.x")):
        told = await desk.refused("PUT", f"{part}/collaboration", {"params": wrong})
        assert told == (400, "bad_input", field)
    other = await desk.refused("POST", f"{part}/passage/install", {"version": "3.0.0"})
    assert other[:2] == (409, "edge.component_refused")
    await desk.send("POST", f"{part}/passage/install", 204, {})
    assert (await component(desk, cluster, "passage"))["state"] == "deploying"
    await box.settle()
    passage = await component(desk, cluster, "passage")
    assert (passage["state"], passage["version"], passage["upgradable"]) == ("running", "3.1.0", False)
    assert (await desk.refused("POST", f"{part}/passage/upgrade", {}))[:2] == (409, "edge.component_refused")
    assert (await desk.refused("POST", f"{part}/face_recognition/install", {}))[0] == 409
    await desk.send("POST", f"{part}/face_recognition/ask", 204, {"reason": "边侧识别"})
    (request,) = await desk.get("/component-requests")
    assert (request["code"], request["clusterName"]) == ("face_recognition", "北京区域-望月府")
    decide = f"/component-requests/{cluster}/face_recognition"
    assert await desk.refused("POST", decide, {"approved": False}) == (400, "bad_input", "reason")
    await desk.send("POST", decide, 204, {"approved": True})
    nic = {"node": "wangyuefu-01", "nicName": "enp95s0f0", "nicIp": "10.249.24.20"}
    await desk.send("POST", f"{part}/face_recognition/install", 204, {"params": nic})
    found = await box.deployment()
    await box.report(found.generation)
    await box.tell(found, face_recognition="no room")
    failed = await component(desk, cluster, "face_recognition")
    assert (failed["state"], failed["reason"]) == ("failed", "no room")
    assert (await desk.refused("DELETE", f"{part}/edge_cluster"))[:2] == (409, "edge.component_refused")


@pytest.mark.covers("C082", "C100", "C103")
async def test_protocols_are_deployed_with_history_and_put_back(desk: Desk) -> None:
    _, _, box = await running(desk)
    (row,) = await desk.get("/gateways")
    gateway = f"/gateways/{row['id']}"
    drivers = {one["protocol"]: one for one in await desk.get("/gateways/drivers")}
    assert {"门禁设备官方协议", "门禁系统官方协议", "门禁一体机官方协议"} <= drivers.keys()
    protocol = await desk.new(f"{gateway}/protocols", {"driverId": drivers["门禁设备官方协议"]["id"]})
    await desk.send("PUT", f"{gateway}/interconnect", 204, {"on": True})
    told = await desk.get(f"{gateway}/interconnect")
    assert told["on"]
    assert len(told["password"]) >= 20
    assert not told["deployed"]
    first = await desk.new(f"{gateway}/deployments", {"offline": 0})
    wanted = await box.settle()
    assert (wanted.interconnect.on, wanted.interconnect.password) == (True, told["password"])
    assert [one.id for one in wanted.drivers] == ["door_device"]
    assert (await desk.get(f"{gateway}/interconnect"))["deployed"] is True
    nothing = await desk.refused("POST", f"{gateway}/deployments", {})
    assert nothing[:2] == (409, "edge.nothing_changed")
    config = {"vendorPassword": "geheim", "pollSeconds": 5}
    await desk.send("PUT", f"/protocols/{protocol}", 204, {"config": config})
    detail = await desk.get(gateway)
    assert detail["protocols"][0]["config"] == {"vendorPassword": "••••", "pollSeconds": 5}
    assert detail["pending"]["drivers"][0]["change"] == "changed"
    await desk.send("PUT", f"/protocols/{protocol}", 204, {"config": {**config, "vendorPassword": "••••"}})
    await desk.new(f"{gateway}/deployments", {})
    assert (await box.settle()).drivers[0].config == config
    listed = (await desk.get(f"{gateway}/deployments"))["data"]
    assert [(one["kind"], one["state"]) for one in listed[:2]] == [("devices", "done"), ("devices", "done")]
    assert listed[0]["byName"] == "王伟"
    back = await desk.get(f"/deployments/{first}")
    assert back["rollsBack"]["drivers"][0]["change"] == "changed"
    made = await desk.send("POST", f"/deployments/{first}/roll-back", 201, {"offline": 0})
    assert made["lost"] == []
    assert (await box.settle()).drivers[0].config == {}
    await desk.send("PUT", f"{gateway}/interconnect", 204, {"on": False})
    assert (await desk.get(f"{gateway}/interconnect"))["password"] == ""


def package(version: str, **more: Any) -> bytes:
    out = io.BytesIO()
    manifest = {
        "id": "acme_meter", "name": "Acme_EBA_Meter", "version": version, "protocol": "Acme 表计", "owner": "Acme",
        **more,
    }  # fmt: skip
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("index.py", "print(1)")
        archive.writestr("manifest.json", json.dumps(manifest))
    return out.getvalue()


@pytest.mark.covers("CB-05")
async def test_a_vendors_driver_is_uploaded_signed_and_brought_to_a_newer_version(desk: Desk) -> None:
    _, _, box = await running(desk)
    key = Ed25519PrivateKey.generate()
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    async def upload(content: bytes, signature: bytes) -> httpx.Response:
        files = {"package": ("p.zip", content), "signature": ("p.sig", signature)}
        return await desk.browser.post("/edge/packages", files=files)

    first = package("1.0.0")
    answer = await upload(first, key.sign(first))
    assert (answer.status_code, answer.json()["field"]) == (400, "signature")
    assert await desk.refused("POST", "/trusted-keys", {"name": "Acme", "publicKey": "x"}) == (
        400, "bad_input", "publicKey",
    )  # fmt: skip
    trusted = await desk.new("/trusted-keys", {"name": "Acme", "publicKey": pem})
    assert (await upload(first, key.sign(first))).status_code == 201
    assert (await upload(first, key.sign(first))).json()["code"] == "edge.package_there"
    for content, signature, field in (
        (b"PK", key.sign(b"PK"), "package"),
        (first, b"\0" * 64, "signature"),
        (first, b"short", "signature"),
        (package("1.0"), key.sign(package("1.0")), "package"),
        (package("1.1.0", id="door_device"), key.sign(package("1.1.0", id="door_device")), "package"),
    ):
        refused = await upload(content, signature)
        assert (refused.status_code, refused.json()["field"]) == (400, field), refused.text
    bomb = hostile_files.manifest_bomb(8 * 1024 * 1024)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(package_file, "open_zip", None)
        unsigned = await upload(bomb, b"\0" * 64)
    assert (unsigned.status_code, unsigned.json()["field"]) == (400, "signature"), "nothing was unpacked"
    signed = await upload(bomb, key.sign(bomb))
    assert (signed.status_code, "manifest.json" in signed.json()["message"]) == (400, True), signed.text
    (row,) = await desk.get("/gateways")
    protocol = await desk.new(f"/gateways/{row['id']}/protocols", {"driverId": "acme_meter"})
    await desk.new(f"/gateways/{row['id']}/deployments", {})
    wanted = await box.settle()
    (sent,) = wanted.packages
    fetched = await box.call("GET", sent.url)
    assert (fetched.status_code, fetched.content) == (200, first)
    second = package("1.1.0")
    assert (await upload(second, key.sign(second))).status_code == 201
    detail = await desk.get(f"/gateways/{row['id']}")
    assert (detail["protocols"][0]["upgradable"], detail["protocols"][0]["versions"]) == (
        True,
        ["1.1.0", "1.0.0"],
    )
    await desk.send("PUT", f"/protocols/{protocol}", 204, {"version": "1.1.0"})
    await desk.new(f"/gateways/{row['id']}/deployments", {})
    assert [(one.version) for one in (await box.settle()).packages] == ["1.1.0"]
    assert (await desk.refused("DELETE", f"/trusted-keys/{trusted}"))[:2] == (409, "edge.key_in_use")


async def test_a_package_loses_its_file_only_when_its_row_is_gone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A unit that is done again, or fails at its commit, must find the file where it was."""
    key = Ed25519PrivateKey.generate()
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    await desk.new("/trusted-keys", {"name": "Acme", "publicKey": pem})
    content = package("1.0.0")
    files = {"package": ("p.zip", content), "signature": ("p.sig", key.sign(content))}
    made = (await desk.browser.post("/edge/packages", files=files)).json()["id"]
    rows: list[int] = []
    delete = desk.parts.objects.delete

    async def look_first(object_key: str) -> None:
        rows.append(len(await desk.get("/packages")))
        await delete(object_key)

    monkeypatch.setattr(desk.parts.objects, "delete", look_first)
    await desk.send("DELETE", f"/packages/{made}", 204)
    assert rows == [0]


@pytest.mark.covers("CB-01", "CB-03")
async def test_a_new_box_takes_the_place_of_a_broken_one(desk: Desk) -> None:
    _, node, old = await running(desk)
    (row,) = await desk.get("/gateways")
    await desk.new(f"/gateways/{row['id']}/protocols", {"driverId": "door_device"})
    await desk.new(f"/gateways/{row['id']}/deployments", {})
    await old.settle()
    assert [one["id"] for one in await desk.get("/replaceable", model=MODEL)] == [node]
    assert await desk.get("/replaceable", model="LE-V-B015") == []
    other = await desk.refused(
        "POST", f"/nodes/{node}/replace", {"serialNumber": "SN-0002", "model": "LE-V-B015"}
    )
    assert other == (409, "edge.model_differs", "model")
    await desk.new(f"/nodes/{node}/replace", {"serialNumber": "SN-0002", "model": MODEL})
    assert (await old.call("GET", "/edge/deployment")).status_code == 401
    assert (await desk.get(f"/nodes/{node}/replacement"))["replacement"]["state"] == "waiting"
    fresh = await desk.box(node, "hw-fedcba9876543210")
    assert (await fresh.activate(model="LE-V-B015")).json()["code"] == "edge.model_differs"
    assert (await fresh.activate()).status_code == 200
    assert fresh.identity is not None
    assert fresh.identity.node.id == node
    told = (await desk.get(f"/nodes/{node}/replacement"))["replacement"]
    assert (told["state"], told["percent"], told["newVersion"]) == ("restoring", 34, "0.1.0")
    wanted = await fresh.settle()
    assert {one.code for one in wanted.components or ()} == {"edge_cluster", "device_access"}
    assert [one.id for one in wanted.drivers] == ["door_device"]
    assert (await desk.get(f"/nodes/{node}/replacement"))["replacement"]["state"] == "configuring"
    await desk.new(f"/gateways/{row['id']}/deployments", {"force": True})
    await fresh.settle()
    found = await desk.get(f"/nodes/{node}/replacement")
    assert (found["replacement"]["state"], found["tooOld"]) == ("syncing", [])
    await desk.send("POST", f"/nodes/{node}/sync", 204)
    assert await desk.get(f"/nodes/{node}/sync/failures") == []


@pytest.mark.covers("C090")
async def test_a_cluster_is_associated_with_a_project(desk: Desk) -> None:
    cluster, node, _ = await running(desk)
    project = (await desk.browser.get("/app-platform/projects")).json()["data"][0]["projectId"]
    told = await desk.refused("PUT", f"/clusters/{cluster}/association", {"projectId": "a124nothere000000"})
    assert told[:2] == (404, "not_found")
    await desk.send("PUT", f"/clusters/{cluster}/association", 204, {"projectId": project})
    found = await desk.get("/clusters", projectId=project)
    assert [(one["id"], one["projectName"]) for one in found["data"]] == [(cluster, "演示项目")]
    assert (await desk.get(f"/nodes/{node}"))["id"] == node
    await desk.send("DELETE", f"/clusters/{cluster}/association", 204)
    assert (await desk.get("/clusters", projectId=project))["total"] == 0
