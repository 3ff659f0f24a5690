"""What a guard asks at the box, also without a line: which cars wait until they are paid, and is a receipt good."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from linli.edge.parking.room import ParkingRoom
from linli.edge.services.console.parts import Parts
from linli.edge.services.console.requests import Handler, Refusal, Request, read
from linli.kernel.qr import qr_image


class _Receipt(msgspec.Struct, rename="camel"):
    barrier_id: Annotated[str, Meta(min_length=1, max_length=64)]
    receipt: Annotated[str, Meta(min_length=1, max_length=64)]


async def _lanes(parts: Parts, request: Request) -> object:
    """`qr` is empty where nobody takes payments over the network. `paidShut`: the plate of a car that a person lets out,
    since it paid and the barrier did not move."""
    room = parts.parking
    exits = [
        {"barrierId": barrier.barrier_id, "lotName": lot.name, "name": barrier.barrier_name}
        for lot, barrier in (room.site.barriers.values() if room is not None else ())
        if barrier.direction == "OUT"
    ]
    waiting = {
        lane.barrier: {"plate": lane.plate, "fen": lane.fen, "qr": qr_image(lane.url) if lane.url else ""}
        for lane in (await room.pay_codes() if exits and room is not None else ())
    }
    shut = await room.paid_shut() if exits and room is not None else {}
    return {
        "lanes": [
            {**lane, "car": waiting.get(lane["barrierId"]), "paidShut": shut.get(lane["barrierId"], "")}
            for lane in exits
        ]
    }


async def _receipt(parts: Parts, request: Request) -> object:
    words = read(request.data, _Receipt)
    counted = await _room(parts).take_receipt(words.barrier_id, words.receipt.strip())
    return {"plate": counted.plate, "fen": counted.fen}


def _room(parts: Parts) -> ParkingRoom:
    if parts.parking is None:
        raise Refusal(404, "no_such_call")
    return parts.parking


HANDLERS: Final[dict[tuple[str, str], Handler]] = {
    ("GET", "parking"): _lanes,
    ("POST", "parking/receipt"): _receipt,
}
