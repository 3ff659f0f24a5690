"""The sample's cameras with pictures: they register, one is recorded, and what people removed stays away."""

import time

from linli.demo.folder import DemoFolder
from linli.demo.live_cameras import CAMERAS, RECORDER, LiveCameras
from linli.domains.video.queries import gb28181 as queries
from linli.domains.video.queries import health, recording, views
from linli.domains.video.recording_rows import Segment
from linli.domains.video.service import gb28181 as service
from tests.demo.conftest import Sample, running, until, wishes


async def recorded(sample: Sample) -> list[Segment]:
    device = await queries.device_named(sample.platform.db, RECORDER)
    assert device is not None
    rows = await queries.channels(sample.site.tenant, sample.platform.db, device.device_id)
    first = next((row.iot_id for row in rows if row.channel == CAMERAS[0][0]), "")
    now_ms = int(time.time() * 1000)
    files = await recording.segments(sample.site.tenant, sample.platform.db, first, 0, now_ms + 60_000)
    return [file for file in files if file.bytes > 10_000]


async def test_the_cameras_come_and_one_is_recorded(folder: DemoFolder) -> None:
    async with running(folder, wishes()._replace(cameras=True)) as sample:
        db, tenant = sample.platform.db, sample.site.tenant
        assert await queries.device_named(db, RECORDER) is not None  # a new sample has them

        async def runs() -> list[Segment]:
            return await recorded(sample)

        assert await until(runs)
        device = await queries.device_named(db, RECORDER)
        assert device is not None
        assert device.state == "online"
        names = {row.name for row in await queries.channels(tenant, db, device.device_id)}
        assert names == {name for _, name, _ in CAMERAS}

        async def covered() -> bool:
            number = sample.site.community.community_id
            rows = await health.findings_in(tenant, db, number)
            return {(row.name, row.kind) for row in rows} == {(CAMERAS[1][1], "covered")}

        assert await until(covered)

        async def lanes_shown() -> bool:
            number = sample.site.community.community_id
            rows = await views.views_of(tenant, db, number)
            return {row.camera_name for row in rows} == {"南门岗亭", "西门岗亭"}

        assert await until(lanes_shown)

        again = LiveCameras(sample.platform, sample.site, host="127.0.0.1")
        await again.start(new=False)  # with a password of its own
        assert again.recorder is not None
        assert again.recorder.status == 200
        await again.stop()

        await db.run(lambda tx: service.remove_device(tenant, tx, device))
        await again.start(new=False)
        assert await queries.device_named(db, RECORDER) is None
