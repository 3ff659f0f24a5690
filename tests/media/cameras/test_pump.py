"""What the child says, cut into messages however it comes."""

import asyncio
import random

from linli.media.cameras import wire
from linli.media.cameras.pump import _Reading
from linli.media.cameras.wire import Facts, Frame, News, Report


def said(news: News) -> bytes:
    data = wire.encode(news)
    return len(data).to_bytes(wire.SIZE_BYTES) + data


async def test_messages_are_whole_whatever_the_cuts() -> None:
    chance = random.Random(5)
    news: list[News] = [
        Frame(number, number % 7 == 0, number, 0, chance.randbytes(chance.choice((0, 1, 300, 90_000))))
        for number in range(60)
    ]
    news[9] = Report(9, Facts(packets=4))
    stream = b"".join(map(said, news))
    for most in (1_000, 70_000, len(stream)):
        came: list[News] = []
        reading = _Reading(came.append)
        at = 0
        while at < len(stream):
            size = chance.randint(1, most)
            reading.data_received(stream[at : at + size])
            at += size
        assert came == news
        assert not reading.over.done()
        reading.connection_lost(None)
        assert reading.over.done()


async def test_a_child_that_says_what_is_none_is_over() -> None:
    for broken in (b"\xff\xff\xff\xff", said(Report(1, Facts()))[:-1] + b"\xc1" + bytes(20)):
        came: list[News] = []
        reading = _Reading(came.append)
        reading.data_received(said(Report(1, Facts())) + broken)
        reading.data_received(bytes(100))
        async with asyncio.timeout(60):
            await reading.over
        assert came == [Report(1, Facts())]
