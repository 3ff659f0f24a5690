"""`linli serve` with SIP on: TLS by the installation's own certificate, and /sip on the web port."""

import asyncio
import ssl
from pathlib import Path

import pytest

from linli.protocols import sip
from tests.domains.intercom.sip.phone import WAIT_S, Phone
from tests.domains.intercom.sip.web_line import WebLine
from tests.engines import free_port
from tests.real.platform import Installation


@pytest.mark.slow
async def test_one_process_serves_all_ways(tmp_path: Path) -> None:
    folder, port, secure = tmp_path / "data", free_port(), free_port()
    folder.mkdir()
    made = Installation(folder, more={"LINLI_SIP_PORT": str(port), "LINLI_SIP_TLS_PORT": str(secure)})
    await asyncio.to_thread(made.start)
    phone = await Phone.open(port, "x", "y")
    try:
        trusting = ssl.create_default_context(cafile=str(folder / "tls" / "ca.crt"))
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", secure, ssl=trusting, server_hostname="localhost"
        )
        probe = phone.make("OPTIONS", "sip:127.0.0.1")
        probe.set("via", "SIP/2.0/TLS 127.0.0.1;branch=z9hG4bKprobe;rport")
        writer.write(bytes(probe))
        async with asyncio.timeout(WAIT_S):
            assert (await reader.readline()).startswith(b"SIP/2.0 200")
        writer.close()
        line = await WebLine.open(made.http_port)
        assert isinstance(line, WebLine)
        probe.set("via", "SIP/2.0/WS x.invalid;branch=z9hG4bKother")
        line.send(probe)
        answered = await line.next()
        assert isinstance(answered, sip.Response)
        assert answered.status == 200
        line.close()
        assert await WebLine.open(made.http_port, Origin="https://evil.example") == 403
    finally:
        phone.close()
        await asyncio.to_thread(made.stop)
