"""Wire names of what box and cloud say, both directions, and what breaks the rules."""

from typing import Any

import msgspec
import pytest

from linli.protocols import edge_link
from linli.protocols.edge_link import Activated, ActivationRequest, Deployment, Heartbeat

REQUEST: dict[str, Any] = {
    "serialNumber": "LB2026-0001", "activationCode": "ABCD-1234", "model": "LB-1", "hardwareId": "0" * 32,
    "version": "0.1.0", "nonce": "01234567", "time": 1_700_000_000_000,
}  # fmt: skip
ACTIVATED: dict[str, Any] = {
    "node": {"id": "n1", "name": "Gate 1"},
    "device": {"productKey": "a1Gw", "deviceName": "box-1", "deviceSecret": "s"},
    "mqtt": {"host": "127.0.0.1", "port": 1883, "tls": False},
    "cloud": {"baseUrl": "https://cloud.example"},
}
DEPLOYMENT: dict[str, Any] = {
    "generation": 3,
    "community": {"id": "c1", "zone": "Asia/Shanghai"},
    "gateway": {"id": "g1", "name": "Gate"},
    "drivers": [
        {
            "id": "door_device", "version": "1.0.0", "config": {"port": 10000},
            "devices": [
                {
                    "productKey": "a1Door", "deviceName": "door-1", "deviceSecret": "d", "alias": "东门",
                    "custom": {"ip": "10.0.0.5"},
                }
            ],
        }
    ],
    "interconnect": {"on": True, "user": "u", "password": "p"},
    "settings": {"keepPicturesDays": 30},
    "packages": [
        {"id": "acme_meter", "version": "1.0.0", "url": "/edge/packages/acme_meter/1.0.0", "sha256": "0" * 64}
    ],
}  # fmt: skip


def test_activation() -> None:
    assert msgspec.to_builtins(msgspec.convert(REQUEST, ActivationRequest)) == REQUEST | {
        "takesAuthority": False
    }
    read = msgspec.convert(ACTIVATED, Activated)
    assert read.device.device_name == "box-1"
    older = {"mqtt": ACTIVATED["mqtt"] | {"authority": ""}, "driverRoot": "", "time": None}
    assert msgspec.to_builtins(read) == ACTIVATED | older


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("serialNumber", "ab"),
        ("serialNumber", "-bad-start"),
        ("serialNumber", 7),
        ("activationCode", "short"),
        ("activationCode", "six six"),
        ("hardwareId", "short"),
        ("version", ""),
        ("nonce", "short"),
        ("time", "now"),
    ],
)
def test_activation_names_the_field(field: str, value: object) -> None:
    with pytest.raises(msgspec.ValidationError, match=field):
        msgspec.convert(REQUEST | {field: value}, ActivationRequest)


def test_deployment_both_directions() -> None:
    read = msgspec.convert(DEPLOYMENT | {"later": "ignored"}, Deployment)
    assert read.drivers[0].devices[0].custom == {"ip": "10.0.0.5"}
    again = msgspec.json.decode(msgspec.json.encode(read), type=Deployment)
    assert again == read


def test_an_empty_deployment_is_whole() -> None:
    least = {"generation": 0, "community": {"id": "c"}, "gateway": {"id": "g", "name": ""}}
    read = msgspec.convert(least, Deployment)
    assert (read.community.zone, read.drivers, read.interconnect.on) == ("Asia/Shanghai", [], False)


def test_heartbeat_has_the_names_of_the_wire() -> None:
    sent = msgspec.to_builtins(Heartbeat(version="1", booted_ms=5, clock_offset_ms=-3, uplink_backlog=7))
    assert {name: sent[name] for name in ("bootedMs", "clockOffsetMs", "uplinkBacklog")} == {
        "bootedMs": 5, "clockOffsetMs": -3, "uplinkBacklog": 7
    }  # fmt: skip


def test_paths() -> None:
    assert edge_link.report_path(3) == "/edge/deployment/3/report"
    assert edge_link.package_path("acme_meter", "1.0/0") == "/edge/packages/acme_meter/1.0%2F0"
