"""`linli soak plate_pairs`: exits of a full car park, and how many are paired rightly, asked about and paired wrongly.

A fifth of the vehicles inside differ from a neighbour by one character. Each camera has habits of its own, learned from
corrected readings of other vehicles.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Iterable
from typing import Any, Final

from linli.rules.plate_pairs import ALIKE, PROVINCES, Candidate, Confusions, pair

LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
DIGITS: Final = "0123456789"
COLORS: Final = (2, 2, 2, 2, 5, 5, 1, 0)


class Camera:
    """Reads a plate with its own confusions: some of those that cameras have, and a few of its own."""

    def __init__(self, chance: random.Random, *, errors: float) -> None:
        self.chance, self.errors = chance, errors
        self.habits: dict[str, str] = {}
        for group in ALIKE:
            stood = chance.choice(group)
            self.habits[stood] = chance.choice(group.replace(stood, ""))
        for stood in chance.sample(sorted(PROVINCES), 8):
            self.habits[stood] = chance.choice(sorted(PROVINCES - {stood}))

    def read(self, plate: str) -> str:
        return "".join(self._character(character, at) for at, character in enumerate(plate))

    def _character(self, stood: str, at: int) -> str:
        rolled = self.chance.random()
        if stood in self.habits and rolled < self.errors * 3:
            return self.habits[stood]
        if rolled < self.errors * 0.1:
            return self.chance.choice(sorted(PROVINCES)) if at == 0 else self.chance.choice(LETTERS + DIGITS)
        return stood


def learned(readings: Iterable[tuple[str, str]]) -> Confusions:
    """Habits of a camera from plates and what it read for each."""
    habits = Confusions()
    for plate, reading in readings:
        for stood, read in zip(plate, reading, strict=True):
            habits.totals[stood] = habits.totals.get(stood, 0) + 1
            if stood != read:
                habits.counts[stood, read] = habits.counts.get((stood, read), 0) + 1
    return habits


def plates(chance: random.Random, count: int) -> list[str]:
    """A fifth of them one character from another of them."""
    made = dict[str, None]()
    while len(made) < count:
        if made and chance.random() < 0.2:
            near, at = chance.choice(sorted(made)), chance.randrange(2, 7)
            plate = near[:at] + chance.choice(DIGITS) + near[at + 1 :]
        else:
            province = "浙" if chance.random() < 0.8 else chance.choice(sorted(PROVINCES))
            plate = province + chance.choice(LETTERS[:10]) + "".join(chance.choices(DIGITS + LETTERS, k=5))
        made[plate] = None
    return list(made)


def campaign(*, exits: int, inside: int, seed: int, errors: float = 0.12) -> dict[str, Any]:
    """Shares of the exits: equal readings, paired rightly, asked, paired wrongly; and the longest search in ms."""
    chance = random.Random(seed)
    camera = Camera(chance, errors=errors)
    confusions = learned((plate, camera.read(plate)) for plate in plates(chance, 300))
    standing = {
        plate: Candidate(number, plate, chance.choice(COLORS))
        for number, plate in enumerate(plates(chance, inside))
    }
    counts = {"equal": 0, "right": 0, "asked": 0, "wrong": 0}
    longest = 0.0
    for _ in range(exits):
        leaving = standing[chance.choice(list(standing))]
        reading = camera.read(leaving.plate)
        color = leaving.color if chance.random() < 0.97 else chance.choice(COLORS)
        counts["equal"] += reading == leaving.plate
        begin = time.perf_counter()
        answer = pair(reading, color, standing.values(), confusions)
        longest = max(longest, (time.perf_counter() - begin) * 1000)
        verdict = "asked"
        if answer.sure:
            verdict = "right" if answer.nearest[0].candidate is leaving else "wrong"
        counts[verdict] += 1
    return {name: count / exits for name, count in counts.items()} | {"longest ms": round(longest, 1)}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="linli soak plate_pairs", description=__doc__)
    parser.add_argument("--exits", type=int, default=1_000)
    parser.add_argument("--inside", type=int, default=400)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args(arguments)
    answers = [
        campaign(exits=wanted.exits, inside=wanted.inside, seed=seed, errors=0.08)
        for seed in range(wanted.seeds)
    ]
    summary = {
        name: [min(answer[name] for answer in answers), max(answer[name] for answer in answers)]
        for name in answers[0]
    }
    print(json.dumps(summary, indent=None if wanted.json else 2))
    return 0 if summary["right"][0] >= 0.95 and summary["wrong"][1] <= 0.001 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
