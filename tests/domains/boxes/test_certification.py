"""A vendor's driver from the bench to projects: handed in, refused, approved by the lab, then chosen. Spec G G-C42."""

import base64
import hashlib
import io
import json
import zipfile
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from linli.edge.bench.report import sign
from linli.edge.bench.runner import CaseReport, Report
from linli.kernel import tenancy
from linli.kernel.scope import Scope
from tests.console.conftest import administrator, browser, parts
from tests.domains.boxes.conftest import MODEL
from tests.domains.boxes.test_console import Desk, desk

__all__ = ["administrator", "browser", "desk", "parts"]
_KEY = Ed25519PrivateKey.generate()


def report(outcome: str = "passed", **said: Any) -> bytes:
    """As `./linli driver bench` writes it."""
    case = CaseReport(
        id="general.loads", title={"en": "Loads"}, source="spec G 12", outcome=outcome, took_ms=3
    )  # type: ignore[arg-type]
    facts: dict[str, Any] = {
        "linli": "0", "driver": "acme_meter", "driver_version": "1.0.0", "protocol": "Acme", "subject": "device",
        "device": "Acme M1 SN 7", "began_ms": 5, "took_ms": 9, "passed": outcome == "passed", "folder": [],
        "cases": [case], "quality": {}, "notes": {},
    }  # fmt: skip
    return sign(Report(**(facts | said)), _KEY)


async def upload(desk: Desk) -> None:
    key = Ed25519PrivateKey.generate()
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    await desk.send("POST", "/trusted-keys", 201, {"name": "Acme", "publicKey": pem})
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("index.py", "pass\n")
        manifest = {
            "id": "acme_meter",
            "name": "Acme_Meter",
            "version": "1.0.0",
            "protocol": "Acme",
            "owner": "Acme",
        }
        archive.writestr("manifest.json", json.dumps(manifest))
    files = {"package": ("a.zip", file.getvalue()), "signature": ("a.sig", key.sign(file.getvalue()))}
    answer = await desk.browser.post("/edge/packages", files=files)
    assert answer.status_code == 201, answer.text


async def hand_in(desk: Desk, content: bytes, status: int = 201, **said: str) -> Any:
    form = {"brand": "Acme", "model": "M1", "note": "", **said}
    answer = await desk.browser.post("/edge/certificates", files={"report": ("r.json", content)}, data=form)
    assert answer.status_code == status, answer.text
    return answer.json()


async def stand(desk: Desk, project: str, state: str) -> None:
    path = f"/app-platform/projects/{project}/state"
    answer = await desk.browser.put(path, json={"state": state})
    assert answer.status_code == 204, answer.text


@pytest.fixture
async def gateway(desk: Desk) -> str:
    """Of a box in a project that is in operation."""
    tenant = Scope.system((await desk.browser.get("/session")).json()["tenant"]["id"])
    async with desk.parts.db.begin() as tx:
        project = await tenancy.create_project(tenant, tx, name="望月府", ids=desk.parts.ids)
    cluster = await desk.new("/clusters", {"name": "望月府", "model": MODEL, "projectId": project})
    node = await desk.new(f"/clusters/{cluster}/nodes", {"name": "wangyuefu-01", "serialNumber": "SN-0001"})
    box = await desk.box(node, "hw-0123456789abcdef")
    assert (await box.activate()).status_code == 200
    await box.beat()
    for code, more in (("edge_cluster", {}), ("device_access", {"gatewayName": "网关"})):
        await desk.send("POST", f"/clusters/{cluster}/components/{code}/install", 204, more)
        await box.settle()
    await stand(desk, project, "integration")
    return str((await desk.get("/gateways"))[0]["id"])


@pytest.mark.covers("G-C42")
async def test_only_a_certified_driver_comes_into_a_project(desk: Desk, gateway: str) -> None:
    await upload(desk)
    choice = {"driverId": "acme_meter"}
    path = f"/gateways/{gateway}/protocols"
    assert (await desk.refused("POST", path, choice))[:2] == (409, "edge.not_certified")
    one = next(row for row in await desk.get("/gateways/drivers") if row["id"] == "acme_meter")
    assert (one["versions"], one["certified"]) == (["1.0.0"], [])
    assert not (await desk.get(f"/gateways/{gateway}"))["uncertifiedAllowed"]

    number = (await hand_in(desk, report()))["id"]
    assert (await hand_in(desk, report(), 409))["code"] == "edge.certificate_there"
    (row,) = (await desk.get("/certificate-reviews", state="submitted"))["data"]
    assert (row["id"], row["brand"], row["model"], row["passed"], row["company"] != "") == (
        number, "Acme", "M1", 1, True
    )  # fmt: skip
    lab = f"/certificate-reviews/{number}"
    assert (await desk.refused("POST", lab, {"state": "refused"})) == (400, "bad_input", "reason")
    assert (await desk.refused("POST", lab, {"state": "submitted"}))[2] == "state"
    await desk.send("POST", lab, 204, {"state": "testing"})
    assert (await desk.refused("POST", path, choice))[:2] == (409, "edge.not_certified")
    await desk.send("POST", lab, 204, {"state": "refused", "reason": "断电后不重连"})
    assert (await desk.refused("POST", lab, {"state": "approved"}))[:2] == (409, "edge.certificate_moved")

    again = (await hand_in(desk, report()))["id"]
    await desk.send("POST", f"/certificate-reviews/{again}", 204, {"state": "approved"})
    protocol = await desk.new(path, choice)
    (held,) = (await desk.get(f"/gateways/{gateway}"))["protocols"]
    assert (held["id"], held["certified"]) == (protocol, True)
    told = await desk.get(f"/certificates/{number}")
    assert [one["state"] for one in told["steps"]] == ["submitted", "testing", "refused"]
    assert (told["certificate"]["reason"], told["cases"][0]["title"]) == ("断电后不重连", "Loads")

    # The lab may take its word back: what is deployed stays, and is not deployed again.
    await desk.send("POST", f"/certificate-reviews/{again}", 204, {"state": "refused", "reason": "召回"})
    answer = await desk.refused("POST", f"/gateways/{gateway}/deployments", {"offline": 0})
    assert answer[:2] == (409, "edge.not_certified")


async def test_a_project_in_development_may_try_what_is_not_certified(desk: Desk, gateway: str) -> None:
    await upload(desk)
    rows = (await desk.browser.get("/app-platform/projects")).json()["data"]
    project = next(one["projectId"] for one in rows if one["name"] == "望月府")
    await stand(desk, project, "development")
    await desk.new(f"/gateways/{gateway}/protocols", {"driverId": "acme_meter"})
    found = await desk.get(f"/gateways/{gateway}")
    assert (found["uncertifiedAllowed"], found["protocols"][0]["certified"]) == (True, False)


async def test_reports_that_are_none(desk: Desk) -> None:
    await upload(desk)
    changed = report().replace(b"SN 7", b"SN 8")
    failed = report("failed")
    for content, said in (
        (b"{}", "no signed report"), (changed, "changed after"), (failed, "general.loads"),
        (report(driver_version="2.0.0"), "2.0.0"), (b"\xff" * 9, "no signed report"),
    ):  # fmt: skip
        told = await hand_in(desk, content, 400)
        assert (told["field"], said in told["message"]) == ("report", True), told
    assert (await hand_in(desk, report(), 400, brand=" "))["field"] == "brand"
    number = (await hand_in(desk, report()))["id"]
    await desk.send("POST", f"/certificates/{number}/withdraw", 204)
    (row,) = (await desk.get("/certificates"))["data"]
    assert row["state"] == "withdrawn"
    key = base64.b64decode(json.loads(report())["signature"]["publicKey"])
    assert row["benchKey"] == hashlib.sha256(key).hexdigest()[:16]
