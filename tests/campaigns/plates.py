"""`linli soak plates`: 20,000 plates on 8 lane cameras end exactly as the cloud says, whatever happened on the way.

Cameras get permission files over MQTT and HTTP and tell by `GetVehiclePermission` what they hold. Meanwhile the platform
is killed, cameras lose their power with half of a file applied, lines break, lists lose entries and get others that
nobody gave, and the desk gives rights and takes them away. Then it calms down, and each camera's list is compared with
the table of rights, entry by entry with its dates; that table is read by another reader, delivery's rows are not asked.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvloop

from linli.app.platform import Platform
from linli.domains.communities.service import spaces
from linli.domains.parking.rows import BLACKLIST, ORDINARY, WHITELIST
from linli.domains.parking.service import lanes, rights
from linli.protocols.vehicle_permissions import VehicleEntry, VehicleFileError, decode
from linli.sim.lane_camera import SimulatedLaneCamera
from linli.sim.link import CallFailed, Triple
from linli.things.service import devices, products
from tests.campaigns.kill import database_of
from tests.campaigns.overload import Memory
from tests.campaigns.site import PASSWORD, Site, make_site, settings_of
from tests.campaigns.snapshot import snapshot
from tests.real.platform import Installation

SETTLE_SECONDS = 900
PERMISSIONS = {ORDINARY: 1, WHITELIST: 2, BLACKLIST: 3}
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
DAY_MS = 86_400_000


class Camera(SimulatedLaneCamera):
    """Loses its power in the middle of a file when it is told to: what is in flash by then stays."""

    dies_within_a_file = False
    deaths = 0

    async def _take_file(self, params: Any) -> dict[str, Any]:
        if not self.dies_within_a_file:
            return await super()._take_file(params)
        self.dies_within_a_file = False
        try:
            entries = decode(await self._get(str(params.get("VehiclePermissionUrl", ""))))
        except (OSError, VehicleFileError):
            return {"VehiclePermissionStatus": 1}
        for entry in entries[: len(entries) // 2]:
            key = entry.plate, int(entry.permission)
            if entry.delete:
                self.permissions.pop(key, None)
            else:
                self.permissions[key] = entry
        self.deaths += 1
        self.link.cut()
        asyncio.get_running_loop().call_later(1.0, self.link.mend)
        raise CallFailed(500, "the power is off")


@dataclass
class Counts:
    kills: int = 0
    line_cuts: int = 0
    losses: int = 0
    changes: int = 0
    unanswered: int = 0


class Plates:
    def __init__(
        self, folder: Path, database: str, *, seconds: float, kills: int, plates: int, cameras: int, seed: int
    ) -> None:
        self.installation = Installation(folder / "data", database)
        self.random = random.Random(seed)
        self.seconds, self.kills, self.count = seconds, kills, plates
        self.cameras: dict[int, Camera] = {}
        """By lane."""
        self.camera_count = cameras
        self.counts = Counts()
        self.wrong: list[str] = []
        self.numbers = iter(self.random.sample(range(10_000_000), plates * 4))
        self.given: list[tuple[int, str, str]] = []
        self.site: Site

    async def run(self) -> dict[str, Any]:
        began = time.monotonic()
        async with AsyncExitStack() as parts:
            await self._set_up(parts)
            first = await self._settled("first delivery")
            await self._storm()
            settled = await self._settled("after the storm")
            memory = self.memory.sample()
        return {
            "plates": self.count,
            "cameras": len(self.cameras),
            "seconds": round(time.monotonic() - began, 1),
            "first_seconds": round(first, 1),
            "storm_seconds": self.seconds,
            "settled_seconds": round(settled, 1),
            **self.counts.__dict__,
            "deaths_within_a_file": sum(camera.deaths for camera in self.cameras.values()),
            "entries": sum(len(camera.permissions) for camera in self.cameras.values()),
            "memory_mb": round(memory),
            "wrong": self.wrong,
        }

    # setting up

    async def _set_up(self, parts: AsyncExitStack) -> None:
        self.site = await make_site(self.installation, houses=0)
        platform = await Platform.open(settings_of(self.installation))
        try:
            await self._furnish(platform)
        finally:
            await platform.db.close()
        await self._start()
        parts.callback(self.installation.stop)
        for camera in self.cameras.values():
            await camera.start()
            parts.push_async_callback(camera.stop)
        self.desk = await parts.enter_async_context(
            httpx.AsyncClient(
                base_url=f"{self.installation.url}/api/console", trust_env=False, timeout=30,
                headers={"x-linli-request": "1"},
            )
        )  # fmt: skip
        answer = await self.desk.post("/session", json={"login": self.site.login, "password": PASSWORD})
        assert answer.status_code == 200, answer.text

    async def _furnish(self, platform: Platform) -> None:
        site, owner, ids, now_ms = self.site, self.site.owner, platform.ids, platform.clock.now_ms()
        async with platform.db.begin() as tx:
            product = await products.create_product(
                owner,
                tx,
                values=products.ProductValues(name="车道相机", category_code="community/car/lprc"),
                ids=ids,
                secrets=platform.secrets,
            )
            self.lot = await spaces.create(
                owner, tx, parent_id=site.root_id, kind="parking_area", name="地面停车场", direction=None,
                ids=ids, now_ms=now_ms,
            )  # fmt: skip
            for number in range(self.camera_count):
                lane = await spaces.create(
                    owner, tx, parent_id=self.lot, kind="parking_space_channel", name=f"{number}号道",
                    direction=number % 2, ids=ids, now_ms=now_ms,
                )  # fmt: skip
                made = await devices.create_device(
                    owner, tx, ids=ids, secrets=platform.secrets,
                    values=devices.DeviceValues(
                        product_key=product.product_key, device_name=f"lane-{number}", project_id=site.project_id
                    ),
                )  # fmt: skip
                await devices.assign_community(owner, tx, iot_id=made.iot_id, community_id=site.community_id)
                await lanes.bind(owner, tx, iot_id=made.iot_id, lane_id=lane, now_ms=now_ms)
                triple = Triple(product.product_key, f"lane-{number}", made.device_secret)
                self.cameras[lane] = Camera(triple, "127.0.0.1", self.installation.mqtt_port)
                site.iot_ids[f"lane-{number}"] = made.iot_id
        wishes = [self._wish(now_ms) for _ in range(self.count)]
        for start in range(0, len(wishes), rights.MOST):
            some = wishes[start : start + rights.MOST]
            async with platform.db.begin() as tx:
                await rights.save(owner, tx, wishes=some, now_ms=now_ms)
        self.given = [(wish.space_id, wish.plate, wish.kind) for wish in wishes]

    def _wish(self, now_ms: int) -> rights.Wish:
        """For the whole lot; one in ten for one lane alone."""
        number = next(self.numbers)
        plate = f"浙{LETTERS[number % 24]}{number // 24 % 100_000:05}"
        at = self.lot if self.random.random() < 0.9 else self.random.choice(sorted(self.cameras))
        kind = self.random.choices((ORDINARY, WHITELIST, BLACKLIST), (8, 1, 1))[0]
        if kind != ORDINARY:
            return rights.Wish(space_id=at, plate=plate, kind=kind)
        ends_ms = now_ms + self.random.randrange(30, 400) * DAY_MS
        return rights.Wish(space_id=at, plate=plate, kind=kind, starts_ms=now_ms - DAY_MS, ends_ms=ends_ms)

    async def _start(self) -> None:
        await asyncio.to_thread(self.installation.start)
        assert self.installation.process is not None
        self.memory = Memory(self.installation.process.pid)

    # the storm

    async def _storm(self) -> None:
        ends = time.monotonic() + self.seconds
        deaths = asyncio.create_task(self._die())
        while time.monotonic() < ends:
            camera = self.random.choice(list(self.cameras.values()))
            match self.random.randrange(10):
                case 0:
                    self.counts.line_cuts += 1
                    camera.link.cut()
                    asyncio.get_running_loop().call_later(self.random.uniform(0.1, 3), camera.link.mend)
                case 1:
                    camera.dies_within_a_file = True
                case 2:
                    self._spoil(camera)
                case _:
                    await self._change()
            await asyncio.sleep(self.random.uniform(0, 0.1))
        await deaths
        for camera in self.cameras.values():
            camera.dies_within_a_file = False
            camera.link.cut()
            camera.link.mend()

    def _spoil(self, camera: Camera) -> None:
        """Its flash loses entries, and has some that nobody gave; it comes back as if nothing were amiss."""
        self.counts.losses += 1
        camera.link.cut()
        for key in self.random.sample(sorted(camera.permissions), min(20, len(camera.permissions))):
            del camera.permissions[key]
        stray = VehicleEntry(f"沪A{self.random.randrange(100_000):05}", 2)
        camera.permissions[stray.plate, 2] = stray
        camera.link.mend()

    async def _die(self) -> None:
        for _ in range(self.kills):
            await asyncio.sleep(self.seconds / (self.kills + 1) * self.random.uniform(0.6, 1.2))
            self.installation.kill()
            self.counts.kills += 1
            await self._start()

    async def _change(self) -> None:
        """At the desk; while the platform is dead nobody hears it, and whether it was made is not known."""
        at = f"/communities/{self.site.community_id}/parking/vehicles"
        if self.given and self.random.random() < 0.4:
            space, plate, kind = self.given.pop(self.random.randrange(len(self.given)))
            body: dict[str, Any] = {"rights": [{"spaceId": space, "plate": plate, "kind": kind}]}
            at += "/remove"
        else:
            wish = self._wish(time.time_ns() // 1_000_000)
            body = {"kind": wish.kind, "plate": wish.plate, "spaceIds": [wish.space_id]}
            if wish.kind == ORDINARY:
                body |= {"startsMs": wish.starts_ms, "endsMs": wish.ends_ms}
            self.given.append((wish.space_id, wish.plate, wish.kind))
        try:
            answer = await self.desk.post(at, json=body)
        except httpx.HTTPError:
            self.counts.unanswered += 1
            await asyncio.sleep(0.2)
            return
        self.counts.changes += 1
        if not answer.is_success:
            self.wrong.append(f"{at}: {answer.status_code} {answer.text[:200]}")

    # the end

    async def _settled(self, phase: str) -> float:
        """Until no camera differs any more, or patience ends; seconds. People press "try again" meanwhile."""
        began = pressed = time.monotonic()
        differ = ["not looked at yet"]
        while differ and time.monotonic() - began < SETTLE_SECONDS:
            await asyncio.sleep(0.5)
            differ = await self._compare()
            self.memory.sample()
            if differ and time.monotonic() - pressed > 20:
                pressed = time.monotonic()
                for iot_id in self.site.iot_ids.values():
                    await self.desk.post(f"/deliveries/devices/{iot_id}/retry")
        seconds = time.monotonic() - began
        await asyncio.sleep(2)  # nothing that was still on its way undoes it
        self.wrong += [f"{phase}: {what}" for what in (differ or await self._compare())[:20]]
        return seconds

    async def _compare(self) -> list[str]:
        async with snapshot(self.site.database_url) as seen:
            rows = await seen.rows("SELECT space_id, plate, kind, starts_ms, ends_ms FROM parking_rights")
        differ = []
        for lane, camera in self.cameras.items():
            wanted: dict[tuple[str, int], tuple[int, int]] = {}
            for space_id, plate, kind, starts_ms, ends_ms in rows:
                if space_id in (lane, self.lot, self.site.root_id):
                    key, dates = (plate, PERMISSIONS[kind]), (starts_ms, ends_ms)
                    # Of a vehicle with rights at the lot and at this lane, what holds longer.
                    wanted[key] = max(wanted.get(key, dates), dates, key=lambda each: each[1] or 0)
            has = {key: (entry.starts_ms, entry.ends_ms) for key, entry in camera.permissions.items()}
            if wanted != has:
                lacks, surplus = wanted.keys() - has.keys(), has.keys() - wanted.keys()
                other = sum(has[key] != wanted[key] for key in wanted.keys() & has.keys())
                differ.append(
                    f"{camera.link.triple.device_name}: lacks {len(lacks)}, {len(surplus)} too many, {other} differ"
                )
        return differ


def run(
    engine: str = "sqlite", *, seconds: float = 300, kills: int = 10, plates: int = 20_000, cameras: int = 8,
    seed: int = 1,
) -> dict[str, Any]:  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="linli-plates-") as folder, database_of(engine) as database:
        campaign = Plates(
            Path(folder), database, seconds=seconds, kills=kills, plates=plates, cameras=cameras, seed=seed
        )
        return {"engine": engine, "seed": seed, **uvloop.run(campaign.run())}


def main() -> int:
    parser = argparse.ArgumentParser(prog="linli soak plates", description=__doc__)
    parser.add_argument("--seconds", type=float, default=300, help="of the storm")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--plates", type=int, default=20_000)
    parser.add_argument("--cameras", type=int, default=8)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--json", action="store_true")
    words = parser.parse_args()
    found = run(
        words.engine, seconds=words.seconds, kills=words.kills, plates=words.plates, cameras=words.cameras,
        seed=words.seed,
    )  # fmt: skip
    print(json.dumps(found, ensure_ascii=False, indent=None if words.json else 2))
    return 1 if found["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
