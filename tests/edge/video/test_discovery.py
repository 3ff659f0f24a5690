"""Cameras that answer a probe: by their own address, known again when they have moved, one device each."""

import msgspec
import pytest

from linli.edge.video.discovery import beside_kept, look_around
from linli.edge.video.errors import VideoRefused
from linli.edge.video.forms import checked
from linli.edge.video.rows import DeviceForm, VideoDevice
from linli.edge.video.simulator.beacon import SimulatedBeacon
from linli.protocols.onvif.discovery import Match, OnvifBroken, matches, probe, probe_id

CAMERA = Match(
    "urn:uuid:0001", ("http://192.0.2.7/onvif/device_service", "http://127.0.0.1:8899/onvif/device_service"),
    "North%20gate", "DS-2CD2626",
)  # fmt: skip
KEPT = VideoDevice(
    no=3, instance=0, kind="ipc", name="SXJ-001274", alias="北门", model="community/security/ipcamera",
    protocol="onvif", ip="127.0.0.1", port=80, user="admin", password="cam-2026", endpoint="urn:uuid:0001",
)  # fmt: skip


@pytest.mark.parametrize("before", [b"", b"\xff" * 20, b"<a", b"x" * 20_000])
async def test_a_camera_answers_and_has_the_address_it_answers_from(before: bytes) -> None:
    beacon = SimulatedBeacon(CAMERA, before=before)
    await beacon.start()
    try:
        ((host, match),) = await look_around(("127.0.0.1", beacon.port), seconds=2.0)
    finally:
        beacon.stop()
    assert (host, match.port_at(host), match.name, match.hardware) == (
        "127.0.0.1", 8899, "North gate", "DS-2CD2626",
    )  # fmt: skip


def test_one_that_moved_is_known_by_its_id_and_one_without_by_its_address() -> None:
    answers = [("127.0.0.1", CAMERA)]
    (moved,) = beside_kept(answers, [KEPT])
    assert (moved.no, moved.device, moved.moved, moved.port) == (3, "SXJ-001274", True, 8899)
    (same,) = beside_kept(answers, [msgspec.structs.replace(KEPT, port=8899)])
    assert (same.no, same.moved) == (3, False)
    typed = msgspec.structs.replace(KEPT, endpoint="", port=8899)
    assert beside_kept(answers, [typed])[0].no == 3
    other = msgspec.structs.replace(typed, endpoint="urn:uuid:0002")
    assert beside_kept(answers, [other])[0].no == 0, "another camera had this address"
    assert "password" not in msgspec.json.encode(moved).decode()


def test_one_camera_stays_one_device() -> None:
    form = DeviceForm(name="SXJ-001275", kind="ipc", ip="127.0.0.2", endpoint="urn:uuid:0001")
    with pytest.raises(VideoRefused, match="SXJ-001274"):
        checked(form, [KEPT])


def test_what_answers_another_probe_is_not_taken() -> None:
    assert probe_id(probe("urn:uuid:7")) == "urn:uuid:7"
    assert matches(probe("urn:uuid:7"), "urn:uuid:7") == []
    with pytest.raises(OnvifBroken):
        matches(b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "urn:uuid:7")
