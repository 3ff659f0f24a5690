"""May a car pass a barrier of this box: the state of the site for `rules.parking_entry`. Source: spec F 5.13."""

from linli.edge.parking import places, rights, stays, vehicles
from linli.edge.parking.order_rows import UNPAID
from linli.edge.parking.params import read_plate
from linli.edge.parking.work import Work
from linli.protocols.parking_site import Barrier, Lot
from linli.rules.parking_entry import Arrival, Lane, State, Verdict, judge
from linli.rules.plates import clean_plate


def judged(
    work: Work, lot: Lot, barrier: Barrier, shown: str, stay: stays.Stay | None, bill: stays.Bill | None
) -> Verdict:
    around = work.site.around(lot.parking_lot_id, barrier.area_id)
    plate = read_plate(shown, "plateNumber") if shown.strip() else ""
    comes = barrier.direction == "IN"
    counted: tuple[int | None, ...] = ()
    if comes:
        areas = [work.site.areas[lot.parking_lot_id][area] for area in around]
        if stay is not None:  # it counts where it is already
            areas = areas[:1] if around[:1] != [stays.area_of(work, stay)] else []
        counted = tuple(places.free_in_area(work, lot, area) if area.total_count else None for area in areas)
        if stay is None:
            counted += (places.free_in_lot(work, lot) if lot.total_count else None,)
    holder = rights.holder_of(work, lot, plate) if comes and stay is None else rights.Holder()
    if stay is not None and stay.as_guest:
        holder = rights.Holder(0, 0)
    state = State(
        fire=work.given.fire,
        free=counted,
        locked=vehicles.locks(work, lot, plate),
        spaces=holder.spaces,
        others_inside=holder.others_inside,
        fee_due=bill is not None and bill.order.status == UNPAID and bill.order.fen > 0,
        emergency_plates=frozenset(clean_plate(each) for each in lot.emergency_plates),
    )
    lane = Lane("in" if comes else "out", rights.places_of(work, lot, barrier))
    rights_here = rights.of_plate(work, lot, plate, visitors=comes or lot.visitors_free) if plate else []
    return judge(Arrival(shown, work.now_ms), lane, rights_here, state)
