"""What the simulator makes up fits the thing model it is made for."""

import random
from itertools import pairwise
from typing import Any

from linli.things.debugging.simulated_values import Range, Wanderer
from linli.tsl import compile_model, parse


def one(identifier: str, kind: str, specs: Any) -> dict[str, Any]:
    return {"identifier": identifier, "name": identifier, "dataType": {"type": kind, "specs": specs}}


MODEL = parse(
    {
        "properties": [
            one("whole", "int", {"min": "-3", "max": "7"}),
            one("open", "double", {}),
            one("stepped", "float", {"min": "0", "max": "1", "step": "0.25"}),
            one("flag", "bool", {"0": "off", "1": "on"}),
            one("mode", "enum", {"2": "a", "5": "b"}),
            one("short", "text", {"length": "4"}),
            one("when", "date", {}),
            one(
                "place",
                "struct",
                [one("lon", "double", {"min": "-180", "max": "180"}), one("name", "text", {})],
            ),
            one("list", "array", {"size": "2", "item": {"type": "int"}}),
        ]
    }
)


def test_every_type_passes_the_check_of_its_own_model() -> None:
    wanderer, check = Wanderer(random.Random(3)), compile_model(MODEL)
    for turn in range(200):
        values = {item.identifier: wanderer.next(item, 1_700_000_000_000 + turn) for item in MODEL.properties}
        posted = check.property_post(values)
        assert not posted.dropped
        assert len(posted.values) == len(values)


def test_numbers_wander_inside_the_range_given_and_never_out_of_the_model() -> None:
    wanderer, whole = Wanderer(random.Random(4)), MODEL.property_by_id["whole"]
    seen = [wanderer.next(whole, 0, {"whole": Range(2, 50)}) for _ in range(300)]
    assert 2 <= min(seen) < max(seen) <= 7
    assert max(abs(a - b) for a, b in pairwise(seen)) <= 1
