"""Thousands of phones that log in again and again from many addresses, each message as a phone sends it, by UDP."""

import asyncio
import hashlib
import time
from typing import Any, Final

AGAIN_S: Final = (0.5, 1.0, 2.0, 4.0, 4.0, 4.0, 4.0, 4.0)
"""After which a request is sent once more; then the log-in failed."""
EXPIRES_S: Final = 120


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


class LogIn:
    """One under way."""

    def __init__(self, number: str, call_id: str, begun: float) -> None:
        self.number, self.call_id, self.begun = number, call_id, begun
        self.wire, self.tries, self.cseq = b"", 0, 1
        self.timer: asyncio.TimerHandle | None = None


class Host(asyncio.DatagramProtocol):
    """The phones of one address. `took`: seconds of each log-in; `failed`: what became of the others."""

    def __init__(self, host: str, server: int, password: str, realm: str) -> None:
        self.host, self._server, self._password, self._realm = host, server, password, realm
        self.took: list[float] = []
        self.failed: list[str] = []
        self._under_way: dict[str, LogIn] = {}
        self._serial = 0

    def connection_made(self, transport: Any) -> None:
        self.wire = transport
        self._port = transport.get_extra_info("sockname")[1]

    def begin(self, number: str) -> None:
        self._serial += 1
        one = LogIn(number, f"{self.host}-{self._serial}", time.monotonic())
        self._under_way[one.call_id] = one
        self._say(one, "")

    @property
    def under_way(self) -> int:
        return len(self._under_way)

    def _say(self, one: LogIn, proof: str) -> None:
        here = f"{self.host}:{self._port}"
        one.tries = 0
        one.wire = (
            f"REGISTER sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bK{one.call_id}-{one.cseq};rport\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:{one.number}@127.0.0.1>;tag=t\r\nTo: <sip:{one.number}@127.0.0.1>\r\n"
            f"Call-ID: {one.call_id}\r\nCSeq: {one.cseq} REGISTER\r\nContact: <sip:{one.number}@{here}>\r\n"
            f"Expires: {EXPIRES_S}\r\n{proof}Content-Length: 0\r\n\r\n"
        ).encode()
        self._send(one)

    def _send(self, one: LogIn) -> None:
        if one.timer is not None:
            one.timer.cancel()
        if one.tries >= len(AGAIN_S):
            del self._under_way[one.call_id]
            self.failed.append(f"{one.number}: no answer")
            return
        self.wire.sendto(one.wire, ("127.0.0.1", self._server))
        one.timer = asyncio.get_running_loop().call_later(AGAIN_S[one.tries], self._send, one)
        one.tries += 1

    def datagram_received(self, data: bytes, _addr: Any) -> None:
        text = data.decode()
        call_id = text.partition("\r\nCall-ID: ")[2].partition("\r\n")[0]
        one = self._under_way.get(call_id)
        if one is None or f"\r\nCSeq: {one.cseq} " not in text:
            return
        if text.startswith("SIP/2.0 401") and one.cseq < 4:  # a nonce may be too old when the machine is slow
            nonce = text.partition('nonce="')[2].partition('"')[0]
            first = md5(f"{one.number}:{self._realm}:{self._password}")
            response = md5(f"{first}:{nonce}:{md5('REGISTER:sip:127.0.0.1')}")
            one.cseq += 1
            self._say(
                one,
                f'Authorization: Digest username="{one.number}", realm="{self._realm}", nonce="{nonce}", '
                f'uri="sip:127.0.0.1", response="{response}", algorithm=MD5\r\n',
            )
            return
        if one.timer is not None:
            one.timer.cancel()
        del self._under_way[call_id]
        if text.startswith("SIP/2.0 200"):
            self.took.append(time.monotonic() - one.begun)
        else:
            self.failed.append(f"{one.number}: {text[:40]!r}")


class Crowd:
    """All numbers log in within each `every_s` seconds, evenly, from `hosts` addresses."""

    def __init__(
        self, server: int, numbers: list[str], *, password: str, realm: str, every_s: float, hosts: int
    ) -> None:
        self._numbers, self._every_s = numbers, every_s
        self._hosts = [Host(f"127.0.3.{n + 1}", server, password, realm) for n in range(hosts)]
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        for host in self._hosts:
            await loop.create_datagram_endpoint(lambda host=host: host, local_addr=(host.host, 0))
        self._task = asyncio.create_task(self._go())

    async def _go(self) -> None:
        loop = asyncio.get_running_loop()
        begun, count = loop.time(), 0
        while True:
            due = int((loop.time() - begun) * len(self._numbers) / self._every_s)
            while count < due:
                number = self._numbers[count % len(self._numbers)]
                self._hosts[count % len(self._numbers) % len(self._hosts)].begin(number)
                count += 1
            await asyncio.sleep(0.05)

    async def stop(self) -> None:
        """Begin no more, and wait for those that are under way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        while any(host.under_way for host in self._hosts):
            await asyncio.sleep(0.05)
        for host in self._hosts:
            host.wire.close()

    @property
    def took(self) -> list[float]:
        return sorted(took for host in self._hosts for took in host.took)

    @property
    def failed(self) -> list[str]:
        return [why for host in self._hosts for why in host.failed]
