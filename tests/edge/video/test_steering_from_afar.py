"""A camera behind a box is turned from the platform by the services of its thing model."""

import pytest

from linli.edge.video.simulator import dome, ipc
from linli.kernel.clock import SystemClock
from linli.kernel.scope import Scope
from linli.protocols import steering
from linli.things.errors import DeviceRefused
from tests.edge.video.site import VideoSite
from tests.edge.video.test_three import Integration

pytestmark = pytest.mark.engines("sqlite")
MODEL = "community/security/ipcamera"


async def test_a_camera_behind_a_box_is_turned_and_set_to_presets(site: VideoSite) -> None:
    await site.install("video_access_three")
    page = Integration(site, 0)
    camera, fixed = dome(SystemClock()), ipc(SystemClock())
    await camera.plug_in()
    await fixed.plug_in()
    await page.add(camera, "SXJ-001275", model=MODEL)
    await page.add(fixed, "SXJ-001276", model=MODEL)
    await page.both_online("SXJ-001275", "SXJ-001276")
    await site.becomes("SXJ-001275", "online")
    await site.becomes("SXJ-001276", "online")
    invoker, scope = site.platform.things.invoker, Scope.system(None, "test")
    iot_id = (await site.named("SXJ-001275"))["iotId"]
    head = camera.head
    assert head is not None

    async def call(service: str, **inputs: object) -> dict[str, object]:
        return await invoker.invoke(scope, iot_id, service, inputs, timeout_s=60)

    assert await call(steering.SET_PRESET, Name="大门") == {"PresetId": 1}
    await call(steering.NUDGE, ActionType=5, Step=10)
    assert head.place[:2] == pytest.approx((0.22, 0.22))
    await call(steering.START, ActionType=8, Speed=9)
    assert "ContinuousMove" in head.moves
    await call(steering.STOP)
    assert not head.moving(SystemClock().now_ms())
    await call(steering.GO_TO_PRESET, PresetId=1)
    assert not any(head.place)
    told = await call(steering.QUERY)
    assert told == {
        "Turns": 1, "Zooms": 1, "Home": 1, "PresetMost": 16, "Presets": [{"PresetId": 1, "Name": "大门"}],
    }  # fmt: skip
    for service, inputs, code in (
        (steering.GO_TO_PRESET, {"PresetId": 9}, steering.NO_SUCH_PRESET),
        (steering.START_CRUISE, {"CruiseId": 1}, steering.CANNOT_STEER),
    ):
        with pytest.raises(DeviceRefused) as refused:
            await call(service, **inputs)
        assert refused.value.facts["answer"] == code
    iot_id = (await site.named("SXJ-001276"))["iotId"]
    with pytest.raises(DeviceRefused, match="neither turns nor zooms"):
        await call(steering.NUDGE, ActionType=1)
    await camera.unplug()
    await fixed.unplug()
