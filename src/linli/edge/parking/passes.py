"""A car at a barrier: the verdict, and what is kept and reported of it. Source: spec F 5.13, 5.14, 3.6."""

from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import msgspec

from linli.edge.parking import fees, lifts, pay_codes, stays
from linli.edge.parking.order_rows import FREE, PAID, UNPAID, Order
from linli.edge.parking.params import Plate, read_plate
from linli.edge.parking.verdicts import judged
from linli.edge.parking.work import Lift, Work
from linli.protocols.edge_link import CarDetail
from linli.protocols.parking_site import Barrier, Lot
from linli.rules.parking_entry import PARK_PASS, Reason, Standing, Verdict

IN, OUT = 0, 1
NORMAL, BY_HAND, NOT_OPENED = 0, 1, 2
"""`openType` of `iot_park_pass_record`: 0 normal, 1 abnormal, 2 unknown."""
WAITS_MS: Final = 10 * 60_000
"""How long a car that was not let through is taken to stand at the barrier."""
NO_ENTRY: Final = "no_entry"
"""Why a guest is not let out: nobody saw it come in, so its fee is not known."""
LEFT_UNPAID, PASSED_ALONE = "left_unpaid", "passed_alone"
"""Why an order stays open though its car left: the lot does not hold it; the camera let it through by itself."""
SETTLED_HERE, OPENED_BY_HAND = "settled", "by_hand"
LANE_EVENT: Final = "linli_park_lane_event"
"""No data model of the source: the cloud keeps it in its own list of cars."""


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """A plate as a camera read it. The numbers are those of `iot_park_pass_record`."""

    plate: str
    """Empty: the camera saw none."""
    picture: str = ""
    """Its path in the box's file service."""
    source: str = ""
    """The camera's own number of it; what comes again with the same counts once."""
    plate_color: int = 0
    plate_type: int = 0
    vehicle_color: int = 0
    vehicle_type: int = 0
    at_ms: int = 0
    """When it was, of one that is told late; 0: now."""
    passed: bool = False
    """The camera let it through by itself while it did not reach the box."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the lane does now. `fen`: the fee that is due, or that was."""

    open: bool
    reason: str
    plate: str = ""
    fen: int = 0
    standing: str = ""
    """What the car is taken for (`rules.parking_entry`)."""
    record_id: str = ""
    pay_url: str = ""
    """For a QR code: where a driver who owes pays by phone, with or without a line here."""
    again: bool = False
    """It was decided before."""


def seen(work: Work, lot: Lot, barrier: Barrier, sighting: Sighting) -> Outcome:
    """Decide, and keep what follows from it. What comes again gets the answer of the first time."""
    if not sighting.source:
        return _seen(work, lot, barrier, sighting)
    row = work.row("SELECT outcome FROM parking_sightings WHERE source = ?", sighting.source)
    if row is not None:
        return replace(msgspec.json.decode(row[0], type=Outcome), again=True)
    outcome = _seen(work, lot, barrier, sighting)
    text = msgspec.json.encode(outcome).decode()
    work.do("INSERT INTO parking_sightings VALUES (?, ?, ?)", sighting.source, work.now_ms, text)
    return outcome


def _seen(work: Work, lot: Lot, barrier: Barrier, sighting: Sighting) -> Outcome:
    if 0 < sighting.at_ms < work.now_ms:
        work.now_ms = sighting.at_ms
    was_shut = lifts.shut_at(work, barrier.barrier_id) is not None
    paid = lifts.read_again(work, barrier.barrier_id, sighting.plate) if not sighting.at_ms else None
    if paid is not None:  # its pass is told already
        if was_shut:
            report_paid(work, lot, barrier, paid, SETTLED_HERE, opened=True)
        return Outcome(
            open=True, reason=SETTLED_HERE, plate=paid.shown, fen=paid.fen, standing=Standing.TEMPORARY
        )
    stay = stays.inside(work, lot, sighting.plate) if sighting.plate else None
    leaves = barrier.direction == "OUT" and stays.leaves_lot(work, lot, barrier)
    bill = stays.bill(work, lot, barrier, stay) if stay is not None and leaves else None
    verdict = judged(work, lot, barrier, sighting.plate, stay, bill)
    reason: str = verdict.reason
    opens = verdict.open or sighting.passed
    if not sighting.passed and leaves and stay is None and verdict.reason is Reason.GUEST:
        opens = not fees.is_priced(work, lot)
        reason = reason if opens else NO_ENTRY
    if verdict.reason is Reason.FEE_DUE and not lot.hold_unpaid:
        opens, reason = True, LEFT_UNPAID
    _nobody_else_waits(work, barrier)
    plate = read_plate(verdict.plate, "plateNumber") if verdict.plate else None
    if plate is not None:
        plate.shown = sighting.plate.strip()
    car = Car(work, lot, barrier, sighting, verdict, reason, plate, bill)
    if plate is None or not opens:
        return car.kept_out(opens=opens)
    number = car.comes_in(stay) if barrier.direction == "IN" else car.leaves()
    record = _pass(work, lot, barrier, plate, sighting, car.notice(number), NORMAL)
    return Outcome(
        open=True,
        reason=reason,
        standing=verdict.standing,
        plate=plate.shown,
        fen=bill.order.fen if bill is not None and number else 0,
        record_id=record,
    )


@dataclass(frozen=True)
class Car:
    """One at a barrier, with what was decided of it."""

    work: Work
    lot: Lot
    barrier: Barrier
    sighting: Sighting
    verdict: Verdict
    reason: str
    plate: Plate | None
    bill: stays.Bill | None

    def notice(self, number: str = "", *, opened: bool = True) -> "PassOut":
        fen = self.bill.order.fen if self.bill is not None else 0
        return PassOut(
            number, PARK_PASS[self.verdict.standing], self.reason, self.verdict.standing, opened, fen
        )

    def comes_in(self, stay: stays.Stay | None) -> str:
        assert self.plate is not None
        coming = stays.Coming(
            picture=self.sighting.picture,
            vehicle_class=fees.CLASS_OF_PLATE.get(self.sighting.plate_color, ""),
            guest=self.verdict.standing is Standing.TEMPORARY,
            as_guest=self.verdict.reason is Reason.SPACE_TAKEN,
        )
        return stays.begin(self.work, self.lot, self.barrier, self.plate, stay, coming)

    def leaves(self) -> str:
        """The number of its order; empty where there is none to tell of."""
        assert self.plate is not None
        bill, number = self.bill, ""
        if bill is not None and self.verdict.standing is Standing.TEMPORARY:
            number = bill.order.number
            if bill.order.status == UNPAID and bill.order.fen and self.verdict.reason is not Reason.FIRE:
                why = PASSED_ALONE if self.sighting.passed and self.reason != LEFT_UNPAID else LEFT_UNPAID
                stays.owe(self.work, self.lot, bill, waits=False, picture=self.sighting.picture, reason=why)
            else:
                fire = self.verdict.reason is Reason.FIRE and bill.order.fen and bill.order.status == UNPAID
                stays.settle(
                    self.work,
                    self.lot,
                    bill,
                    status=FREE if fire else PAID,
                    reason=Reason.FIRE if fire else "",
                )
        fee = bill.fee if bill is not None else None
        stays.go_out(self.work, self.lot, self.barrier.barrier_id, self.plate, fee)
        return number

    def kept_out(self, *, opens: bool) -> Outcome:
        """Or one without a plate that goes through: nothing but its pass is known."""
        work, lot, barrier = self.work, self.lot, self.barrier
        shown = self.plate.shown if self.plate is not None else ""
        outcome = Outcome(
            open=opens,
            reason=self.reason,
            standing=self.verdict.standing,
            plate=shown,
            fen=self.bill.order.fen if self.bill is not None else 0,
        )
        if opens:
            nobody = Plate("")
            nobody.shown = ""
            record = _pass(work, lot, barrier, nobody, self.sighting, self.notice(), NORMAL)
            return replace(outcome, record_id=record)
        if self.plate is None:
            work.report(LANE_EVENT, {}, self.detail(self.notice(opened=False)))
            return outcome
        self._waits()
        if self.verdict.reason in (Reason.LOCKED, Reason.BLACKLIST):
            kind = "locked" if self.verdict.reason is Reason.LOCKED else "blacklist"
            values = {"direction": _way(barrier), **_where(lot, barrier, self.plate)}
            work.report(
                f"iot_park_{kind}_detect",
                values,
                self.detail(self.notice(opened=False)),
                plateNumberImage=self.sighting.picture,
            )
            return outcome
        if self.reason == NO_ENTRY:
            # It has a number, by which the plate can be put right.
            notice = self.notice(opened=False)
            return replace(
                outcome, record_id=_pass(work, lot, barrier, self.plate, self.sighting, notice, NOT_OPENED)
            )
        number = ""
        if self.verdict.reason is Reason.FEE_DUE and self.bill is not None:
            number = self.bill.order.number
            stays.owe(work, lot, self.bill, waits=True, picture=self.sighting.picture)
            outcome = replace(outcome, pay_url=pay_codes.issue(work, self.bill.order))
        work.report(LANE_EVENT, {}, self.detail(self.notice(number, opened=False)))
        return outcome

    def detail(self, notice: "PassOut") -> CarDetail:
        return _detail(self.work, self.lot, self.barrier, self.plate, notice)

    def _waits(self) -> None:
        assert self.plate is not None
        self.work.do(
            "INSERT OR REPLACE INTO parking_waiting VALUES (?, ?, ?, ?, ?)",
            self.barrier.barrier_id,
            str(self.plate),
            self.plate.shown,
            self.sighting.picture,
            self.work.now_ms,
        )


class PassOut(NamedTuple):
    """What a pass says beside where, when and whose it was."""

    order: str
    permission: int
    reason: str
    standing: str = ""
    opened: bool = True
    fen: int = 0


def let_out(work: Work, lot: Lot, order: Order) -> None:
    """Its fee is settled: the car that waited leaves."""
    barrier = work.site.barriers[order.out_barrier][1]
    stay = stays.inside(work, lot, order.plate)
    plate = read_plate(stay.shown if stay else order.plate, "plateNumber")
    fee = None
    if stay is not None:
        fee = fees.charge(work, lot, stay.costs, until_ms=order.out_ms or work.now_ms, paid=[]).fee
    stays.go_out(work, lot, barrier.barrier_id, plate, fee, charged_ms=order.out_ms)
    work.do("DELETE FROM parking_waiting WHERE barrier = ?", barrier.barrier_id)
    seen_here = Sighting(plate=plate.shown, picture=order.out_picture)
    notice = PassOut(
        order.number, PARK_PASS[Standing.TEMPORARY], SETTLED_HERE, Standing.TEMPORARY, fen=order.fen
    )
    _pass(work, lot, barrier, plate, seen_here, notice, NORMAL)


def by_hand(work: Work, lot: Lot, barrier: Barrier) -> None:
    """Somebody opened the barrier: for the car that waits there, or for one that nobody read."""
    paid = lifts.shut_at(work, barrier.barrier_id)
    if paid is not None:  # its pass is told already
        lifts.over(work, barrier.barrier_id)
        report_paid(work, lot, barrier, paid, OPENED_BY_HAND, opened=True)
        return
    row = work.row(
        "SELECT plate, shown, picture FROM parking_waiting WHERE barrier = ? AND at_ms > ?",
        barrier.barrier_id,
        work.now_ms - WAITS_MS,
    )
    plate = read_plate(row[1], "plateNumber") if row else Plate("")
    if row is None:
        plate.shown = ""
    sighting = Sighting(plate=plate.shown, picture=row[2] if row else "")
    number = ""
    if plate:
        stay = stays.inside(work, lot, plate)
        number = stay.order_number if stay else ""
        if barrier.direction == "IN":
            number = stays.begin(work, lot, barrier, plate, stay, stays.Coming(picture=sighting.picture))
        else:
            stays.go_out(work, lot, barrier.barrier_id, plate)
            work.do(
                "UPDATE parking_orders SET waits = 0 WHERE out_barrier = ? AND waits = 1", barrier.barrier_id
            )
    _pass(work, lot, barrier, plate, sighting, PassOut(number, 0, OPENED_BY_HAND), BY_HAND)
    work.do("DELETE FROM parking_waiting WHERE barrier = ?", barrier.barrier_id)


def report_paid(work: Work, lot: Lot, barrier: Barrier, lift: Lift, reason: str, *, opened: bool) -> None:
    """What became of a car after its pass was told."""
    notice = PassOut(lift.order, 0, reason, Standing.TEMPORARY, opened, lift.fen)
    plate = read_plate(lift.shown, "plateNumber")
    work.report(LANE_EVENT, {}, _detail(work, lot, barrier, plate, notice))


def up_at_fire(work: Work, lot: Lot, barrier: Barrier) -> None:
    work.report(LANE_EVENT, {}, _detail(work, lot, barrier, None, PassOut("", 0, Reason.FIRE)))


def mended_exit(work: Work, lot: Lot, plate: Plate, barrier_id: str, record_id: str) -> None:
    """The plate of a pass out was put right: the stay that it ends is found now, and what it costs."""
    barrier = work.site.barriers.get(barrier_id)
    stay = stays.inside(work, lot, plate)
    if barrier is None or stay is None:
        return
    bill = stays.bill(work, lot, barrier[1], stay)
    work.do("UPDATE parking_passes SET order_number = ? WHERE id = ?", bill.order.number, record_id)
    if bill.order.fen and bill.order.status == UNPAID:
        stays.owe(work, lot, bill, waits=True)
        return
    stays.settle(work, lot, bill)
    stays.go_out(work, lot, barrier_id, plate, bill.fee)
    work.lift.append(Lift(barrier_id, plate.shown, bill.order.number, bill.order.fen))


# what is kept


def _pass(
    work: Work, lot: Lot, barrier: Barrier, plate: Plate, sighting: Sighting, notice: PassOut, how: int
) -> str:
    """Its number, by which the plate can be put right."""
    record_id = work.number()
    work.do(
        "INSERT INTO parking_passes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        record_id,
        lot.parking_lot_id,
        barrier.area_id,
        str(plate),
        plate.shown,
        barrier.barrier_id,
        _way(barrier),
        work.now_ms,
        notice.order,
    )
    work.report(
        "iot_park_pass_record",
        {
            "direction": _way(barrier),
            "openType": how,
            "typePermission": notice.permission,
            "plateColor": sighting.plate_color,
            "plateType": sighting.plate_type,
            "vehicleColor": sighting.vehicle_color,
            "vehicleType": sighting.vehicle_type,
            "orderNumber": notice.order,
            "recordId": record_id,
            **_where(lot, barrier, plate),
        },
        _detail(work, lot, barrier, plate, notice),
        plateNumberImage=sighting.picture,
    )
    return record_id


def _detail(work: Work, lot: Lot, barrier: Barrier, plate: Plate | None, notice: PassOut) -> CarDetail:
    return CarDetail(
        at_ms=work.now_ms,
        lot=lot.parking_lot_id,
        lot_name=lot.name,
        barrier=barrier.barrier_id,
        barrier_name=barrier.barrier_name,
        way=_way(barrier),
        opened=notice.opened,
        reason=notice.reason,
        standing=notice.standing,
        plate=plate.shown if plate is not None else "",
        order=notice.order,
        fen=notice.fen,
    )


def _way(barrier: Barrier) -> int:
    return IN if barrier.direction == "IN" else OUT


def _where(lot: Lot, barrier: Barrier, plate: Plate) -> dict[str, Any]:
    return {
        "plateNumber": plate.shown,
        "barrierId": barrier.barrier_id,
        "barrierName": barrier.barrier_name,
        "parkingLotId": lot.parking_lot_id,
        "areaId": barrier.area_id,
    }


def _nobody_else_waits(work: Work, barrier: Barrier) -> None:
    """Another car stands there now, or the same again."""
    work.do("UPDATE parking_orders SET waits = 0 WHERE out_barrier = ? AND waits = 1", barrier.barrier_id)
    work.do("DELETE FROM parking_waiting WHERE barrier = ?", barrier.barrier_id)
