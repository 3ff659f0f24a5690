"""The sample's car parks, of residents and of guests: each has an entrance and an exit with a camera that reads plates
and moves its barrier."""

import contextlib
import io
from functools import partial
from typing import Final, NamedTuple

from linli.app.platform import Platform
from linli.demo import devices
from linli.demo.devices import Kind
from linli.demo.place import Place
from linli.domains.communities.queries import spaces as space_queries
from linli.domains.communities.service import spaces
from linli.domains.communities.space_rules import LANE, PARKING_AREA
from linli.domains.parking.queries.rights import find_rights
from linli.domains.parking.service import lanes, rights
from linli.domains.people.queries import vehicles
from linli.kernel.db import Tx
from linli.kernel.pages import PageRequest
from linli.things.service.devices import DeviceValues, create_device

CAMERA: Final = Kind("车牌识别一体机 GH-P1", "", "community/car/lprc")
LOT: Final = "地面停车场"
GUEST_LOT: Final = "访客停车场"
"""Its exit stays shut for who owes."""
YEAR_MS: Final = 365 * 86_400_000
_MOST: Final = 200


class LaneOfSample(NamedTuple):
    device_name: str
    name: str
    direction: int
    """0 in, 1 out."""
    lot: str = LOT


LANES: Final = (
    LaneOfSample("lane-south-in", "南门入口", 0),
    LaneOfSample("lane-south-out", "南门出口", 1),
    LaneOfSample("lane-west-in", "西门访客入口", 0, GUEST_LOT),
    LaneOfSample("lane-west-out", "西门访客出口", 1, GUEST_LOT),
)


async def ensure(platform: Platform, site: Place) -> None:
    """Make the lot, its lanes and their cameras, as far as they are missing."""
    root = site.community.root_space_id
    if root is None:
        return

    for name in (LOT, GUEST_LOT):
        await platform.db.run(partial(_make_lot, platform, site, root, name))


async def _make_lot(platform: Platform, site: Place, root: int, name: str, tx: Tx) -> None:
    now_ms = platform.clock.now_ms()
    key = await devices.product_of(platform, tx, site, CAMERA)
    if await space_queries.sibling(site.tenant, tx, root, name) is not None:
        return
    lot = await spaces.create(
        site.tenant,
        tx,
        parent_id=root,
        kind=PARKING_AREA,
        name=name,
        direction=None,
        ids=platform.ids,
        now_ms=now_ms,
    )
    for lane in LANES:
        if lane.lot != name:
            continue
        lane_id = await spaces.create(
            site.tenant,
            tx,
            parent_id=lot,
            kind=LANE,
            name=lane.name,
            direction=lane.direction,
            ids=platform.ids,
            now_ms=now_ms,
        )
        values = DeviceValues(
            product_key=key,
            device_name=lane.device_name,
            nickname=lane.name,
            project_id=site.app.project_id,
        )
        triple = await create_device(
            site.tenant, tx, values=values, ids=platform.ids, secrets=platform.secrets
        )
        await lanes.bind(
            site.tenant, tx, iot_id=triple.iot_id, lane_id=lane_id, now_ms=now_ms, name=lane.name
        )


async def permit(platform: Platform, site: Place) -> None:
    """Residents' cars may come and go for a year."""
    root = site.community.root_space_id
    page = await vehicles.page(site.tenant, platform.db, site.community.community_id, PageRequest(1, _MOST))
    plates = [row.plate for row in page.data]
    if root is None or not plates:
        return
    there = await find_rights(site.tenant, platform.db, space_ids=[root], plates=plates)
    now_ms = platform.clock.now_ms()
    wishes = [
        rights.Wish(space_id=root, plate=plate, kind="ordinary", starts_ms=now_ms, ends_ms=now_ms + YEAR_MS)
        for plate in plates
        if (root, plate, "ordinary") not in there
    ]
    if wishes:
        await platform.db.run(lambda tx: rights.save(site.tenant, tx, wishes=wishes, now_ms=now_ms))


def picture(plate: str, direction: int) -> bytes:
    """A drawn car from the front with its plate; empty where nothing can draw."""
    with contextlib.suppress(ImportError):
        from PIL import Image, ImageDraw  # in installations that look at faces

        shade = (70 + 37 * sum(map(ord, plate)) % 130, 80, 120 + 10 * direction)
        image = Image.new("RGB", (640, 360), (150, 156, 160))
        pen = ImageDraw.Draw(image)
        pen.rectangle((0, 250, 640, 360), fill=(96, 98, 100))
        pen.rounded_rectangle((150, 110, 490, 300), 40, fill=shade)
        pen.polygon(((200, 120), (240, 50), (400, 50), (440, 120)), fill=(40, 52, 66))
        pen.ellipse((170, 190, 230, 230), fill=(250, 246, 220))
        pen.ellipse((410, 190, 470, 230), fill=(250, 246, 220))
        pen.rectangle((250, 235, 390, 275), fill=(30, 90, 190) if len(plate) == 7 else (120, 200, 130))
        pen.text((262, 248), plate[1:], fill=(255, 255, 255))
        out = io.BytesIO()
        image.save(out, "JPEG", quality=80)
        return out.getvalue()
    return b""
