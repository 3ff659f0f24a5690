"""A camera behind a box is tested from the platform, and its page has the steps in words."""

import asyncio
from typing import Any

import pytest

from linli.domains.communities.service import pois
from linli.edge.video.simulator import SimulatedStream, ipc
from linli.kernel.clock import SystemClock
from linli.kernel.scope import Scope
from linli.things.service.devices import assign_community
from tests.domains.communities.builders import POI_CSV
from tests.domains.communities.test_console import approved
from tests.edge.video.site import VideoSite
from tests.edge.video.test_three import Integration

pytestmark = pytest.mark.engines("sqlite")


async def test_a_camera_behind_a_box_is_tested_from_its_page(site: VideoSite) -> None:
    await site.install("video_access_three")
    page, camera = Integration(site, 0), ipc(SystemClock())
    stream = SimulatedStream(camera.user, camera.password)
    await camera.plug_in()
    await stream.start()
    camera.stream_port = stream.port
    await page.add(camera, "SXJ-001275", model="community/security/ipcamera")
    await page.both_online("SXJ-001275")
    await site.becomes("SXJ-001275", "online")
    iot_id = (await site.named("SXJ-001275"))["iotId"]
    async with site.platform.db.begin() as tx:
        await pois.import_catalogue(tx, pois.read_catalogue(POI_CSV.splitlines()))
    community = (await approved(site.browser))["id"]  # type: ignore[arg-type]
    async with site.platform.db.begin() as tx:
        scope = Scope.system(None, "test")
        await assign_community(scope, tx, iot_id=iot_id, community_id=int(community))
    cameras = f"/communities/{community}/cameras"
    await site.call("POST", cameras, {"iotId": iot_id, "name": "大门"})
    (row,) = (await site.call("GET", cameras))["data"]
    doctor = f"{cameras}/{row['id']}/doctor"

    async def tried() -> dict[str, Any]:
        await site.call("POST", f"{doctor}/test")
        async with asyncio.timeout(60):
            while (view := await site.call("GET", doctor))["trial"]["phase"] != "over":
                await asyncio.sleep(0.05)
        return dict(view)

    assert (await site.call("GET", doctor))["way"] == "box"
    view = await tried()
    assert view["trial"]["reason"] == ""
    assert {step["state"] for step in view["checks"]} == {"good"}, view
    assert all(step["reason"] and "{" not in step["reason"] for step in view["checks"])
    stream.faults.h265 = True
    view = await tried()
    (codec,) = [step for step in view["checks"] if step["step"] == "codec"]
    assert (codec["state"], codec["cause"]) == ("bad", "site_h265")
    await stream.stop()
    await camera.unplug()
    view = await tried()
    assert view["checks"][0]["cause"] == "site_unreachable"
    assert [step["state"] for step in view["checks"]] == ["bad", *["unknown"] * 6]
