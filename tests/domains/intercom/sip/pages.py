"""A house whose members' pages take calls: a relay, and browsers' answers without a browser."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from linli.calls.relay_media import Relayed
from linli.domains.intercom.answering import Answering
from linli.domains.intercom.sip.desk_looks import DeskLooks
from linli.domains.intercom.sip.desk_passing import DeskPassing
from linli.domains.intercom.sip.page_calls import PageCalls
from linli.domains.intercom.sip.page_dials import PageDials
from linli.domains.intercom.sip.watch import PageViews
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.media.relay import Relay
from tests.domains.intercom.sip.house import House, open_house

PRINT = "a=fingerprint:sha-256 " + ":".join(["AA"] * 32)
PAGE = {"page": "page-0001"}


def browser_answer(offer: str) -> str:
    """What a browser says that takes everything."""
    kept = [line for line in offer.split("\r\n") if line.startswith(("m=", "a=mid", "a=rtpmap", "a=fmtp"))]
    return "\r\n".join(["v=0", "o=- 2 2 IN IP4 127.0.0.1", "s=-", "t=0 0", PRINT, *kept, ""])


@asynccontextmanager
async def open_pages(
    database: Database, clock: ManualClock, ids: Ids, tmp_path: Path, *, first_port: int
) -> AsyncIterator[House]:
    async with open_house(database, clock, ids, tmp_path) as house:
        relay = Relay("127.0.0.1", first_port, first_port + 500, browser_port=0)
        await relay.start()
        house.front.calls.media = Relayed(relay, "127.0.0.1", "")
        answering = Answering()
        house.front.dialling.pages = pages = PageCalls(
            house.front, house.front.calls, answering.guard_desks, answering.terminals
        )
        dials = PageDials(house.front, answering.terminals.tell_number)
        front = house.front
        passing = DeskPassing(
            pages, front.calls, front.dialling, front.log, answering.guard_desks, house.estate.platform.clock
        )
        views = PageViews(front)
        answering.open(pages, views, dials, passing, DeskLooks(front, views, answering.guard_desks))
        house.estate.parts.services["answering"] = answering
        try:
            yield house
        finally:
            await house.front.stop()
            await relay.stop()
