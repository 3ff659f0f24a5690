"""Drivers of others: their devices' configuration in the free editor, checked by what is known of it. Spec C 8.8."""

import base64
import io
import json
import zipfile
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from linli.domains.boxes import package_file
from linli.domains.boxes.queries import gateways as gateway_queries
from linli.domains.boxes.service import devices, packages, protocols
from linli.kernel.errors import BadInput
from tests.domains.boxes.devices.conftest import Desk
from tests.domains.boxes.devices.test_devices import faults


async def trust_and_add(desk: Desk, driver: str, protocol: str, **manifest: Any) -> None:
    """Upload a signed driver package, its key trusted."""
    said = {"id": driver, "name": "Vendor_Door_PerAccess_Driver", "version": "1.0.0", "protocol": protocol,
            "owner": "vendor", **manifest}  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("index.py", "")
        archive.writestr("manifest.json", json.dumps(said))
    key = Ed25519PrivateKey.generate()
    public = base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
    made: dict[str, Any] = {"ids": desk.parts.ids, "now_ms": desk.parts.clock.now_ms()}
    package = out.getvalue()
    async with desk.parts.db.begin() as tx:
        await packages.trust(
            desk.scope, tx, name=driver, public_key=public, secrets=desk.parts.secrets, **made
        )
        await packages.add(
            desk.scope, tx, package=package, signature=key.sign(package),
            manifest=package_file.read_manifest(package), **made,
        )  # fmt: skip


async def bring(desk: Desk, driver: str, protocol: str, **manifest: Any) -> None:
    """Upload a signed driver package and put it on the gateway."""
    await trust_and_add(desk, driver, protocol, **manifest)
    made: dict[str, Any] = {"ids": desk.parts.ids, "now_ms": desk.parts.clock.now_ms()}
    async with desk.parts.db.begin() as tx:
        protocol_row = await protocols.add(
            desk.scope, tx, gateway_id=desk.gateway_id, driver_id=driver, secrets=desk.parts.secrets, **made
        )
    desk.protocols[driver] = protocol_row.protocol_id


@pytest.mark.covers("C107")
async def test_the_json_editor(desk: Desk):
    """A vendor's own driver: its configuration is JSON, checked against what is known of it; secrets do not come back."""
    await bring(desk, "jieshun_rx", "jieshun_RX")
    at = desk.at("jieshun_rx")

    async def look(text):
        return (await desk.browser.post(f"{at}/check", json={"text": text})).json()

    rx = {"systemId": 1000, "devIp": "10.249.38.253", "desKey": "12345678", "devId": "2110_1"}
    assert await look('{"systemId":1000,"devIp":"10.249.38.253","desKey":"12345678","devId":"2110_1"}') == {
        "valid": True, "line": 0, "column": 0, "faults": [],
    }  # fmt: skip
    cut = await look('{"systemId":1000,\n "devIp": }')
    assert (cut["valid"], cut["line"]) == (False, 2)
    wrong = await look('{"systemId":"a","devIp":"10.249.38.253","extra":1}')
    assert {one["field"] for one in wrong["faults"]} == {"systemId", "desKey", "devId", "extra"}
    assert (await look("[" * 60000))["valid"] is False
    doors = [
        {"deviceName": f"CPSBKZQ-000062.{n}", "alias": "领域门禁_门1", "custom": {**rx, "devId": f"2110_{n}"}}
        for n in range(1, 5)
    ]
    assert (await desk.add(*doors, driver="jieshun_rx")).json()["done"]
    rows = await desk.rows("jieshun_rx")
    assert {row["categoryCode"] for row in rows} == {"community/people/card"}
    assert {row["custom"]["desKey"] for row in rows} == {"***"}
    again = await desk.add(dict(doors[0], deviceName="CPSBKZQ-000063.1"), driver="jieshun_rx", dryRun=True)
    assert faults(again) == [(0, "devId")]
    changed = await desk.browser.put(
        f"{at}/devices/{rows[0]['id']}",
        json={"alias": "门1", "custom": {**rows[0]["custom"], "systemId": 1001}},
    )
    assert changed.status_code == 204, changed.text
    held = (await gateway_queries.devices(desk.scope, desk.parts.db, desk.gateway_id))[0]
    assert devices.custom_of(held, desk.parts.secrets) == {**rx, "systemId": 1001}


async def test_a_lifts_register_map_is_refused_with_its_field_and_rule(desk: Desk):
    """The box's own driver for Modbus: the schema says what a point is, rules across the map say what it may be."""
    made: dict[str, Any] = {"ids": desk.parts.ids, "now_ms": desk.parts.clock.now_ms()}
    async with desk.parts.db.begin() as tx:
        row = await protocols.add(
            desk.scope, tx, gateway_id=desk.gateway_id, driver_id="modbus_lift", secrets=desk.parts.secrets, **made
        )  # fmt: skip
    desk.protocols["modbus_lift"] = row.protocol_id
    floors = [{"floor": "1"}, {"floor": "2", "call": "coil:0"}]
    car = {"elevatorId": "1", "profile": "relays", "floors": floors}

    async def faults_of(*cars: dict[str, Any], language: str = "en", **more: Any) -> dict[str, str]:
        body = {"text": json.dumps({"ip": "192.168.1.9", "cars": list(cars), **more})}
        answer = await desk.browser.post(
            f"{desk.at('modbus_lift')}/check", json=body, headers={"accept-language": language}
        )
        checked = answer.json()
        assert checked["valid"] == (not checked["faults"])
        return {fault["field"]: fault["message"] for fault in checked["faults"]}

    twice = "cars[0].floors[1].call"
    assert await faults_of(car) == {twice: "coil:0 is used by cars[0].floors[0].call already"}
    assert await faults_of(car, language="zh-CN") == {twice: "点位 coil:0 已用于 cars[0].floors[0].call"}
    more = {**car, "elevatorId": "2", "base": 50, "floors": [{"floor": "1"}, {"floor": "1"}]}
    assert set(await faults_of(car, more)) == {"cars[0].floors[1].call", "cars[1].floors[1].floor"}
    good = {**car, "floors": [{"floor": "1"}, {"floor": "2"}]}
    assert await faults_of(good) == {}
    assert set(await faults_of({**good, "position": "register 4"})) == {"cars[0].position"}
    assert set(await faults_of(good, port=70000)) == {"port"}
    assert set(await faults_of({**good, "speed": 1})) == {"cars[0].speed"}
    assert set(await faults_of()) == {"cars"}
    device = {"deviceName": "lift-2", "alias": "2号楼电梯", "custom": {"ip": "192.168.1.9", "cars": [car]}}
    refused = await desk.add(device, driver="modbus_lift")
    assert refused.status_code == 400
    assert refused.json()["field"] == f"devices[0].custom.{twice}"
    assert await desk.rows("modbus_lift") == []
    device["custom"] = {"ip": "192.168.1.9", "cars": [good]}
    assert (await desk.add(device, driver="modbus_lift")).json()["done"]
    (row,) = await desk.rows("modbus_lift")
    assert (row["categoryCode"], row["custom"]["cars"]) == ("community/people/elc", [good])


async def test_a_closed_protocol_waits_for_its_vendors_package(desk: Desk):
    """捷顺: the box's own version can be chosen and says what it needs; a package of the same id goes before it."""

    async def driver():
        rows = (await desk.browser.get("/edge/gateways/drivers")).json()
        return next(row for row in rows if row["id"] == "jieshun_parking")

    async def shown(protocol_id):
        rows = (await desk.browser.get(f"/edge/gateways/{desk.gateway_id}")).json()["protocols"]
        return next(row for row in rows if row["id"] == str(protocol_id))

    alone = await driver()
    assert (alone["needsPackage"], alone["builtIn"], alone["versions"]) == (True, True, ["0.1.0"])
    made = {"ids": desk.parts.ids, "now_ms": desk.parts.clock.now_ms()}
    async with desk.parts.db.begin() as tx:
        row = await protocols.add(
            desk.scope,
            tx,
            gateway_id=desk.gateway_id,
            driver_id="jieshun_parking",
            secrets=desk.parts.secrets,
            **made,
        )
    desk.protocols["jieshun_parking"] = row.protocol_id
    assert (await shown(row.protocol_id))["needsPackage"]
    door = {"deviceName": "QDMXGSB-000444", "alias": "捷顺Y08_IP_4", "custom": {"deviceId": "199118592"}}
    wrong = await desk.add({**door, "custom": {"deviceId": "Y08"}}, driver="jieshun_parking", dryRun=True)
    assert faults(wrong) == [(0, "deviceId")]
    assert (await desk.add(door, driver="jieshun_parking")).json()["done"]
    await trust_and_add(desk, "jieshun_parking", "jieshun_parking", version="0.9.0")
    here = await driver()
    assert (here["needsPackage"], here["versions"]) == (False, ["0.9.0", "0.1.0"])
    told = await shown(row.protocol_id)
    assert (told["upgradable"], told["needsPackage"]) == (True, True)
    async with desk.parts.db.begin() as tx:
        await protocols.change(
            desk.scope, tx, protocol_id=row.protocol_id, version="0.9.0", secrets=desk.parts.secrets,
            now_ms=made["now_ms"],
        )  # fmt: skip
    told = await shown(row.protocol_id)
    assert (told["version"], told["needsPackage"], told["devices"]) == ("0.9.0", False, 1)
    with pytest.raises(BadInput):
        await trust_and_add(desk, "jieshun_parking", "jieshun_parking", version="0.1.0")
    with pytest.raises(BadInput):
        await trust_and_add(desk, "door_device", "门禁设备官方协议", version="9.0.0")


async def test_a_driver_that_publishes_its_form(desk: Desk):
    """The package's own schema is what the editor and the workbook go by; categories are chosen by hand."""
    form = {
        "type": "object", "required": ["unit"], "additionalProperties": False,
        "properties": {"unit": {"type": "integer", "minimum": 1, "maximum": 247}, "pin": {"type": "string"}},
    }  # fmt: skip
    await bring(desk, "meter_of_others", "水表", deviceForm=form)
    shape = (await desk.browser.get(f"{desk.at('meter_of_others')}/shape")).json()
    assert (shape["form"], shape["schema"]["properties"]["unit"]["maximum"]) == ("json", 247)
    meter = {"deviceName": "METER-01", "alias": "水表", "custom": {"unit": 300}}
    tried = await desk.add(meter, driver="meter_of_others", dryRun=True)
    assert sorted(faults(tried)) == [(0, "category"), (0, "unit")]
    fine = {**meter, "category": "community/eba/flowmeter", "custom": {"unit": 3}}
    assert (await desk.add(fine, driver="meter_of_others")).json()["done"]
    (row,) = await desk.rows("meter_of_others")
    assert row["categoryCode"] == "community/eba/flowmeter"


async def test_a_driver_whose_form_cannot_be_used_is_refused(desk: Desk):
    """What anybody's form may cost is bounded: it is looked at for every device that is written down."""
    part = {"allOf": [{"$ref": "#/$defs/b"}, {"$ref": "#/$defs/b"}]}
    for form, why in (
        ({"$ref": "#/$defs/a", "$defs": {"a": {"items": {"$ref": "#/$defs/a"}}}}, "refers to itself"),
        ({"properties": {"unit": {"pattern": "["}}}, "regex"),
        ({"$ref": "#/$defs/a", "$defs": {"a": part, "b": {"$ref": "http://127.0.0.1:9/"}}}, "no reference"),
    ):
        with pytest.raises(BadInput) as refused:
            await bring(desk, "meter_of_others", "水表", deviceForm=form)
        assert "deviceForm" in str(refused.value.facts["said"])
        assert why in str(refused.value.facts["said"])
