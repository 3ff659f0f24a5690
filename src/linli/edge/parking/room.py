"""Parking on this box: answers the domain service, decides about cars, opens. Source: spec F 3.5, 4.2, 5.11-5.14."""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx
import msgspec

from linli.edge.framework.device_logs import DeviceLog
from linli.edge.framework.errors import DeviceOffline, DeviceUnknown
from linli.edge.parking import (
    coupons,
    fires,
    given,
    lifts,
    local_records,
    outbox,
    passes,
    pay_codes,
    places,
    receipts,
    shut_exits,
)
from linli.edge.parking.envelopes import push_reply, read_envelope, reply
from linli.edge.parking.local_system import LocalPush, LocalSystem
from linli.edge.parking.methods import METHODS, MODEL, OPERATE
from linli.edge.parking.outbox import Waiting
from linli.edge.parking.params import Params
from linli.edge.parking.passes import Outcome, Sighting
from linli.edge.parking.pictures import Pictures
from linli.edge.parking.ports import OPERATE_GATE, CallsDevices
from linli.edge.parking.refusals import (
    BARRIER_FAILED,
    BARRIER_UNKNOWN,
    BUSY,
    NO_METHOD,
    OFFLINE,
    OK,
    UNKNOWN,
    NotSent,
    ParkingRefused,
)
from linli.edge.parking.tables import sweep
from linli.edge.parking.work import Lift, Work
from linli.edge.store import Store
from linli.kernel.clock import Clock
from linli.kernel.errors import LinliError, TimedOut
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.protocols.edge_link import (
    CouponsAsked,
    LanePayment,
    LotBeat,
    ParkingCoupons,
    ParkingRules,
    PaymentCounted,
)
from linli.protocols.parking_site import Barrier, Lot, Site

SECONDS: Final = 7.0
"""For one call; the bus waits 8."""
LIFT_S: Final = 5.0
KEPT_MS: Final = 180 * 86_400_000
"""How long closed stays, orders and passes stay on the box; the cloud has them."""
SWEEP_S: Final = 3600.0
_COMMANDS: Final = (places.OPEN, places.CLOSE, places.KEEP_OPEN)


class ParkingRoom:
    """Implements `ports.Lanes`."""

    def __init__(self, store: Store, clock: Clock, ids: Ids, log: DeviceLog, secrets: Secrets) -> None:
        """`secrets`: of this machine; it seals the keys of payment codes."""
        self._store = store
        self._secrets = secrets
        self.clock = clock
        self._ids = ids
        self._log = log
        self.call: CallsDevices | None = None
        """None: there is no device."""
        self.pictures = Pictures(ids, log)
        self.site = Site()
        self.local: LocalSystem | None = None
        """System mode: the site's own parking system, which then knows and decides everything."""
        self.given = given.Given()
        """What the cloud says of tariffs, rights and fires."""
        self.zone = ZoneInfo("Asia/Shanghai")
        """The site's clock: dates of the service have no zone of their own."""
        self.news = asyncio.Event()
        """Something may wait for the cloud."""
        self.asks = asyncio.Event()
        """The cloud may have other tariffs, rights, payments or coupons."""
        self._tasks: set[asyncio.Task[None]] = set()
        self.fires = fires.Fires(
            burns=lambda: self.given.fire, site=lambda: self.site, move=self._move, raised=self._raised,
            clock=clock, log=log,
        )  # fmt: skip
        self._paid = shut_exits.PaidOpenings(
            site=lambda: self.site, move=self._move, write=lambda run: self._write(run, {}), read=store.read,
            clock=clock, log=log,
        )  # fmt: skip

    async def start(self) -> None:
        """What the cloud said last holds, with the line cut too."""
        try:
            self.given = await self._store.read(lambda db: given.load(db, self._secrets))
        except msgspec.MsgspecError as error:
            self._log.error("the kept tariffs and rights cannot be read", why=str(error))
        await self._write(shut_exits.after_an_end, {})

    async def run(self) -> None:
        """Forget what is old, now and then."""
        while True:
            await self._store.write(partial(sweep, before_ms=self.clock.now_ms() - KEPT_MS))
            await self.clock.sleep(SWEEP_S)

    async def stop(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.pictures.stop()

    # the domain service

    async def answer(self, model: str, method: str, envelope: bytes) -> bytes:
        """The answer's envelope, whatever came."""
        asked: str | int = ""
        try:
            call = read_envelope(envelope)
            asked = call.id
            if model != MODEL:
                raise ParkingRefused(NO_METHOD)
            async with asyncio.timeout(SECONDS):
                data = await self.serve(method, call.params or {})
            return reply(asked, OK, "success", "成功", data)
        except ParkingRefused as refused:
            return reply(asked, refused.number, refused.message, refused.localized, None)
        except TimeoutError:
            busy = ParkingRefused(BUSY)
            return reply(asked, BUSY, busy.message, busy.localized, None)
        except Exception as error:  # noqa: BLE001  (a caller gets an answer after any fault)
            self._log.error("a call of the parking service failed", method=method, why=repr(error))
            unknown = ParkingRefused(UNKNOWN)
            return reply(asked, UNKNOWN, unknown.message, unknown.localized, None)

    async def serve(self, method: str, params: Mapping[str, Any]) -> Any:
        """Raises ParkingRefused."""
        if self.local is not None:
            return await self.local.ask(method, params)
        if method == OPERATE:
            return await self._operate(self._params(params))
        served = METHODS.get(method)
        if served is None:
            raise ParkingRefused(NO_METHOD, method[:64])
        if served.writes:
            return await self._write(served.run, params)
        return await self._store.read(lambda db: served.run(self._work(db, params)))

    async def _operate(self, params: Params) -> None:
        barrier_id = params.text("barrierId")
        command = params.choice("command", among=_COMMANDS) or params.text("command")
        place = self.site.barriers.get(barrier_id)
        if place is None:
            raise ParkingRefused(BARRIER_UNKNOWN)
        lot, barrier = place
        await self._move(barrier.device, command)

        def note(work: Work) -> None:
            places.operated(work, barrier_id, command)
            if command != places.CLOSE:
                passes.by_hand(work, lot, barrier)

        await self._write(note, {})
        self._log.info("a barrier was operated by a call", barrier=barrier_id, command=command)

    async def _move(self, device: str, command: str) -> None:
        """Raises ParkingRefused."""
        if self.call is None or not device:
            raise NotSent(OFFLINE)
        try:
            async with asyncio.timeout(LIFT_S):
                await self.call(device, OPERATE_GATE, {"command": command})
        except DeviceUnknown as error:
            raise NotSent(OFFLINE) from error
        except DeviceOffline as error:
            raise ParkingRefused(OFFLINE) from error
        except (TimeoutError, TimedOut) as error:
            raise ParkingRefused(BUSY) from error
        except LinliError as error:
            raise ParkingRefused(BARRIER_FAILED, str(error)) from error

    # what lanes tell

    async def seen(self, device: str, sighting: Sighting) -> Outcome:
        place = self.site.devices.get(device)
        if place is None:
            raise ParkingRefused(BARRIER_UNKNOWN, f"the device {device} stands at no barrier")
        lot, barrier = place

        def decide(work: Work) -> Outcome:
            outcome = passes.seen(work, lot, barrier, sighting)
            if outcome.open and not sighting.passed:
                places.operated(work, barrier.barrier_id, places.OPEN)
            return outcome

        return await self._write(decide, {})

    async def take_rules(self, rules: ParkingRules) -> None:
        """Raises StoreBroken, MsgspecError, ValueError (a day that is none)."""
        self.given = await self._store.write(lambda db: given.take(db, rules, self._secrets))
        self.fires.news.set()
        self.news.set()

    async def alarm(self, device: str) -> None:
        """A device of the box tells of a fire."""
        self._log.warning("fire: the barriers go up", device=device)
        now_ms = self.clock.now_ms()
        self.given = await self._store.write(lambda db: given.note_fire(db, now_ms, self._secrets))
        self.fires.news.set()

    async def _raised(self, lot: Lot, barrier: Barrier) -> None:
        def note(work: Work) -> None:
            places.operated(work, barrier.barrier_id, places.KEEP_OPEN)
            passes.up_at_fire(work, lot, barrier)

        await self._write(note, {})

    def begin_picture(self, device: str, picture: bytes) -> str:
        return self.pictures.begin(device, picture)

    async def picture_stored(self, path: str) -> None:
        await self.pictures.stored(path)

    async def take_space(self, body: bytes) -> bytes:
        """What a guidance system (车位引导) tells of a space: `parkingLotId`, `parkingSpaceId`, and the
        `plateNumber` of the car that stands there; an empty one: it has left."""
        try:
            values = msgspec.json.decode(body, type=dict[str, Any])
            await self._write(places.note_space, values)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            return push_reply(str(error))
        except ParkingRefused as refused:
            return push_reply(refused.localized)
        return push_reply("")

    async def take_push(self, path: str, body: bytes) -> bytes:
        """A record of the site's own system; what comes again counts once."""
        if self.local is None:
            return push_reply("没有接入本地停车系统")
        try:
            push = self.local.read(path, body)
            picture = await self._fetched(push)
            await self._write(lambda work: local_records.keep(work, push, picture), {})
            await self.picture_stored(picture)
        except ParkingRefused as refused:
            return push_reply(refused.localized)
        except ValueError as error:
            self._log.now_and_then("a push of the local system is refused", why=str(error))
            return push_reply(str(error))
        return push_reply("")

    async def _fetched(self, push: LocalPush) -> str:
        """Where the picture is kept; a record goes without one that cannot be had."""
        if not push.picture_url or self.local is None:
            return ""
        try:
            return self.begin_picture("local", await self.local.picture(push.picture_url))
        except (httpx.HTTPError, ValueError) as error:
            self._log.now_and_then("a picture of the local system is not fetched", why=str(error))
            return ""

    # payments at a lane without a line

    async def take_receipt(self, barrier_id: str, shown: str) -> receipts.Counted:
        """A receipt or its digits, shown at a lane: counted once, and it opens. Raises ParkingRefused and LinliError."""
        taken = await self._write(lambda work: receipts.take(work, barrier_id, shown), {})
        if isinstance(taken, LinliError):
            self._log.now_and_then("a receipt is refused", barrier=barrier_id[:64], why=taken.code)
            raise taken
        self._log.info("a receipt was taken", barrier=barrier_id)
        return taken

    async def pay_codes(self) -> list[pay_codes.LaneCode]:
        """Of the cars that wait at exits until they are paid."""
        lanes = await self._store.read(lambda db: pay_codes.shown(self._work(db, {})))
        is_over = self.given.pay_keys and not all(lane.url for lane in lanes)
        return await self._write(pay_codes.renewed, {}) if is_over else lanes

    async def paid_shut(self) -> dict[str, str]:
        """By barrier, the plate of a car that paid and whose barrier did not move."""
        return await self._store.read(lifts.shut)

    async def paid(self, payments: list[LanePayment]) -> None:
        """Payments that the cloud has: those that no receipt brought here are counted now."""
        for payment in payments:
            await self._write(partial(receipts.paid, payment=payment), {})

    async def counted_payments(self) -> list[PaymentCounted]:
        return await self._store.read(receipts.for_cloud)

    async def payments_taken(self, nonces: list[str]) -> None:
        await self._store.write(lambda db: receipts.taken_by_cloud(db, nonces))

    async def coupons_asked(self, spaces: list[str]) -> CouponsAsked:
        return await self._write(lambda work: coupons.asked(work, spaces), {})

    async def take_coupons(self, answer: ParkingCoupons) -> None:
        await self._write(lambda work: coupons.take(work, answer), {})

    # for the cloud

    async def beats(self) -> list[LotBeat]:
        """The car parks as they are now."""
        if self.local is not None:
            lots = await self.local.ask("parkingLotInfoGet", {})
            return [
                LotBeat(
                    id=row["parkingLotId"],
                    name=row["name"],
                    total=row["totalCount"],
                    free=row["unParkedCount"],
                )
                for row in lots
            ]

        def read(db: sqlite3.Connection) -> list[LotBeat]:
            work = self._work(db, {})
            return [
                LotBeat(
                    id=lot.parking_lot_id,
                    name=lot.name,
                    total=lot.total_count,
                    free=places.free_in_lot(work, lot),
                    follows=work.given.lot(lot) is not None,
                )
                for lot in self.site.lots.values()
            ]

        return await self._store.read(read)

    async def waiting(self, most: int) -> list[Waiting]:
        """The oldest records that the cloud does not have."""
        return await self._store.read(lambda db: outbox.head(db, most))

    async def taken(self, seq: int) -> None:
        await self._store.write(lambda db: outbox.remove(db, seq))

    # within

    def _params(self, values: Mapping[str, Any]) -> Params:
        return Params(values, self.zone)

    def _work(self, db: sqlite3.Connection, values: Mapping[str, Any]) -> Work:
        return Work(
            self.site,
            db,
            self._params(values),
            self.clock.now_ms(),
            self.zone,
            lambda: self._ids.hex(32),
            self.given,
        )

    async def _write[T](self, run: Callable[[Work], T], values: Mapping[str, Any]) -> T:
        lift: list[Lift] = []
        asks: list[bool] = []

        def write(db: sqlite3.Connection) -> T:
            work = self._work(db, values)
            result = run(work)
            for each in work.lift:
                places.operated(work, each.barrier, places.OPEN)
                lifts.keep(work, each)
            lift.extend(work.lift)
            asks.append(work.asks)
            return result

        result = await self._store.write(write)
        self.news.set()
        if any(asks):
            self.asks.set()
        for each in lift:
            self.spawn(self._paid.open(each))
        return result

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="parking")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
