"""A camera behind a box alarms by itself (ONVIF): with its picture, in list and records, once though told twice."""

from collections.abc import AsyncIterator

import msgspec
import pytest

from linli.domains.people.rights import Role
from linli.edge.cloud import CloudRefused
from linli.edge.video.rows import DeviceForm
from linli.edge.video.simulator import SimulatedCamera, SimulatedEvents
from linli.kernel.clock import SystemClock
from linli.protocols.edge_link import SECURITY_REPORTS, CameraNotice, SecurityReport
from tests.domains.security.conftest import Site, jpeg, soon
from tests.domains.security.test_alarms import alarms, fetched
from tests.domains.security.test_guarding_console import desk, rows

TAMPER = "tns1:RuleEngine/TamperDetector/Tamper"


@pytest.fixture
async def camera(site: Site) -> AsyncIterator[SimulatedCamera]:
    """In the community, behind its box, heard."""
    triple = await site.new_camera("SXJ-001275")
    box = await site.new_box()
    simulated = SimulatedCamera({1: "Camera 01"}, clock=SystemClock(), events=SimulatedEvents())
    await simulated.plug_in()
    await box.video.start()
    await box.video.take_certificates(f"ProductKey,DeviceName,DeviceSecret\n{','.join(triple[1:])}")
    await box.video.add(
        DeviceForm(
            name="SXJ-001275",
            kind="ipc",
            ip="127.0.0.1",
            port=simulated.port,
            user="admin",
            password="cam-2026",
        )
    )
    box.video.look_soon()
    assert simulated.events is not None
    events = simulated.events

    async def heard() -> bool:
        return bool(events.points)

    await soon(heard)
    yield simulated
    await box.video.stop()
    await simulated.unplug()


async def test_it_stands_among_the_alarms_with_its_picture(site: Site, camera: SimulatedCamera) -> None:
    assert camera.events is not None
    camera.picture = jpeg(b"a hand before the lens")
    camera.events.tell(TAMPER, "VSC_1", "IsTamper")
    (alarm,) = await alarms(site, 1)
    assert (alarm.event_type, alarm.iot_id) == (20513, site.cameras["SXJ-001275"])
    (record,) = await site.records("securityAlarmEvent")
    assert (record["eventType"], record["deviceName"]) == ("100", "SXJ-001275")
    assert (await fetched(site, record["picSceneUrl"])) == camera.picture
    async with desk(site, Role.STAFF) as guard:
        (row,) = await rows(guard, f"/communities/{site.community}/security-alarms")
        assert row["details"]["description"] == "RuleEngine/TamperDetector/Tamper"
        shown = (await guard.get(f"/communities/{site.community}/security-alarms/{row['id']}")).json()
        assert shown["targets"][0]["sceneUrl"]
    # A picture that nobody can read does not keep back what it should have shown.
    camera.picture = b""
    camera.events.tell("tns1:VideoSource/SignalLoss", "VSC_1")
    assert (await alarms(site, 2))[-1]._asdict().items() >= {"event_type": 20201, "scene_key": ""}.items()


async def test_what_a_box_tells_again_is_counted_once_and_what_is_wrong_is_refused(
    site: Site, camera: SimulatedCamera
) -> None:
    assert site.box is not None
    cloud, device = site.box.cloud, await site.device("SXJ-001275")
    first = SecurityReport(
        id="0123456789abcdef", kind="alarm", product_key=device.product_key, device_name=device.device_name,
        at_s=site.now // 1000, event_id="0123456789abcdef", notice=CameraNotice(5, 2, "VideoSource/MotionAlarm", 2),
    )  # fmt: skip
    again = msgspec.structs.replace(first, id="0123456789abcdeg", event_id="0123456789abcdeg")
    for report in (first, first, again, again):
        await cloud.post(SECURITY_REPORTS, report)
    (alarm,) = await alarms(site, 1)
    assert (alarm.event_type, alarm.facts["times"]) == (20502, 4)
    async with desk(site, Role.STAFF) as guard:
        (row,) = await rows(guard, f"/communities/{site.community}/security-alarms")
        assert row["details"]["times"] == 4
        assert "lastReport" not in row["details"]
    for hostile in (
        msgspec.structs.replace(first, device_name="cam-of-another"),
        msgspec.structs.replace(first, notice=CameraNotice(9, 2)),
        msgspec.structs.replace(first, notice=CameraNotice(5, 2, "x" * 600)),
        msgspec.structs.replace(first, notice=CameraNotice(5, 2, "x", 0)),
        msgspec.structs.replace(first, scene="7/security/other/0.jpg"),
    ):
        with pytest.raises(CloudRefused) as refused:
            await cloud.post(SECURITY_REPORTS, hostile)
        assert refused.value.facts["status"] in (400, 404)
    assert len(await alarms(site, 1)) == 1
