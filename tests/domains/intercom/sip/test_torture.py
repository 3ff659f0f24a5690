"""RFC 4475's messages at the real sockets: each has its fate, none raises anything, and nothing of them is kept."""

import asyncio

import pytest

from linli.protocols import sip
from tests.domains.intercom.sip.conftest import Exchange
from tests.protocols.sip.torture import torture_messages

ON_STREAMS = {
    "dblreq": "401 407 and closed",  # the second message counts here; its body is longer than it says
    "clerr": "dropped and closed",  # the rest of its body never comes
    "inv2543": "400 and closed",  # without Content-Length
    "bigcode": "dropped and closed",
    "badvers": "505 and closed",
    **dict.fromkeys(("ncl", "lwsruri", "lwsstart", "trws", "mcl01"), "400 and closed"),
}
"""Where a connection differs from a datagram: what loses its frame ends it, after its answer."""


async def test_torture_messages_have_their_fate(exchange: Exchange, caplog: pytest.LogCaptureFixture) -> None:
    phone = await exchange.phone(registered=False)
    fates = {}
    for message in torture_messages():
        # The first hop is ours, so that answers come back here; the rest is as it was.
        phone.messages = asyncio.Queue()
        phone.send(message.wire)
        probe = phone.make("OPTIONS", "sip:127.0.0.1")
        phone.send(probe)
        status = "dropped"
        while True:
            answer = await asyncio.wait_for(phone.messages.get(), 60)
            assert isinstance(answer, sip.Response)
            if answer.get("call-id") == probe.call_id:
                break
            if answer.status > 100:
                status = str(answer.status)
        if status == "dropped" and not phone.messages.empty():
            status = str(phone.messages.get_nowait().status)
        fates[message.name] = status
    assert fates == {message.name: message.server for message in torture_messages()}
    nothing_is_left(exchange, caplog)


async def test_torture_messages_have_their_fate_on_streams(
    exchange: Exchange, caplog: pytest.LogCaptureFixture
) -> None:
    phone = await exchange.phone(registered=False)
    fates = {}
    for message in torture_messages():
        reader, writer = await asyncio.open_connection("127.0.0.1", exchange.front.port)
        probe = phone.make("OPTIONS", "sip:127.0.0.1")
        probe.set("via", "SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKprobe")
        end = b"" if b"\r\n\r\n" in message.wire else b"\r\n"
        writer.write(message.wire + end + bytes(probe))
        writer.write_eof()
        read, cut = sip.StreamReader(), []
        async with asyncio.timeout(60):
            while data := await reader.read(65_536):
                cut += read.read(data)
        writer.close()
        statuses = [
            m.status for m in cut if isinstance(m, sip.Response) and m.get("call-id") != probe.call_id
        ]
        probed = any(m.get("call-id") == probe.call_id for m in cut)
        told = [str(status) for status in statuses if status > 100]
        fates[message.name] = " ".join([*(told or ["dropped"]), *([] if probed else ["and closed"])])
    assert fates == {m.name: ON_STREAMS.get(m.name, m.server) for m in torture_messages()}
    nothing_is_left(exchange, caplog)


def nothing_is_left(exchange: Exchange, caplog: pytest.LogCaptureFixture) -> None:
    assert exchange.front.exchange.count == 0
    assert exchange.front.calls.count == 0
    assert not exchange.front._tasks
    assert [
        record.getMessage() for record in caplog.records if record.levelname in ("ERROR", "WARNING")
    ] == []
