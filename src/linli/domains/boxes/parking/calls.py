"""What boxes bring of their car parks (`edge_link.parking`)."""

import hashlib
from typing import Final
from urllib.parse import parse_qs

import msgspec

from linli.domains.boxes.front.app import EdgeAnswer, EdgeFront, EdgeRequest
from linli.domains.boxes.lane_pay.service import keys_of
from linli.domains.boxes.parking import boxes, coupons, document, service
from linli.domains.boxes.rows import Node
from linli.domains.communities import image_header
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.secrets import Secrets
from linli.protocols.edge_link import (
    PARKING_COUPONS,
    PARKING_PICTURES,
    PARKING_RECORDS,
    PARKING_RULES,
    CouponsAsked,
    ParkingBatch,
    ParkingCoupons,
    ParkingRules,
    ParkingTaken,
    PictureTaken,
)

PICTURE_BYTES: Final = 3 * 1024 * 1024
PIXELS: Final = 40_000_000


class ParkingCalls:
    """`pay_url`: where drivers' phones open codes of exits; empty: nobody takes payments over the network."""

    def __init__(self, db: Database, clock: Clock, ids: Ids, secrets: Secrets, objects: ObjectStore) -> None:
        self._db = db
        self._secrets = secrets
        self.pay_url = ""
        self._clock = clock
        self._ids = ids
        self._objects = objects

    def register(self, front: EdgeFront) -> None:
        front.route("POST", PARKING_RECORDS, self.records)
        front.route("POST", PARKING_PICTURES, self.picture)
        front.route("GET", PARKING_RULES, self.rules)
        front.route("POST", PARKING_COUPONS, self.coupons)

    async def rules(self, node: Node, request: EdgeRequest) -> EdgeAnswer:
        """A box that has them says which: that is how the cloud knows that they hold there."""
        asked = parse_qs(request.query)
        have = asked.get("have", [""])[0][:64]
        spaces = document.read_spaces(asked.get("spaces", [""])[0].split(","))

        async def answer(tx: Tx) -> ParkingRules:
            now_ms = self._clock.now_ms()
            wanted = await document.rules_of(
                tx,
                node,
                spaces,
                pay_url=self.pay_url,
                pay_keys=keys_of(self._secrets, node, now_ms=now_ms),
                now_ms=now_ms,
            )
            await boxes.note(tx, node, have, holds=have == wanted.version, now_ms=now_ms)
            return wanted if have != wanted.version else ParkingRules(version=have, unchanged=True)

        return EdgeAnswer(msgspec.json.encode(await self._db.run(answer)))

    async def coupons(self, node: Node, request: EdgeRequest) -> EdgeAnswer:
        """A box says which it wants to use; what it does not name any more is free again. Raises BadInput."""
        asked = request.read(CouponsAsked)

        async def answer(tx: Tx) -> ParkingCoupons:
            return await coupons.answer(tx, node, asked, now_ms=self._clock.now_ms())

        return EdgeAnswer(msgspec.json.encode(await self._db.run(answer)))

    async def records(self, node: Node, request: EdgeRequest) -> EdgeAnswer:
        """Raises BadInput."""
        batch = request.read(ParkingBatch)

        async def take(tx: Tx) -> int:
            return await service.take(
                tx, node, batch, objects=self._objects, ids=self._ids, now_ms=self._clock.now_ms()
            )

        return EdgeAnswer(msgspec.json.encode(ParkingTaken(seq=await self._db.run(take))))

    async def picture(self, node: Node, request: EdgeRequest) -> EdgeAnswer:
        """A picture of a car. The same again has the same key. Raises BadInput."""
        content = request.body
        header = image_header.read(content)
        if len(content) > PICTURE_BYTES:
            raise BadInput(field="body", rule="edge.picture_size", limit=PICTURE_BYTES // 1024)
        if header is None or header.suffix != "jpg" or not 0 < header.width * header.height <= PIXELS:
            raise BadInput(field="body", rule="edge.picture_kind")
        key = f"{service.picture_folder(node)}/{hashlib.sha256(content).hexdigest()}.jpg"
        await self._objects.put(key, content)
        return EdgeAnswer(msgspec.json.encode(PictureTaken(photo_id=key)))
