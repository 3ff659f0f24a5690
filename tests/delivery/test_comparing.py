"""Devices are asked what they hold, and both directions are mended."""

from linli.sync import UNKNOWN
from tests.delivery.conftest import House

HOUR = 3_600_000


async def test_what_nobody_sent_is_found_and_deleted(house: House) -> None:
    await house.grant()
    await house.work()
    house.shelf.stored["door-1", "stranger"] = "let me in"
    await house.clock.advance(7 * HOUR)
    await house.work()
    assert house.shelf.held_by("door-1") == {"A"}
    row = await house.row("stranger")
    assert (row.status, row.deleting) == ("transferDeleted", True)


async def test_a_device_that_returns_is_asked_at_once(house: House) -> None:
    await house.grant()
    await house.work()
    house.shelf.stored.clear()
    await house.work()
    assert house.shelf.held_by("door-1") == set()
    await house.online()
    await house.work()
    assert house.shelf.held_by("door-1") == {"A"}


async def test_what_differs_on_the_device_is_sent_again(house: House) -> None:
    await house.grant()
    await house.work()
    held = house.shelf.stored["door-1", "A"]
    house.shelf.stored["door-1", "A"] = "something else"
    await house.online()
    assert await house.work() == 1
    assert house.shelf.stored["door-1", "A"] == held


async def test_what_arrived_though_its_answer_was_lost_is_not_sent_twice(house: House) -> None:
    house.shelf.silent.add("door-1")
    await house.grant()
    await house.work()
    assert (await house.row()).reported == UNKNOWN
    house.shelf.silent.clear()
    await house.online()
    batches = len(house.shelf.batches)
    await house.work()
    assert (await house.status(), len(house.shelf.batches)) == ("transferred", batches)


async def test_reading_back_does_not_try_again_what_needs_a_person(house: House) -> None:
    house.shelf.poison.add("A")
    await house.grant()
    for _ in range(8):
        await house.work()
        await house.clock.advance(HOUR)
    assert await house.status() == "needManual"
    batches = len(house.shelf.batches)
    await house.online()
    await house.work()
    assert (await house.status(), len(house.shelf.batches)) == ("needManual", batches)
    house.shelf.stored["door-1", "B"] = "stray"
    await house.online()
    await house.work()
    assert [row.credential for row in await house.rows(statuses=("needManual",))] == ["A"]


async def test_a_device_that_does_not_answer_is_asked_again(house: House) -> None:
    await house.grant()
    await house.work()
    house.shelf.stored.clear()
    house.shelf.silent.add("door-1")
    await house.online()
    await house.work()
    house.shelf.silent.clear()
    await house.clock.advance(HOUR)
    await house.work()
    assert house.shelf.held_by("door-1") == {"A"}
