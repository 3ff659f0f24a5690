"""Pictures of cameras over HTTP, and the plans that take them. One bad camera does not stop the others."""

import asyncio
import contextlib
import hashlib
from functools import partial
from typing import Final
from urllib.parse import unquote, urlsplit, urlunsplit

import httpx

from linli.databus import address
from linli.domains.communities import image_header
from linli.domains.security.ports import LivePicture, NoSnapshot, Snapshots
from linli.domains.security.queries import boxes
from linli.domains.security.queries import happened as queries
from linli.domains.security.rows import MISSED, REMOVING, TAKEN, Plan, PlanCamera, SecurityCamera
from linli.domains.security.service import captures, plans
from linli.domains.security.service.platform_side import look_soon
from linli.domains.video.queries import masks
from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput, LinliError
from linli.kernel.http.client import Client
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.processes.leases import Lease
from linli.kernel.rounds import end_tasks
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.media import stills
from linli.protocols.edge_link import SecurityReport
from linli.things.queries.devices import get_device

log = telemetry.logger(__name__)

SECONDS: Final = 8.0
BYTES_MOST: Final = 2 * 1024 * 1024
AT_ONCE: Final = 8
LOOK_S: Final = 15.0
KINDS: Final = ("jpg", "png")


class HttpSnapshots:
    """By the address of the camera's snapshot, with a name and password in it where it wants one (basic or digest)."""

    def __init__(self, secrets: Secrets, *, allow_private: bool) -> None:
        self._secrets = secrets
        self._allow_private = allow_private

    async def take(self, camera: SecurityCamera) -> bytes:
        if not camera.snapshot_url:
            raise NoSnapshot("no_way")
        url = self._secrets.open(camera.snapshot_url, about=f"snapshot:{camera.iot_id}")
        parts = urlsplit(url)
        bare = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, parts.query, ""))
        try:
            target = await address.check(bare, allow_private=self._allow_private)
            pinned = await address.resolve(target, allow_private=self._allow_private)
            async with (
                asyncio.timeout(SECONDS),
                Client(timeout=SECONDS, trust_env=False, follow_redirects=False) as client,
            ):
                picture = await _fetched(client, target, pinned, parts.username or "", parts.password or "")
        except BadInput as error:
            raise NoSnapshot("address", str(error.facts.get("host", ""))) from None
        except (TimeoutError, httpx.TimeoutException):
            raise NoSnapshot("silent", f"{SECONDS:g}") from None
        except (httpx.HTTPError, OSError, AttributeError) as error:  # the last: anyio, reset while connecting
            raise NoSnapshot("unreachable", type(error).__name__) from None
        header = image_header.read(picture)
        if header is None or header.suffix not in KINDS:
            raise NoSnapshot("no_picture")
        return picture


async def _fetched(client: Client, target: address.Target, pinned: str, user: str, password: str) -> bytes:
    headers = {"host": target.host_header}
    extensions = {"sni_hostname": target.host} if target.scheme == "https" else {}
    auth: httpx.Auth | None = None
    for _ in range(2):
        content = b""
        request = client.build_request("GET", target.at(pinned), headers=headers, extensions=extensions)
        answer = await client.send(request, stream=True, auth=auth)
        try:
            if answer.status_code == 401 and user and auth is None:
                challenge = answer.headers.get("www-authenticate", "").lower()
                kind = httpx.DigestAuth if "digest" in challenge else httpx.BasicAuth
                auth = kind(unquote(user), unquote(password))
                continue
            if answer.status_code in (401, 403):
                raise NoSnapshot("wrong_password")
            if answer.status_code != 200:
                raise NoSnapshot("status", str(answer.status_code))
            async for part in answer.aiter_bytes():
                content += part
                if len(content) > BYTES_MOST:
                    raise NoSnapshot("too_large", str(BYTES_MOST >> 20))
        finally:
            await answer.aclose()
        return content
    raise NoSnapshot("wrong_password")


class Photographer:
    """Takes the pictures of due plans; `start` once workers run. A plan whose last round still goes on skips one."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        ids: Ids,
        objects: ObjectStore,
        snapshots: Snapshots,
        *,
        live: LivePicture,
        process: str,
    ) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._objects = objects
        self._snapshots = snapshots
        self._live = live
        self._lease = Lease(db, clock, "security.plans", holder=process, lasts_ms=60_000)
        self._busy: dict[int, asyncio.Task[None]] = {}
        self._task: asyncio.Task[None] | None = None
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def start(self) -> None:
        self._task = asyncio.create_task(self._loop(), name="security-plans")

    async def stop(self) -> None:
        await end_tasks(self._task, *self._busy.values())

    async def _loop(self) -> None:
        while True:
            try:
                if await self._lease.hold():
                    await self.look()
            except Exception:
                log.exception("snapshot plans were not looked at")
            await self._clock.sleep(LOOK_S)

    async def look(self) -> None:
        """Begin what is due."""
        now = self._clock.now_ms()
        for plan in await queries.due_plans(self._db, now):
            scope = Scope.system(plan.tenant_id, "security")
            await self._db.run(partial(_passed, scope=scope, plan=plan, now_ms=now))
            if not self.begin(scope, plan):
                log.warning("plan %s skips a round: the one before still goes on", plan.task_id)

    def _done(self, plan_id: int, task: asyncio.Task[None]) -> None:
        self._busy.pop(plan_id, None)

    async def _round(self, scope: Scope, plan: Plan) -> None:
        cameras = (await queries.cameras_of_plans(scope, self._db, [plan.plan_id]))[plan.plan_id]
        mine = [each for each in cameras if each.node_id is None and each.state != REMOVING]
        await asyncio.gather(*(self._shot(scope, plan, each) for each in mine))

    async def _shot(self, scope: Scope, plan: Plan, row: PlanCamera) -> None:
        async with self._slots:
            try:
                await self.take(scope, row.iot_id, task_id=plan.task_id)
                after = row._replace(state=TAKEN, why="", taken_ms=self._clock.now_ms())
            except NoSnapshot as error:
                after = row._replace(state=MISSED, why=str(error)[:200])
            except LinliError as error:
                after = row._replace(state=MISSED, why=error.code)
            except Exception as error:
                log.exception("a picture of plan %s failed", plan.task_id)
                after = row._replace(state=MISSED, why=type(error).__name__)
        with contextlib.suppress(LinliError):
            await self._db.run(lambda tx: plans.keep_camera(tx, after))

    async def picture(self, scope: Scope, iot_id: str) -> bytes:
        """What a camera sees now, masks filled: by the maker's own way where one is set, else from its stream.

        Raises NoSnapshot, LinliError.
        """
        camera = await boxes.camera_of(scope, self._db, iot_id)
        if camera is not None and camera.snapshot_url:
            picture = await self._snapshots.take(camera)
        else:
            picture = await self._live(scope, iot_id)
        hidden = await masks.of_camera(scope, self._db, iot_id)
        try:
            return await stills.masked(picture, hidden)
        except stills.NoStill:
            raise NoSnapshot("unmasked") from None

    def begin(self, scope: Scope, plan: Plan) -> bool:
        """Take the pictures of a plan now. False: a round of it goes on."""
        if plan.plan_id in self._busy:
            return False
        task = asyncio.create_task(self._round(scope, plan), name="security-plan")
        self._busy[plan.plan_id] = task
        task.add_done_callback(partial(self._done, plan.plan_id))
        return True

    async def take(self, scope: Scope, iot_id: str, *, task_id: str = "") -> int:
        """One picture of now; the capture's number. Raises NoSnapshot, LinliError."""
        device = await get_device(scope, self._db, iot_id=iot_id)
        picture = await self.picture(scope, iot_id)
        now = self._clock.now_ms()
        key = picture_key(device.tenant_id, iot_id, picture)
        await self._objects.put(key, picture)
        report = SecurityReport(
            id=self._ids.request_id(),
            kind="capture",
            product_key=device.product_key,
            device_name=device.device_name,
            at_s=now // 1000,
            scene=key,
        )

        async def write(tx: Tx) -> int:
            capture_id = await captures.take(
                scope, tx, device, report, task_id=task_id, objects=self._objects, now_ms=now
            )
            await look_soon(tx, tenant_id=device.tenant_id, capture_id=capture_id or 0)
            return capture_id or 0

        return await self._db.run(write)


async def _passed(tx: Tx, *, scope: Scope, plan: Plan, now_ms: int) -> None:
    await plans.passed(scope, tx, plan, now_ms=now_ms)


def picture_key(tenant_id: str, iot_id: str, picture: bytes) -> str:
    """The same picture of a camera has the same key. Raises BadInput for what is no JPEG, PNG or BMP."""
    header = image_header.read(picture)
    if header is None or header.suffix not in (*KINDS, "bmp"):
        raise BadInput(field="picture", rule="picture_format")
    return f"{tenant_id}/security/{iot_id}/{hashlib.sha256(picture).hexdigest()}.{header.suffix}"
