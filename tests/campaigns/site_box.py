"""The box of the site campaign in a process of its own: `python -m tests.campaigns.site_box FOLDER`.

It is the box as it runs on site, with its line cut; what the platform would have told it is written into its store.
Lines of JSON go in (what to do) and out (what came of it).
"""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import uvloop

from linli.edge.cloud import Identity, save_identity
from linli.edge.doors.driver import DoorDriver
from linli.edge.faces.rows import FaceRows
from linli.edge.runtime import deployer
from linli.edge.runtime.compose import Box
from linli.edge.runtime.desired_rows import CARD, QR, Wish
from linli.edge.runtime.tables import STEPS
from linli.edge.store import Store
from linli.kernel.clock import SystemClock
from linli.ops.face_models import cache_folder, status
from linli.protocols import edge_link
from linli.protocols.face_data import FaceImage, FaceUser, decode_results
from linli.vision.engine.process import ProcessEngine
from linli.vision.fake import MODEL_ID, fake_models
from tests.vision import shipped

GATES: Final = 50
"""Every fiftieth door is one that everybody may pass."""
EACH: Final = 400
"""Faces, codes and cards of any other door."""
ENDS_MS: Final = 4_102_444_800_000
START_SECONDS: Final = 300.0


class Door(msgspec.Struct):
    name: str
    ip: str
    port: int
    own: bool
    """Whether it compares faces itself."""


class Plan(msgspec.Struct):
    """What the site has. People, codes and cards are the same numbers from 0."""

    faces: int
    seed: int
    real: bool
    doors: list[Door]
    codes: bool = True
    """Whether there are codes and cards."""

    def numbers_of(self, door: Door) -> range:
        """Who may pass at a door."""
        number = int(door.name.partition("-")[2])
        if number % GATES == 0:
            return range(self.faces)
        start = number * EACH % self.faces
        return range(start, min(start + EACH, self.faces))

    def codes_of(self, door: Door) -> range:
        return self.numbers_of(door)

    def faces_of(self, door: Door) -> range:
        return self.numbers_of(door)

    def cards_of(self, door: Door) -> list[str]:
        return [card_of(number) for number in self.numbers_of(door)]


def code_of(number: int) -> str:
    return f"{number:032d}"


def card_of(number: int) -> str:
    return f"{number:08x}"


def models_are_here() -> bool:
    return bool(status(cache_folder())["ready"]) and bool(shipped.pictures())


# the campaign's side


class RunningBox:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._turn = asyncio.Lock()
        self.pid = process.pid
        self.port = 0
        self.child = 0

    async def ready(self) -> None:
        told = await asyncio.wait_for(self._answer(), START_SECONDS)
        self.port, self.child = told["port"], told["child"]

    async def ask(self, what: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        assert self._process.stdin is not None
        async with self._turn:
            self._process.stdin.write(json.dumps({"do": what, "params": params or {}}).encode() + b"\n")
            return await self._answer()

    async def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("the box ended")
        found: dict[str, Any] = json.loads(line)
        return found


@contextlib.asynccontextmanager
async def running(
    folder: Path, plan: Plan, *, command: Callable[[list[str]], list[str]] = list
) -> AsyncIterator[RunningBox]:
    """`command` makes the line that starts the box, such as on one core."""
    (folder / "plan.json").write_bytes(msgspec.json.encode(plan))
    process = await asyncio.create_subprocess_exec(
        *command([sys.executable, "-m", "tests.campaigns.site_box", str(folder)]),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1024 * 1024,
    )  # fmt: skip
    box = RunningBox(process)
    try:
        await box.ready()
        yield box
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 30)
        except TimeoutError:
            process.kill()
            await process.wait()


# the box's side


async def prepare(folder: Path, plan: Plan) -> tuple[Path, Path]:
    """Write what the platform told the box: (its folder, its models)."""
    home, models = folder / "box", cache_folder()
    if not plan.real:
        models = folder / "models"
        fake_models(models)
    store = Store(home / "box.db", STEPS, SystemClock())
    await store.start()
    try:
        await deployer.keep(store, "deployment", msgspec.json.encode(deployment(plan)))
        await _write_faces(store, plan)
    finally:
        await store.stop()
    return home, models


def deployment(plan: Plan) -> edge_link.Deployment:
    devices = [
        edge_link.DeployedDevice(
            product_key="door", device_name=door.name, device_secret="secret", alias=door.name,
            custom={
                "ip": door.ip, "port": door.port, "abilities": ["face", "qrcode", "card"],
                "faceCompareMode": "device" if door.own else "edge",
            },
        )
        for door in plan.doors
    ]  # fmt: skip
    driver = edge_link.DeployedDriver(
        id="door_terminal", config={"host": "127.0.0.1", "port": 0}, devices=devices
    )
    return edge_link.Deployment(
        generation=1, community=edge_link.CommunityName(id="1", zone="Asia/Shanghai"),
        gateway=edge_link.GatewayName(id="1", name="site"), drivers=[driver],
    )  # fmt: skip


async def _write_faces(store: Store, plan: Plan) -> None:
    """Random unit vectors as pictures of people."""
    model, dimensions = _model(plan)
    vectors = np.random.default_rng(plan.seed).standard_normal((plan.faces, dimensions), np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    doors: dict[int, list[str]] = {}
    for door in plan.doors:
        for number in plan.faces_of(door):
            doors.setdefault(number, []).append(door.name)
    for start in range(0, plan.faces, 500):
        numbers = [number for number in range(start, min(start + 500, plan.faces)) if number in doors]

        def work(connection: Any, numbers: Sequence[int] = numbers) -> None:
            rows = FaceRows(connection)
            for number in numbers:
                _write_face(rows, number, doors[number], model, vectors[number].tobytes())

        await store.write(work)


def _write_face(rows: FaceRows, number: int, doors: Sequence[str], model: str, vector: bytes) -> None:
    person = f"person-{number}"
    user = FaceUser(person, name=person, timestamp_ms=1, ends_ms=ENDS_MS)
    picture = rows.add_picture(FaceImage(person, f"{number:032x}", 1, 1))
    rows.put_feature(picture, model, vector)
    rows.count_up("index")
    for name in doors:
        door = rows.door(name)
        rows.put_user(door, user)
        rows.put_image(door, person, picture)


def _model(plan: Plan) -> tuple[str, int]:
    if not plan.real:
        return MODEL_ID, 16
    from linli.vision import pipeline

    loaded = pipeline.load(cache_folder())
    return loaded.model_id, loaded.dimensions


async def _wish(box: Box, plan: Plan) -> None:
    """Codes and cards of every door."""
    for door in plan.doors if plan.codes else ():
        window = {"effectiveTime": "0", "expiryTime": str(ENDS_MS)}
        codes = [
            Wish(QR, code_of(n), json.dumps({"starts_ms": 0, "ends_ms": ENDS_MS}))
            for n in plan.codes_of(door)
        ]
        cards = [
            Wish(CARD, card_of(n), json.dumps({"userId": f"person-{n}", **window}))
            for n in plan.numbers_of(door)
        ]
        await box.wishes.put(door.name, codes + cards)


def identity() -> Identity:
    activated = edge_link.Activated(
        node=edge_link.NodeName(id="1", name="site"),
        device=edge_link.DeviceKey(product_key="gateway", device_name="site", device_secret="secret"),
        mqtt=edge_link.MqttAddress(host="127.0.0.1", port=9, tls=False),
        cloud=edge_link.CloudAddress(base_url="http://127.0.0.1:9"),
    )
    return Identity(serial_number="SOAK-SITE", activated=activated, activated_ms=0)


class Commands:
    def __init__(self, box: Box, plan: Plan) -> None:
        self._box = box
        self._plan = plan

    async def do(self, what: str, params: dict[str, Any]) -> dict[str, Any]:
        return await (self._sync(params) if what == "sync" else self._state())

    async def _sync(self, params: dict[str, Any]) -> dict[str, Any]:
        """The face file for every door that asks the box."""
        refused: list[str] = []
        for door in self._plan.doors:
            if not door.own:
                answer = await self._box.supervisor.call(door.name, "SyncFaceData", params)
                results = decode_results(answer["FaceResult"]) or []
                refused += [f"{door.name}: {one.person_id} {one.code}" for one in results if one.code]
        return {"refused": refused[:5]}

    async def _state(self) -> dict[str, Any]:
        """`open`: rows that no door confirmed yet."""
        counts = await self._box.wishes.counts()
        own = {door.name: len(self._plan.faces_of(door)) for door in self._plan.doors if door.own}
        held = await self._box.store.read(
            lambda c: dict(
                c.execute(
                    "SELECT d.name, count(*) FROM face_held h JOIN face_doors d ON d.no = h.door GROUP BY d.name"
                )
            )
        )
        waiting = sum(count for state, count in counts.items() if state != "held")
        lacking = sum(wanted - held.get(name, 0) for name, wanted in own.items())
        return {
            "open": waiting + lacking,
            "cards": counts,
            "lacking": lacking,
            "queued": self._box.queue.backlog,
        }


async def _serve(folder: Path) -> None:
    plan = msgspec.json.decode((folder / "plan.json").read_bytes(), type=Plan)
    home, models = await prepare(folder, plan)
    save_identity(home, identity())
    box = Box(home, identity(), clock=SystemClock(), models=models)
    await box.start()
    await _wish(box, plan)
    driver = box.supervisor.driver("door_terminal")
    assert isinstance(driver, DoorDriver)
    assert isinstance(box.engine, ProcessEngine)
    _say({"port": driver.port, "child": box.engine.pid})
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    commands = Commands(box, plan)
    while line := await reader.readline():
        asked = json.loads(line)
        _say(await commands.do(asked["do"], asked["params"]))
    await box.stop()


def _say(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def serve(arguments: list[str]) -> None:
    uvloop.run(_serve(Path(arguments[0])))


if __name__ == "__main__":
    serve(sys.argv[1:])
