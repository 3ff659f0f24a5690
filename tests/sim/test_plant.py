"""Lifts and meters: what they report is what their thing models allow."""

import random

import pytest

from linli.sim import models
from linli.sim.lift import SimulatedLift
from linli.sim.link import CallFailed, Triple
from linli.sim.plant import SimulatedMeter
from linli.tsl import ThingModel, compile_model, parse_json

TRIPLE = Triple("pk", "thing", "secret")


def model(name: str) -> ThingModel:
    return parse_json(models.tsl(name))


@pytest.mark.parametrize("name", models.NAMES)
def test_models_can_be_imported(name: str) -> None:
    assert compile_model(model(name)) is not None


async def test_a_called_lift_arrives_and_refuses_floors_it_has_not() -> None:
    lift = SimulatedLift(TRIPLE, "127.0.0.1", 1, floors=25, report_every_s=4)
    await lift._call({"floor": 17})
    reported = [lift._tell_state(random.Random(1)) for _ in range(6)]
    assert [step["Floor"] for step in reported] == [4, 7, 10, 13, 16, 17]
    assert {step["Direction"] for step in reported} == {1}
    for bad in (26, "3", None):
        with pytest.raises(CallFailed, match="no such floor"):
            await lift._call({"floor": bad})


def test_a_meter_counts_up_with_its_load() -> None:
    level = 0.0
    meter = SimulatedMeter(TRIPLE, "127.0.0.1", 1, peak_kw=40, every_s=10, level=lambda: level)
    night = [meter.step() for _ in range(20)]
    level = 1.0
    evening = [meter.step() for _ in range(20)]
    energies = [step["Energy"] for step in night + evening]
    assert energies == sorted(energies)
    assert max(step["Power"] for step in night) < min(step["Power"] for step in evening) <= 40
