"""The built-in simulator: it connects over MQTT with a device's own credentials while the device is away.

A simulation lives in one process. That process reads its row again at a signal and every few seconds, so any process
can change it. It ends on request, after `LASTS_MS`, when nobody has its page open, and when its connection ends because
the real device connected.
"""

import asyncio
import contextlib
import random
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput, LinliError
from linli.kernel.rounds import first_of
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.things.debugging.errors import (
    DeviceIsOnline,
    DeviceSpeaksOtherwise,
    NotSimulated,
    SimulatorRefused,
)
from linli.things.debugging.line import DeviceLine, Dial
from linli.things.debugging.simulated_values import Wanderer
from linli.things.debugging.simulation_rows import (
    CHANNEL,
    Act,
    Answer,
    Settings,
    SimulationRow,
    add_row,
    configure_row,
    find_row,
    order,
    remove_row,
    remove_rows_of,
    take_orders,
    watch_row,
)
from linli.things.errors import DeviceDisabled
from linli.things.mqtt.ports import Publisher
from linli.things.queries.devices import DeviceRow, get_device
from linli.things.queries.products import get_product
from linli.things.scripts.published import PublishedScripts
from linli.tsl import ThingModel

log = telemetry.logger(__name__)

LASTS_MS: Final = 30 * 60_000
UNWATCHED_MS: Final = 45_000
"""A page that is open says so every 15 s."""
KEPT_MS: Final = 10 * 365 * 86_400_000
"""For as long as its owner wants."""
LOOK_SECONDS: Final = 5.0
MOST_INTERVAL_S: Final = 3600
MOST_DELAY_MS: Final = 60_000
_SET: Final = "thing.service.property.set"
_GET: Final = "thing.service.property.get"


class _Simulated:
    """One device that is stood in for. `run` returns when it is over."""

    def __init__(
        self, device: DeviceRow, model: ThingModel, secret: str, clock: Clock, settings: Settings
    ) -> None:
        self.line = DeviceLine(device.product_key, device.device_name, secret, self.answer, clock)
        self.settings = settings
        self.wake = asyncio.Event()
        self._model = model
        self._clock = clock
        self._wanderer = Wanderer(random.Random())
        self._set_values: dict[str, Any] = {}
        """Values that were set from above: kept, not made up any more."""

    def tell(self, act: Act) -> None:
        if act.kind == "event":
            event = self._model.event_by_id.get(act.identifier)
            if event is not None:
                values = act.values
                output = self._wanderer.all(event.output, self._clock.now_ms()) if values is None else values
                self.line.post(f"{event.identifier}/post", output)
            return
        self.line.post(
            "property/post", self.values(self.settings.properties) if act.values is None else act.values
        )

    def values(self, wanted: Sequence[str] | None) -> dict[str, Any]:
        """Of these properties; None: all."""
        now_ms = self._clock.now_ms()
        return {
            item.identifier: self._set_values[item.identifier]
            if item.identifier in self._set_values
            else self._wanderer.next(item, now_ms, self.settings.ranges)
            for item in self._model.properties
            if wanted is None or item.identifier in wanted
        }

    async def answer(self, method: str, params: Any) -> dict[str, Any] | None:
        """The device's answer to a call: the configured one, else success by the thing model."""
        if method == _SET and isinstance(params, dict):
            self._set_values |= params
            self.line.post("property/post", params)
            return {}
        if method == _GET:
            return {"data": self.values(params if isinstance(params, list) else [])}
        identifier = method.removeprefix("thing.service.")
        service = self._model.service_by_id.get(identifier)
        if service is None:
            return {"code": 404, "message": f"no such service: {identifier}"}
        wanted = self.settings.answers.get(identifier, Answer())
        if wanted.silent:
            return None
        if wanted.delay_ms:
            await self._clock.sleep(wanted.delay_ms / 1000)
        data = wanted.data
        if data is None:
            data = self._wanderer.all(service.output, self._clock.now_ms()) if wanted.code == 200 else {}
        if wanted.code == 200:
            for act in self.settings.reactions.get(identifier, ()):
                self.tell(act)
        return {"code": wanted.code, "message": wanted.message, "data": data}


class Simulator:
    """One per process."""

    def __init__(
        self,
        db: Database,
        publisher: Publisher,
        scripts: PublishedScripts,
        secrets: Secrets,
        clock: Clock,
        *,
        dial: Dial,
        process: str,
    ) -> None:
        """`dial` connects to this process's front; `process` is its name."""
        self._db = db
        self._secrets = secrets
        self._clock = clock
        self._process = process
        self._publisher = publisher
        self._scripts = scripts
        self._dial = dial
        self._running: dict[int, tuple[_Simulated, asyncio.Task[None]]] = {}
        self._stop_listening: Callable[[], None] = lambda: None

    async def open(self) -> None:
        """Simulations of an earlier process of this name are over."""
        await self._db.run(lambda tx: remove_rows_of(tx, self._process))
        self._stop_listening = self._db.signals.listen(CHANNEL, self._heard)

    async def close(self) -> None:
        self._stop_listening()
        tasks = [task for _, task in self._running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def gone(self, process: str) -> None:
        """Another process died."""
        await self._db.run(lambda tx: remove_rows_of(tx, process))

    # for routes

    async def start(
        self, scope: Scope, *, iot_id: str, settings: Settings, kept: bool = False
    ) -> SimulationRow:
        """Connect as this device. `kept`: until it is stopped, whether or not a page looks.

        Raises NotFound, BadInput, DeviceDisabled, DeviceIsOnline, DeviceSpeaksOtherwise, SimulatorRefused.
        """
        device = await get_device(scope, self._db, iot_id=iot_id)
        _check(settings)
        if not device.enabled:
            raise DeviceDisabled(id=iot_id)
        if await self._scripts.of(device.product_no) is not None:
            raise DeviceSpeaksOtherwise(id=iot_id)
        if device.online or self._publisher.is_connected(device.product_key, device.device_name):
            raise DeviceIsOnline(id=iot_id)
        model = (await get_product(scope, self._db, product_key=device.product_key)).model()
        secret = self._secrets.open(device.secret, about=f"device:{device.iot_id}")
        simulated = _Simulated(device, model, secret, self._clock, settings)
        try:
            await simulated.line.open(self._dial)
        except (OSError, TimeoutError) as error:
            raise SimulatorRefused(connack=-1) from error
        now = self._clock.now_ms()
        caller = f"{scope.caller.kind}:{scope.caller.id}"
        row = SimulationRow(
            device_no=device.device_no,
            process=self._process,
            caller=caller,
            settings=msgspec.json.encode(settings).decode(),
            commands="[]",
            begun_ms=now,
            ends_ms=now + (KEPT_MS if kept else LASTS_MS),
            watched_ms=now + KEPT_MS if kept else now,
        )
        try:
            await self._db.run(lambda tx: add_row(tx, row, tenant_id=device.tenant_id))
        except BaseException:
            await simulated.line.close()
            raise
        task = asyncio.create_task(self._live(device.device_no, simulated), name=f"simulate {iot_id}")
        self._running[device.device_no] = simulated, task
        return row

    async def find(self, scope: Scope, *, iot_id: str) -> SimulationRow | None:
        """Raises NotFound for the device."""
        device = await get_device(scope, self._db, iot_id=iot_id)
        return await find_row(self._db, device.device_no)

    async def configure(self, scope: Scope, *, iot_id: str, settings: Settings) -> None:
        """Raises NotFound, BadInput."""
        _check(settings)

        async def work(tx: Tx) -> None:
            device = await get_device(scope, tx, iot_id=iot_id)
            if not await configure_row(tx, device.device_no, settings):
                raise NotSimulated(what="simulation", id=iot_id)

        await self._db.run(work)

    async def tell(self, scope: Scope, *, iot_id: str, act: Act) -> None:
        """Have it post properties or an event. Raises NotFound, BadInput."""

        async def work(tx: Tx) -> None:
            device = await get_device(scope, tx, iot_id=iot_id)
            model = (await get_product(scope, tx, product_key=device.product_key)).model()
            if act.kind == "event" and act.identifier not in model.event_by_id:
                raise BadInput(field="identifier", rule="tsl.unknown_identifier")
            if not await order(tx, device.device_no, act):
                raise NotSimulated(what="simulation", id=iot_id)

        await self._db.run(work)

    async def watch(self, scope: Scope, *, iot_id: str) -> SimulationRow:
        """Somebody still looks. Raises NotFound."""

        async def look(tx: Tx) -> SimulationRow:
            device = await get_device(scope, tx, iot_id=iot_id)
            row = await find_row(tx, device.device_no)
            if row is None:
                raise NotSimulated(what="simulation", id=iot_id)
            await watch_row(tx, device.device_no, now_ms=self._clock.now_ms())
            return row

        return await self._db.run(look)

    async def stop(self, scope: Scope, *, iot_id: str) -> None:
        """Hang up. Raises NotFound."""

        async def remove(tx: Tx) -> int:
            device = await get_device(scope, tx, iot_id=iot_id)
            if not await remove_row(tx, device.device_no):
                raise NotSimulated(what="simulation", id=iot_id)
            return device.device_no

        running = self._running.get(await self._db.run(remove))
        if running is not None:
            await asyncio.wait((running[1],), timeout=LOOK_SECONDS)

    # the life of one

    def _heard(self, payload: str) -> None:
        running = self._running.get(int(payload))
        if running is not None:
            running[0].wake.set()

    async def _live(self, device_no: int, simulated: _Simulated) -> None:
        due = self._clock.now_ms()
        simulated.wake.set()
        try:
            while not simulated.line.ended().done():
                due = await self._turn(device_no, simulated, due)
                if due < 0:
                    return
        except LinliError as error:
            log.warning("simulator: device %d is let go: %s", device_no, error)
        finally:
            await simulated.line.close()
            self._running.pop(device_no, None)
            with contextlib.suppress(LinliError):
                await self._db.run(lambda tx: remove_row(tx, device_no))

    async def _turn(self, device_no: int, simulated: _Simulated, due: int) -> int:
        """Wait for the next thing to do and do it. When the next post is due; -1: it is over."""
        pause = LOOK_SECONDS
        if simulated.settings.interval_s:
            pause = min(pause, max(due - self._clock.now_ms(), 0) / 1000)
        woken = asyncio.ensure_future(simulated.wake.wait())
        try:
            await first_of(self._clock, pause, woken, simulated.line.ended())
        finally:
            woken.cancel()
        simulated.wake.clear()
        row = await find_row(self._db, device_no)
        now = self._clock.now_ms()
        if (
            row is None
            or row.process != self._process
            or now >= row.ends_ms
            or now - row.watched_ms > UNWATCHED_MS
        ):
            return -1
        before, simulated.settings = simulated.settings, row.read_settings()
        if row.commands != "[]":
            acts = await self._db.run(lambda tx: take_orders(tx, device_no))
            for act in acts:
                simulated.tell(act)
        interval = simulated.settings.interval_s
        if interval and (now >= due or interval != before.interval_s):
            simulated.tell(Act("property"))
            return now + interval * 1000
        return due


def _check(settings: Settings) -> None:
    """Raises BadInput."""
    if not 0 <= settings.interval_s <= MOST_INTERVAL_S:
        raise BadInput(field="intervalS", rule="range", low=0, high=MOST_INTERVAL_S)
    for identifier, answer in settings.answers.items():
        if not 0 <= answer.delay_ms <= MOST_DELAY_MS:
            raise BadInput(field=f"answers.{identifier}.delayMs", rule="range", low=0, high=MOST_DELAY_MS)
    for identifier, limit in settings.ranges.items():
        if limit.min is not None and limit.max is not None and limit.min > limit.max:
            raise BadInput(field=f"ranges.{identifier}", rule="before", other="max")
