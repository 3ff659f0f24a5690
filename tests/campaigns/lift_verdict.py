"""What is wrong with a day of passes at lifts: records and calls that are missing, doubled, or nobody's."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from tests.campaigns.lift_estate import Estate, Person, Place


class Verdict:
    """`called`: at each shaft, by the place that names the person. What is accounted for is taken away from it."""

    def __init__(self, people: Sequence[Person], called: Mapping[int, Counter[Place]]) -> None:
        self._people = people
        self._called = called
        self.wrong: list[str] = []

    def of(self, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Figures of the records; `wrong` is filled."""
        reasons: Counter[str] = Counter()
        by_person: dict[tuple[str, frozenset[Place]], list[dict[str, Any]]] = defaultdict(list)
        unknown: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in rows:
            ok = row["callResultCode"] == 200
            if not ok:
                reasons[str(row.get("callResultMsg", ""))[:90]] += 1
                if not str(row.get("callResultMsg", "")).removeprefix("failed:").strip():
                    self.wrong.append(f"a failure without a reason: {row}")
            places = frozenset(
                (stop["targetFloor"], stop.get("targetRoomNo", ""))
                for stop in json.loads(row.get("targetList") or "[]")
            )
            if places:
                by_person[row["identityID"], places].append(row)
            else:
                unknown[row["identityID"]].append(row)
        if len({row["eventId"] for row in rows}) != len(rows):
            self.wrong.append("a record is there twice")
        for person in self._people:
            self._compare_one(person, by_person, unknown)
        left = sum(map(len, by_person.values())) + sum(map(len, unknown.values()))
        if left:
            some = next(iter([*by_person, *unknown]))
            self.wrong.append(f"{left} records of nobody's pass, such as {some}")
        for shaft, calls in self._called.items():
            wrong = {place: count for place, count in calls.items() if count}
            if wrong:
                self.wrong.append(f"lift-{shaft} was asked for {wrong} more than anybody may")
        good = sum(row["callResultCode"] == 200 for row in rows)
        return {"records": len(rows), "success": good, "failures": dict(reasons.most_common(20))}

    def _compare_one(self, person: Person, by_person: Any, unknown: dict[str, list[Any]]) -> None:
        """Of each of their homes: records, and calls at the lift. What is accounted for is taken away."""
        homes = [*person.former, person]
        vague = unknown.pop(person.identity, [])
        """Failures that name no floor: of whichever home."""
        for one in homes:
            if not one.places:
                continue
            rows = by_person.pop((one.identity, frozenset(one.places)), [])
            ok = sum(row["callResultCode"] == 200 for row in rows)
            told = len(rows)
            least, most = one.sure - told, one.sure + one.maybe - told
            taken = vague[: max(0, least if one is not homes[-1] else min(len(vague), max(least, most)))]
            vague = vague[len(taken) :]
            told += len(taken)
            calls = self._called[one.shaft].pop(one.places[0], 0)
            words = (
                f"{one.identity} at {Estate.reader(one)} to {one.places}: {one.sure}+{one.maybe} passes, "
                f"{told} records ({ok} of success), {calls} calls"
            )
            if told < one.sure:
                self.wrong.append(f"lost: {words}")
            elif told > one.sure + one.maybe:
                self.wrong.append(f"told twice: {words}")
            if calls < ok:
                self.wrong.append(f"told of a call that did not come: {words}")
            elif calls > told:
                self.wrong.append(f"called twice, or without a record: {words}")
        if vague:
            unknown[person.identity] = vague


def part(values: list[float], share: float) -> float:
    """The value below which a share of sorted values lies."""
    return round(values[min(len(values) - 1, int(len(values) * share))], 1) if values else 0.0
