"""Fair turns: who asks for much waits behind its own work alone."""

import asyncio

import pytest

from linli.kernel.turns import Crowded, FairTurns


class Bench:
    """Turns that last as long as they say, by a clock of their own."""

    def __init__(self, **more: int) -> None:
        self.now = 0.0
        self.done: list[str] = []
        self.turns = FairTurns(**{"waiting": 100, "waiting_each": 50, **more}, seconds=lambda: self.now)

    async def work(self, owner: str, seconds: float) -> None:
        async with self.turns.turn(owner):
            await asyncio.sleep(0)
            self.now += seconds
            self.done.append(owner)


async def test_who_asks_for_little_goes_before_who_asks_for_much() -> None:
    bench = Bench()
    much = [asyncio.create_task(bench.work("much", 1.0)) for _ in range(20)]
    await asyncio.sleep(0)
    little = [asyncio.create_task(bench.work("little", 0.001)) for _ in range(10)]
    await asyncio.gather(*much, *little)
    assert max(at for at, who in enumerate(bench.done) if who == "little") <= 11, bench.done


async def test_two_that_ask_alike_take_turns() -> None:
    bench = Bench()
    await asyncio.gather(*(bench.work(who, 1.0) for who in "a" * 10 + "b" * 10))
    assert abs(bench.done[:10].count("a") - bench.done[:10].count("b")) <= 2, bench.done


async def test_being_away_saves_nothing_up() -> None:
    bench = Bench()
    for _ in range(20):
        await bench.work("a", 1.0)
    await asyncio.gather(*(bench.work(who, 1.0) for who in "a" * 10 + "b" * 10))
    rest = bench.done[20:]
    assert abs(rest[:10].count("a") - rest[:10].count("b")) <= 2, rest


async def test_as_many_wait_as_may() -> None:
    bench = Bench(waiting=3, waiting_each=2)
    async with bench.turns.turn("a"):
        tasks = [asyncio.create_task(bench.work("a", 1.0)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Crowded) as own:
            await bench.work("a", 1.0)
        assert own.value.own
        tasks.append(asyncio.create_task(bench.work("b", 1.0)))
        await asyncio.sleep(0)
        with pytest.raises(Crowded) as others:
            await bench.work("b", 1.0)
        assert not others.value.own
    await asyncio.gather(*tasks)


async def test_who_gives_up_leaves_the_line_and_its_turn() -> None:
    bench = Bench()
    first = asyncio.create_task(bench.work("a", 1.0))
    await asyncio.sleep(0)
    given, waiting, last = (asyncio.create_task(bench.work(who, 1.0)) for who in "bcd")
    await asyncio.sleep(0)
    waiting.cancel()
    await first
    given.cancel()
    await asyncio.gather(given, waiting, return_exceptions=True)
    await last
    assert bench.done[-1] == "d"
    await bench.work("e", 1.0)
