"""A box calls home, proves itself, fetches what it is to be and says what became of it. Spec C §5, §8.10, EDGE link."""

import gzip
import json
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from linli.domains.boxes.queries import clusters as cluster_queries
from linli.domains.boxes.queries import deployments as deployment_queries
from linli.domains.boxes.rows import Node
from linli.domains.boxes.service import activation, deployments, nodes
from linli.domains.boxes.service.refresh import JOB
from linli.kernel import outbox
from linli.kernel.db import Query
from linli.kernel.objects import ObjectStore
from linli.protocols.edge_link import DEPLOYMENT, HEARTBEAT, PICTURES, PictureTaken
from linli.things.service.devices import read_secret
from tests.domains.boxes.conftest import Box, Site, build
from tests.edge.runtime.town import jpeg
from tests.protocols.door_http.test_door_http import photo

JPEG = jpeg(b"picture" * 20)


async def node_of(site: Site) -> Node:
    return await cluster_queries.node(site.scope, site.db, site.node.node_id)


async def deploy(site: Site, **more: Any) -> int:
    async with site.db.begin() as tx:
        made = await deployments.deploy(
            site.scope, tx, gateway_id=site.gateway.gateway_id, **site.makes, **more
        )
    return made.generation


@pytest.mark.covers("C071")
async def test_a_box_activates_by_serial_number_and_runs_with_its_first_heartbeat(
    box: Box, site: Site
) -> None:
    assert ((await node_of(site)).state, (await node_of(site)).percent) == ("unactivated", 0)
    answer = await box.activate()
    assert answer.status_code == 200, answer.text
    identity = box.identity
    assert identity is not None
    assert identity.node.name == "jinanwangyuefu-01"
    assert identity.cloud.base_url == "http://linli.test"
    secret = await read_secret(site.scope, site.db, iot_id=site.node.iot_id, secrets=site.secrets)
    assert identity.device.device_secret == secret
    assert ((await node_of(site)).state, (await node_of(site)).percent) == ("activating", 34)
    assert (await box.deployment()).generation == 0
    assert (await node_of(site)).percent == 54
    assert (await box.beat()).time == site.now_ms
    now = await node_of(site)
    assert (now.state, now.percent, now.version, now.last_seen_ms) == ("running", 100, "0.1.0", site.now_ms)
    again = await box.activate()
    assert (again.status_code, again.json()["device"]) == (200, answer.json()["device"])
    assert (await node_of(site)).state == "running"


async def test_a_node_read_before_another_calls_change_undoes_nothing(box: Box, site: Site) -> None:
    """Calls of a box may overlap: its first heartbeat and its configuration, or a heartbeat and a new label."""
    await box.activate()
    activating = await node_of(site)
    await box.beat()
    async with site.db.begin() as tx:
        await activation.connected(tx, activating, now_ms=site.now_ms)
    running = await node_of(site)
    assert (running.state, running.percent) == ("running", 100)
    async with site.db.begin() as tx:
        await nodes.reset(site.scope, tx, node_id=running.node_id, **site.makes)
    async with site.db.begin() as tx:
        await activation.heard(tx, running, version="0.1.0", now_ms=site.now_ms)
    assert ((await node_of(site)).state, (await node_of(site)).percent) == ("unactivated", 0)


@pytest.mark.parametrize(
    ("said", "status", "code", "field"),
    [
        ({"serialNumber": "SN-NOBODY-01"}, 404, "edge.serial_unknown", "serialNumber"),
        ({"activationCode": "AAAA-AAAA-AAAA-AAAA"}, 403, "edge.code_wrong", "activationCode"),
        ({"serialNumber": "?"}, 400, "edge.malformed", "serialNumber"),
        ({"hardwareId": 7}, 400, "edge.malformed", "hardwareId"),
        ({"version": ""}, 400, "edge.malformed", "version"),
    ],
)
async def test_what_activation_refuses(
    box: Box, said: dict[str, Any], status: int, code: str, field: str
) -> None:
    answer = await box.activate(**said)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (status, code, field)
    assert answer.json()["message"]


async def test_what_is_no_json_is_refused(box: Box) -> None:
    for body in (b"", b"{", b"[]", b"\xff\xfe", b"[" * 5000):
        answer = await box.http.post("/edge/activate", content=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "edge.malformed"), body[:9]
    assert (await box.http.get("/edge/activate")).status_code == 404


async def test_five_wrong_codes_wait_for_ten_minutes_and_do_not_keep_the_box_out(
    box: Box, site: Site
) -> None:
    for _ in range(2):
        for _ in range(5):
            assert (await box.activate(activationCode="WRONG-CODE")).json()["code"] == "edge.code_wrong"
        assert (await box.activate(activationCode="WRONG-CODE")).json()["code"] == "edge.locked"
        assert (await node_of(site)).refusal == "edge.locked"
        await site.clock.advance(10 * 60_000 + 1)
    for _ in range(6):
        await box.activate(activationCode="WRONG-CODE")
    assert (await box.activate()).status_code == 200
    assert (await node_of(site)).refusal == ""


@pytest.mark.covers("H-64")
async def test_other_hardware_is_refused_until_the_node_is_reset(box: Box, site: Site) -> None:
    await box.activate()
    first = box.identity
    other = Box(box.http._transport.app, site, hardware="hw-fedcba9876543210")  # type: ignore[attr-defined]
    refused = await other.activate()
    assert (refused.status_code, refused.json()["code"]) == (409, "edge.already_active")
    assert (await node_of(site)).refusal == "edge.already_active"
    async with site.db.begin() as tx:
        await nodes.reset(site.scope, tx, node_id=site.node.node_id, **site.makes)
    assert ((await node_of(site)).state, (await node_of(site)).percent) == ("unactivated", 0)
    assert (await box.call("GET", DEPLOYMENT)).status_code == 401
    assert (await other.activate()).status_code == 200
    assert other.identity != first
    assert (await box.call("GET", DEPLOYMENT)).status_code == 401


async def test_only_what_the_box_signed_is_taken_and_once(box: Box, site: Site) -> None:
    await box.activate()
    assert (await box.call("GET", DEPLOYMENT, nonce="nonce-once")).status_code == 200
    again = await box.call("GET", DEPLOYMENT, nonce="nonce-once")
    assert (again.status_code, again.json()["code"]) == (401, "edge.signature_wrong")
    for wrong in (
        {"time_ms": site.now_ms - 6 * 60_000},
        {"time_ms": site.now_ms + 6 * 60_000},
        {"x-linli-node": "1"},
        {"x-linli-node": "9" * 40},
        {"x-linli-sign": "0" * 64},
        {"x-linli-nonce": "x"},
        {"x-linli-time": "now"},
    ):
        answer = await box.call("GET", DEPLOYMENT, **wrong)  # type: ignore[arg-type]
        assert answer.status_code == 401, wrong
    unsigned = await box.http.get(DEPLOYMENT)
    assert unsigned.status_code == 401
    assert (await box.call("GET", "/edge/nothing")).status_code == 404
    assert (await box.call("GET", f"{DEPLOYMENT}?x=1")).status_code == 200


@pytest.mark.covers("C103", "C081")
async def test_a_deployment_goes_to_the_box_and_its_reports_come_back(box: Box, site: Site) -> None:
    door = await site.door("HJSB-000205.3", password="vendor-secret")
    await box.activate()
    async with site.db.begin() as tx:
        found = await deployments.pending(site.scope, tx, site.gateway.gateway_id, secrets=site.secrets)
    assert [(one.protocol, one.change) for one in found.drivers] == [("门禁设备官方协议", "added")]
    assert [(one.device_name, one.change) for one in found.devices] == [("HJSB-000205.3", "added")]
    assert found.offline == []
    generation = await deploy(site)
    wanted = await box.deployment()
    assert (wanted.generation, wanted.gateway.id) == (generation, str(site.gateway.gateway_id))
    (driver,) = wanted.drivers
    assert driver.id == "door_device"
    (device,) = driver.devices
    assert device.custom == {"accessType": "card", "ip": "10.0.0.9", "port": 80, "password": "vendor-secret"}
    secret = await read_secret(site.scope, site.db, iot_id=door.iot_id, secrets=site.secrets)
    assert (device.device_name, device.device_secret) == ("HJSB-000205.3", secret)
    await box.report(
        generation, "running", percent=40, devices=[{"deviceName": "HJSB-000205.3", "state": "waiting"}]
    )
    row = await deployment_queries.latest(site.scope, site.db, site.node.node_id)
    assert row is not None
    assert (row.state, row.percent) == ("running", 40)
    await box.report(generation, "done", devices=[{"deviceName": "HJSB-000205.3", "state": "running"}])
    row = await deployment_queries.deployment(site.scope, site.db, row.deployment_id)
    assert (row.state, row.percent, row.finished_ms) == ("done", 100, site.now_ms)
    assert json.loads(row.devices) == [
        {"deviceName": "HJSB-000205.3", "state": "running", "why": "", "code": ""}
    ]
    assert "vendor-secret" not in row.snapshot_sealed + row.changes
    await box.report(generation, "failed")
    assert (await deployment_queries.deployment(site.scope, site.db, row.deployment_id)).state == "done"
    assert (await box.beat()).generation == generation


async def test_only_what_changed_is_deployed_again_and_says_who_goes_off_line(box: Box, site: Site) -> None:
    await site.door("HJSB-000205.3")
    first = await site.door("HJSB-000206.3")
    await box.activate()
    await deploy(site)
    with pytest.raises(deployments.NothingChanged):
        await deploy(site)
    async with site.db.begin() as tx:
        await deployments.devices.change(
            site.scope, tx, device=first, custom={"accessType": "card", "ip": "10.0.0.8", "port": 80},
            secrets=site.secrets, now_ms=site.now_ms,
        )  # fmt: skip
        found = await deployments.pending(site.scope, tx, site.gateway.gateway_id, secrets=site.secrets)
    assert found.drivers == []
    (changed,) = found.devices
    assert [(one.field, one.before, one.after) for one in changed.fields] == [("ip", "10.0.0.9", "10.0.0.8")]
    assert sorted(found.offline) == ["HJSB-000205.3", "HJSB-000206.3"]
    with pytest.raises(deployments.ChangesMoved):
        await deploy(site, offline=1)
    assert await deploy(site, offline=2) == 2
    kinds = [kind for (kind,) in await Query(select(outbox.outbox.c.kind)).all(site.db)]
    assert kinds.count(JOB) == 2


@pytest.mark.parametrize(("picture", "suffix"), [(JPEG, "jpg"), (photo(640, 480, 9000), "png")])
async def test_pictures_of_own_doors_are_kept_once(
    box: Box, site: Site, objects: ObjectStore, picture: bytes, suffix: str
) -> None:
    door = await site.door("HJSB-000205.1")
    await box.activate()
    kept = []
    for _ in range(2):
        answer = await box.call("POST", PICTURES, picture, **{"x-linli-for": "HJSB-000205.1"})
        assert answer.status_code == 200, answer.text
        kept.append(msgspec.json.decode(answer.content, type=PictureTaken).photo_id)
    assert kept[0] == kept[1]
    assert kept[0].startswith(f"{site.scope.tenant}/captures/{door.iot_id}/")
    assert kept[0].endswith(f".{suffix}")
    assert await objects.get(kept[0]) == picture


async def test_what_is_no_picture_of_an_own_door_is_refused(box: Box, site: Site) -> None:
    await site.door("HJSB-000205.1")
    await box.activate()
    for body, name, status in (
        (JPEG, "OTHER-DOOR", 404), (JPEG, "", 404), (b"GIF89a", "HJSB-000205.1", 400),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 40, "HJSB-000205.1", 400), (b"\xff\xd8\xff", "HJSB-000205.1", 400),
        (photo(60_000, 60_000), "HJSB-000205.1", 400), (photo(0, 480), "HJSB-000205.1", 400),
        (photo(640, 480, 2 * 1024 * 1024 + 1), "HJSB-000205.1", 400), (b"", "HJSB-000205.1", 400),
    ):  # fmt: skip
        answer = await box.call("POST", PICTURES, body, **{"x-linli-for": name})
        assert answer.status_code == status, body[:40]
        if status == 400:
            assert answer.json()["field"] == "body"
    stranger = await build(site.db, site.clock, serial="SN-OTHER-0001", seed=4)
    await stranger.door("HJSB-STRANGE.1")
    assert (await box.call("POST", PICTURES, JPEG, **{"x-linli-for": "HJSB-STRANGE.1"})).status_code == 404


async def test_bodies_may_come_packed_and_not_too_large(box: Box) -> None:
    await box.activate()
    body = gzip.compress(json.dumps({"version": "0.2.0", "bootedMs": 1}).encode())
    assert (await box.call("POST", HEARTBEAT, body, **{"content-encoding": "gzip"})).status_code == 200
    bomb = gzip.compress(b"0" * 5_000_000)
    assert (await box.call("POST", HEARTBEAT, bomb, **{"content-encoding": "gzip"})).status_code == 413
    torn = await box.call("POST", HEARTBEAT, body[:20], **{"content-encoding": "gzip"})
    assert (torn.status_code, torn.json()["field"]) == (400, "body")
    assert (await box.call("POST", HEARTBEAT, b"1" * 5_000_000)).status_code == 413
    for bad in (b"{}", b'{"version":"1","bootedMs":"x"}', b'{"version":"1","bootedMs":1,"cpu":-1}'):
        assert (await box.call("POST", HEARTBEAT, bad)).status_code == 400
