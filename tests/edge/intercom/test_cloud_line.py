"""Who may ask for a door in the cloud's name: whoever is surely the cloud, and nobody on the way to it."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from linli.calls.opening_words import NOT_ALLOWED
from linli.calls.rows import ASKED, Binding
from linli.calls.unlocking import Unlocking
from linli.edge.framework.device_logs import DeviceLogs
from linli.edge.intercom.cloud_sip import CloudSip
from linli.edge.intercom.log import SiteOpenings
from linli.edge.intercom.site import CLOUD, Site
from linli.kernel.clock import ManualClock, SystemClock
from linli.kernel.ids import Ids
from linli.kernel.sip.flows import Limits, StreamPort
from linli.ops.tls import Authority
from linli.protocols import sip
from linli.protocols.edge_link import SipPlace, SiteAccount, SiteIntercom

HERE = "127.0.0.1"
NOW_MS = 1_796_083_200_000


def line_to(place: SipPlace | None) -> CloudSip:
    """A box's line with one phone of the site at home."""
    account = SiteAccount(number="1001", kind="unit", md5="0" * 32, sha256="0" * 64)
    site = Site(SiteIntercom(cloud=place, accounts=[account]))
    row = Binding("1001", "", "", "", "udp", HERE, 5060, "", 0, "", 0, 0)
    phones = cast(Any, SimpleNamespace(all=lambda: [row], find=lambda number: row))
    return CloudSip(lambda: site, phones, SystemClock(), DeviceLogs(SystemClock()).of("intercom"))


class _Hears:
    """Takes what comes, and says nothing."""

    def allowed(self, host: str) -> bool:
        return True

    def __getattr__(self, name: str) -> Any:
        return lambda *_args, **_more: None


@asynccontextmanager
async def joined(place: SipPlace) -> AsyncIterator[CloudSip]:
    line = line_to(place)
    streams = [StreamPort(cast(Any, _Hears()), Limits(9, 9), kind) for kind in ("tcp", "tls")]
    sent: list[bytes] = []
    exchange = SimpleNamespace(here=f"{HERE}:6050", tag=lambda: "t", send=lambda *_: sent.append(b""))
    line.start(cast(Any, SimpleNamespace(exchange=exchange)), streams[0], streams[1])
    try:
        yield line
    finally:
        await line.stop()


@asynccontextmanager
async def server(context: ssl.SSLContext | None) -> AsyncIterator[int]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    made = await asyncio.start_server(serve, HERE, 0, ssl=context)
    try:
        yield made.sockets[0].getsockname()[1]
    finally:
        made.close()


def certified(folder: Path) -> tuple[ssl.SSLContext, str]:
    authority = Authority(folder)
    authority.create("Linli", now_ms=NOW_MS)
    authority.issue([HERE], now_ms=NOW_MS)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(authority.server_certificate, authority.server_key)
    return context, authority.certificate.read_text("ascii")


async def until(condition: Any) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


async def test_the_cloud_is_trusted_by_its_certificate(tmp_path: Path) -> None:
    context, authority = certified(tmp_path / "own")
    _, stranger = certified(tmp_path / "other")
    async with server(context) as port:
        async with joined(SipPlace(host=HERE, port=port, tls=True, authority=authority)) as line:
            await until(lambda: line.up)
            assert line.trusted
        async with joined(SipPlace(host=HERE, port=port, tls=True, authority=stranger)) as line:
            await until(lambda: line.fault)
            assert not line.up


async def test_a_plain_line_is_trusted_on_this_machine_alone() -> None:
    async with server(None) as port, joined(SipPlace(host=HERE, port=port)) as line:
        await until(lambda: line.up)
        assert line.trusted
    async with joined(SipPlace(host="192.0.2.1", port=5060)) as line:
        await until(lambda: line._place is not None)
        assert not line.trusted


@pytest.mark.parametrize("trusted", [True, False])
async def test_no_door_opens_for_who_speaks_as_the_cloud_on_an_open_line(trusted: bool) -> None:
    """It is answered as by a door that knows no questions: the cloud then asks by the box's own line."""
    unit = SiteAccount(number="1001", kind="unit", md5="", sha256="", opens=["9001"])
    site = Site(SiteIntercom(accounts=[unit]))
    hand = SimpleNamespace(
        door="9001", device="door-1", reported=False, call=SimpleNamespace(caller="13800000001"), asked={}
    )
    log = cast(Any, SimpleNamespace(in_hand={7: hand}, opening=lambda *_: None))
    openings = SiteOpenings(log, lambda: site, lambda: trusted, ManualClock(), Ids())
    for number in (CLOUD, "13800000001"):
        assert openings.hears(7, number) is trusted
        assert (await openings.ask(7, number)).result == (ASKED if trusted else NOT_ALLOWED)
    assert openings.hears(7, "1001")
    assert (await openings.ask(7, "1001")).result == ASKED

    answers: list[int] = []
    request = sip.Request("INFO", "sip:door@x")
    request.set("content-type", "application/json")
    request.body = b'{"req":"unlock","reqsn":7}'
    incoming = cast(Any, SimpleNamespace(request=request, answer=answers.append, answered=False))
    talk = cast(Any, SimpleNamespace(id=7, over=True, deaf_door=False, door_side=lambda: None))
    exchange = cast(Any, SimpleNamespace(clock=ManualClock()))
    unlocking = Unlocking(talk, exchange, openings)
    assert unlocking.take(cast(Any, None), CLOUD, incoming)
    unlocking.close()
    assert answers == [200 if trusted else 415]
