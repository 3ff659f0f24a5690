"""`linli soak tariffs`: random stays under random tariffs cost what a minute-by-minute oracle says, to the fen.

Zones with days of 23 and 25 hours, nights, caps, holidays, passes, coupons and earlier stays of the day are among them.
Each fee's lines must sum to it, and no fee may fall when the stay grows by a minute.
"""

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from linli.rules.parking_fees import Coupon, Earlier, Fee, Stay, fee
from linli.rules.tariffs import DAY_KINDS, Days, Plan, Price, Segment, Tariff, faults
from tests.campaigns.tariff_oracle import expected

ZONES: Final = tuple(
    ZoneInfo(name) for name in ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
)
SHIFTS: Final = (date(2026, 3, 29), date(2026, 10, 25), date(2026, 3, 8), date(2026, 11, 1), date(2026, 4, 5))
"""Days on which a clock of these zones is moved."""


def random_tariff(chance: random.Random) -> Tariff:
    classes = {"": tuple(_plans(chance))}
    if chance.random() < 0.3:
        classes["large"] = tuple(_plans(chance))
    calendar = chance.random() < 0.7
    return Tariff(
        classes=classes,
        free_minutes=chance.choice((0, 0, 5, 15, 30, 60)),
        free_deducted=chance.random() < 0.5,
        free_once_a_day=chance.random() < 0.3,
        day_bounds="calendar" if calendar else "from_entry",
        day_cap_fen=chance.choice((None, 1_500, 3_000, 5_000)),
        shared_day_cap=calendar and chance.random() < 0.4,
        stay_cap_fen=chance.choice((None, None, 8_000)),
    )


def random_stay(chance: random.Random, zone: ZoneInfo) -> Stay:
    near = (
        chance.choice(SHIFTS)
        if chance.random() < 0.5
        else date(2026, 1, 1) + timedelta(chance.randrange(700))
    )
    begin = datetime(near.year, near.month, near.day, chance.randrange(24), chance.randrange(60), tzinfo=zone)
    in_ms = int(begin.timestamp() * 1000) + chance.randrange(-43_200_000, 60_000)
    length = chance.choice((chance.randrange(90), chance.randrange(1_500), chance.randrange(5_000))) * 60_000
    out_ms = in_ms + length + chance.choice((0, 0, 1, 59_999, -1))
    return Stay(
        in_ms=in_ms,
        out_ms=out_ms,
        vehicle_class=chance.choice(("", "", "large", "unheard")),
        passes=tuple(_passes(chance, in_ms, length)),
        coupons=tuple(_coupons(chance)),
        earlier=Earlier(
            {near: chance.randrange(3_000)}, frozenset({near}) if chance.random() < 0.5 else frozenset()
        )
        if chance.random() < 0.3
        else Earlier(),
    )


def campaign(*, stays: int, seed: int) -> dict[str, Any]:
    """How many stays cost what the oracle says, and each that does not."""
    chance = random.Random(seed)
    wrong: list[str] = []
    kinds: Counter[str] = Counter()
    fens = started = 0
    for number in range(stays):
        if number % 20 == 0:
            zone, tariff = chance.choice(ZONES), random_tariff(chance)
            near = chance.choice(SHIFTS)
            days = Days(frozenset({near}), frozenset({near + timedelta(1), date(2026, 7, 4)}))
            assert faults(tariff) == []
        stay = random_stay(chance, zone)
        answer = fee(tariff, stay, zone=zone, days=days)
        longer = fee(tariff, replace(stay, out_ms=stay.out_ms + 60_000), zone=zone, days=days)
        should = expected(tariff, stay, zone, set(days.holidays), set(days.workdays))
        wrong += [f"{why}: {tariff} {stay} {zone}" for why in _faults(answer, should, longer)]
        kinds.update(line.kind for line in answer.lines)
        fens += answer.fen
        started += 1
    return {
        "stays": started,
        "fen": fens,
        "lines": dict(kinds),
        "wrong": wrong[:20],
        "wrong stays": len(wrong),
    }


def _faults(answer: Fee, should: int, longer: Fee) -> Iterator[str]:
    if answer.fen != should:
        yield f"{answer.fen} and not {should}"
    if sum(line.fen for line in answer.lines) != answer.fen or answer.fen < 0:
        yield f"{answer.fen} is not what its lines sum to"
    if longer.fen < answer.fen:
        yield f"a minute more costs {longer.fen} and not {answer.fen}"


def _plans(chance: random.Random) -> Iterator[Plan]:
    kinds = list(DAY_KINDS)
    chance.shuffle(kinds)
    cut = chance.randrange(3)
    for days in (kinds[:cut], kinds[cut:]):
        if days:
            yield Plan(frozenset(days), tuple(_segments(chance)))


def _segments(chance: random.Random) -> Iterator[Segment]:
    count = chance.choice((1, 1, 2, 2, 3))
    bounds = sorted(chance.sample(range(0, 1440, 30), count))
    if count == 1 and chance.random() < 0.5:
        bounds, ends = [0], [1440]
    else:
        ends = [*bounds[1:], bounds[0]]
    for begin, end in zip(bounds, ends, strict=True):
        yield Segment(
            begin,
            end if end or begin == 0 else chance.choice((0, 1440)),
            further=_price(chance),
            first=_price(chance) if chance.random() < 0.5 else None,
            cap_fen=chance.choice((None, 800, 2_000)),
        )


def _price(chance: random.Random) -> Price:
    return Price(chance.choice((5, 15, 30, 60, 61, 240)), chance.choice((0, 50, 100, 333, 500, 1_000)))


def _passes(chance: random.Random, in_ms: int, length: int) -> Iterator[tuple[int, int]]:
    for _ in range(chance.choice((0, 0, 0, 1, 2))):
        begin = in_ms + chance.randrange(-7_200_000, max(1, length))
        yield begin, begin + chance.randrange(1, 30_000_000)


def _coupons(chance: random.Random) -> Iterator[Coupon]:
    for number in range(chance.choice((0, 0, 0, 1, 2, 3))):
        kind = chance.choice(("minutes", "percent", "fen", "whole"))
        value = {"minutes": (30, 120), "percent": (10, 33, 100), "fen": (1, 500)}.get(kind, (0,))
        yield Coupon(str(number), kind, chance.choice(value))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stays", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    begin = time.monotonic()
    answer = campaign(stays=options.stays, seed=options.seed)
    answer["seconds"] = round(time.monotonic() - begin, 1)
    print(json.dumps(answer, ensure_ascii=False, indent=None if options.json else 2))
    return 1 if answer["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
